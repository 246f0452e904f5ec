"""Time an epoch on MNIST against PyTorch, skorch and scikit-learn.

    pip install -e ".[bench]"
    python benchmarks/training.py --data mnist.npz

The libraries take turns in one process, an epoch each, so that a change of the
machine's speed meets all of them; the figures are medians over the turns. The ratios
are sknnadl's time over the peer's. PyTorch counts at the better of its two optimizers.
"""

import argparse
import statistics
import time
import warnings

from peers import PEERS

from sknnadl.datasets import load_mnist

NETWORKS = [((100,), 10), ((100,), 128), ((30,), 10)]


def time_epochs(X, y, hidden, batch_size, repeats):
    """Return the median microseconds a row of each library."""
    epochs = {name: peer(X, y, hidden, batch_size) for name, peer in PEERS.items()}
    seconds = {name: [] for name in epochs}
    for turn in range(repeats + 1):  # the first turn warms up
        for name, epoch in epochs.items():
            start = time.perf_counter()
            epoch()
            if turn:
                seconds[name].append(time.perf_counter() - start)
    return {
        name: statistics.median(times) / len(X) * 1e6 for name, times in seconds.items()
    }


def main():
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", help="where MNIST is (default: see load_mnist)")
    parser.add_argument("--rows", type=int, default=50_000, help="default: 50000")
    parser.add_argument("--repeats", type=int, default=5, help="default: 5")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    data = load_mnist(options.data)
    X, y = data.X_train[: options.rows], data.y_train[: options.rows]
    print("| network | batch | library | us a row | sknnadl / library |")
    print("| --- | ---: | --- | ---: | ---: |")
    for hidden, batch_size in NETWORKS:
        times = time_epochs(X, y, hidden, batch_size, options.repeats)
        times["PyTorch"] = min(times["PyTorch"], times.pop("PyTorch, fused SGD"))
        name = "-".join(map(str, (784, *hidden, 10)))
        for library, microseconds in times.items():
            print(
                f"| {name} | {batch_size} | {library} | {microseconds:.2f} "
                f"| {times['sknnadl'] / microseconds:.3f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
