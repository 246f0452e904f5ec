"""
How weights start
=================

The input of a neuron is a sum over all that it sees. With weights from N(0, 1) the sum
grows with the number of inputs until a sigmoid neuron is saturated before it has seen
its first image, and learns slowly. The cure is to divide by the root of that number
(chapter 3 of the book), as the starts of today do too.

See :doc:`/training`.
"""

import matplotlib.pyplot as plt
import numpy as np

from sknnadl import MLPClassifier
from sknnadl.datasets import load_digits_images
from sknnadl.inspection import TrainingHistoryDisplay
from sknnadl.network import Dense, Network

data = load_digits_images()
starts = {"large": "N(0, 1)", "scaled": "N(0, 1/n_in)", "glorot": "Glorot's"}


def enlarge(rows):
    """Return images of 8x8 pixels as such of 32x32, which show nothing more."""
    return np.kron(rows.reshape(-1, 8, 8), np.ones((4, 4))).reshape(-1, 32 * 32)


X_train, X_val = enlarge(data.X_train), enlarge(data.X_val)

# %%
# What a hundred hidden neurons answer to the training images before any training. With
# ``weight_init="large"`` many answers are close to 0 or 1, and far more of the large
# images than of the small ones. The other two starts depend little on the size.

figure, axes = plt.subplots(
    1, 3, sharex=True, sharey=True, figsize=(7.5, 2.6), layout="constrained"
)
for ax, (start, name) in zip(axes, starts.items(), strict=True):
    for images in (data.X_train, X_train):
        n_pixels = images.shape[1]
        layer = Network([Dense(100, "sigmoid", weight_init=start)], (n_pixels,))
        layer.initialize(np.random.default_rng(0))
        outputs = layer.forward(images.astype(np.float32))
        saturated = np.mean((outputs < 0.02) | (outputs > 0.98))
        print(f"{name}, {n_pixels} pixels: {saturated:.0%} saturated")
        bins = {"bins": np.linspace(0, 1, 26), "density": True, "histtype": "step"}
        ax.hist(outputs.ravel(), **bins, label=n_pixels)
    ax.set(xlabel="output of a hidden neuron", title=name, yticks=[])
_ = axes[0].legend(title="pixels", loc="upper center")

# %%
# The same network learns the large images from each start. That of ``"large"`` is
# behind in each epoch.

nets = {}
for start, name in starts.items():
    nets[name] = MLPClassifier(
        (30,),
        activation="sigmoid",
        weight_init=start,
        loss="cross_entropy",
        learning_rate="constant",
        batch_size=10,
        alpha=0,
        max_iter=10,
        n_iter_no_change=np.inf,
        random_state=0,
    )
    nets[name].fit(X_train, data.y_train, X_val=X_val, y_val=data.y_val)
_ = TrainingHistoryDisplay.from_estimators(nets)
