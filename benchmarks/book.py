"""Train the book's networks on MNIST and print their results beside the book's.

    python benchmarks/book.py --data mnist.npz [--rows NAME ...]

Every run, a network with a seed, is written to ``--results`` as soon as it is done;
the command can be stopped, and goes on with what is missing.
"""

import argparse
import json
import sys
import time
import warnings
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from sknnadl import AverageDarknessClassifier, MLPClassifier
from sknnadl.datasets import load_mnist
from sknnadl.reports.files import write_text


@dataclass(frozen=True)
class Row:
    """A network of the book: how it is trained, and what the book says of it."""

    name: str
    book: float | None
    goal: str
    parameters: dict = field(hash=False)
    lambda_: float = 0.0
    epochs: int = 30
    measure: str = "test"
    seeds: tuple = (0, 1, 2)


def sigmoid_network(units, loss, weight_init, eta):
    """Return the arguments of a network of the book's first two programs."""
    return {
        "hidden_layer_sizes": (units,),
        "activation": "sigmoid",
        "loss": loss,
        "weight_init": weight_init,
        "learning_rate_init": eta,
    }


def quadratic(units, eta):
    """Return the arguments of a network of chapter 1."""
    return sigmoid_network(units, "squared_error", "large", eta)


def cross_entropy(units, eta, weight_init="large"):
    """Return the arguments of a network of chapter 3."""
    return sigmoid_network(units, "cross_entropy", weight_init, eta)


ROWS = [
    Row("quadratic-30", 95.42, "at least 95.0", quadratic(30, 3.0)),
    Row("quadratic-100", 96.59, "at least 96.0", quadratic(100, 3.0), seeds=range(5)),
    Row("quadratic-100-too-slow", 21.42, "12 to 45", quadratic(100, 0.001)),
    Row("quadratic-30-too-fast", 10.09, "below 25", quadratic(30, 100.0)),
    Row("cross-entropy-30", 95.49, "at least 95.3", cross_entropy(30, 0.5)),
    Row("cross-entropy-100", 96.82, "at least 96.6", cross_entropy(100, 0.5)),
    Row(
        "scaled-init-100",
        97.81,
        "at least 97.6",
        cross_entropy(100, 0.1, "scaled"),
        lambda_=5.0,
        measure="validation",
    ),
    Row(
        "large-init-100",
        None,
        "2 below scaled-init-100 after an epoch",
        cross_entropy(100, 0.1),
        lambda_=5.0,
        measure="validation",
    ),
]


def train(row, seed, data):
    """Train a network and return its accuracy, in percent, after each epoch."""
    model = MLPClassifier(
        **row.parameters,
        alpha=row.lambda_ / len(data.y_train),
        batch_size=10,
        max_iter=1,
        tol=0,
        warm_start=True,
        n_iter_no_change=np.inf,
        random_state=seed,
    )
    X, y = (
        (data.X_test, data.y_test)
        if row.measure == "test"
        else (data.X_val, data.y_val)
    )
    accuracies = []
    start = time.perf_counter()
    for epoch in range(row.epochs):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", ConvergenceWarning)
            model.fit(data.X_train, data.y_train)
        accuracies.append(round(100 * model.score(X, y), 2))
        if sys.stderr.isatty():
            text = f"\r{row.name}, seed {seed}: epoch {epoch + 1} of {row.epochs}"
            print(text, end="", file=sys.stderr, flush=True)
    print(f"\r{row.name}, seed {seed}: {max(accuracies)} percent", file=sys.stderr)
    return {
        "accuracies": accuracies,
        "seconds": time.perf_counter() - start,
        "warnings": [str(warning.message) for warning in caught],
    }


def train_once(row, seed, data, folder):
    """Return the result of a run, from its file where it was done before."""
    path = folder / f"{row.name}-{seed}.json"
    if not path.exists():
        write_text(path, json.dumps(train(row, seed, data)))
    return json.loads(path.read_text())


def print_row(row, runs):
    """Print a line of the Markdown table."""
    peaks = [max(run["accuracies"]) for run in runs]
    first = max(run["accuracies"][0] for run in runs)
    too_high = sum(
        "learning rate is too high" in text for run in runs for text in run["warnings"]
    )
    print(
        f"| {row.name} | {row.measure} | {row.book or ''} | {max(peaks):.2f} | "
        f"{' '.join(f'{peak:.2f}' for peak in peaks)} | {first:.2f} | {row.goal} | "
        f"{too_high} of {len(runs)} | {np.mean([run['seconds'] for run in runs]):.0f} |"
    )


def main():
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", help="where MNIST is (default: see load_mnist)")
    parser.add_argument("--rows", nargs="+", help="the rows to run (default: all)")
    parser.add_argument("--results", type=Path, default=Path("benchmarks/results/book"))
    options = parser.parse_args()
    options.results.mkdir(parents=True, exist_ok=True)
    data = load_mnist(options.data)
    rows = [row for row in ROWS if not options.rows or row.name in options.rows]
    runs = {
        row.name: [train_once(row, seed, data, options.results) for seed in row.seeds]
        for row in rows
    }
    darkness = AverageDarknessClassifier().fit(data.X_train, data.y_train)
    hits = int((darkness.predict(data.X_test) == data.y_test).sum())
    print(f"\naverage darkness: {hits} of {len(data.y_test)} (the book: 2225)\n")
    print(
        "| network | measured on | the book | best peak | peak of each seed "
        "| best after an epoch | wanted | warned: rate too high | seconds a run |"
    )
    print("| --- |" + " ---: |" * 8)
    for row in rows:
        print_row(row, runs[row.name])


if __name__ == "__main__":
    main()
