"""Measure what a last mini-batch of few rows does to batch normalization.

    python benchmarks/last_batch.py

A network with batch normalization is trained on 160 rows of digits, five mini-batches,
and some more, which either come as a mini-batch of their own or join the one before.
The figures are accuracies on 300 test images, the means over some seeds.
"""

import argparse
import warnings
from unittest import mock

import numpy as np

from sknnadl import MLPClassifier
from sknnadl.datasets import load_digits_images
from sknnadl.training import epoch


def main():
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=6, help="default: 6")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    data = load_digits_images()
    print("| rows left | of their own | joined to the last |")
    print("| ---: | ---: | ---: |")
    for n_left in (0, 1, 2, 3, 4, 6, 8, 12, 16):
        cells = []
        for least in (0, 32):
            with mock.patch.object(epoch, "_LEAST_VALUES", least):
                scores = [score(data, n_left, seed) for seed in range(options.seeds)]
            cells.append(f"{np.mean(scores):.3f}")
        print(f"| {n_left} | {' | '.join(cells)} |", flush=True)


def score(data, n_left, seed):
    """Return the accuracy of a network trained on 160 rows and some more."""
    rows = np.random.default_rng(seed).permutation(len(data.X_train))[: 160 + n_left]
    model = MLPClassifier(
        batch_norm=True,
        learning_rate="constant",
        alpha=1e-4,
        divide_alpha=False,
        max_iter=100,
        random_state=seed,
    )
    model.fit(data.X_train[rows], data.y_train[rows])
    return model.score(data.X_test, data.y_test)


if __name__ == "__main__":
    main()
