"""Train the book's networks on MNIST and print their results beside the book's.

    python benchmarks/book.py --data mnist.npz [--rows NAME ...]

Every run, a network with a seed, is written to ``--results`` when it is done, and its
state after every epoch. So the command can be stopped, and goes on where it was; remove
the folder to start anew. Of the convolutional networks no further seed is trained where
one has reached what is wanted.
"""

import argparse
import json
import os
import pickle
import sys
import time
import warnings
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from sknnadl import AverageDarknessClassifier, ConvNetClassifier, MLPClassifier
from sknnadl.datasets import load_mnist
from sknnadl.reports.files import write_text


@dataclass(frozen=True)
class Row:
    """A network of the book: how it is trained, and what the book says of it.

    ``measure`` says which accuracies count: the highest over the epochs on the test or
    on the validation images, or that on the test images after the epoch which is best
    on the validation images. No more seeds are needed once ``enough`` is reached.
    """

    name: str
    book: float | None
    goal: str
    parameters: dict = field(hash=False)
    alpha: float = 0.0
    estimator: type = MLPClassifier
    epochs: int = 30
    measure: str = "test"
    seeds: tuple = (0, 1, 2)
    enough: float = np.inf


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


def convolutional(n_filters, activation="sigmoid", eta=0.1):
    """Return the arguments of a network of chapter 6."""
    return {
        "n_filters": n_filters,
        "activation": activation,
        "weight_init": "scaled",
        "learning_rate_init": eta,
    }


def conv_row(name, book, enough, parameters, **options):
    """Return a row of chapter 6."""
    return Row(
        name,
        book,
        f"at least {enough}",
        parameters,
        estimator=ConvNetClassifier,
        epochs=60,
        measure="test at best validation",
        enough=enough,
        **options,
    )


N_TRAIN, BATCH_SIZE = 50_000, 10
#: The book's lambda = 5 in chapter 3, and 0.1 in chapter 6 (see docs/book.rst).
CHAPTER_3, CHAPTER_6 = 5.0 / N_TRAIN, 0.1 / (N_TRAIN / BATCH_SIZE)

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
        alpha=CHAPTER_3,
        measure="validation",
    ),
    Row(
        "large-init-100",
        None,
        "2 below scaled-init-100 after an epoch",
        cross_entropy(100, 0.1),
        alpha=CHAPTER_3,
        measure="validation",
    ),
    conv_row("shallow", 97.80, 97.7, convolutional(())),
    conv_row("conv", 98.78, 98.7, convolutional((20,))),
    conv_row("conv-conv", 99.06, 98.95, convolutional((20, 40))),
    conv_row(
        "conv-conv-relu",
        99.23,
        99.15,
        convolutional((20, 40), "relu", 0.03),
        alpha=CHAPTER_6,
    ),
]


def train(row, seed, data, n_jobs, path):
    """Train a network; return its accuracies, in percent, after each epoch."""
    exists = path.exists()
    run = pickle.loads(path.read_bytes()) if exists else start(row, seed, n_jobs)
    for epoch in range(len(run["test"]), row.epochs):
        begin = time.perf_counter()
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", ConvergenceWarning)
            run["model"].fit(data.X_train, data.y_train)
        run["seconds"] += time.perf_counter() - begin
        run["warnings"] = [str(warning.message) for warning in caught]
        for name, X, y in (
            ("test", data.X_test, data.y_test),
            ("validation", data.X_val, data.y_val),
        ):
            run[name].append(round(100 * run["model"].score(X, y), 2))
        replace(path, run)
        if sys.stderr.isatty():
            text = f"\r{row.name}, seed {seed}: epoch {epoch + 1} of {row.epochs}"
            print(text, end="", file=sys.stderr, flush=True)
    print(f"\r{row.name}, seed {seed}: {result(row, run)} percent", file=sys.stderr)
    return {name: value for name, value in run.items() if name != "model"}


def start(row, seed, n_jobs):
    """Return a run before its first epoch."""
    model = row.estimator(
        **row.parameters,
        alpha=row.alpha,
        batch_size=BATCH_SIZE,
        max_iter=1,
        tol=0,
        warm_start=True,
        n_iter_no_change=np.inf,
        n_jobs=n_jobs,
        random_state=seed,
    )
    return {"model": model, "test": [], "validation": [], "seconds": 0.0}


def replace(path, run):
    """Write a run to a file in one step."""
    temporary = path.with_suffix(".part")
    temporary.write_bytes(pickle.dumps(run))
    os.replace(temporary, path)


def result(row, run):
    """Return the accuracy that counts."""
    if row.measure == "test at best validation":
        return run["test"][int(np.argmax(run["validation"]))]
    return max(run[row.measure])


def train_all(row, data, n_jobs, folder):
    """Return the runs of a row; those done before are read from their files."""
    runs = []
    for seed in row.seeds:
        path = folder / f"{row.name}-{seed}.json"
        if not path.exists():
            unfinished = path.with_suffix(".pickle")
            run = train(row, seed, data, n_jobs, unfinished)
            write_text(path, json.dumps(run))
            unfinished.unlink(missing_ok=True)
        runs.append(json.loads(path.read_text()))
        if result(row, runs[-1]) >= row.enough:
            break
    return runs


def print_row(row, runs):
    """Print a line of the Markdown table."""
    peaks = [result(row, run) for run in runs]
    of_first = "validation" if row.measure == "validation" else "test"
    first = max(run[of_first][0] for run in runs)
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
    parser.add_argument("--n-jobs", type=int, default=2, help="threads (default: 2)")
    options = parser.parse_args()
    options.results.mkdir(parents=True, exist_ok=True)
    data = load_mnist(options.data)
    rows = [row for row in ROWS if not options.rows or row.name in options.rows]
    runs = {
        row.name: train_all(row, data, options.n_jobs, options.results) for row in rows
    }
    darkness = AverageDarknessClassifier().fit(data.X_train, data.y_train)
    hits = int((darkness.predict(data.X_test) == data.y_test).sum())
    print(f"\naverage darkness: {hits} of {len(data.y_test)} (the book: 2225)\n")
    print(
        "| network | measured on | the book | best seed | each seed "
        "| best after an epoch | wanted | warned: rate too high | seconds a run |"
    )
    print("| --- |" + " ---: |" * 8)
    for row in rows:
        print_row(row, runs[row.name])


if __name__ == "__main__":
    main()
