"""Time two threads beside one, on a machine that is idle and on one that is overloaded.

    python benchmarks/waking.py --data mnist.npz [--busy 10] [--against CHECKOUT]

An epoch of the book's convolutional network with ``n_jobs=1`` and with ``n_jobs=2`` in
turn; the figures are medians over the turns, of the time that passes. Threads that wait
for each other lose much where processes of others want the processors. With
``--against`` another checkout of sknnadl, built in place, takes turns too. Each
checkout is imported by a process of its own.
"""

import argparse
import os
import subprocess
import sys
import time
import warnings
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path

from timing import add_options, print_header, print_row, take_turns

import sknnadl
from sknnadl import ConvNetClassifier
from sknnadl.datasets import load_mnist

BATCH_SIZES, N_JOBS = (10, 32, 128), (1, 2)
HERE = "this"


@contextmanager
def ending(process):
    """End a process afterwards, whatever happens."""
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        for stream in filter(None, (process.stdin, process.stdout)):
            stream.close()


@contextmanager
def busy_processes(n):
    """Keep so many processes busy; they end with this one, whatever happens."""
    # Should this process be killed, the loop finds that it has another parent.
    loop = "import os\nparent = os.getppid()\nwhile os.getppid() == parent: pass"
    with ExitStack() as stack:
        yield [
            stack.enter_context(ending(subprocess.Popen([sys.executable, "-c", loop])))
            for _ in range(n)
        ]


class Worker:
    """A process that imports a checkout of sknnadl, and trains when it is asked to."""

    def __init__(self, process):
        self._process = process
        self._wait()

    def epoch(self, batch_size, n_jobs):
        """Train for an epoch."""
        print(batch_size, n_jobs, file=self._process.stdin, flush=True)
        self._wait()

    def _wait(self):
        if not self._process.stdout.readline():
            raise RuntimeError("The process that trains has ended: see above.")


@contextmanager
def worker(checkout, options):
    """Start a `Worker`, and end it afterwards."""
    own = "--work", str(checkout), "--rows", str(options.rows)
    data = ["--data", options.data] if options.data else []
    paths = filter(None, (str(checkout), os.environ.get("PYTHONPATH")))
    process = subprocess.Popen(
        [sys.executable, __file__, *own, *data],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
    )
    with ending(process):
        yield Worker(process)


def checkout_of(package):
    """Return the folder that a package is in."""
    return Path(package.__file__).resolve().parents[1]


def work(options):
    """Train for an epoch for each line that comes: a mini-batch's size, and threads."""
    warnings.simplefilter("ignore")
    if options.work != checkout_of(sknnadl):
        raise ValueError(f"{sknnadl.__file__} is imported, and not {options.work}.")
    data = load_mnist(options.data)
    X, y = data.X_train[: options.rows], data.y_train[: options.rows]

    @cache
    def model(batch_size, n_jobs):
        arguments = {"batch_size": batch_size, "n_jobs": n_jobs, "random_state": 0}
        return ConvNetClassifier(**arguments)

    print("ready", flush=True)
    for line in sys.stdin:
        model(*map(int, line.split())).partial_fit(X, y, classes=range(10))
        print("done", flush=True)


def measure(workers, batch_size, repeats):
    """Return the seconds of an epoch by checkout and number of threads."""
    calls = {
        (name, n_jobs): lambda w=w, n=n_jobs: w.epoch(batch_size, n)
        for name, w in workers.items()
        for n_jobs in N_JOBS
    }
    return take_turns(calls, repeats, time.perf_counter)


def main():
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_options(parser)
    parser.add_argument("--rows", type=int, default=2560, help="default: 2560")
    parser.add_argument("--busy", type=int, default=10, help="processes (default: 10)")
    parser.add_argument("--against", type=Path, help="another checkout, built in place")
    parser.add_argument("--work", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.work:
        work(options)
        return
    checkouts = {HERE: checkout_of(sknnadl)}
    if options.against:
        checkouts["the other"] = options.against.resolve()
    columns = [f"n_jobs={n}, us a row" for n in N_JOBS] + ["two threads / one"]
    others = [f"this / the other, n_jobs={n}" for n in N_JOBS if options.against]
    print_header("busy processes", "mini-batch", "version", *columns, *others)
    with ExitStack() as stack:
        workers = {
            name: stack.enter_context(worker(path, options))
            for name, path in checkouts.items()
        }
        for n_busy in (0, options.busy):
            with busy_processes(n_busy):
                for batch_size in BATCH_SIZES:
                    seconds = measure(workers, batch_size, options.repeats)
                    print_seconds(n_busy, batch_size, seconds, options.rows)


def print_seconds(n_busy, batch_size, seconds, n_rows):
    """Print a line for each checkout."""
    for name in dict.fromkeys(name for name, _ in seconds):
        its = [seconds[name, n] for n in N_JOBS]
        cells = [f"{1e6 * s / n_rows:.2f}" for s in its] + [f"{its[1] / its[0]:.2f}"]
        if name != HERE:
            cells += [f"{seconds[HERE, n] / seconds[name, n]:.2f}" for n in N_JOBS]
        elif len(seconds) > len(N_JOBS):
            cells += [""] * len(N_JOBS)
        print_row([n_busy, batch_size, name, *cells])


if __name__ == "__main__":
    main()
