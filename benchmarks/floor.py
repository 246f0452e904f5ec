"""Profile an epoch on MNIST, and compare it with its matrix products alone.

    python benchmarks/floor.py --data mnist.npz --out docs/speed.rst

Writes a page: where the time of an epoch goes, part by part, in NumPy and with the
compiled kernels; and the whole epoch's time over that of the matrix products that its
mathematics consists of. All on one thread.
"""

import argparse
import platform
import statistics
import time
import warnings
from collections import defaultdict
from contextlib import ExitStack
from pathlib import Path
from unittest import mock

import numpy as np
from nets import CONV_NET, N_CLASSES, PERCEPTRON
from peak import HEAD, measure_shares
from threadpoolctl import threadpool_info, threadpool_limits
from timing import add_options, take_turns

from sknnadl import ConvNetClassifier, MLPClassifier
from sknnadl.datasets import load_mnist
from sknnadl.network.kernels import CompiledNetwork, compiled
from sknnadl.network.layers.conv import Conv2DLayer
from sknnadl.network.layers.dense import DenseLayer
from sknnadl.network.losses import LogLoss
from sknnadl.training.data import Rows
from sknnadl.training.step import Step

RUNS = [(PERCEPTRON, 10), (PERCEPTRON, 128), (CONV_NET, 10), (CONV_NET, 128)]
#: The rows that an epoch is timed on.
ROWS, CONV_ROWS = 20_000, 3000
REST, ALL = "the rest", "all"
PAGE = Path(__file__).with_name("speed.rst.in")


class Profile:
    """Times the parts of an epoch, by replacing the methods that do them."""

    def __init__(self):
        self.seconds = defaultdict(float)

    def timed(self, method, name):
        """Return a method that adds up its time under the name of its object."""

        def call(owner, *arguments, **options):
            start = time.perf_counter()
            result = method(owner, *arguments, **options)
            self.seconds[name(owner)] += time.perf_counter() - start
            return result

        return call

    def __enter__(self):
        parts = [(Rows, "take", lambda rows: "reading rows")]
        for kind in (Conv2DLayer, DenseLayer):
            for way, words in (("forward", "forward"), ("backward", "backward")):
                parts.append((kind, way, lambda x, words=words: _name(x, words)))
        parts.append((LogLoss, "gradient", lambda loss: "gradient of the loss"))
        stack = "all layers and the loss, in one call"
        parts.append((CompiledNetwork, "differentiate", lambda _: stack))
        parts.append((Step, "take", lambda step: "step"))
        self._stack = ExitStack()
        for kind, way, name in parts:
            replaced = self.timed(getattr(kind, way), name)
            self._stack.enter_context(mock.patch.object(kind, way, replaced))
        return self

    def __exit__(self, *error):
        self._stack.close()


def _cell(profiled, part):
    return f"{profiled[part]:.2f}" if part in profiled else "-"


def _name(layer, way):
    kind = "conv" if isinstance(layer, Conv2DLayer) else "dense"
    return f"{kind} {layer.output_shape[-1]}, {way}"


def make_model(net, batch_size):
    """Return an estimator of the network, on one thread."""
    arguments = {
        "hidden_layer_sizes": net.hidden,
        "activation": net.activation,
        "alpha": 0,
        "learning_rate": "constant",
        "batch_size": batch_size,
        "learning_rate_init": net.rate,
        "n_jobs": 1,
        "random_state": 0,
    }
    if net.n_filters:
        return ConvNetClassifier(net.n_filters, **arguments)
    return MLPClassifier(**arguments)


def profile(model, X, y, repeats):
    """Return microseconds a row of each part, and of all, at the median epoch."""
    epochs = []
    for _ in range(repeats + 1):
        with Profile() as parts:
            start = time.perf_counter()
            model.partial_fit(X, y, classes=range(N_CLASSES))
            total = time.perf_counter() - start
        parts.seconds[REST] = total - sum(parts.seconds.values())
        parts.seconds[ALL] = total
        epochs.append(dict(parts.seconds))
    epochs = epochs[1:]  # the first warms up
    return {
        part: statistics.median(epoch[part] for epoch in epochs) / len(X) * 1e6
        for part in epochs[0]
    }


