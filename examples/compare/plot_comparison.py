"""
Classifiers side by side
========================

Fit three networks, two support vector machines and simple baselines on scikit-learn's
digits, and compare them on images that none of them has seen.

See :doc:`/comparing`.
"""

import numpy as np
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC

from sknnadl import (
    AverageDarknessClassifier,
    ConvNetClassifier,
    MLPClassifier,
    RBFClassifier,
    compare,
)
from sknnadl.datasets import load_digits_images
from sknnadl.reports import ComparisonDisplay

data = load_digits_images()
models = {
    "random guess": DummyClassifier(strategy="uniform", random_state=0),
    "average darkness": AverageDarknessClassifier(),
    "logistic regression": LogisticRegression(max_iter=1000),
    "RBF network": RBFClassifier(300, random_state=0),
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
        learning_rate="constant",
        learning_rate_init=0.1,
        alpha=1e-3,
        max_iter=30,
        n_iter_no_change=np.inf,
        random_state=0,
    ),
}
report = compare(models, data.X_train, data.y_train, test=(data.X_test, data.y_test))
print(report)

# %%
# The dots are the accuracies, the lines their 95% intervals (Wilson's).

ComparisonDisplay.from_report(report)

# %%
# Whether one model is better than another is not to be seen from these intervals, since
# all models have the same test images: most are easy for each of them. McNemar's test
# looks at the images that one model gets right and the other wrong. With 300 images the
# good models cannot be told apart.

for pair in report.pairwise():
    if "average darkness" not in (pair["a"], pair["b"]) and pair["b"] != "random guess":
        print(pair["text"])

# %%
# On folds of all images every image is in a test set once, and the models have trained
# on more. The test for folds takes into account that they share their training images.
# Where the line of a difference does not touch 0, two models are told apart: both SVMs
# are better than the MLP.

good = {name: models[name] for name in ("SVM", "SVM, tuned", "MLP")}
X = np.concatenate([data.X_train, data.X_test])
y = np.concatenate([data.y_train, data.y_test])
on_folds = compare(good, X, y, cv=10)
ComparisonDisplay.from_report(on_folds, kind="differences")

# %%
# What scikit-learn has a display for is drawn by it, of the test images of all folds:
# here which classes the MLP takes for one another.

on_folds.display("confusion_matrix", "MLP")
