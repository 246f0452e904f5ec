"""Values that are equal but for rounding, which ranks must not tell apart."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

#: What rounding does to a score, as a part of it.
ROUNDING = 1e-12


def level_out(values: ArrayLike, size: float | None = None) -> NDArray[np.intp]:
    """Return the places of values in their order, of which equal ones share one.

    Parameters
    ----------
    values : array-like of shape (n,)
        The values. Infinite ones are allowed.
    size : float, default=None
        How large the numbers are that the values were calculated of; by default the
        largest of the values themselves. Values next to each other that differ by no
        more than what rounding does to such numbers are equal.

    Returns
    -------
    levels : ndarray of int of shape (n,)
        The places, from 0 for the smallest.

    Examples
    --------
    >>> from sknnadl.significance.ties import level_out
    >>> level_out([0.3, 0.1, 0.1 + 0.2, float("-inf")]).tolist()
    [2, 1, 2, 0]
    """
    values = np.asarray(values, dtype=float)
    order = np.argsort(values)
    finite = np.abs(values[np.isfinite(values)])
    if size is None:
        size = float(finite.max(initial=0.0))
    with np.errstate(invalid="ignore"):  # the nan of two infinite ones is no step
        steps = np.diff(values[order]) > ROUNDING * size
    levels = np.empty(len(values), dtype=np.intp)
    levels[order] = np.concatenate([[0], np.cumsum(steps)])
    return levels
