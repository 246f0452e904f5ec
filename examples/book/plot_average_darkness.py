"""
Average darkness, and why it fails
==================================

The book's simplest baseline (chapter 1) knows one number of an image, how dark it is,
and says the digit whose images are nearest to that on average. This shows how little it
can know, beside a guess that knows nothing and a network that sees where the ink is.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.dummy import DummyClassifier
from sklearn.metrics import ConfusionMatrixDisplay

from sknnadl import AverageDarknessClassifier, MLPClassifier, compare
from sknnadl.datasets import load_digits_images
from sknnadl.reports import ComparisonDisplay

data = load_digits_images()
X = np.concatenate([data.X_val, data.X_test])
y = np.concatenate([data.y_val, data.y_test])

# %%
# All that the baseline learns is the mean darkness of each digit, which is the sum of
# an image's pixels: the short lines. The boxes hold half of the training images of a
# digit each. They overlap so much that hardly any darkness tells one digit from all
# others.

baseline = AverageDarknessClassifier().fit(data.X_train, data.y_train)
darkness = data.X_train.sum(axis=1)
digits = baseline.classes_
figure, ax = plt.subplots(figsize=(7, 3.5), layout="constrained")
ax.boxplot(
    [darkness[data.y_train == digit] for digit in digits],
    tick_labels=digits,
    meanline=True,
    showmeans=True,
    meanprops={"color": "tab:blue", "linestyle": "-", "linewidth": 2},
    medianprops={"visible": False},
    flierprops={"marker": "."},
)
ax.set(xlabel="digit", ylabel="darkness")

# %%
# What it says changes half-way between two means. In between it always says the same,
# so that digits whose means lie close together are hardly ever said, and those with the
# largest and the smallest mean are said of all that is darker or lighter.

order = np.argsort(baseline.means_)
bounds = (baseline.means_[order][1:] + baseline.means_[order][:-1]) / 2
bounds = [darkness.min(), *bounds, darkness.max()]
for digit, low, high in zip(digits[order], bounds[:-1], bounds[1:], strict=True):
    share = np.mean((darkness >= low) & (darkness < high))
    print(f"{digit}: from {low:5.2f} to {high:5.2f}, {share:4.0%} of the images")

# %%
# So its mistakes are columns: whatever is written, it says one of the few digits that
# have room. The network's matrix has hardly anything beside the diagonal.

network = MLPClassifier(random_state=0).fit(data.X_train, data.y_train)
figure, axes = plt.subplots(ncols=2, figsize=(9, 4.4), layout="constrained")
for ax, model in zip(axes, (baseline, network), strict=True):
    ConfusionMatrixDisplay.from_estimator(
        model, X, y, ax=ax, cmap="Blues", colorbar=False
    )
    ax.set_title(f"{type(model).__name__}\n{model.score(X, y):.1%}")

# %%
# With 600 test images darkness cannot even be told from a guess here. On MNIST the
# book has 22 percent, as its digits differ more: there a one has less than half of the
# ink of a zero, and here as much. A baseline says what a score is worth: a model that
# sees shapes has to be far above it.

models = {
    "random guess": DummyClassifier(strategy="uniform", random_state=0),
    "average darkness": AverageDarknessClassifier(),
    "multilayer perceptron": MLPClassifier(random_state=0),
}
report = compare(models, data.X_train, data.y_train, test=(X, y))
for pair in report.pairwise():
    print(pair["text"])
_ = ComparisonDisplay.from_report(report)
