"""Compare layers with the most multiply-adds that the processor's core can do.

    python benchmarks/peak.py [--only conv]

Everything is on one thread, in float32, and in the processor's time. The peak is that
of a loop in C which does nothing else (`peak.c`, compiled when this runs, by ``cc`` or
what ``CC`` names). A layer's share of it counts the multiplications that it cannot do
without: on the way back through max-pooling those of each window's largest value. A
convolution of 3x3 that is done with fewer may have a share above 1. A layer is called
as a network calls it, with all that this takes beside the products. The peak takes
turns with the layer, so that a change of the machine's speed meets both.
"""

import argparse
import ctypes
import math
import os
import shlex
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits
from timing import print_header, print_row, take_turns

from sknnadl.network import Conv2D, Dense, MaxPool2D, Network

SOURCE = Path(__file__).with_suffix(".c")
#: How many sums there are functions for, each with so many vectors.
COUNTS = (4, 8, 10, 12, 16, 24)
#: Additions and multiplications that are timed at once, at least.
ENOUGH = 3 * 10**8
#: Images of a mini-batch; rows of those of dense layers; the side of a square matrix.
IMAGES, ROWS, SIDE = 32, (10, 32, 128), 1024
#: Kernel, padding, filters, and shape of an image.
CONVOLUTIONS = (
    (5, "valid", 20, (28, 28, 1)),
    (5, "valid", 40, (12, 12, 20)),
    (3, "same", 64, (16, 16, 32)),
    (3, "same", 32, (32, 32, 32)),
)
DENSE = (784, 100), (640, 100), (512, 512)
FORWARD, WEIGHTS, BOTH, PEAK = "forward", "weights", "weights and input", "peak"
HEAD = "share of the peak", "rows", FORWARD, "gradient of weights", "gradient of input"


def compile_peak():
    """Return the library of the loops."""
    compiler = shlex.split(os.environ.get("CC", "cc"))
    options = "-O2", "-ffp-contract=fast", "-shared", "-fPIC"
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "peak.so"
        command = [*compiler, *options, str(SOURCE), "-o", str(library)]
        if subprocess.run([*command, "-march=native"], capture_output=True).returncode:
            subprocess.run(command, check=True)
        return ctypes.CDLL(str(library))


def peak_calls(library, work=ENOUGH):
    """Return, by the number of sums, a call that does so much, and how much it does."""
    calls = {}
    for count in COUNTS:
        function = getattr(library, f"multiply_add_{count}")
        function.restype = ctypes.c_float
        function.argtypes = ctypes.c_long, ctypes.c_float, ctypes.c_float
        of_turn = 2 * count * library.lanes()
        turns = math.ceil(work / of_turn)
        # The sums stay near 2, where no number is slow.
        calls[count] = lambda f=function, n=turns: f(n, 0.5, 1.0), turns * of_turn
    return calls


def fastest(calls, repeats):
    """Return the call with the highest rate, and what it does."""
    functions = {count: call for count, (call, _) in calls.items()}
    seconds = take_turns(functions, repeats, time.process_time)
    return max(calls.items(), key=lambda item: item[1][1] / seconds[item[0]])[1]


@dataclass(frozen=True)
class Kernel:
    """A layer, perhaps with max-pooling, and a number of rows to put through it.

    ``multiplications`` are those of all rows forward, and those of either gradient.
    """

    name: str
    specs: tuple
    input_shape: tuple
    n_rows: int
    multiplications: tuple

    def calls(self):
        """Return what goes forward, and back to the weights alone or the input too."""
        rng = np.random.default_rng(0)
        network = Network(self.specs, self.input_shape)
        network.initialize(rng)
        x = rng.random((self.n_rows, *self.input_shape), np.float32)
        # It may be written over, which takes no other time.
        gradient = rng.random((self.n_rows, *network.output_shape), np.float32)
        network.forward(x, rng)
        return {
            FORWARD: lambda: network.forward(x, rng),
            WEIGHTS: lambda: network.backward(gradient),
            BOTH: lambda: network.backward(gradient, need_input=True),
        }


