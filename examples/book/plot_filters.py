"""
What the filters look for
=========================

A convolution lays small kernels over every place of an image, and a feature map says
how well each place fits. Here are the kernels of a network for scikit-learn's digits,
the places that fit them best, and what the second layer makes of that.

See :doc:`/images`.
"""

import matplotlib.pyplot as plt
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from sknnadl import NetworkClassifier
from sknnadl.datasets import load_digits_images
from sknnadl.inspection import FeatureMapDisplay, KernelDisplay
from sknnadl.network import Conv2D, Dense, Flatten, MaxPool2D

data = load_digits_images()
layers = [
    Conv2D(8, kernel_size=3, padding="same"),
    Conv2D(12, kernel_size=3, padding="same"),
    MaxPool2D(2),
    Flatten(),
    Dense(50),
]
net = NetworkClassifier(layers, input_shape=(8, 8), random_state=2)
net.fit(data.X_train, data.y_train)
print(f"{net.score(data.X_test, data.y_test):.1%} of the test images")

# %%
# The kernels of the first layer. A place fits where there is ink under the red pixels
# and none under the blue ones.

_ = KernelDisplay.from_estimator(net, n_columns=8)

# %%
# What they make of an image: a feature map each, of a value a place.

_ = FeatureMapDisplay.from_estimator(net, data.X_test[0], n_columns=4)

# %%
# The places of the test images that fit best, below each other for each kernel, in the
# order of above: edges and strokes in some direction. ``transform`` gives the feature
# maps of the layer that ``feature_layer`` names. Of an image one place is shown.

images = data.X_test.reshape(-1, 8, 8)
around = np.pad(images, ((0, 0), (1, 1), (1, 1)))
places = sliding_window_view(around, (3, 3), axis=(1, 2)).reshape(-1, 64, 3, 3)
maps = net.set_params(feature_layer=0).transform(data.X_test).reshape(-1, 64, 8)
figure, axes = plt.subplots(5, 8, figsize=(6.5, 4), layout="constrained")
for column, fits in zip(axes.T, np.moveaxis(maps, 2, 0), strict=True):
    best = fits.max(axis=1).argsort()[::-1]
    for ax, i in zip(column, best, strict=False):
        ax.imshow(places[i, fits[i].argmax()], cmap="gray_r", vmin=0, vmax=1)
        ax.set(xticks=[], yticks=[])

# %%
# The kernels of the second layer lie over the maps of the first, so each answers to a
# combination of strokes, in a larger part of the image. In the columns are the images
# that each of the twelve answers to most: some to one digit, others to what several
# digits have in common.

maps = net.set_params(feature_layer=1).transform(data.X_test).reshape(-1, 64, 12)
figure, axes = plt.subplots(5, 12, figsize=(8, 3.5), layout="constrained")
for column, answers in zip(axes.T, maps.max(axis=1).T, strict=True):
    for ax, i in zip(column, answers.argsort()[::-1], strict=False):
        ax.imshow(images[i], cmap="gray_r", vmin=0, vmax=1)
        ax.set(xticks=[], yticks=[])
