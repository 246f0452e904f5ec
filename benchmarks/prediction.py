"""Time predictions on MNIST against PyTorch and scikit-learn, and measure memory.

    pip install -e ".[bench]"
    python benchmarks/prediction.py --data mnist.npz

The probabilities of 10,000 images at once, and of one image after the other; PyTorch
without gradients at the best of two orders of the axes and several sizes of a block;
and how much memory the predictions of 60,000 images take beside the images, measured
in a process of its own, on Linux.
"""

import argparse
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import torch
from nets import CONV_NET, N_CLASSES, PERCEPTRON
from peers import sklearn_epoch, sknnadl_model, torch_module
from timing import (
    PAUSE,
    add_options,
    print_header,
    print_ratios,
    take_turns,
)
from torch_layers import torch_rows

from sknnadl.datasets import load_mnist

BLOCKS = (100, 1000, 10_000)
#: How many images are predicted one after the other.
ALONE = 1000
MEMORY_ROWS = 60_000


def torch_predictions(module, inputs, block):
    """Return a call that gives PyTorch's probabilities, a block after the other."""
    module.eval()

    @torch.no_grad()
    def predict():
        blocks = [module(x).softmax(1) for x in inputs.split(block)]
        return torch.cat(blocks).numpy()

    return predict


def predictions(X, y, net, blocks):
    """Return a call for each library; a block of one means one call for each image."""
    model = sknnadl_model(net, 128).partial_fit(
        X[:100], y[:100], classes=range(N_CLASSES)
    )
    models = {"sknnadl": model}
    if not net.n_filters:
        models["scikit-learn"] = sklearn_epoch(X[:200], y[:200], net, 128)()
    parts = [X[i : i + 1] for i in range(len(X))] if blocks == (1,) else [X]
    calls = {
        name: lambda model=model: [model.predict_proba(part) for part in parts]
        for name, model in models.items()
    }
    torch.set_num_threads(2)
    for block in blocks:
        for layout in (torch.contiguous_format, torch.channels_last):
            name = f"PyTorch, {layout}, {block}"
            inputs = torch_rows(X, net.input_shape, layout)
            calls[name] = torch_predictions(torch_module(net, layout), inputs, block)
    return calls


def memory(field):
    """Return a figure of Linux's on the memory of this process, in MB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(field)) / 1024


def measure_memory():
    """Print how many MB the predictions take beside their input."""
    rng = np.random.default_rng(0)
    X = rng.random((MEMORY_ROWS, 784), np.float32)
    y = np.arange(100) % N_CLASSES
    model = sknnadl_model(CONV_NET, 10).partial_fit(
        X[:100], y, classes=range(N_CLASSES)
    )
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew
    before = memory("VmRSS")
    model.predict(X)
    print(f"{memory('VmHWM') - before:.0f}")


def main():
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_options(parser)
    parser.add_argument("--memory", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    if options.memory:
        measure_memory()
        return
    data = load_mnist(options.data)
    print_header("network", "images", "library", "us a row", "sknnadl / library")
    for net in (PERCEPTRON, CONV_NET):
        for kind, n_rows, blocks in (
            ("at once", len(data.X_test), BLOCKS),
            ("one by one", ALONE, (1,)),
        ):
            calls = predictions(data.X_test[:n_rows], data.y_test, net, blocks)
            seconds = take_turns(calls, options.repeats, pause=PAUSE)
            print_ratios((net.name, kind), seconds, n_rows)
    command = [sys.executable, __file__, "--memory"]
    megabytes = subprocess.run(command, check=True, capture_output=True, text=True)
    print(
        f"\nPredicting {MEMORY_ROWS:,} images by {CONV_NET.name} takes "
        f"{megabytes.stdout.strip()} MB beside the images."
    )


if __name__ == "__main__":
    main()
