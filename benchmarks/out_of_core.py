"""Memory that training takes on more rows than one wants in memory.

    python benchmarks/out_of_core.py

Rows of a Dask array, made on the fly, through dask-ml's Incremental and block by block;
and rows in files of a temporary folder, through `ShardedRows`, with running
standardisation. Each runs in a process of its own, and what is told is its peak less
what it has after imports. The one on files is also killed, twice, and gone on with: its
network has to have the bits of one that was not. Linux only; the files are deleted.
"""

import argparse
import hashlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import dask
import dask.array as da
import joblib
import numpy as np
import pyarrow as pa
import pyarrow.parquet
from dask_ml.wrappers import Incremental
from sklearn.preprocessing import StandardScaler
from timing import print_header, print_row

from sknnadl import MLPClassifier
from sknnadl.datasets import ShardedRows

N_FEATURES, CLASSES = 100, [0, 1]
#: Rows of a block of Dask, of a file, of a row group, and blocks between two files.
BLOCK, SHARD, GROUP, EVERY = 20_000, 250_000, 10_000, 20


def make_net():
    """Return the network; its rate falls over no epochs, as there are only blocks."""
    return MLPClassifier(
        batch_size=128, learning_rate="constant", alpha=1e-4, random_state=0
    )


def memory(what):
    """Return the memory of this process, ``"VmRSS"`` or its peak ``"VmHWM"``, in MB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(s.split()[1]) for s in lines if s.startswith(what)) / 1024


def train_on_dask(way, n_rows):
    """Train on a Dask array, and return the network."""
    X = da.random.default_rng(0).normal(
        size=(n_rows, N_FEATURES), chunks=(BLOCK, N_FEATURES)
    )
    y = (X[:, 0] + X[:, 1] > 0).astype(int)
    if way == "blocks":
        net = make_net()
        for i in range(X.numblocks[0]):
            net.partial_fit(*dask.compute(X.blocks[i], y.blocks[i]), classes=CLASSES)
        return net
    with dask.config.set(scheduler=way):
        net = Incremental(make_net(), random_state=0)
        return net.fit(X, y, classes=CLASSES).estimator_


def train_on_files(folder, kept):
    """Train on files, from what was kept if there is something; return the network."""
    if kept.exists():
        rows, scaler, net = joblib.load(kept)
    else:
        target = "y" if any(folder.glob("*.parquet")) else -1
        rows = ShardedRows(folder, target, random_state=0)
        scaler, net = StandardScaler(), make_net()
    while rows.epoch < 1:
        for X, y in rows:
            scaler.partial_fit(X)
            net.partial_fit(scaler.transform(X), y, classes=CLASSES)
            if rows.block % EVERY == 0:
                joblib.dump((rows, scaler, net), kept.with_suffix(".new"))
                os.replace(kept.with_suffix(".new"), kept)
    return net


def write_files(folder, n_bytes, kind):
    """Write files of random rows; return how many bytes they have."""
    folder.mkdir()
    n_files = max(1, round(n_bytes / (4 * (N_FEATURES + 1) * SHARD)))
    for i in range(n_files):
        rng = np.random.default_rng(i)
        rows = rng.standard_normal((SHARD, N_FEATURES + 1), np.float32)
        rows[:, -1] = rows[:, 0] + rows[:, 1] > 0
        if kind == "npy":
            np.save(folder / f"{i:04d}.npy", rows)
        else:
            names = [*(f"x{j}" for j in range(N_FEATURES)), "y"]
            table = pa.table(dict(zip(names, rows.T.copy(), strict=True)))
            path = folder / f"{i:04d}.parquet"
            pa.parquet.write_table(table, path, row_group_size=GROUP)
    return sum(path.stat().st_size for path in folder.iterdir())


def measure(way, *arguments):
    """Train, and print the peak of the memory, the seconds, and a sum of the bits."""
    before, start = memory("VmRSS"), time.process_time()
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    if way == "files":
        net = train_on_files(*map(Path, arguments))
    else:
        net = train_on_dask(way, int(*arguments))
    seconds = time.process_time() - start
    bits = hashlib.sha256(net.parameters_).hexdigest()[:12]
    print(f"{memory('VmHWM') - before:.0f} {seconds:.0f} {bits}")


def start(way, *arguments):
    """Start a process that measures."""
    command = [sys.executable, "-W", "ignore", __file__, "--measure", way]
    return subprocess.Popen(
        [*command, *map(str, arguments)], stdout=subprocess.PIPE, text=True
    )


def finish(process):
    """Return what a process has measured."""
    out, _ = process.communicate()
    if process.returncode:
        raise RuntimeError(f"The process has ended with {process.returncode}.")
    return out.split()


def kill_and_go_on(folder, kept, times=2):
    """Kill the training at random moments; return what the last process measures."""
    rng = np.random.default_rng()
    for _ in range(times):
        before = kept.stat().st_mtime_ns if kept.exists() else 0
        process = start("files", folder, kept)
        while process.poll() is None and (
            not kept.exists() or kept.stat().st_mtime_ns == before
        ):
            time.sleep(0.01)
        time.sleep(rng.random())
        if process.poll() is not None:
            raise RuntimeError("It was done before it could be killed: take more rows.")
        process.send_signal(signal.SIGKILL)
        process.wait()
    return finish(start("files", folder, kept))


def main():
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--gigabytes", type=float, default=2)
    parser.add_argument("--measure", nargs="+", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        measure(*options.measure)
        return
    print_header("rows", "GB", "way", "MB of its own", "CPU seconds", "bits")
    size = options.rows * N_FEATURES * 8 / 1e9
    for way in ("threads", "synchronous", "blocks"):
        name = way if way == "blocks" else f"Incremental, {way}"
        found = finish(start(way, options.rows))
        print_row(["Dask array", f"{size:.1f}", name, *found])
    for kind in ("npy", "parquet"):
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary, "shards")
            size = write_files(folder, options.gigabytes * 1e9, kind) / 1e9
            whole = finish(start("files", folder, Path(temporary, "whole")))
            print_row([f".{kind} files", f"{size:.1f}", "in one go", *whole])
            killed = kill_and_go_on(folder, Path(temporary, "killed"))
            print_row([f".{kind} files", f"{size:.1f}", "killed twice", *killed])
            if killed[-1] != whole[-1]:
                raise RuntimeError("The network has other bits after a kill.")


if __name__ == "__main__":
    main()
