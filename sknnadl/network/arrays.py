"""The types that the network's signatures share, and the form of its arrays."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import numpy.typing as npt

#: A floating-point array; every array of one network has the same dtype.
Array = npt.NDArray[np.floating[Any]]
Shape = tuple[int, ...]
#: Training has the parameters, their gradient, and copies to go back to.
_VECTORS = 4


def ready(array: npt.ArrayLike, dtype: npt.DTypeLike) -> npt.NDArray[Any]:
    """Return an array in the form that compiled kernels read: contiguous and aligned.

    It is the array itself where it has that form.
    """
    contiguous = np.ascontiguousarray(array, dtype)
    return contiguous if contiguous.flags.aligned else contiguous.copy()


def allocate(length: int, dtype: np.dtype[Any]) -> Array:
    """Return a vector for so many parameters.

    Raises
    ------
    ValueError
        If the machine has not the memory to train them.
    """
    n_bytes, there = _VECTORS * length * dtype.itemsize, _memory()
    if n_bytes > there:
        raise ValueError(
            f"The network has {length:,} parameters, and training takes "
            f"{n_bytes / 1e9:,.1f} GB at the least, where this machine has "
            f"{there / 1e9:,.1f}: take fewer or smaller layers."
        )
    return np.empty(length, dtype)


def check_vector(vector: Array, length: int, dtype: np.dtype[Any]) -> None:
    """Refuse a vector of parameters of another length, dtype or form."""
    is_ready = vector.flags.c_contiguous and vector.flags.aligned
    if vector.shape != (length,) or vector.dtype != dtype or not is_ready:
        raise ValueError(
            f"parameters must be a contiguous array of shape ({length},) and dtype "
            f"{dtype}, got {vector.shape} and {vector.dtype}."
        )


def _memory() -> float:
    """Return how many bytes of memory the machine has; infinity if it does not tell."""
    try:
        return float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    except (AttributeError, OSError, ValueError):
        return float("inf")
