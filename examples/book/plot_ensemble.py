"""
An ensemble: networks that vote
===============================

Five networks that vote gave the book its best result on MNIST (chapter 6).
scikit-learn makes such an ensemble of any classifiers: of networks that start from
other weights, or of networks that learn from other rows.

See :doc:`/training`.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.ensemble import BaggingClassifier, VotingClassifier

from sknnadl import ConvNetClassifier
from sknnadl.datasets import load_digits_images

data = load_digits_images()
X, y = data.X_train[:300], data.y_train[:300]
X_test = np.concatenate([data.X_train[300:], data.X_val, data.X_test])
y_test = np.concatenate([data.y_train[300:], data.y_val, data.y_test])
options = {"kernel_size": 3, "padding": "same", "dropout": 0.5, "max_iter": 40}

# %%
# 300 images to learn from leave much to chance. The twelve networks on the one hand
# have the same images and another ``random_state`` each, and so other first weights and
# other mini-batches. Those on the other hand have images drawn from the 300 with
# replacement, so that each lacks about a third of them.

n_nets = 12
nets = [
    (f"net {seed}", ConvNetClassifier((16,), random_state=seed, **options))
    for seed in range(n_nets)
]
ensembles = {
    "other starts": VotingClassifier(nets, voting="soft"),
    "other rows": BaggingClassifier(
        ConvNetClassifier((16,), **options), n_nets, random_state=0
    ),
}
said = {}  # the probabilities of each network, (networks, images, digits)
for name, ensemble in ensembles.items():
    ensemble.fit(X, y)
    said[name] = np.array([net.predict_proba(X_test) for net in ensemble.estimators_])
    alone = [np.mean(one.argmax(axis=1) == y_test) for one in said[name]]
    print(
        f"{name}: {np.mean(alone):.1%} of the test images alone, on average; "
        f"{ensemble.score(X_test, y_test):.1%} together"
    )

# %%
# Both vote by the mean of their probabilities. The crosses are the networks alone, and
# the line is the vote of all networks up to there: better than most of those who vote.
# What they get wrong together a vote cannot mend, so that it gains the more, the more
# they differ. Networks of other rows are worse alone, as each has seen fewer images,
# and gain more.

figure, axes = plt.subplots(
    ncols=2, sharey=True, figsize=(8, 3.8), layout="constrained"
)
counts = np.arange(1, n_nets + 1)
for ax, (name, probabilities) in zip(axes, said.items(), strict=True):
    alone = np.mean(probabilities.argmax(axis=2) == y_test, axis=1)
    votes = np.cumsum(probabilities, axis=0).argmax(axis=2)
    ax.plot(counts, 100 * alone, "x", color="0.6", label="each network alone")
    ax.plot(counts, 100 * np.mean(votes == y_test, axis=1), ".-", label="the vote")
    ax.set(title=name, xlabel="networks", xticks=counts)
axes[0].set(ylabel="accuracy on other images, percent")
figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=2)

# %%
# How the networks of other rows are divided over some images that the vote gets right:
# above each its label, and below which digits they say, and how many of them. It gets
# some right of which most say another digit: the mean counts how sure each of them is.

probabilities = said["other rows"]
answers = probabilities.argmax(axis=2)  # (networks, images)
right = probabilities.mean(axis=0).argmax(axis=1) == y_test
n_for = np.sum(answers == y_test, axis=0)
shown = np.flatnonzero(right)[np.argsort(n_for[right], kind="stable")[:8]]
figure, axes = plt.subplots(1, 8, figsize=(9, 2), layout="constrained")
for ax, i in zip(axes, shown, strict=True):
    ax.imshow(X_test[i].reshape(data.image_shape), cmap="gray_r")
    digits, counts = np.unique(answers[:, i], return_counts=True)
    order = np.argsort(-counts, kind="stable")[:3]
    lines = [f"{digits[j]}: {counts[j]}" for j in order]
    ax.set(title=y_test[i], xticks=[], yticks=[], xlabel="\n".join(lines))
