"""What chance does to scores: intervals, tests that compare, and many tests at once."""

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri


@dataclass(frozen=True)
class Comparison:
    """The difference of two models, and what chance has to do with it.

    Parameters
    ----------
    difference : float
        The score of the first model less that of the second.
    low, high : float
        The bounds of the interval for the difference.
    p_value : float
        How often a difference at least as large would be seen between models that are
        equally good, from 0 to 1.

    Examples
    --------
    >>> from sknnadl.significance.intervals import Comparison
    >>> Comparison(difference=0.02, low=-0.01, high=0.05, p_value=0.2)
    Comparison(difference=0.02, low=-0.01, high=0.05, p_value=0.2)
    """

    difference: float
    low: float
    high: float
    p_value: float


def wilson_interval(n_hits, n_trials, level=0.95):
    """Return Wilson's score interval for a proportion.

    Parameters
    ----------
    n_hits : int
        The number of successes.
    n_trials : int
        The number of trials, at least 1.
    level : float, default=0.95
        The probability with which the interval covers the true proportion.

    Returns
    -------
    low, high : float
        The bounds, from 0 to 1.

    References
    ----------
    Wilson, E. B. (1927). Probable inference, the law of succession, and statistical
    inference. Journal of the American Statistical Association, 22(158), 209-212.

    Examples
    --------
    >>> from sknnadl.significance.intervals import wilson_interval
    >>> low, high = wilson_interval(90, 100)
    >>> round(low, 4), round(high, 4)
    (0.8256, 0.9448)
    """
    z = float(ndtri((1 + level) / 2))
    share = n_hits / n_trials
    scale = 1 + z**2 / n_trials
    centre = (share + z**2 / (2 * n_trials)) / scale
    spread = z * math.sqrt(share * (1 - share) / n_trials + z**2 / (4 * n_trials**2))
    # Where the proportion is 0 or 1 it is a bound, which rounding may miss.
    low, high = centre - spread / scale, centre + spread / scale
    return max(0.0, min(low, share)), min(1.0, max(high, share))


def holm(p_values):
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
    >>> from sknnadl.significance.intervals import holm
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


def check_level(level):
    """Refuse a level that no interval can have.

    Parameters
    ----------
    level : float
        The probability with which an interval is to cover the truth.

    Raises
    ------
    ValueError
        If it is not between 0 and 1.

    Examples
    --------
    >>> from sknnadl.significance.intervals import check_level
    >>> check_level(0.95)
    """
    if not 0 < level < 1:
        raise ValueError(f"level must be between 0 and 1, got {level!r}.")