def products(net, batch_size):
    """Return the sizes of a mini-batch's matrix products: rows, depth, columns."""
    sizes, channels, side = [], 1, 28
    for filters in net.n_filters:
        side -= 4
        sizes.append((batch_size * side**2, 25 * channels, filters))
        channels, side = filters, side // 2
    n_in = channels * side**2
    for n_out in (*net.hidden, N_CLASSES):
        sizes.append((batch_size, n_in, n_out))
        n_in = n_out
    # forward; gradient of the weights; gradient of the input, but for the first layer
    ways = [(n, k, m) for n, k, m in sizes]
    ways += [(k, n, m) for n, k, m in sizes]
    return ways + [(n, m, k) for n, k, m in sizes[1:]]


def floors(net, batch_size, repeats):
    """Return microseconds a row of the matrix products alone, by BLAS and kernels."""
    totals = np.zeros(2)
    rng, memory = np.random.default_rng(0), bytearray()
    for n, k, m in products(net, batch_size):
        a, b = rng.random((n, k), np.float32), rng.random((k, m), np.float32)
        out, nothing = np.empty((n, m), np.float32), np.zeros(m, np.float32)
        arguments = a, b, nothing, out, memory, (n, k, m)
        calls = {
            "BLAS": lambda a=a, b=b, out=out: np.matmul(a, b, out=out),
            "kernels": lambda given=arguments: compiled.KERNELS.dense(False, *given),
        }
        totals += list(take_turns(calls, 20 * repeats).values())
    return totals / batch_size * 1e6


def table(head, rows):
    """Return a reStructuredText table."""
    lines = [".. list-table::", "   :header-rows: 1", ""]
    for cells in (head, *rows):
        marks = "*", *" " * (len(cells) - 1)
        lines += [f"   {m} - {c}" for m, c in zip(marks, cells, strict=True)]
    return "\n".join(lines)


def measure(data, repeats):
    """Return the tables of the page, by name."""
    ratios_to_floors, profiles = [], []
    for net, batch_size in RUNS:
        n_rows = CONV_ROWS if net.n_filters else ROWS
        X, y = data.X_train[:n_rows], data.y_train[:n_rows]
        with mock.patch.object(compiled, "KERNELS", None):
            before = profile(make_model(net, batch_size), X, y, repeats)
        after = profile(make_model(net, batch_size), X, y, repeats)
        least = floors(net, batch_size, repeats)
        title = f"{net.name}, mini-batches of {batch_size}"
        parts = [*(p for p in before | after if p not in (REST, ALL)), REST, ALL]
        rows = [(part, _cell(before, part), _cell(after, part)) for part in parts]
        head = "part", "in NumPy", "compiled"
        profiles.append(f"**{title}**\n\n{table(head, rows)}")
        times = *least, before[ALL], after[ALL]
        ratios = before[ALL] / least[0], *(after[ALL] / least)
        cells = (f"{number:.2f}" for number in (*times, *ratios))
        ratios_to_floors.append((net.name, batch_size, *cells))
    head = "network", "mini-batch", "products by BLAS", "products by kernels"
    head += "epoch in NumPy", "epoch compiled", "NumPy / BLAS"
    head += "compiled / BLAS", "compiled / kernels"
    peak, bits, lines = measure_shares(repeats)
    page = {"FLOORS": table(head, ratios_to_floors), "SHARES": table(HEAD, lines)}
    page |= {"PEAK": f"{peak:.0f}", "BITS": str(bits)}
    return page | {"PROFILES": "\n\n".join(profiles)}


def main():
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_options(parser)
    parser.add_argument("--out", help="the page to write (default: print it)")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    data = load_mnist(options.data)
    with threadpool_limits(1, user_api="blas"):
        tables = measure(data, options.repeats)
    blas = next(info for info in threadpool_info() if info["user_api"] == "blas")
    kernels = compiled.KERNELS.level if compiled.KERNELS else "none"
    names = {
        "BLAS": f"{blas['internal_api']} {blas['version']}, {blas['architecture']}",
        "KERNELS": kernels,
        "NUMPY": np.__version__,
        "MACHINE": platform.machine(),
    }
    page = PAGE.read_text()
    for name, value in (tables | names).items():
        page = page.replace(f"@{name}@", value)
    if options.out:
        Path(options.out).write_text(page)
    else:
        print(page)


if __name__ == "__main__":
    main()
