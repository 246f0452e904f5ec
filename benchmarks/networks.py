"""Time the networks that people train beside PyTorch, on two threads and on one.

    pip install -e ".[bench]"
    python benchmarks/networks.py --data mnist.npz [--only "batch norm"] [--compile]

An epoch of each network by each library in turn, in float32; the figures are medians
over the turns, on few rows of the share of an epoch in a fit of several. First comes
the time that passes, with two threads for everybody (sknnadl as it comes, without
`n_jobs`), then the time of the processor on one thread each. The ratios are sknnadl's
time over the other's. PyTorch's threads lose far more than sknnadl's where other
processes want the processors, so the first of them need an idle machine.

PyTorch counts at the best of its variants: its fused optimizer or the plain one, for
images either order of the axes, for predictions several sizes of a block, and with
``--compile`` each of them compiled too, which takes a compiler for C++ and minutes.
sknnadl and scikit-learn have their default penalties, PyTorch has none.
"""

import argparse
import itertools
import sys
import time
import warnings
from dataclasses import dataclass

import numpy as np
import torch
from nets import N_CLASSES
from network_runs import RUNS, read
from peers import N_THREADS, torch_loop
from prediction import BLOCKS, torch_predictions
from sklearn.base import clone
from threadpoolctl import threadpool_limits
from timing import (
    PAUSE,
    add_options,
    best_of_pytorch,
    print_header,
    print_row,
    take_turns,
)
from torch_layers import torch_layers, torch_rows

from sknnadl.network.building import from_plain

OPTIMIZERS = {"sgd": (torch.optim.SGD, 0.2), "adam": (torch.optim.Adam, 0.001)}
LAYOUTS = {
    "contiguous": torch.contiguous_format,
    "channels last": torch.channels_last,
}


@dataclass(frozen=True)
class Mode:
    """What is measured, on how many threads, and sknnadl's argument for them."""

    clock: object
    n_threads: int
    n_jobs: int | None


MODES = Mode(time.perf_counter, N_THREADS, None), Mode(time.process_time, 1, 1)
#: For an estimator to go on to its last epoch.
PATIENT = {"tol": 0, "n_iter_no_change": np.inf}


def fitted(model, X, y, batch_size, **arguments):
    """Return a copy of an estimator after an epoch, with a size of a mini-batch."""
    arguments |= {"random_state": 0, "batch_size": batch_size}
    model = clone(model).set_params(**arguments)
    return model.partial_fit(X, y, classes=range(N_CLASSES))


def training(model, X, y, epochs):
    """Return what goes on for an epoch, or fits anew for several."""
    if epochs == 1:
        return lambda: model.partial_fit(X, y)
    model.set_params(max_iter=epochs, **PATIENT)
    return lambda: model.fit(X, y)


def repeated(call, epochs):
    """Return what calls a function so many times."""
    return lambda: [call() for _ in range(epochs)]


def twins(model, use_compiler):
    """Yield PyTorch's variants of a fitted network: name, module and layout."""
    layers, shape = from_plain(model.layers_), row_shape(model)
    layouts = LAYOUTS if len(shape) == 3 else {"rows": torch.contiguous_format}
    for name, layout in layouts.items():
        for compiles in (False, True) if use_compiler else (False,):
            torch.manual_seed(0)
            module = torch_layers(layers, shape, layout)
            check_size(model, module)
            label = f"{name}, compiled" if compiles else name
            yield label, torch.compile(module) if compiles else module, layout


def row_shape(model):
    """Return the shape of a row as the network sees it."""
    return tuple(getattr(model, "input_shape_", (model.n_features_in_,)))


def check_size(model, module):
    """Refuse a module that has another number of parameters than the network."""
    statistics = [b for b in module.buffers() if b.is_floating_point()]
    theirs = sum(p.numel() for p in itertools.chain(module.parameters(), statistics))
    if theirs != model.parameters_.size:
        ours = model.parameters_.size
        raise ValueError(f"{ours} parameters in sknnadl, {theirs} in PyTorch: {module}")


