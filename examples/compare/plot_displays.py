"""
What a network has learned
==========================

The displays of ``sknnadl.inspection`` on a convolutional network for scikit-learn's
digits: how training went, what its kernels look like, what they make of an image, and
which images it still gets wrong.

See :doc:`/displays`.
"""

import matplotlib.pyplot as plt
import numpy as np

from sknnadl import ConvNetClassifier, MLPClassifier
from sknnadl.datasets import load_digits_images
from sknnadl.inspection import (
    FeatureMapDisplay,
    GradientNormDisplay,
    KernelDisplay,
    LearningRateRangeDisplay,
    MisclassifiedDisplay,
    TrainingHistoryDisplay,
)
from sknnadl.model_selection import learning_rate_range_test

data = load_digits_images()
net = ConvNetClassifier(
    n_filters=(12, 24),
    kernel_size=3,
    padding="same",
    solver="adam",
    learning_rate="cosine",
    early_stopping=True,
    n_iter_no_change=np.inf,
    max_iter=30,
    gradient_norms=True,
    random_state=0,
)
net.fit(data.X_train, data.y_train, X_val=data.X_val, y_val=data.y_val)
print(f"{net.score(data.X_test, data.y_test):.1%} of the test images")

# %%
# The losses and the score of each epoch, and the learning rate below. The dotted line
# is the epoch whose network ``early_stopping`` has kept.

_ = TrainingHistoryDisplay.from_estimator(net)

# %%
# Several fits go into one picture, with a colour each. ``eval_sets`` are measured after
# each epoch and decide nothing: here the training rows, and the test rows, whose loss
# is higher in the end.

sets = {"train": (data.X_train, data.y_train), "test": (data.X_test, data.y_test)}
fits = {}
for solver in ("sgd", "adam"):
    fits[solver] = MLPClassifier(solver=solver, alpha=0, max_iter=40, random_state=0)
    fits[solver].fit(data.X_train, data.y_train, eval_sets=sets)
_ = TrainingHistoryDisplay.from_estimators(fits)

# %%
# The kernels of the first convolutional layer, on a colour scale with zero in its
# middle: blue pixels count against a feature, red ones for it.

_ = KernelDisplay.from_estimator(net)

# %%
# A kernel of the second layer has a channel for each feature map of the first one. By
# default the mean over channels is drawn; ``channel=`` chooses one. What is easier to
# read is what a layer makes of an image: here the feature maps of the first layer,
# pooled to half the size, which is what the second layer sees.

_ = FeatureMapDisplay.from_estimator(net, data.X_test[0])

# %%
# The images that the network gets wrong, with their label above and what the network
# says below. `~sknnadl.reports.MisclassifiedDisplay` takes any classifier.

_ = MisclassifiedDisplay.from_estimator(net, data.X_test, data.y_test)

# %%
# The first layer of a multilayer perceptron has a weight for each pixel, so its neurons
# can be looked at as images too. A penalty keeps the weights of pixels that say nothing
# near zero, and takes those of a neuron that no longer responds to zero altogether.

mlp = MLPClassifier((24,), alpha=0.3, max_iter=60, random_state=0)
mlp.fit(data.X_train, data.y_train)
_ = KernelDisplay.from_estimator(mlp)

# %%
# The norm of each layer's gradient before each epoch: the book's measure of how fast a
# layer learns (chapter 5). Displays draw into Axes that are given, so two networks can
# stand side by side. With three layers of sigmoid neurons the first learns slowest.

deep = MLPClassifier(
    (30, 30, 30),
    "sigmoid",
    gradient_norms=True,
    n_iter_no_change=np.inf,
    max_iter=30,
    random_state=0,
)
deep.fit(data.X_train, data.y_train)
figure, axes = plt.subplots(
    ncols=2, sharey=True, figsize=(9, 3.5), layout="constrained"
)
for ax, network, name in zip(
    axes, (net, deep), ("convolutional, relu", "dense, sigmoid"), strict=True
):
    GradientNormDisplay.from_estimator(network, ax=ax)
    ax.set_title(name)
axes[1].set(ylabel=None)

# %%
# The first epochs at several learning rates, of a network that has not been trained.
# The threshold is the largest rate at which the loss falls; broken lines are above it.

found = learning_rate_range_test(
    MLPClassifier((30,), random_state=0), data.X_train, data.y_train
)
_ = LearningRateRangeDisplay.from_result(found)
