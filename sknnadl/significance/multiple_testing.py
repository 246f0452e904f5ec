"""Many tests at once, of which chance makes some find a difference."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def holm(p_values: ArrayLike) -> NDArray[np.float64]:
    """Adjust p-values for how many they are, by Holm's step-down method.

    If each adjusted p-value is compared with 5 percent, the probability of one or more
    false rejections among all tests is at most 5 percent, however they depend on each
    other.

    Parameters
    ----------
    p_values : array-like of shape (n_tests,)
        A p-value a test, from 0 to 1. Those that are nan count for no test.

    Returns
    -------
    adjusted : ndarray of shape (n_tests,)
        The adjusted p-values in the order given; nan where one was nan.

    Raises
    ------
    ValueError
        If `p_values` are not in one dimension, or one is outside 0 to 1.

    References
    ----------
    Holm, S. (1979). A simple sequentially rejective multiple test procedure.
    Scandinavian Journal of Statistics, 6(2), 65-70.

    Examples
    --------
    >>> from sknnadl.significance import holm
    >>> holm([0.01, 0.04, 0.03]).tolist()
    [0.03, 0.06, 0.06]
    """
    p_values = np.asarray(p_values, dtype=float)
    if p_values.ndim != 1:
        raise ValueError(
            f"p_values must have one dimension, got an array of shape {p_values.shape}."
        )
    outside = p_values[(p_values < 0) | (p_values > 1)]
    if outside.size:
        raise ValueError(f"p_values must be from 0 to 1, got {outside[0]}.")
    # nan comes last in this order and is left there.
    order = np.argsort(p_values)[: np.count_nonzero(~np.isnan(p_values))]
    n_left = np.arange(len(order), 0, -1)  # how many p-values are not yet passed
    steps = np.minimum(1.0, n_left * p_values[order])
    adjusted = np.full(p_values.shape, np.nan)
    adjusted[order] = np.maximum.accumulate(steps)
    return adjusted
