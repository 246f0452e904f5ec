"""Two models on the same test rows: McNemar's test and Tango's interval."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri
from scipy.stats import binom, binomtest

from sknnadl.significance.level import check_level
from sknnadl.significance.paired_difference import PairedDifference

#: The bound of an interval that ends at 0 and does not hold it.
_ABOVE_ZERO = float(np.finfo(float).tiny)


def mcnemar_test(
    correct_a: ArrayLike,
    correct_b: ArrayLike,
    *,
    exact: bool = False,
    level: float = 0.95,
) -> PairedDifference:
    """Compare the accuracies of two models on the same rows.

    Only rows count that one model gets right and the other wrong. If the models are
    equally good, each such row is as likely to be for the one as for the other.

    Parameters
    ----------
    correct_a, correct_b : array-like of bool, of shape (n_samples,)
        Whether each model is right, a row in the same place in both.
    exact : bool, default=False
        Whether to take the exact p-value in place of the mid-p-value. The exact one is
        never too small, and mostly larger than it has to be; the mid-p-value counts
        the outcome that was seen by half.
    level : float, default=0.95
        The probability with which the interval covers the true difference.

    Returns
    -------
    found : PairedDifference
        The accuracy of a less that of b, Tango's score interval for it, and the
        two-sided p-value. The p-value is 1 where the models are right on the same rows.
        It decides whether the interval holds 0: the bound next to 0 is moved there
        where Tango's own disagrees.

    Raises
    ------
    ValueError
        If the arrays are not of bool, in one dimension, of one length and of at least
        one row, or if `level` is not between 0 and 1.

    References
    ----------
    Fagerland, M. W., Lydersen, S. and Laake, P. (2013). The McNemar test for binary
    matched-pairs data: mid-p and asymptotic are better than exact conditional. BMC
    Medical Research Methodology, 13:91.

    Tango, T. (1998). Equivalence test and confidence interval for the difference in
    proportions for the paired-sample design. Statistics in Medicine, 17(8), 891-908.

    Examples
    --------
    >>> from sknnadl.significance import mcnemar_test
    >>> a_is_right = [True] * 18 + [False] * 2
    >>> b_is_right = [True] * 11 + [False] * 8 + [True]
    >>> result = mcnemar_test(a_is_right, b_is_right)
    >>> round(result.difference, 4), round(result.p_value, 4)
    (0.3, 0.0391)
    >>> round(result.low, 4), round(result.high, 4)
    (0.0272, 0.5373)
    """
    check_level(level)
    a, b = _check_correct(correct_a, correct_b)
    n_rows = len(a)
    only_a = int(np.count_nonzero(a & ~b))
    only_b = int(np.count_nonzero(b & ~a))
    p_value = _p_value(only_a, only_b, exact)
    low = -_tango_bound(only_b, only_a, n_rows, level)
    high = _tango_bound(only_a, only_b, n_rows, level)
    if p_value >= 1 - level:
        low, high = min(low, 0.0), max(high, 0.0)
    elif only_a > only_b:
        low = max(low, _ABOVE_ZERO)
    elif only_a < only_b:
        high = min(high, -_ABOVE_ZERO)
    return PairedDifference((only_a - only_b) / n_rows, low, high, p_value)


def _check_correct(
    correct_a: ArrayLike, correct_b: ArrayLike
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    arrays = []
    for name, values in [("correct_a", correct_a), ("correct_b", correct_b)]:
        array = np.asarray(values)
        if array.dtype != bool or array.ndim != 1 or len(array) == 0:
            raise ValueError(
                f"{name} must be bool, of shape (n_samples,), with at least one row, "
                f"got {array.dtype} of shape {array.shape}."
            )
        arrays.append(array)
    if len(arrays[0]) != len(arrays[1]):
        raise ValueError(
            "correct_a and correct_b must be of the same rows, got "
            f"{len(arrays[0])} and {len(arrays[1])} rows."
        )
    return arrays[0], arrays[1]


def _p_value(only_a: int, only_b: int, exact: bool) -> float:
    """Return the probability of counts as far apart, where each side is as likely."""
    n_rows, fewer = only_a + only_b, min(only_a, only_b)
    if n_rows == 0:
        return 1.0
    p_exact = float(binomtest(fewer, n_rows).pvalue)
    if exact:
        return p_exact
    # As far apart are two outcomes, one on each side, or the one in the middle.
    n_outcomes = 1 if only_a == only_b else 2
    return p_exact - n_outcomes * float(binom.pmf(fewer, n_rows, 0.5)) / 2


def _tango_bound(only_a: int, only_b: int, n_rows: int, level: float) -> float:
    """Return the largest difference that the score test does not reject."""
    z = float(ndtri((1 + level) / 2))
    low, high = (only_a - only_b) / n_rows, 1.0
    while low < (middle := (low + high) / 2) < high:
        variance = _tango_variance(middle, only_a, only_b, n_rows)
        if (only_a - only_b - n_rows * middle) ** 2 <= z**2 * variance:
            low = middle
        else:
            high = middle
    return high


def _tango_variance(difference: float, only_a: int, only_b: int, n_rows: int) -> float:
    """Return the variance of ``only_a - only_b``, if the difference is the true one.

    The share of rows that b alone gets right is its maximum likelihood estimate under
    that difference, which is the larger root of a quadratic (Tango 1998).
    """
    p = (2 * n_rows - only_a + only_b) * difference - only_a - only_b
    q = -only_b * difference * (1 - difference)
    root = math.sqrt(max(0.0, p**2 - 8 * n_rows * q))  # 0 may be missed by rounding
    share = (root - p) / (4 * n_rows)
    return n_rows * (2 * share + difference * (1 - difference))
