"""Time an epoch of a convolutional network at 1, 2 and 4 times the work.

    python benchmarks/growth.py [--rows 2000]

Random images; one convolutional layer with 5x5 kernels, 2x2 max-pooling and ten
outputs; one of the numbers of images, of filters, and of pixels an image grows.
"""

import argparse

import numpy as np
from timing import take_turns

from sknnadl import ConvNetClassifier

FACTORS = (1, 2, 4)


def epoch(n_rows, n_filters, side):
    """Return an epoch on random images."""
    rng = np.random.default_rng(0)
    X = rng.random((n_rows, *side), np.float32)
    y = np.arange(n_rows) % 10
    model = ConvNetClassifier(
        (n_filters,), hidden_layer_sizes=(), batch_size=10, n_jobs=2, random_state=0
    )
    return lambda: model.partial_fit(X, y, classes=range(10))


def main():
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=2000, help="default: 2000")
    parser.add_argument("--repeats", type=int, default=5, help="default: 5")
    options = parser.parse_args()
    # A valid 5x5 convolution of (24 k + 4) x 28 pixels has 24 k x 24 outputs.
    growing = {
        "images": lambda k: epoch(k * options.rows, 20, (28, 28)),
        "filters": lambda k: epoch(options.rows, k * 20, (28, 28)),
        "image area": lambda k: epoch(options.rows, 20, (24 * k + 4, 28)),
    }
    columns = [f"{k}x, ms" for k in FACTORS] + [f"{k}x / 1x" for k in FACTORS[1:]]
    print(f"| what grows | {' | '.join(columns)} |")
    print("| --- |" + " ---: |" * len(columns))
    for name, make in growing.items():
        seconds = take_turns({k: make(k) for k in FACTORS}, options.repeats)
        cells = [f"{1000 * seconds[k]:.0f}" for k in FACTORS]
        cells += [f"{seconds[k] / seconds[1]:.2f}" for k in FACTORS[1:]]
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
