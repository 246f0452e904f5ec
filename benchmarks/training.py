"""Time an epoch on MNIST against PyTorch, skorch and scikit-learn.

    pip install -e ".[bench]"
    python benchmarks/training.py --data mnist.npz

The libraries take turns in one process, an epoch each; the figures are medians over
the turns. The ratios are sknnadl's time over the peer's. PyTorch counts at the best of
its variants: either optimizer, and for images either order of the axes.
"""

import argparse
import warnings

from nets import CONV_NET, PERCEPTRON, SMALL_PERCEPTRON, WIDE_CONV_NET
from peers import CONV_PEERS, PERCEPTRON_PEERS
from timing import (
    PAUSE,
    add_options,
    print_header,
    print_ratios,
    take_turns,
)

from sknnadl.datasets import load_mnist

RUNS = [
    (PERCEPTRON, 10),
    (PERCEPTRON, 128),
    (SMALL_PERCEPTRON, 10),
    (CONV_NET, 10),
    (CONV_NET, 128),
    (WIDE_CONV_NET, 10),
    (WIDE_CONV_NET, 128),
]


def main():
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_options(parser)
    parser.add_argument("--rows", type=int, default=50_000, help="default: 50000")
    parser.add_argument(
        "--conv-rows",
        type=int,
        default=10_000,
        help="rows for convolutional networks (default: 10000)",
    )
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    data = load_mnist(options.data)
    columns = "us a row", "sknnadl / library", "in NumPy / library"
    print_header("network", "batch", "library", *columns)
    for net, batch_size in RUNS:
        n_rows = options.conv_rows if net.n_filters else options.rows
        X, y = data.X_train[:n_rows], data.y_train[:n_rows]
        peers = CONV_PEERS if net.n_filters else PERCEPTRON_PEERS
        epochs = {name: peer(X, y, net, batch_size) for name, peer in peers.items()}
        seconds = take_turns(epochs, options.repeats, pause=PAUSE)
        print_ratios((net.name, batch_size), seconds, n_rows)


if __name__ == "__main__":
    main()
