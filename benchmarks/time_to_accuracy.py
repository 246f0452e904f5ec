"""Time from scratch to 99.0 percent of the MNIST test images, against PyTorch.

    pip install -e ".[bench]"
    python benchmarks/time_to_accuracy.py --data mnist.npz
    python benchmarks/time_to_accuracy.py --data mnist.npz --tune

Both train the convolutional network of `nets.py` with momentum 0.9 through one cycle
of the learning rate. ``--tune`` tries every number of epochs, size of a mini-batch and
peak of the rate for each library and prints the accuracies; the quickest that reached
99.0 with every seed stands in `BEST`. The accuracy is measured after the last epoch,
outside the time.
"""

import argparse
import itertools
import statistics
import time
import warnings

import torch
from nets import CONV_NET
from peers import sknnadl_model, torch_module
from timing import add_options, print_header
from torch import nn

from sknnadl.datasets import load_mnist

GOAL = 0.99
EPOCHS, BATCHES, PEAKS = (1, 2), (32, 64, 128, 256), (0.05, 0.1, 0.2, 0.4)
#: Epochs, rows in a mini-batch, and peak of the learning rate.
BEST = {"sknnadl": (2, 128, 0.1), "PyTorch": (2, 128, 0.1)}


def sknnadl_run(
    data, epochs, batch_size, peak, seed, clock=time.perf_counter, n_jobs=2
):
    """Return the seconds and the accuracy of sknnadl's estimator."""
    model = sknnadl_model(CONV_NET, batch_size).set_params(
        learning_rate="one_cycle",
        learning_rate_init=peak,
        momentum=0.9,
        max_iter=epochs,
        n_iter_no_change=float("inf"),
        n_jobs=n_jobs,
        random_state=seed,
    )
    start = clock()
    model.fit(data.X_train, data.y_train)
    seconds = clock() - start
    return seconds, model.score(data.X_test, data.y_test)


def torch_run(data, epochs, batch_size, peak, seed):
    """Return the seconds and the accuracy of a plain PyTorch loop."""
    torch.set_num_threads(2)
    torch.manual_seed(seed)
    start = time.perf_counter()
    module = torch_module(CONV_NET, torch.channels_last)
    optimizer = torch.optim.SGD(module.parameters(), lr=peak, momentum=0.9, fused=True)
    inputs, targets = torch.from_numpy(data.X_train), torch.from_numpy(data.y_train)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, peak, total_steps=epochs * -(-len(inputs) // batch_size)
    )
    cost = nn.CrossEntropyLoss()
    for _ in range(epochs):
        order = torch.randperm(len(inputs))
        for rows in order.split(batch_size):
            optimizer.zero_grad(set_to_none=True)
            cost(module(inputs[rows]), targets[rows]).backward()
            optimizer.step()
            schedule.step()
    seconds = time.perf_counter() - start
    with torch.no_grad():
        found = module(torch.from_numpy(data.X_test)).argmax(1).numpy()
    return seconds, (found == data.y_test).mean()


RUNS = {"sknnadl": sknnadl_run, "PyTorch": torch_run}


def tune(data, seeds):
    """Print the accuracy of every configuration."""
    print_header("library", "epochs", "batch", "peak", "seconds", "accuracies")
    for name, run in RUNS.items():
        for epochs, batch, peak in itertools.product(EPOCHS, BATCHES, PEAKS):
            results = []
            for seed in seeds:
                results.append(run(data, epochs, batch, peak, seed))
                if results[-1][1] < GOAL:
                    break  # it has not reached it with every seed
            seconds = statistics.median(s for s, _ in results)
            scores = ", ".join(f"{100 * score:.2f}" for _, score in results)
            cells = name, epochs, batch, peak, f"{seconds:.1f}", scores
            print(f"| {' | '.join(map(str, cells))} |", flush=True)


def compare(data, seeds):
    """Print the time of the best configuration of each library, taking turns."""
    results = {name: [] for name in RUNS}
    for seed in seeds:
        for name, run in RUNS.items():
            results[name].append(run(data, *BEST[name], seed))
    print_header("library", "epochs", "batch", "peak", "seconds", "accuracies", "ratio")
    medians = {n: statistics.median(s for s, _ in r) for n, r in results.items()}
    for name, its in results.items():
        scores = ", ".join(f"{100 * score:.2f}" for _, score in its)
        ratio = f"{medians['sknnadl'] / medians[name]:.2f}"
        cells = name, *BEST[name], f"{medians[name]:.2f}", scores, ratio
        print(f"| {' | '.join(map(str, cells))} |")


def main():
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_options(parser)
    parser.add_argument("--tune", action="store_true", help="try all configurations")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    data = load_mnist(options.data)
    # The first steps of both take longer.
    for run in RUNS.values():
        run(data, 1, 1000, 0.01, 0)
    (tune if options.tune else compare)(data, range(options.repeats))


if __name__ == "__main__":
    main()
