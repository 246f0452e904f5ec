"""
Segmentation: a row of digits, cut apart and read
=================================================

To read a number, it has to be cut into digits first. The book's idea (chapter 1) is to
try many cuts and let the classifier say which are good: where it is sure of every
piece, the row was cut in the right places. Whether that works depends on what the
classifier was taught.
"""

import matplotlib.pyplot as plt
import numpy as np

from sknnadl import MLPClassifier
from sknnadl.datasets import center_digit, load_digits_images

data = load_digits_images()


def write_row(images, rng):
    """Return images in a row, touching or up to two pixels apart, and where each is."""
    row, places = np.zeros((8, 1)), []
    for image in images.reshape(-1, 8, 8):
        image = image[:, image.any(axis=0)]  # no digit has an empty column inside
        gap = np.zeros((8, rng.integers(3)))
        start = row.shape[1] + gap.shape[1]
        places.append((start, start + image.shape[1]))
        row = np.hstack([row, gap, image])
    return np.pad(row, [(0, 0), (0, 1)]), places


def find_pieces(row):
    """Return where pieces of up to 8 columns begin and end, with ink at both ends."""
    inked = row.any(axis=0)
    return [
        (a, b)
        for a in np.flatnonzero(inked)
        for b in range(a + 2, min(a + 8, row.shape[1]) + 1)
        if inked[b - 1]
    ]


def look_at(images):
    """Return images in the form of MNIST's, centred and of one size, as rows."""
    with_paper = [np.pad(image, 1) for image in images]
    return center_digit(with_paper, ink="light").reshape(len(images), -1)


# %%
# Of all ways to cut a row the best is that whose pieces have the largest product of
# probabilities. It need not be searched for among all of them: the best way to a column
# is the best way to the begin of a piece, and that piece (dynamic programming).


def read(row, pieces, log_probabilities):
    """Return the digits in a row and where they are, by the best of all cuts."""
    best = {0: (0.0, (), ())}  # up to a column: log probability, digits, places
    for end in range(1, row.shape[1] + 1):
        ways = [] if row[:, end - 1].any() else [best[end - 1]]
        for (a, b), logs in zip(pieces, log_probabilities, strict=True):
            if b == end and a in best:
                total, digits, places = best[a]
                digit = logs[:10].argmax()
                way = (total + logs[digit], (*digits, digit), (*places, (a, b)))
                ways.append(way)
        if ways:
            best[end] = max(ways, key=lambda way: way[0])
    return best[row.shape[1]][1:]


# %%
# One network knows digits alone. It has never seen what is none, and may be sure that
# half of an eight is a one. The other has an eleventh class for what is no digit, which
# it learns from rows of training images that were cut in wrong places.

rng = np.random.default_rng(0)
wrong = []
for _ in range(40):
    row, places = write_row(rng.choice(data.X_train, 5), rng)
    right = {(a + i, b + j) for a, b in places for i in (-1, 0, 1) for j in (-1, 0, 1)}
    pieces = [piece for piece in find_pieces(row) if piece not in right]
    wrong += [row[:, a:b] for a, b in rng.permutation(pieces)[:25]]
digits, others = look_at(data.X_train.reshape(-1, 8, 8)), look_at(wrong)
with_others = (
    np.concatenate([digits, others]),
    np.concatenate([data.y_train, np.full(len(others), 10)]),
)
networks = {
    "digits alone": MLPClassifier(random_state=0).fit(digits, data.y_train),
    "digits and what is none": MLPClassifier(random_state=0).fit(*with_others),
}
images = look_at(data.X_test.reshape(-1, 8, 8))
for name, network in networks.items():
    score = network.score(images, data.y_test)
    print(f"{name}: {score:.1%} of the test images, one by one")

# %%
# Thirty rows of five test images each, which neither has seen. A row counts if it is
# read without any mistake. The second network is worse at single images: it takes some
# for no digit. What it knows is which pieces not to read.

n_rows, n_right = 30, dict.fromkeys(networks, 0)
readings = []
for _ in range(n_rows):
    chosen = rng.choice(len(data.X_test), 5)
    row, _ = write_row(data.X_test[chosen], rng)
    pieces = find_pieces(row)
    seen = look_at([row[:, a:b] for a, b in pieces])
    for name, network in networks.items():
        said, places = read(row, pieces, network.predict_log_proba(seen))
        n_right[name] += said == tuple(data.y_test[chosen])
        readings.append((row, data.y_test[chosen], said, places))
for name, count in n_right.items():
    print(f"{name}: {count} of {n_rows} rows are read right")

# %%
# How the two cut and read the first rows: in blue what was read right, and in red what
# was not.

figure, axes = plt.subplots(5, 2, figsize=(9, 6), layout="constrained")
for ax, (row, written, said, places) in zip(axes.flat, readings, strict=False):
    ax.imshow(row, cmap="gray_r", extent=(0, row.shape[1], 8, 0))
    ax.set(xticks=[], yticks=[])
    color = "tab:blue" if said == tuple(written) else "tab:red"
    for digit, (a, b) in zip(said, places, strict=True):
        ax.axvspan(a, b, facecolor="none", edgecolor=color)
        ax.text((a + b) / 2, 9.5, digit, ha="center", va="center", color=color)
for ax, name in zip(axes[0], networks, strict=True):
    ax.set_title(name)
