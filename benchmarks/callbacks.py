"""Time what scikit-learn's callbacks add to the training of a network on MNIST.

    python benchmarks/callbacks.py --data mnist.npz

``ProgressBar`` writes a line, ``Checkpoint`` a file an epoch, and ``ScoringMonitor``
predicts the training rows at each epoch and at the end; beside its time stands that of
as many predictions without it.
"""

import argparse
import statistics
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np
from sklearn.callback import ProgressBar, ScoringMonitor
from sklearn.exceptions import ConvergenceWarning

from sknnadl import ConvNetClassifier, MLPClassifier
from sknnadl.callbacks import Checkpoint
from sknnadl.datasets import load_mnist

EPOCHS = 3
NETS = {
    "784-100-10": (MLPClassifier(batch_size=10), 50_000),
    "conv 20, conv 40, 100, 10": (ConvNetClassifier(batch_size=10), 10_000),
}


def seconds(net, X, y, callbacks=(), n_scores=0):
    """Return how long a fit takes, with so many scores of its rows after it."""
    net.set_params(max_iter=EPOCHS, n_iter_no_change=np.inf, n_jobs=2, random_state=0)
    net.set_callbacks(*callbacks)
    start = time.perf_counter()
    net.fit(X, y)
    for _ in range(n_scores):
        net.score(X, y)
    return time.perf_counter() - start


def main():
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", help="where MNIST is (default: see load_mnist)")
    parser.add_argument("--repeats", type=int, default=5, help="default: 5")
    options = parser.parse_args()
    warnings.simplefilter("ignore", ConvergenceWarning)
    data = load_mnist(options.data)
    folder = tempfile.mkdtemp()
    ways = {
        "alone": {},
        "ProgressBar": {"callbacks": [ProgressBar()]},
        "Checkpoint": {"callbacks": [Checkpoint(Path(folder) / "run.npz")]},
        "scores alone": {"n_scores": EPOCHS + 1},
        "ScoringMonitor": {"callbacks": [ScoringMonitor(scoring="accuracy")]},
    }
    lines = [
        "| network | " + " | ".join(ways) + " |",
        "| --- |" + " ---: |" * len(ways),
    ]
    for name, (net, n_rows) in NETS.items():
        X, y = data.X_train[:n_rows], data.y_train[:n_rows]
        times = {way: [] for way in ways}
        for _ in range(options.repeats):  # by turns, so that all see the same machine
            for way, arguments in ways.items():
                times[way].append(seconds(net, X, y, **arguments))
        values = [f"{statistics.median(times[way]):.2f}" for way in ways]
        lines.append(f"| {name} | " + " | ".join(values) + " |")
    print("\n\nSeconds for", EPOCHS, "epochs:\n", *lines, sep="\n")


if __name__ == "__main__":
    main()
