"""Build the compiled kernels, where there is a compiler."""

import os

from setuptools import Extension, setup

#: Without the kernels the library runs on NumPy alone.
PURE_PYTHON = os.environ.get("SKNNADL_PURE_PYTHON", "0") not in ("", "0")
KERNELS = Extension(
    "sknnadl.network._kernels",
    ["sknnadl/network/_kernels.c"],
    extra_compile_args=["-O3"],
    optional=True,  # for GCC and Clang; others fail, and then NumPy does the work
)

setup(ext_modules=[] if PURE_PYTHON else [KERNELS])
