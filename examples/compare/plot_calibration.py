"""
Calibration: how sure a network may be
======================================

A network that has learned its training rows by heart says of other rows, too, that it
is nearly certain, and is not right that often. A calibration curve shows it. A penalty,
smoothed labels or a temperature learned on rows held out bring probabilities back to
what they should mean.

See :doc:`/tables`.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.calibration import CalibratedClassifierCV, CalibrationDisplay
from sklearn.datasets import make_classification
from sklearn.metrics import log_loss

from sknnadl import MLPClassifier

# %%
# Two classes that overlap, and 15 percent of the rows with a label drawn by chance: who
# is always certain must be wrong often. 2,000 rows to train on, and 10,000 to look at.

X, y = make_classification(
    12_000,
    n_informative=6,
    n_redundant=4,
    n_clusters_per_class=4,
    class_sep=0.7,
    flip_y=0.15,
    random_state=0,
)
X /= X.std(axis=0)
X_train, y_train, X_test, y_test = X[:2000], y[:2000], X[2000:], y[2000:]

# %%
# The same network four times: with nothing against overfitting; with the default
# penalty; with labels that are smoothed, 0.1 and 0.9 instead of 0 and 1; and the first
# one again, calibrated. ``"temperature"`` divides its decision by one number, which
# scikit-learn finds on folds (Guo et al. 2017).

options = {"max_iter": 100, "n_iter_no_change": np.inf, "random_state": 0}
overfitted = MLPClassifier(alpha=0, **options)
models = {
    "overfitted": overfitted,
    "with a penalty": MLPClassifier(**options),
    "smoothed labels": MLPClassifier(alpha=0, label_smoothing=0.2, **options),
    "overfitted, with a temperature": CalibratedClassifierCV(
        overfitted, method="temperature", cv=5, ensemble=False
    ),
}
said = {}
for name, model in models.items():
    said[name] = model.fit(X_train, y_train).predict_proba(X_test)
    print(
        f"{name}: {model.score(X_test, y_test):.1%} right, "
        f"{said[name].max(axis=1).mean():.1%} sure on average, "
        f"log loss {log_loss(y_test, said[name]):.3f}"
    )

# %%
# A calibrated network is right as often as it is sure. The temperature changes no
# prediction, so that the network is right as often as before. The penalty makes it
# better, too, and has the lowest log loss: best of all is to overfit less. What is left
# after that, a temperature mends.
#
# Each dot of a curve stands for a tenth of the rows, those of about the same predicted
# probability. On the diagonal it means what it says. The overfitted network is too sure
# at both ends: where it says nearly 0, far more than that are of the class, and where
# it says nearly 1, far fewer.

figure, axes = plt.subplots(
    2, 2, sharex=True, sharey=True, figsize=(7, 7), layout="constrained"
)
for ax, (name, probabilities) in zip(axes.flat, said.items(), strict=True):
    CalibrationDisplay.from_predictions(
        y_test, probabilities[:, 1], n_bins=10, strategy="quantile", ax=ax, name=name
    )
    ax.set(title=name, xlabel=None, ylabel=None)
    ax.get_legend().remove()
figure.supxlabel("predicted probability of the second class")
figure.supylabel("share of rows that are of it")

# %%
# How many rows have which probability. Those of the overfitted network pile up at 0 and
# 1.

figure, axes = plt.subplots(
    ncols=4, sharey=True, figsize=(9, 2.6), layout="constrained"
)
for ax, (name, probabilities) in zip(axes, said.items(), strict=True):
    ax.hist(probabilities[:, 1], bins=20, range=(0, 1))
    ax.set_title(name.replace(", ", ",\n"), fontsize=10)
axes[0].set(ylabel="rows")
figure.supxlabel("predicted probability of the second class", fontsize=10)
