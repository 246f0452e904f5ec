"""The kernels are C that GCC and Clang take."""

import shutil
import subprocess
import sysconfig
from pathlib import Path

import pytest

from sknnadl.network import kernels

SOURCE = Path(kernels.__file__).with_name("_compiled.c")
INCLUDE = Path(sysconfig.get_path("include"))


@pytest.mark.skipif(
    not (INCLUDE / "Python.h").exists(), reason="Python's headers are not installed"
)
@pytest.mark.parametrize("compiler", ["gcc", "clang"])
def test_compilers_take_it(compiler):
    if shutil.which(compiler) is None:
        pytest.skip(f"there is no {compiler} here")
    command = [compiler, "-fsyntax-only", f"-I{INCLUDE}", str(SOURCE)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
