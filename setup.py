"""Build the compiled kernels, where there is a compiler."""

import os
from glob import glob

from setuptools import Extension, setup

#: Without the kernels the library runs on NumPy alone.
PURE_PYTHON = os.environ.get("SKNNADL_PURE_PYTHON", "0") not in ("", "0")
FOLDER = "sknnadl/network/kernels"
KERNELS = Extension(
    "sknnadl.network.kernels._compiled",
    [f"{FOLDER}/_compiled.c"],  # includes the others
    depends=sorted(glob(f"{FOLDER}/*.h")),
    extra_compile_args=["-O3", "-fno-math-errno"],  # or a square root is a call
    optional=True,  # for GCC and Clang; others fail, and then NumPy does the work
)

setup(ext_modules=[] if PURE_PYTHON else [KERNELS])
