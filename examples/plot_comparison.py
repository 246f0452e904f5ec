"""
Classifiers side by side
========================

Fit two networks, a support vector machine and simple baselines on scikit-learn's
digits, and compare them on images that none of them has seen.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC

from sknnadl import (
    AverageDarknessClassifier,
    ConvNetClassifier,
    MLPClassifier,
    compare,
)
from sknnadl.datasets import load_digits_images

data = load_digits_images()
models = {
    "random guess": DummyClassifier(strategy="uniform", random_state=0),
    "average darkness": AverageDarknessClassifier(),
    "logistic regression": LogisticRegression(max_iter=1000),
    "SVM": SVC(),
    "SVM, tuned": SVC(C=1, gamma=0.25),
    "MLP": MLPClassifier(random_state=0),
    "convolutional network": ConvNetClassifier(
        n_filters=(64,),
        kernel_size=3,
        padding="same",
        activation="tanh",
        loss="cross_entropy",
        dropout=0.5,
        batch_size=10,
        learning_rate_init=0.1,
        max_iter=30,
        n_iter_no_change=np.inf,
        random_state=0,
    ),
}
report = compare(models, data.X_train, data.y_train, test=(data.X_test, data.y_test))
print(report)

# %%
# With 300 test images the intervals of the good models overlap: on this data they can
# not be told apart.

names = [result["name"] for result in report.table]
accuracy = [100 * result["accuracy"] for result in report.table]
below = [100 * (r["accuracy"] - r["accuracy_low"]) for r in report.table]
above = [100 * (r["accuracy_high"] - r["accuracy"]) for r in report.table]

figure, ax = plt.subplots(figsize=(7, 3), layout="constrained")
ax.errorbar(accuracy, names, xerr=[below, above], fmt="o", capsize=3)
ax.set(
    xlabel="accuracy on the test images, percent, with its 95% interval", xlim=(0, 102)
)
ax.invert_yaxis()
ax.grid(axis="x", alpha=0.3)
