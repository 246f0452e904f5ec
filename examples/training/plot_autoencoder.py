"""
Restoring noisy digits
======================

A denoising autoencoder is shown corrupted digits and has to give the clean ones back.
What it has to know for that is in its codes, a few numbers for each digit.

See :doc:`/codes`.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.decomposition import PCA

from sknnadl import DenoisingAutoencoder
from sknnadl.datasets import load_digits_images

data = load_digits_images()
options = {"loss": "cross_entropy", "max_iter": 200, "random_state": 0}
models = {
    "pixels masked": DenoisingAutoencoder((200, 16), corruption_level=0.5, **options),
    "noise added": DenoisingAutoencoder(
        (200, 16), corruption="gaussian", corruption_level=0.5, **options
    ),
}
rng = np.random.default_rng(0)
corrupted = {
    "pixels masked": data.X_test * (rng.random(data.X_test.shape) >= 0.5),
    "noise added": data.X_test + 0.5 * rng.standard_normal(data.X_test.shape),
}
constant = np.mean((data.X_test - data.X_train.mean(axis=0)) ** 2)
restored = {}
for name, model in models.items():
    restored[name] = model.fit(data.X_train).reconstruct(corrupted[name])
    errors = [
        np.mean((data.X_test - images) ** 2) / constant
        for images in (corrupted[name], restored[name])
    ]
    before, after = errors
    print(f"{name}: {before:.2f} of the mean image's error, restored {after:.2f}")

# %%
# The first test images, what was made of them, and what the networks give back.

rows = {"clean": data.X_test}
for name in models:
    rows |= {name: corrupted[name], f"{name},\nrestored": restored[name]}
figure, axes = plt.subplots(5, 10, figsize=(8, 4.6), layout="constrained")
for line, (name, images) in zip(axes, rows.items(), strict=True):
    for ax, image in zip(line, images, strict=False):
        ax.imshow(image.reshape(data.image_shape), cmap="gray_r", vmin=0, vmax=1)
        ax.set(xticks=[], yticks=[])
    line[0].set_ylabel(name, rotation=0, ha="right", va="center", fontsize=9)

# %%
# With two numbers a code, the digits lie in a plane: on the left those of an
# autoencoder, on the right the first two principal components. Neither was told which
# digit is which.

codes = DenoisingAutoencoder((200, 50, 2), corruption_level=0.2, **options)
figure, axes = plt.subplots(1, 2, figsize=(8, 4), layout="constrained")
for ax, model in zip(axes, (codes, PCA(2)), strict=True):
    places = model.fit(data.X_train).transform(data.X_test)
    ax.scatter(*places.T, s=0)
    for place, label in zip(places, data.y_test, strict=True):
        color = plt.cm.tab10(label)
        ax.text(*place, label, color=color, fontsize=8, ha="center", va="center")
    ax.set(title=type(model).__name__, xticks=[], yticks=[])