def convolution(size, padding, filters, input_shape, pool):
    """Return a convolution, with max-pooling if the window is more than a pixel."""
    height, width, channels = input_shape
    lost = 0 if padding == "same" else size - 1
    n_windows = ((height - lost) // pool) * ((width - lost) // pool)
    each = n_windows * size**2 * channels * filters
    specs = [Conv2D(filters, size, padding=padding, activation="identity")]
    specs += [MaxPool2D(pool)] if pool > 1 else []
    name = f"conv {size}x{size}, {channels} to {filters} of {height}x{width}"
    name += f", {pool}x{pool} max-pooling" if pool > 1 else ""
    multiplications = IMAGES * each * pool**2, IMAGES * each
    return Kernel(name, tuple(specs), input_shape, IMAGES, multiplications)


def dense(n_in, units, n_rows):
    """Return a dense layer."""
    each = n_rows * n_in * units
    name = f"dense {n_in}x{units}"
    return Kernel(name, (Dense(units, "identity"),), (n_in,), n_rows, (each, each))


def kernels():
    """Return all layers."""
    convolutions = [convolution(*c, pool) for pool in (1, 2) for c in CONVOLUTIONS]
    return convolutions + [dense(*sizes, n) for sizes in DENSE for n in ROWS]


def repeated(call, work):
    """Return what repeats a call until it is enough, and how often that is."""
    times = math.ceil(ENOUGH / work)
    return lambda: [call() for _ in range(times)], times


def shares(kernel, peak, repeats):
    """Return the shares of the peak: forward, gradients of weights and of the input."""
    there, back = (2 * m for m in kernel.multiplications)
    work = {FORWARD: there, WEIGHTS: back, BOTH: 2 * back}
    calls = {n: repeated(call, work[n]) for n, call in kernel.calls().items()}
    functions = {PEAK: peak[0], **{name: call for name, (call, _) in calls.items()}}
    seconds = take_turns(functions, repeats, time.process_time)
    once = {name: seconds[name] / times for name, (_, times) in calls.items()}
    rate = peak[1] / seconds[PEAK]
    to_input = once[BOTH] - once[WEIGHTS]
    return [
        work / time_taken / rate if time_taken > 0 else math.nan
        for work, time_taken in (
            (there, once[FORWARD]),
            (back, once[WEIGHTS]),
            (back, to_input),
        )
    ]


def blas_share(peak, repeats):
    """Return the share of a product of large square matrices in NumPy."""
    a, b = np.random.default_rng(0).random((2, SIDE, SIDE), np.float32)
    out = np.empty_like(a)
    functions = {PEAK: peak[0], "BLAS": lambda: np.matmul(a, b, out=out)}
    seconds = take_turns(functions, repeats, time.process_time)
    return 2 * SIDE**3 / seconds["BLAS"] / (peak[1] / seconds[PEAK])


def measure_shares(repeats, only=""):
    """Return the peak in GFLOP/s, the bits of a vector, and the lines of the table."""
    library = compile_peak()
    peak = fastest(peak_calls(library), repeats)
    seconds = take_turns({PEAK: peak[0]}, repeats, time.process_time)[PEAK]
    lines = []
    with threadpool_limits(1, user_api="blas"):
        for kernel in kernels():
            if only in kernel.name:
                found = shares(kernel, peak, repeats)
                cells = [f"{share:.2f}" for share in found]
                lines.append([kernel.name, kernel.n_rows, *cells])
        share = blas_share(peak, repeats)
        lines.append([f"NumPy's BLAS, {SIDE}x{SIDE}", SIDE, f"{share:.2f}", "", ""])
    return peak[1] / seconds / 1e9, 32 * library.lanes(), lines


def main():
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="a part of the layers' names")
    parser.add_argument("--repeats", type=int, default=9, help="default: 9")
    options = parser.parse_args()
    gigaflops, bits, lines = measure_shares(options.repeats, options.only)
    print(f"Peak: {gigaflops:.0f} GFLOP/s, in vectors of {bits} bits\n")
    print_header(*HEAD)
    for line in lines:
        print_row(line)


if __name__ == "__main__":
    main()
