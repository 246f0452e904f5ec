"""Train the book's networks on MNIST and note their results beside the book's.

    python benchmarks/book.py --data mnist.npz [--rows NAME ...]
    python benchmarks/book.py --page docs/reproduced.rst

All rows take a night or two on two cores, most of it those with expanded images.

Every run, a network with a seed, goes to ``benchmarks/results/book.json`` when it is
done, and its state into ``--unfinished`` after every epoch. So the command can be
stopped, and goes on where it was; what stands in the file is not trained again. The
second command makes the page of the file.
"""

import argparse
import os
import pickle
import sys
import time
import warnings
from pathlib import Path

import numpy as np
from book_results import DARKNESS, RESULTS, make_page, note, read, result, vote
from book_rows import BATCH_SIZE, ROWS, SVMS, TUNED, VOTES, cross_entropy
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
    run["seconds"] = round(run["seconds"], 1)
    if row.name not in (voters for voters, _ in VOTES.values()):
        del run["labels"]
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


def train_all(row, data, n_jobs, folder):
    """Train the networks of a row that were not trained before."""
    for seed in row.seeds:
        if str(seed) in read().get(row.name, {}):
            continue
        unfinished = folder / f"{row.name}-{seed}.pickle"
        note(row.name, seed, train(row, seed, data, n_jobs, unfinished))
        unfinished.unlink(missing_ok=True)


def take_vote(name, data):
    """Note what most of a row's networks say, each at its best epoch."""
    runs = list(read()[VOTES[name][0]].values())
    note(name, "vote", {"accuracy": vote(runs, data.y_test)})


def count_hits(name, model, data):
    """Note how many test images a baseline is right about.

    The tuned one was chosen on the validation images, and then trains on them too.
    """
    if name not in read():
        X, y = data.X_train, data.y_train
        if name == TUNED:
            X, y = np.concatenate([X, data.X_val]), np.concatenate([y, data.y_val])
        found = model.fit(X, y).predict(data.X_test)
        note(name, "test", {"hits": int((found == data.y_test).sum())})


def main():
    """Run the command."""
    baselines = {DARKNESS: AverageDarknessClassifier()}
    baselines |= {name: model for name, (model, *_) in SVMS.items()}
    names = [*(row.name for row in ROWS), *VOTES, *baselines]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", help="where MNIST is (default: see load_mnist)")
    parser.add_argument("--rows", nargs="+", choices=names, default=names)
    parser.add_argument(
        "--unfinished", type=Path, default=RESULTS.with_name("unfinished")
    )
    parser.add_argument("--n-jobs", type=int, default=2, help="threads (default: 2)")
    parser.add_argument("--page", type=Path, help="write the page here, train nothing")
    options = parser.parse_args()
    if options.page:
        write_text(options.page, make_page(read()))
        return
    options.unfinished.mkdir(parents=True, exist_ok=True)
    data = load_mnist(options.data)
    for name, model in baselines.items():
        if name in options.rows:
            count_hits(name, model, data)
    for row in ROWS:
        if row.name in options.rows:
            train_all(row, data, options.n_jobs, options.unfinished)
    for name in VOTES:
        if name in options.rows:
            take_vote(name, data)
    norms = vanishing_gradient(data)
    text = ", ".join(f"{norm:.4f}" for norm in norms)
    print(f"Gradient norms of 784-30-30-30-10 at the start, layer by layer: {text}")


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
