"""
Rows that do not fit into memory
================================

A network is trained on files, a few of whose rows are in memory at a time: standardised
by what was seen so far, shuffled within a buffer, and kept in a file, so that a process
that is killed goes on where it was. Here the files are small, to be quick; nothing but
their number and size changes where there are more.

See :doc:`/scale`.
"""

import os
import tempfile
from pathlib import Path

import joblib
import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import make_classification
from sklearn.preprocessing import StandardScaler

from sknnadl import MLPClassifier
from sknnadl.datasets import ShardedRows

# %%
# Twenty files of 2,000 rows, whose last column is the class. The rows are sorted by it,
# as rows often are by something: a file has one class or two. The features have scales
# from 1 to 1,000.

X, y = make_classification(
    42_000, 20, n_informative=10, n_redundant=0, n_classes=4, random_state=0
)
X = (X * np.geomspace(1, 1000, 20)).astype(np.float32)
X_test, y_test = X[40_000:], y[40_000:]
in_order = np.argsort(y[:40_000], kind="stable")
folder = Path(tempfile.mkdtemp())
for number, part in enumerate(np.array_split(in_order, 20)):
    rows = np.column_stack([X[part], y[part]]).astype(np.float32)
    np.save(folder / f"{number:02d}.npy", rows)

# %%
# The recipe: rows, scaler and network are kept together in one file, which is replaced
# in one step. What is loaded from it goes on with the next block. The scaler learns in
# the first epoch. The rate is constant, as ``partial_fit`` takes each block for an
# epoch. ``stop_after`` stands for whatever ends the process.


def train(kept, *, stop_after=None, **how):
    """Train for three epochs, and return the network and its accuracies."""
    if kept.exists():
        rows, scaler, net, scores = joblib.load(kept)
    else:
        rows = ShardedRows(folder, target=-1, random_state=0, **how)
        net = MLPClassifier(learning_rate="constant", alpha=1e-3, random_state=0)
        scaler, scores = StandardScaler(), []
    while rows.epoch < 3:
        for X, y in rows:
            if rows.epoch == 0:
                scaler.partial_fit(X)
            net.partial_fit(scaler.transform(X), y, classes=range(4))
            scores.append(net.score(scaler.transform(X_test), y_test))
            joblib.dump((rows, scaler, net, scores), kept.with_suffix(".new"))
            os.replace(kept.with_suffix(".new"), kept)
            if len(scores) == stop_after:
                return net, scores
    return net, scores


# %%
# With a buffer of 8,000 rows, a fifth of all, each block has rows of sixteen places in
# the files. Stopped after 25 blocks, and gone on with, the network has the same bits.

shuffled = {"buffer_rows": 8_000, "block_rows": 1_000}
net, scores = train(folder / "whole", **shuffled)
train(folder / "parts", stop_after=25, **shuffled)
again, _ = train(folder / "parts")
print(
    f"{scores[-1]:.1%}; same bits: {np.array_equal(net.parameters_, again.parameters_)}"
)

# %%
# In the order of the files the network learns one class, and forgets it for the next.

_, in_order = train(folder / "in order", shuffle=False, block_rows=1_000)
print(f"{in_order[-1]:.1%}")

figure, ax = plt.subplots(figsize=(6.5, 3.5), layout="constrained")
for label, found in (("shuffled in a buffer", scores), ("as in the files", in_order)):
    ax.plot(
        np.arange(1, len(found) + 1), 100 * np.array(found), marker=".", label=label
    )
ax.axvline(25.5, color="gray", linestyle=":", label="stopped and gone on with")
ax.set(xlabel="block of 1,000 rows", ylabel="accuracy on other rows, percent")
ax.legend(loc="center right")
