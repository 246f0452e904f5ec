"""Time a grid search on one process and on two, and count the busy threads.

    python benchmarks/grid.py --data mnist.npz

Eight candidates, ten folds. The first search with ``n_jobs=2`` starts the processes
and is not counted. During a last one, another process looks every 20 ms which threads
are running or ready to. Linux only.
"""

import argparse
import os
import select
import subprocess
import sys
import warnings
from pathlib import Path

from sklearn.model_selection import GridSearchCV
from timing import add_options, print_header, take_turns

from sknnadl import MLPClassifier
from sknnadl.datasets import load_mnist

GRID = {"hidden_layer_sizes": [(30,), (60,), (100,), (200,)], "alpha": [0, 1e-4]}


def family(root):
    """Return the ids of a process and of all that it has started."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # it has ended
            continue
        parents[int(stat.parent.name)] = int(fields[1])
    found, new = set(), {root}
    while new:
        found |= new
        new = {child for child, parent in parents.items() if parent in new}
    return found - {os.getpid()}


def count_busy(root):
    """Return how many threads of a family of processes run or are ready to."""
    busy = 0
    for process in family(root):
        for stat in Path(f"/proc/{process}/task").glob("*/stat"):
            try:
                busy += stat.read_text().rpartition(")")[2].split()[0] == "R"
            except OSError:
                continue
    return busy


def watch(root):
    """Print how many threads were busy, time after time, until the input ends."""
    while not select.select([sys.stdin], [], [], 0.02)[0]:
        print(count_busy(root), flush=True)


def main():
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_options(parser)
    parser.add_argument("--rows", type=int, default=5000, help="default: 5000")
    parser.add_argument("--watch", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.watch:
        watch(options.watch)
        return
    warnings.simplefilter("ignore")
    os.environ["PYTHONWARNINGS"] = "ignore"  # of the processes too
    data = load_mnist(options.data)
    X, y = data.X_train[: options.rows], data.y_train[: options.rows]
    model = MLPClassifier(max_iter=20, n_iter_no_change=float("inf"), random_state=0)
    searches = {
        n_jobs: lambda n_jobs=n_jobs: GridSearchCV(
            model, GRID, cv=10, n_jobs=n_jobs
        ).fit(X, y)
        for n_jobs in (1, 2)
    }
    seconds = take_turns(searches, options.repeats)
    print_header("n_jobs", "seconds", "times as fast")
    for n_jobs, its in seconds.items():
        print(f"| {n_jobs} | {its:.2f} | {seconds[1] / its:.2f} |")
    command = [sys.executable, __file__, "--watch", str(os.getpid())]
    watcher = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    searches[2]()
    counts = sorted(map(int, watcher.communicate()[0].split()))
    above = sum(count > 2 for count in counts) / len(counts)
    print(
        f"\nBusy threads with n_jobs=2, in {len(counts)} looks: median "
        f"{counts[len(counts) // 2]}, most {counts[-1]}, more than two in {above:.1%}."
    )


if __name__ == "__main__":
    main()
