"""
Overfitting, and its cures
==========================

A network with more weights than images can learn the images by heart, mistakes in their
labels included, and is then worse on images that it has not seen. Here are a penalty,
dropout, more images and early stopping against that (chapter 3 of the book).

See :doc:`/training`.
"""

import matplotlib.pyplot as plt
import numpy as np

from sknnadl import MLPClassifier
from sknnadl.datasets import expand_images, load_digits_images
from sknnadl.inspection import TrainingHistoryDisplay

# %%
# Three of ten training labels are made wrong, so that there is something to learn which
# is of no use elsewhere. Those of the test images are right. The first 300 images
# train.

data = load_digits_images()
X, y = data.X_train, data.y_train.copy()
rng = np.random.default_rng(0)
wrong = rng.random(len(y)) < 0.3
y[wrong] = (y[wrong] + rng.integers(1, 10, wrong.sum())) % 10
X_few, y_few = X[:300], y[:300]

plain = {
    "learning_rate": "constant",
    "learning_rate_init": 0.1,
    "batch_size": 10,
    "alpha": 0,
    "max_iter": 100,
    "n_iter_no_change": np.inf,
}
mlp = MLPClassifier(**plain, random_state=0)
mlp.fit(X_few, y_few, eval_sets={"test": (data.X_test, data.y_test)})

# %%
# For some epochs the network learns what digits have in common. Then it goes on to
# learn the wrong labels: the training cost falls and the test loss rises.

_ = TrainingHistoryDisplay.from_estimator(mlp)

# %%
# Each cure alone, from five starts. ``early_stopping`` holds out a fifth of the 300
# images, wrong labels and all, and keeps the network that was best on them. Copies
# moved by a pixel, and four times as many images, with as many wrong labels among them,
# are learned in fewer epochs and as many steps. Each cure helps, and none as much as
# more images.

X_moved, y_moved = expand_images(X_few, y_few)
cures = {
    "none": (X_few, y_few, {}),
    "L2 penalty": (X_few, y_few, {"alpha": 0.1}),
    "dropout": (X_few, y_few, {"dropout": 0.5}),
    "early stopping": (
        X_few,
        y_few,
        {"early_stopping": True, "validation_fraction": 0.2, "n_iter_no_change": 20},
    ),
    "moved copies": (X_moved, y_moved, {"max_iter": 20}),
    "four times the images": (X, y, {"max_iter": 25}),
}
figure, ax = plt.subplots(figsize=(6.5, 3.2), layout="constrained")
for name, (images, labels, cure) in cures.items():
    scores = []
    for seed in range(5):
        net = MLPClassifier(**plain | cure, random_state=seed).fit(images, labels)
        scores.append(100 * net.score(data.X_test, data.y_test))
    print(f"{name}: {np.mean(scores):.0f}%")
    ax.plot(scores, [name] * 5, "o", color="C0", alpha=0.5)
    ax.plot(np.mean(scores), name, "|", color="C1", markersize=16, markeredgewidth=2)
ax.legend(ax.lines[:2], ["one network", "mean"], loc="lower left")
ax.invert_yaxis()
ax.margins(y=0.1)
_ = ax.set(xlabel="accuracy on the test images, percent")
