"""
Gradients that vanish with depth
================================

On its way back through a layer of sigmoid neurons the gradient is multiplied by their
slope, which is a quarter at the most. After a few layers little is left of it, and the
first layers hardly learn (chapter 5 of the book). Through rectifiers, whose slope is 0
or 1, and with batch normalization far more of it comes back.

See :doc:`/training`.
"""

import warnings

import matplotlib.pyplot as plt
import numpy as np
from sklearn.exceptions import ConvergenceWarning

from sknnadl import MLPClassifier
from sknnadl.datasets import load_digits_images
from sknnadl.inspection import GradientNormDisplay

data = load_digits_images()


def train(depth, **arguments):
    """Return a network with so many hidden layers, whose gradients were measured."""
    net = MLPClassifier(
        (30,) * depth,
        gradient_norms=True,
        learning_rate_init=0.1,
        batch_size=10,
        alpha=0,
        max_iter=30,
        n_iter_no_change=np.inf,
        random_state=0,
        **arguments,
    )
    with warnings.catch_warnings():
        # deep networks of sigmoid neurons learn nothing, and `fit` says so
        warnings.simplefilter("ignore", ConvergenceWarning)
        return net.fit(data.X_train, data.y_train)


# %%
# The norm of each layer's gradient in two networks with five hidden layers. In the one
# of sigmoid neurons it is a few times smaller than that of the next layer, all the way
# down from the output, before training and for most of it.

figure, axes = plt.subplots(1, 2, sharey=True, figsize=(9, 3.5), layout="constrained")
for ax, activation in zip(axes, ("sigmoid", "relu"), strict=True):
    GradientNormDisplay.from_estimator(train(5, activation=activation), ax=ax)
    ax.set_title(activation)
axes[0].get_legend().remove()
axes[1].set(ylabel=None)

# %%
# The deeper a network of sigmoid neurons is, the less of the gradient comes to its
# first layer before any training, and the less it learns in thirty epochs, until it
# learns nothing.

kinds = {
    "sigmoid": {"activation": "sigmoid"},
    "sigmoid, batch normalization": {"activation": "sigmoid", "batch_norm": True},
    "relu": {"activation": "relu"},
}
depths = range(1, 7)
figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3.5), layout="constrained")
for name, arguments in kinds.items():
    nets = [train(depth, **arguments) for depth in depths]
    first = [net.history_["gradient_norms"][0][0] for net in nets]
    scores = [100 * net.score(data.X_test, data.y_test) for net in nets]
    left.plot(depths, first, marker="o", label=name)
    right.plot(depths, scores, marker="o", label=name)
    print(f"{name}: {scores[0]:.0f}% with one hidden layer, {scores[-1]:.0f}% with six")
left.set(yscale="log", ylabel="norm of the first layer's gradient")
right.set(ylabel="accuracy on the test images, percent", ylim=(0, 100))
for ax in (left, right):
    ax.set(xlabel="hidden layers", xticks=depths)
handles = left.get_legend_handles_labels()
_ = figure.legend(*handles, loc="outside upper center", ncols=3)
