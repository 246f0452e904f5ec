"""
Images that fool a network
==========================

The gradient of the cost with respect to an image says which pixels a network looks
at. A small step along it fools the network: each pixel changes by the same little, and
a person still reads the digit.

See :doc:`/displays`.
"""

import matplotlib.pyplot as plt
import numpy as np

from sknnadl import ConvNetClassifier
from sknnadl.datasets import load_digits_images
from sknnadl.inspection import AdversarialDisplay, fast_gradient_sign

data = load_digits_images()
X, y = data.X_test, data.y_test
net = ConvNetClassifier((12, 24), kernel_size=3, padding="same", random_state=0)
net.fit(data.X_train, data.y_train)
print(f"{net.score(X, y):.1%} of the test images")

# %%
# The size of the gradient, pixel by pixel, is a map of what the cost of an image
# depends on (Simonyan, Vedaldi and Zisserman 2013): darker pixels count for more.

sizes = np.abs(net.input_gradient(X, y))
figure, axes = plt.subplots(2, 6, figsize=(7, 2.6), layout="constrained")
for i, (above, below) in enumerate(axes.T):
    above.imshow(X[i].reshape(8, 8), cmap="gray_r")
    below.imshow(sizes[i].reshape(8, 8), cmap="Reds")
    above.set_axis_off()
    below.set_axis_off()

# %%
# A step of the size ``eps`` along the sign of the gradient changes no pixel by more
# than ``eps`` (Goodfellow, Shlens and Szegedy 2015). Signs that chance chooses change
# the images as much, and matter far less: what fools the network is the direction.

rng = np.random.default_rng(0)
steps = np.linspace(0, 0.3, 13)
by_gradient, by_chance = [], []
for eps in steps:
    changed = fast_gradient_sign(net, X, y, eps, clip=(0, 1))
    noise = np.clip(X + eps * rng.choice([-1, 1], X.shape), 0, 1)
    by_gradient.append(net.score(changed, y))
    by_chance.append(net.score(noise, y))
figure, ax = plt.subplots(figsize=(6, 3.2), layout="constrained")
ax.plot(steps, by_chance, marker=".", label="signs by chance")
ax.plot(steps, by_gradient, marker=".", label="signs of the gradient")
ax.set(xlabel="change of each pixel, eps", ylabel="accuracy", ylim=(0, 1))
_ = ax.legend()

# %%
# Some of the images that the network was right about, what is added to them, and what
# it says of the sum, with its probability.

_ = AdversarialDisplay.from_estimator(net, X, y, eps=0.15, clip=(0, 1))
