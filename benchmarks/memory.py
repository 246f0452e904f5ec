"""Memory that a fit takes beside its data, against scikit-learn.

    python benchmarks/memory.py

The data are 600,000 rows of 784 uint8 in a file, mapped into memory read-only. Each
fit, of one epoch, runs in a process of its own, which watches the memory that is its
own (and not the file's). Linux only. scikit-learn's needs some 8 GB.
"""

import argparse
import subprocess
import sys
import tempfile
import threading
import warnings
from pathlib import Path

import numpy as np
from sklearn.neural_network import MLPClassifier as SklearnMLPClassifier
from timing import print_header

from sknnadl import ConvNetClassifier, MLPClassifier

N_FEATURES, N_CLASSES, BATCH = 784, 10, 128
MODELS = {
    "sknnadl MLPClassifier": MLPClassifier(max_iter=1, batch_size=BATCH),
    "sknnadl ConvNetClassifier": ConvNetClassifier(max_iter=1, batch_size=BATCH),
    "scikit-learn MLPClassifier": SklearnMLPClassifier(max_iter=1, batch_size=BATCH),
}


def own_memory():
    """Return the memory of this process that is no file's, in MB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(s.split()[1]) for s in lines if s.startswith("RssAnon")) / 1024


def watch(function):
    """Call a function; return by how many MB the own memory was above that before."""
    before, most, done = own_memory(), [0.0], threading.Event()

    def look():
        while not done.wait(0.005):
            most[0] = max(most[0], own_memory() - before)

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        function()
    finally:
        done.set()
        watcher.join()
    return most[0]


def make_data(path, n_rows):
    """Write the rows, some thousands at a time."""
    rng = np.random.default_rng(0)
    X = np.lib.format.open_memmap(path, "w+", np.uint8, (n_rows, N_FEATURES))
    for rows in np.array_split(np.arange(n_rows), max(1, n_rows // 10_000)):
        X[rows[0] : rows[-1] + 1] = rng.integers(256, size=(len(rows), N_FEATURES))


def measure(name, path):
    """Print the MB that a fit on the rows of a file takes."""
    warnings.simplefilter("ignore")
    X = np.load(path, mmap_mode="r")
    y = np.arange(len(X)) % N_CLASSES
    MODELS[name].set_params(learning_rate_init=1e-6)  # the pixels are not scaled
    print(f"{watch(lambda: MODELS[name].fit(X, y)):.0f}")


def main():
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[60_000, 600_000])
    parser.add_argument("--measure", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        measure(*options.measure)
        return
    print_header("model", "rows", "MB of data", "MB of its own")
    with tempfile.TemporaryDirectory() as folder:
        for n_rows in options.rows:
            path = Path(folder, "rows.npy")
            make_data(path, n_rows)
            for name in MODELS:
                command = [sys.executable, __file__, "--measure", name, str(path)]
                run = subprocess.run(
                    command, check=True, capture_output=True, text=True
                )
                data = n_rows * N_FEATURES / 1e6
                print(f"| {name} | {n_rows} | {data:.0f} | {run.stdout.strip()} |")


if __name__ == "__main__":
    main()
