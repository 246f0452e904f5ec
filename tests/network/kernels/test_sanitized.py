"""The compiled kernels under the sanitizers of addresses and of undefined behaviour.

    python -m pytest -m slow tests/network/kernels/test_sanitized.py

They are compiled anew, into a copy of the package, on which the tests of kernels and of
optimizers run, and networks of 5,000 drawn shapes.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

import sknnadl

PACKAGE = Path(sknnadl.__file__).parent
TESTS = Path(__file__).parents[2]
KERNEL_TESTS = ["compiled", "whole", "steps"]
SHAPES = """
import numpy as np, sys, sknnadl
from sknnadl.network import (
    AveragePool2D, BatchNorm, Conv2D, Dense, Dropout, Flatten, L2Pool2D, MaxPool2D,
    Network,
)
from sknnadl.network.losses import LOSSES
assert sknnadl.__file__.startswith(sys.argv[1]), sknnadl.__file__
rng = np.random.default_rng(0)
n_compiled = number = 0
while n_compiled < int(sys.argv[2]):
    number += 1
    width, n_outputs, n = rng.integers(1, 40), rng.integers(1, 12), rng.integers(1, 70)
    last = Dense(int(n_outputs), "identity")
    if number % 2:
        layers = [Dense(int(u)) for u in rng.integers(1, 70, rng.integers(0, 4))]
        specs, shape = (*layers, last), (int(width),)
    else:
        shape = tuple(map(int, rng.integers(1, 14, 2))) + (int(rng.integers(1, 4)),)
        kernel = [int(rng.integers(1, side + 1)) for side in shape[:2]]
        pool = [int(rng.integers(1, s - k + 2)) for s, k in zip(shape, kernel)]
        conv = Conv2D(int(rng.integers(1, 20)), tuple(kernel), activation="tanh")
        kind = [MaxPool2D, AveragePool2D, L2Pool2D][number // 2 % 3]
        more = [], [BatchNorm("relu")], [Dropout(0.3)], [Conv2D(17, 3, padding="same")]
        between = more[number // 6 % 4]
        specs = (conv, *between, kind(tuple(pool)), *between, Flatten(), last)
    network = Network(specs, shape, rng.choice(["float32", "float64"]))
    network.initialize(rng)
    n_compiled += network.compiled
    x = rng.random((n, *shape)).astype(network.dtype)
    targets = np.eye(n_outputs, dtype=network.dtype)[rng.integers(0, n_outputs, n)]
    weights = rng.random(n).astype(network.dtype) if number % 3 else None
    loss = list(LOSSES.values())[number % len(LOSSES)]
    network.forward(x)
    rngs, n_threads = [rng] * int(rng.integers(1, min(n, 8) + 1)), number % 3 + 1
    network.differentiate(x, targets, loss, 1 / n, weights, rngs[:1])
    given = x, targets, loss, 1 / n, weights, rngs, None
    network.differentiate(*given, 1 if network.stochastic else n_threads)
    logits = np.empty_like(targets)
    network.predict(x, logits, len(rngs), n_threads)
    assert np.isfinite(network.gradient).all()
print(f"{n_compiled} drawn shapes, of {number}, are those of compiled kernels")
"""


def find_library(name):
    """Return a library of the compiler, or None."""
    compiler = shutil.which("gcc")
    if compiler is None:
        return None
    asked = [compiler, f"-print-file-name={name}"]
    path = Path(subprocess.run(asked, capture_output=True, text=True).stdout.strip())
    return str(path.resolve()) if path.is_absolute() and path.exists() else None


#: The sanitizers', and that of C++, whose exceptions they look at in other packages.
LIBRARIES = [find_library("libasan.so"), find_library("libstdc++.so.6")]


@pytest.mark.slow
@pytest.mark.skipif(None in LIBRARIES, reason="needs gcc with its libasan")
@pytest.mark.skipif(
    not list((PACKAGE / "network" / "kernels").glob("_compiled*.so"))
    or os.environ.get("SKNNADL_PURE_PYTHON", "0") not in ("", "0"),
    reason="there are no compiled kernels in this installation",
)
def test_no_access_out_of_bounds_and_nothing_undefined(tmp_path):
    shutil.copytree(
        PACKAGE, tmp_path / "sknnadl", ignore=shutil.ignore_patterns("*.so", "*.pyc")
    )
    kernels = tmp_path / "sknnadl" / "network" / "kernels"
    library = kernels / f"_compiled{sysconfig.get_config_var('EXT_SUFFIX')}"
    flags = ["-shared", "-fPIC", "-g", "-O1", "-fno-omit-frame-pointer"]
    checks = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
    include = f"-I{sysconfig.get_path('include')}"
    source = kernels / "_compiled.c"
    command = ["gcc", *flags, *checks, include, source, "-o", library]
    subprocess.run(command, check=True)
    environment = {
        **os.environ,
        "LD_PRELOAD": " ".join(LIBRARIES),
        "ASAN_OPTIONS": "detect_leaks=0",  # of Python itself
        "PYTHONPATH": str(tmp_path),
    }
    run_tests = (
        "import sys, pytest, sknnadl; assert sknnadl.__file__.startswith(sys.argv[1]);"
        "sys.exit(pytest.main(['-qs', '-p', 'no:cacheprovider', *sys.argv[2:]]))"
    )
    tests = [TESTS / "network" / "kernels" / f"test_{name}.py" for name in KERNEL_TESTS]
    tests.append(TESTS / "training" / "test_optimizers.py")
    for arguments in ([run_tests, tmp_path, *tests], [SHAPES, tmp_path, "5000"]):
        # -P: or the folder that this runs in comes before the copy.
        done = subprocess.run(
            [sys.executable, "-P", "-c", *map(str, arguments)],
            env=environment,
            capture_output=True,
            text=True,
            cwd=TESTS.parent,
        )
        print(done.stdout[-2000:], done.stderr[:4000])
        assert done.returncode == 0
