"""An accuracy on test rows, which is a proportion: its interval, its variance."""

from __future__ import annotations

from scipy.stats import binomtest

from sknnadl.significance.level import check_level


def wilson_interval(
    n_hits: int, n_trials: int, level: float = 0.95
) -> tuple[float, float]:
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

    Raises
    ------
    ValueError
        If `level` is not between 0 and 1, or there are more successes than trials.

    References
    ----------
    Wilson, E. B. (1927). Probable inference, the law of succession, and statistical
    inference. Journal of the American Statistical Association, 22(158), 209-212.

    Examples
    --------
    >>> from sknnadl.significance import wilson_interval
    >>> low, high = wilson_interval(90, 100)
    >>> round(low, 4), round(high, 4)
    (0.8256, 0.9448)
    """
    check_level(level)
    found = binomtest(n_hits, n_trials).proportion_ci(level, method="wilson")
    return float(found.low), float(found.high)


def hit_variance(n_hits: int, n_trials: int) -> float:
    """Return the variance of one trial that is a success or not.

    Two successes and two failures are added, as Agresti and Coull do for an interval at
    95 percent, so that it is above 0 where all trials are alike.

    Parameters
    ----------
    n_hits : int
        The number of successes.
    n_trials : int
        The number of trials.

    Returns
    -------
    variance : float
        The variance, from 0 to 1/4; that of the share of n successes is an n-th of it.

    References
    ----------
    Agresti, A. and Coull, B. A. (1998). Approximate is better than "exact" for interval
    estimation of binomial proportions. The American Statistician, 52(2), 119-126.

    Examples
    --------
    >>> from sknnadl.significance import hit_variance
    >>> hit_variance(12, 12), hit_variance(6, 12)
    (0.109375, 0.25)
    """
    share = (n_hits + 2) / (n_trials + 4)
    return share * (1 - share)


def difference_variance(only_a: int, only_b: int, n_rows: int) -> float:
    """Return the variance of one row's part in the difference of two accuracies.

    Half a row is added to each of the four cells of the table of rows that both models,
    one or none get right, as Agresti and Min do for an interval at 95 percent, so that
    it is above 0 where the models are right on the same rows.

    Parameters
    ----------
    only_a, only_b : int
        How many rows one model alone gets right.
    n_rows : int
        How many rows there are.

    Returns
    -------
    variance : float
        The variance, from 0 to 1; that of the difference on n rows is an n-th of it.

    References
    ----------
    Agresti, A. and Min, Y. (2005). Simple improved confidence intervals for comparing
    matched proportions. Statistics in Medicine, 24(5), 729-740.

    Examples
    --------
    >>> from sknnadl.significance import difference_variance
    >>> difference_variance(3, 3, 12), difference_variance(0, 0, 8)
    (0.5, 0.1)
    """
    mean = (only_a - only_b) / (n_rows + 2)
    return (only_a + only_b + 1) / (n_rows + 2) - mean**2
