"""
Learning rates, and how fast each layer learns
==============================================

Two looks into training: what the schedules do to the learning rate, and the vanishing
gradient of the book's chapter 5.
"""

import warnings

import matplotlib.pyplot as plt
import numpy as np
from sklearn.exceptions import ConvergenceWarning

from sknnadl import MLPClassifier
from sknnadl.datasets import load_digits_images

data = load_digits_images()

# %%
# The same network with three schedules, 20 epochs each. The rate is that at the start
# of each epoch; ``"cosine"`` and ``"one_cycle"`` change it at every mini-batch.

figure, (above, below) = plt.subplots(
    2, sharex=True, figsize=(6, 4.5), layout="constrained"
)
for schedule in ("constant", "cosine", "one_cycle"):
    mlp = MLPClassifier(
        learning_rate=schedule, max_iter=20, n_iter_no_change=np.inf, random_state=0
    )
    mlp.fit(data.X_train, data.y_train, X_val=data.X_val, y_val=data.y_val)
    epochs = range(1, mlp.n_iter_ + 1)
    above.plot(epochs, mlp.history_["learning_rate"], marker=".", label=schedule)
    below.plot(epochs, mlp.history_["val_loss"], marker=".", label=schedule)
    print(
        f"{schedule}: {mlp.score(data.X_val, data.y_val):.1%} of the validation images"
    )
above.set(ylabel="learning rate")
below.set(xlabel="epoch", xticks=range(0, 21, 5))
below.set(ylabel="validation loss", ylim=(0, 0.8))
above.legend()

# %%
# In a network of three sigmoid layers the gradient of the first layer is far smaller
# than that of the last: the earlier a layer, the slower it learns. With rectifiers it
# is not so.

figure, axes = plt.subplots(
    ncols=2, sharey=True, figsize=(7.5, 3.5), layout="constrained"
)
for ax, activation in zip(axes, ("sigmoid", "relu"), strict=True):
    mlp = MLPClassifier(
        (30, 30, 30),
        activation,
        gradient_norms=True,
        learning_rate_init=0.1,
        max_iter=30,
        n_iter_no_change=np.inf,
        random_state=0,
    )
    with warnings.catch_warnings():
        # the sigmoid network has hardly learned anything by then
        warnings.simplefilter("ignore", ConvergenceWarning)
        mlp.fit(data.X_train, data.y_train)
    norms = np.array(mlp.history_["gradient_norms"])  # (epochs, layers)
    for layer in range(3):
        ax.plot(range(1, 31), norms[:, layer], label=f"hidden layer {layer + 1}")
    ax.set(xlabel="epoch", title=activation, yscale="log")
axes[0].set(ylabel="norm of the gradient")
axes[1].legend()
