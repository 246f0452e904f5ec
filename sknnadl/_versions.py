"""What is installed, for a report of a bug."""

from importlib.metadata import version

import sklearn

from sknnadl.network.kernels import KERNELS


def show_versions() -> None:
    """Print the versions of the packages, and what multiplies matrices.

    Examples
    --------
    >>> from sknnadl import show_versions
    >>> show_versions()  # doctest: +ELLIPSIS
    sknnadl: ...
    products: ...
    """
    kernels = (
        "NumPy and its BLAS"
        if KERNELS is None
        else f"compiled kernels, {KERNELS.level}"
    )
    print(f"sknnadl: {version('sknnadl')}")
    print(f"products: {kernels}")
    sklearn.show_versions()
