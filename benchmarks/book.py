"""Train the book's networks on MNIST and print their results beside the book's.

    python benchmarks/book.py --data mnist.npz [--rows NAME ...]

All rows take a night or two on two cores, most of it those with expanded images.

Every run, a network with a seed, is written to ``--results`` when it is done, and its
state after every epoch. So the command can be stopped, and goes on where it was; remove
the folder to start anew. Where a row names what is enough, no further seed is trained
once one has reached it.
"""

import argparse
import json
import os
import pickle
import sys
import time
import warnings
from pathlib import Path

import numpy as np
from book_rows import BATCH_SIZE, ROWS, SVMS, VOTES, cross_entropy
from sklearn.exceptions import ConvergenceWarning

from sknnadl import AverageDarknessClassifier, MLPClassifier
from sknnadl._files import write_text
from sknnadl.datasets import expand_images, load_mnist


def train(row, seed, data, n_jobs, path):
    """Train a network; return its accuracies, in percent, after each epoch."""
    exists = path.exists()
    run = pickle.loads(path.read_bytes()) if exists else start(row, seed, n_jobs)
    X, y = data.X_train[: row.n_train], data.y_train[: row.n_train]
    if row.expanded:
        X, y = expand_images(X, y)
    for epoch in range(len(run["test"]), row.epochs):
        begin = time.perf_counter()
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", ConvergenceWarning)
            run["model"].fit(X, y)
        run["seconds"] += time.perf_counter() - begin
        run["warnings"] = [str(warning.message) for warning in caught]
        measure(run, data)
        replace(path, run)
        if sys.stderr.isatty():
            text = f"\r{row.name}, seed {seed}: epoch {epoch + 1} of {row.epochs}"
            print(text, end="", file=sys.stderr, flush=True)
    print(f"\r{row.name}, seed {seed}: {result(row, run)} percent", file=sys.stderr)
    model = run.pop("model")
    return run | {"training": round(100 * model.score(X, y), 2)}


def measure(run, data):
    """Note the accuracies after an epoch, and what the best network says."""
    found = run["model"].predict(data.X_test)
    run["test"].append(round(100 * float((found == data.y_test).mean()), 2))
    score = round(100 * run["model"].score(data.X_val, data.y_val), 2)
    if score > max(run["validation"], default=0):
        run["labels"] = "".join(map(str, found))
    run["validation"].append(score)


def start(row, seed, n_jobs):
    """Return a run before its first epoch."""
    model = row.estimator(
        **row.parameters,
        alpha=row.alpha,
        divide_alpha=False,
        learning_rate="constant",
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
    if row.measure == "test at the end":
        return run["test"][-1]
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
        f"{' '.join(f'{peak:.2f}' for peak in peaks)} | {first:.2f} | "
        f"{max(run['training'] for run in runs):.2f} | {row.goal} | "
        f"{too_high} of {len(runs)} | {np.mean([run['seconds'] for run in runs]):.0f} |"
    )


def print_vote(name, runs, data):
    """Print what most of a row's networks say, each at its best epoch."""
    labels = np.array([list(run["labels"]) for run in runs], dtype=int)  # (runs, n)
    counts = np.array([(labels == digit).sum(axis=0) for digit in range(10)])
    hits = counts.argmax(axis=0) == data.y_test
    book = VOTES[name][1]
    print(f"{name}: {100 * hits.mean():.2f} percent of {len(runs)} (the book: {book})")


def print_svm(name, data, folder):
    """Print how many test images an SVM is right about, once it is known."""
    model, book, wanted = SVMS[name]
    path = folder / f"{name}.json"
    if not path.exists():
        found = model.fit(data.X_train, data.y_train).predict(data.X_test)
        write_text(path, json.dumps({"hits": int((found == data.y_test).sum())}))
    hits = json.loads(path.read_text())["hits"]
    print(f"{name}: {hits} of {len(data.y_test)} (the book: {book}, wanted: {wanted})")


def main():
    """Run the command."""
    names = [*(row.name for row in ROWS), *VOTES, *SVMS]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", help="where MNIST is (default: see load_mnist)")
    parser.add_argument("--rows", nargs="+", choices=names, default=names)
    parser.add_argument("--results", type=Path, default=Path("benchmarks/results/book"))
    parser.add_argument("--n-jobs", type=int, default=2, help="threads (default: 2)")
    options = parser.parse_args()
    options.results.mkdir(parents=True, exist_ok=True)
    data = load_mnist(options.data)
    voters = [VOTES[name][0] for name in options.rows if name in VOTES]
    rows = [row for row in ROWS if row.name in (*options.rows, *voters)]
    runs = {
        row.name: train_all(row, data, options.n_jobs, options.results) for row in rows
    }
    darkness = AverageDarknessClassifier().fit(data.X_train, data.y_train)
    hits = int((darkness.predict(data.X_test) == data.y_test).sum())
    print(f"\naverage darkness: {hits} of {len(data.y_test)} (the book: 2225)")
    for name in options.rows:
        if name in SVMS:
            print_svm(name, data, options.results)
        if name in VOTES:
            print_vote(name, runs[VOTES[name][0]], data)
    print(
        "\n| network | measured on | the book | best seed | each seed "
        "| best after an epoch | training images at the end | wanted "
        "| warned: rate too high | seconds a run |"
    )
    print("| --- |" + " ---: |" * 9)
    for row in rows:
        print_row(row, runs[row.name])
    norms = vanishing_gradient(data)
    text = ", ".join(f"{norm:.4f}" for norm in norms)
    print(f"\nGradient norms of 784-30-30-30-10 at the start, layer by layer: {text}")


def vanishing_gradient(data):
    """Return the norm of each layer's gradient before training (chapter 5)."""
    model = MLPClassifier(
        **cross_entropy(30, 0.1, "scaled") | {"hidden_layer_sizes": (30, 30, 30)},
        gradient_norms=True,
        max_iter=1,
        random_state=0,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # of a single epoch
        model.fit(data.X_train[:1000], data.y_train[:1000])
    return model.history_["gradient_norms"][0]


if __name__ == "__main__":
    main()