def trainings(run, model, X, y, use_compiler):
    """Return a call for each library that trains for the epochs of a turn."""
    calls = {"sknnadl": training(model, X, y, run.epochs)}
    kind, rate = OPTIMIZERS[model.solver]
    if model.learning_rate_init != "auto":
        rate = model.learning_rate_init
    targets = torch.from_numpy(y)
    for fused in (False, True):
        for name, module, layout in twins(model, use_compiler):
            optimizer = kind(module.parameters(), lr=rate, fused=fused)
            inputs = torch_rows(X, row_shape(model), layout)
            loop = torch_loop(module, optimizer, inputs, targets, model.batch_size)
            way = "fused" if fused else "plain"
            calls[f"PyTorch, {name}, {way}"] = repeated(loop, run.epochs)
    if run.sklearn is not None:
        sklearn_model = fitted(run.sklearn, X, y, model.batch_size)
        calls["scikit-learn"] = training(sklearn_model, X, y, run.epochs)
    return calls


def predictions(run, model, X, y, use_compiler):
    """Return a call for each library that predicts the probabilities of all rows."""
    calls = {"sknnadl": lambda: model.predict_proba(X)}
    for block in BLOCKS:
        for name, module, layout in twins(model, use_compiler):
            inputs = torch_rows(X, row_shape(model), layout)
            calls[f"PyTorch, {name}, {block}"] = torch_predictions(
                module, inputs, block
            )
    if run.sklearn is not None:
        sklearn_model = fitted(run.sklearn, X, y, 200)
        calls["scikit-learn"] = lambda: sklearn_model.predict_proba(X)
    return calls


def measure(run, batch_size, X, y, mode, options):
    """Return the seconds of an epoch by each library and variant."""
    torch.set_num_threads(mode.n_threads)
    size = 128 if run.predicts else batch_size
    with threadpool_limits(mode.n_threads, user_api="blas"):
        arguments = {} if mode.n_jobs is None else {"n_jobs": mode.n_jobs}
        model = fitted(run.model, X, y, size, **arguments)
        make = predictions if run.predicts else trainings
        calls = make(run, model, X, y, options.compile)
        seconds = take_turns(calls, options.repeats, mode.clock, PAUSE)
    if not np.isfinite(model.parameters_).all():
        raise ValueError(f"{run.name} learns nothing: its parameters are not finite.")
    return {name: its / run.epochs for name, its in seconds.items()}


def print_run(run, batch_size, X, y, options):
    """Print a line for each library beside sknnadl."""
    everything = [measure(run, batch_size, X, y, mode, options) for mode in MODES]
    if options.variants:
        print_variants(run, batch_size, everything, len(X))
    wall, cpu = map(best_of_pytorch, everything)
    own = wall["sknnadl"]
    for library in wall:
        if library == "sknnadl":
            continue
        limit = run.limits[batch_size] if library == run.limit_is_of else None
        times = [f"{its / len(X) * 1e6:.2f}" for its in (own, wall[library])]
        ratios = [f"{its['sknnadl'] / its[library]:.2f}" for its in (wall, cpu)]
        limits = ["" if limit is None else f"{limit:.2f}"]
        print_row([run.name, batch_size, library, *times, *ratios, *limits])


def print_variants(run, batch_size, everything, n_rows):
    """Print microseconds a row of each variant, to the error stream."""
    for mode, seconds in zip(MODES, everything, strict=True):
        for name, its in seconds.items():
            cells = run.name, batch_size, f"threads: {mode.n_threads}", name
            figure = f"{its / n_rows * 1e6:.2f}"
            print(*cells, figure, sep="; ", file=sys.stderr)


def main():
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_options(parser)
    parser.add_argument("--only", default="", help="a part of the networks' names")
    parser.add_argument("--compile", action="store_true", help="torch.compile as well")
    parser.add_argument(
        "--variants", action="store_true", help="tell of each variant of PyTorch's"
    )
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    times = "sknnadl, us a row", "its, us a row"
    ratios = "ratio, two threads", "ratio, processor time on one thread"
    print_header("network", "mini-batch", "beside", *times, *ratios, "limit")
    for run in RUNS:
        if options.only in run.name:
            X, y = read(run, options.data)
            for batch_size in run.limits:
                print_run(run, batch_size, X, y, options)


if __name__ == "__main__":
    main()
