"""The kernels on an emulated ARM processor: cross-compiled, beside NumPy.

    apt-get install gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user mmdebstrap
    python -m pytest -m slow tests/network/kernels/test_aarch64.py

Debian's Python for ARM and the wheels of NumPy, SciPy and scikit-learn for it are
fetched and unpacked; nothing is installed.
"""

import importlib.metadata
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import sknnadl

PACKAGE = Path(sknnadl.__file__).parent
TESTS = Path(__file__).parents[2]
TOOLS = "aarch64-linux-gnu-gcc", "qemu-aarch64", "mmdebstrap"
MISSING = [tool for tool in TOOLS if shutil.which(tool) is None]
#: What the programs of ARM need of Debian.
DEBIAN = "python3,libpython3.11-dev,libpython3-stdlib,libstdc++6,libgomp1"
WHEELS = "numpy", "scipy", "scikit-learn", "pytest", "hypothesis"
PLATFORMS = "manylinux2014_aarch64", "manylinux_2_27_aarch64", "manylinux_2_28_aarch64"
#: A processor without SVE, with which OpenBLAS's emulated products warn for nothing.
PROCESSOR = "cortex-a72"
#: Layers that are alone and whole networks, threads, functions and optimizers.
RUNS = {
    "test_compiled.py": "agree or changes_the_bits",
    "test_whole.py": "drawn or tiles_in_one or averages or digits or logit",
    "test_steps.py": "bits or alone",
}


def run(*command, **options):
    """Run a command; fail with what it says."""
    command = list(map(str, command))
    done = subprocess.run(command, capture_output=True, text=True, **options)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return done.stdout


def fetch(root, wheels):
    """Fetch a Python for ARM, and what it needs to compare."""
    options = "--architectures=arm64", "--variant=extract", f"--include={DEBIAN}"
    run("mmdebstrap", *options, "bookworm", root)
    pip = sys.executable, "-m", "pip", "install", "--quiet", "--target", wheels
    versions = [f"{name}=={importlib.metadata.version(name)}" for name in WHEELS]
    platforms = [f"--platform={platform}" for platform in PLATFORMS]
    only = "--only-binary=:all:", "--python-version=3.11"
    run(*pip, *platforms, *only, *versions)


def cross_compile(root, package):
    """Compile the kernels of a copy of the package."""
    kernels = package / "network" / "kernels"
    library = kernels / "_compiled.cpython-311-aarch64-linux-gnu.so"
    includes = [f"-I{root}/usr/include/python3.11", f"-I{root}/usr/include"]
    flags = "-shared", "-fPIC", "-O3", "-fno-math-errno", "-Wall", "-Werror"
    compiler = "aarch64-linux-gnu-gcc"
    run(compiler, *flags, *includes, kernels / "_compiled.c", "-o", library)


@pytest.mark.slow
@pytest.mark.skipif(bool(MISSING), reason=f"needs {', '.join(MISSING)}")
def test_kernels_agree_with_numpy_on_arm(tmp_path):
    root, wheels = tmp_path / "root", tmp_path / "wheels"
    fetch(root, wheels)
    tree = tmp_path / "tree"
    ignored = shutil.ignore_patterns("*.so", "*.pyc")
    shutil.copytree(PACKAGE, tree / "sknnadl", ignore=ignored)
    shutil.copytree(TESTS, tree / "tests", ignore=ignored)
    shutil.copy(TESTS.parent / "pyproject.toml", tree)
    cross_compile(root, tree / "sknnadl")
    environment = {
        **os.environ,
        "PYTHONPATH": f"{tree}:{wheels}",
        "PYTHONHOME": f"{root}/usr",
        "SKNNADL_PURE_PYTHON": "0",
    }
    libraries = ":".join(
        f"{root}{place}/aarch64-linux-gnu" for place in ("/usr/lib", "/lib")
    )
    emulator = "qemu-aarch64", "-cpu", PROCESSOR, "-L", root
    within = "-E", f"LD_LIBRARY_PATH={libraries}", "-E", "OPENBLAS_NUM_THREADS=1"
    python = *emulator, *within, root / "usr/bin/python3.11"
    known = "from sknnadl.network.kernels import KERNELS; print(KERNELS)"
    said = run(*python, "-c", known, env=environment, cwd=tree)
    assert "aarch64-linux-gnu.so" in said
    for name, chosen in RUNS.items():
        path = tree / "tests" / "network" / "kernels" / name
        options = "-q", "-p", "no:cacheprovider", "-k", chosen
        said = run(*python, "-m", "pytest", *options, path, env=environment, cwd=tree)
        assert " passed" in said
