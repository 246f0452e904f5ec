"""What a search costs on one machine and on workers of Dask, and images that are 1 TB.

    python benchmarks/cluster.py

All is the processors' time, which other programs change little. A grid search of 24
fits goes through joblib in this process, and on a `LocalCluster` of two processes; this
process, which has the scheduler in it, then does nothing but send and receive. Images
are in files, which `ShardedRows` reads, without training and with it. From both it is
calculated, in straight proportion, what more candidates and more images take.
"""

import argparse
import os
import tempfile
import time
import warnings
from collections import Counter
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
from distributed import Client, LocalCluster
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GridSearchCV
from timing import print_header, print_row

from sknnadl import ConvNetClassifier, MLPClassifier
from sknnadl.cluster import ResilientClient
from sknnadl.datasets import ShardedRows

N_FITS, FOLDS = 24, 3
#: Shapes of images, and how many are trained on.
IMAGES = {(28, 28): 8_000, (96, 96, 3): 400}
#: Cores that are thought of, and their price: a guess, in dollars an hour.
CORES, PRICE = (2, 16, 1000), 0.05


def watched(X, log):
    """Return rows that write a line to a file whenever they arrive at a process."""

    class Watched(pd.DataFrame):
        @property
        def _constructor(self):
            return pd.DataFrame

        def __setstate__(self, state):
            with open(log, "a") as file:
                file.write(f"{os.getpid()}\n")
            super().__setstate__(state)

    return Watched(X)


def make_search(n_epochs):
    """Return a search of so many fits."""
    net = MLPClassifier((30,), max_iter=n_epochs, random_state=0)
    net.set_params(n_iter_no_change=np.inf, n_jobs=1)
    rates = np.geomspace(0.01, 0.1, N_FITS // FOLDS)
    grid = {"learning_rate_init": list(rates)}
    return GridSearchCV(net, grid, cv=FOLDS, refit=False)


def measure_search(n_rows, n_epochs):
    """Print what a search takes; return the seconds of a fit, there and here."""
    rng = np.random.default_rng(0)
    X = rng.random((n_rows, 784), np.float32)
    y = (X @ rng.normal(size=(784, 10))).argmax(axis=1)
    start = time.process_time()
    here = make_search(n_epochs).fit(X, y)
    alone = time.process_time() - start
    print_row(["this process", f"{alone:.1f}", "", "", ""])
    with (
        tempfile.TemporaryDirectory() as folder,
        LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
        ) as cluster,
        Client(cluster) as client,
    ):
        for name, way in (("Dask", client), ("resilient", ResilientClient(client))):
            few = watched(X[:200, :20], Path(folder, name))
            with joblib.parallel_config(backend="dask", client=way):
                make_search(1).fit(few, y[:200])  # imports too
                at_work = sum(client.run(time.process_time).values())
                start = time.process_time()
                there = make_search(n_epochs).fit(X, y)
                overhead = time.process_time() - start
                at_work = sum(client.run(time.process_time).values()) - at_work
            scores = (s.cv_results_["mean_test_score"] for s in (here, there))
            if not np.array_equal(*scores):
                raise RuntimeError("The search has other results on the cluster.")
            arrived = Counter(Path(folder, name).read_text().split())
            cells = [f"{at_work:.1f}", f"{1000 * overhead / N_FITS:.0f}"]
            cells += [f"{X.nbytes / 1e6:.0f}", max(arrived.values())]
            print_row([name, *cells])
            if name == "Dask":
                per_fit = at_work / N_FITS, overhead / N_FITS
    return per_fit


def imply_search(fit, overhead):
    """Print what more candidates take, of fits like these and of fits of a minute."""
    head = "candidates", "CPU s a fit", "core h", "dollars"
    print_header(*head, *(f"h on {n}" for n in CORES))
    for seconds in (fit, 60):
        for n in (100, 10_000):
            total = n * FOLDS * seconds / 3600
            least = n * FOLDS * overhead / 3600  # for which one client sends them
            hours = [max(total / cores, least) for cores in CORES]
            cells = [f"{h:.2g}" for h in (seconds, total, total * PRICE, *hours)]
            print_row([n, *cells])
    for seconds in (fit, 60):
        n = f"{seconds / overhead:.0f}"
        print(f"\nOne client keeps {n} cores at work with fits of {seconds:.2g} s.")
    print()


def measure_images(shape, n):
    """Print what reading and training take an image, and what 1 TB of them does."""
    rng = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for i in range(4):
            images = rng.integers(256, size=(n // 4, *shape), dtype=np.uint8)
            np.save(folder / f"X-{i}.npy", images)
            np.save(folder / f"y-{i}.npy", rng.integers(10, size=n // 4))
        given = str(folder / "X-*.npy"), str(folder / "y-*.npy")
        sizes = {"buffer_rows": n // 2, "block_rows": n // 8, "random_state": 0}
        start = time.process_time()
        for _ in ShardedRows(*given, **sizes):
            pass
        read = time.process_time() - start
        net = ConvNetClassifier(learning_rate="constant", batch_size=32, random_state=0)
        net.set_params(learning_rate_init=1e-3)  # pixels are not scaled
        start = time.process_time()
        for X, y in ShardedRows(*given, **sizes):
            net.partial_fit(X, y, classes=range(10))
        train = time.process_time() - start
    n_bytes = int(np.prod(shape))
    million = 1e12 / n_bytes / 1e6
    hours = [1e12 / n_bytes * seconds / n / 3600 for seconds in (read, train)]
    micros = [f"{1e6 * seconds / n:.3g}" for seconds in (read, train)]
    print_row([f"{shape}", f"{million:.0f}", *micros, *(f"{h:.3g}" for h in hours)])


def main():
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--epochs", type=int, default=5)
    options = parser.parse_args()
    warnings.simplefilter("ignore", ConvergenceWarning)
    print_header(
        "24 fits", "CPU s of fits", "ms a fit here", "MB of rows", "sent to a worker"
    )
    fit, overhead = measure_search(options.rows, options.epochs)
    print()
    imply_search(fit, overhead)
    print_header(
        "images", "million in 1 TB", "µs to read one", "µs with training",
        "core h to read 1 TB", "core h an epoch",
    )  # fmt: skip
    for shape, n in IMAGES.items():
        measure_images(shape, n)


if __name__ == "__main__":
    main()
