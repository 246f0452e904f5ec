"""
A convolutional network on images
=================================

Train a convolutional network on scikit-learn's digits beside a multilayer perceptron,
watch the accuracy on images held out, and look at the hardest of the test images.

See :doc:`/images`.
"""

import matplotlib.pyplot as plt
import numpy as np

from sknnadl import ConvNetClassifier, MLPClassifier
from sknnadl.datasets import load_digits_images

data = load_digits_images()
options = {
    "activation": "tanh",
    "loss": "cross_entropy",
    "dropout": 0.5,
    "batch_size": 10,
    "learning_rate_init": 0.1,
    "early_stopping": True,
    "validation_fraction": 0.2,
    "max_iter": 30,
    "n_iter_no_change": np.inf,
    "random_state": 0,
}
nets = {
    "convolutional network": ConvNetClassifier(
        n_filters=(64,), kernel_size=3, padding="same", **options
    ),
    "multilayer perceptron": MLPClassifier(**options),
}
for name, net in nets.items():
    net.fit(data.X_train, data.y_train)
    print(f"{name}: {net.score(data.X_test, data.y_test):.1%} of the test images")
print(nets["convolutional network"].summary())

# %%
# ``early_stopping`` holds a fifth of the training images out and measures the accuracy
# on them after every epoch.

figure, ax = plt.subplots(figsize=(6, 3.5), layout="constrained")
for name, net in nets.items():
    epochs = range(1, net.n_iter_ + 1)
    ax.plot(epochs, 100 * np.array(net.history_["val_score"]), label=name)
ax.set(xlabel="epoch", ylabel="accuracy on images held out, percent", ylim=(85, 100.5))
ax.grid(alpha=0.3)
ax.legend()

# %%
# The test images to whose label the convolutional network gives the lowest probability,
# with the label and what it says. It is right about some of them.

probabilities = nets["convolutional network"].predict_proba(data.X_test)
of_label = probabilities[np.arange(len(data.y_test)), data.y_test]
figure, axes = plt.subplots(2, 6, figsize=(7, 3), layout="constrained")
for ax, i in zip(axes.flat, of_label.argsort(), strict=False):
    ax.imshow(data.X_test[i].reshape(data.image_shape), cmap="gray_r")
    ax.set_title(f"{data.y_test[i]}, says {probabilities[i].argmax()}", fontsize=9)
    ax.set_axis_off()
