"""Scores of folds, whose training rows overlap: their interval, and a test of two."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtr, stdtrit

from sknnadl.significance.level import check_level
from sknnadl.significance.paired_difference import PairedDifference
from sknnadl.significance.ties import ROUNDING


def mean_interval(
    scores: ArrayLike,
    n_train: ArrayLike,
    n_test: ArrayLike,
    level: float = 0.95,
    *,
    min_variance: float = 0.0,
) -> tuple[float, float]:
    """Return an interval for the mean score of a model over folds.

    The folds share training rows, so that their scores are no independent draws. The
    variance of the mean is corrected for that as in `corrected_t_test`.

    Parameters
    ----------
    scores : array-like of shape (n_folds,)
        A score a fold.
    n_train, n_test : int or array-like of shape (n_folds,)
        The rows that a fold trains on and tests on; of several numbers the mean counts.
    level : float, default=0.95
        The probability with which the interval covers the true mean.
    min_variance : float, default=0
        The variance of the mean is not taken for less: what chance does to a score on
        as many rows. Of an accuracy it is `hit_variance`, divided by the rows.

    Returns
    -------
    low, high : float
        The bounds; nan where there is no spread to judge by: with fewer than two folds,
        or where all scores are the same and `min_variance` is 0. They can pass the
        largest score that there is.

    Raises
    ------
    ValueError
        If an argument cannot be: see `corrected_t_test`.

    References
    ----------
    Nadeau, C. and Bengio, Y. (2003). Inference for the generalization error. Machine
    Learning, 52(3), 239-281.

    Examples
    --------
    >>> from sknnadl.significance import mean_interval
    >>> low, high = mean_interval([0.91, 0.93, 0.92, 0.95, 0.94], n_train=80, n_test=20)
    >>> round(low, 4), round(high, 4)
    (0.9006, 0.9594)
    """
    check_level(level)
    scores = _check_scores("scores", scores)
    size = _largest(scores)
    mean, error = _mean_and_error(scores, size, n_train, n_test, min_variance)
    return _interval(mean, error, len(scores), level)


def corrected_t_test(
    scores_a: ArrayLike,
    scores_b: ArrayLike,
    n_train: ArrayLike,
    n_test: ArrayLike,
    level: float = 0.95,
    *,
    min_variance: float = 0.0,
) -> PairedDifference:
    """Compare two models by their scores on the same folds.

    This is the corrected resampled t-test. The paired t-test takes the variance of the
    mean difference of k folds for ``s**2 / k``, where ``s`` is the standard deviation
    of the differences. That is too small, as folds share training rows. Here it is
    ``(1 / k + n_test / n_train) * s**2``.

    Parameters
    ----------
    scores_a, scores_b : array-like of shape (n_folds,)
        A score a fold for each model, of the same folds in the same order.
    n_train, n_test : int or array-like of shape (n_folds,)
        The rows that a fold trains on and tests on; of several numbers the mean counts.
    level : float, default=0.95
        The probability with which the interval covers the true mean difference.
    min_variance : float, default=0
        The variance of the mean difference is not taken for less: what chance does to a
        difference on as many rows. Of accuracies it is `difference_variance`, divided
        by the rows.

    Returns
    -------
    found : PairedDifference
        The mean of a's scores less b's, its interval and the two-sided p-value, by
        Student's t with ``k - 1`` degrees of freedom. The interval and the p-value are
        nan where there is no spread to judge by: with one fold, or where all
        differences are the same and `min_variance` is 0.

    Raises
    ------
    ValueError
        If scores are not finite, not in one dimension, none at all or not as many for
        a as for b, if the numbers of rows are not positive and one in all or one a
        fold, if `level` is not between 0 and 1, or if `min_variance` is below 0.

    References
    ----------
    Nadeau, C. and Bengio, Y. (2003). Inference for the generalization error. Machine
    Learning, 52(3), 239-281.

    Examples
    --------
    >>> from sknnadl.significance import corrected_t_test
    >>> scores_a, scores_b = [0.91, 0.93, 0.92, 0.95], [0.90, 0.90, 0.91, 0.92]
    >>> result = corrected_t_test(scores_a, scores_b, n_train=75, n_test=25)
    >>> round(result.difference, 4), round(result.p_value, 4)
    (0.02, 0.1081)
    >>> round(result.low, 4), round(result.high, 4)
    (-0.0081, 0.0481)
    """
    check_level(level)
    mean, error, n_folds = difference_and_error(
        scores_a, scores_b, n_train, n_test, min_variance
    )
    low, high = _interval(mean, error, n_folds, level)
    return PairedDifference(mean, low, high, _p_value(mean, error, n_folds))


def difference_and_error(
    scores_a: ArrayLike,
    scores_b: ArrayLike,
    n_train: ArrayLike,
    n_test: ArrayLike,
    min_variance: float = 0.0,
) -> tuple[float, float, int]:
    """Return the mean difference, its corrected standard error, and how many folds.

    Parameters
    ----------
    scores_a, scores_b, n_train, n_test, min_variance : array-like and float
        As in `corrected_t_test`.

    Returns
    -------
    mean, error : float
        The mean difference and its standard error, nan without any spread.
    n_folds : int
        How many folds there are.
    """
    scores_a = _check_scores("scores_a", scores_a)
    scores_b = _check_scores("scores_b", scores_b)
    n_folds = len(scores_a)
    if n_folds != len(scores_b):
        raise ValueError(
            "scores_a and scores_b must be of the same folds, got "
            f"{n_folds} and {len(scores_b)} scores."
        )
    size = _largest(scores_a, scores_b)
    differences = scores_a - scores_b
    return (
        *_mean_and_error(differences, size, n_train, n_test, min_variance),
        n_folds,
    )


def _check_scores(name: str, values: ArrayLike) -> NDArray[np.float64]:
    scores = np.asarray(values, dtype=float)
    if scores.ndim != 1 or len(scores) == 0:
        raise ValueError(
            f"{name} must have shape (n_folds,), with at least one fold, got an array "
            f"of shape {scores.shape}."
        )
    if not np.isfinite(scores).all():
        wrong = scores[~np.isfinite(scores)][0]
        raise ValueError(
            f"{name} must be finite, got {wrong}: leave a fold that failed out of all "
            "models that are compared."
        )
    return scores


def _mean_rows(name: str, n_rows: ArrayLike, n_folds: int) -> float:
    """Return the mean number of rows, given one in all or one a fold."""
    n_rows = np.asarray(n_rows, dtype=float)
    is_valid = np.isfinite(n_rows).all() and (n_rows > 0).all()
    if n_rows.shape not in ((), (n_folds,)) or not is_valid:
        raise ValueError(
            f"{name} must be a positive number of rows, or one for each of {n_folds} "
            f"folds, got {n_rows.tolist()!r}."
        )
    return float(n_rows.mean())


def _largest(*scores: NDArray[np.float64]) -> float:
    return max(float(np.abs(one).max()) for one in scores)


def _mean_and_error(
    values: NDArray[np.float64],
    size: float,
    n_train: ArrayLike,
    n_test: ArrayLike,
    min_variance: float,
) -> tuple[float, float]:
    """Return the mean and its corrected standard error, nan without any spread.

    Values that differ by no more than what rounding does to scores of this size are
    the same.
    """
    n_folds = len(values)
    rows_train = _mean_rows("n_train", n_train, n_folds)
    rows_test = _mean_rows("n_test", n_test, n_folds)
    if not min_variance >= 0:
        raise ValueError(f"min_variance must be at least 0, got {min_variance!r}.")
    if np.ptp(values) <= ROUNDING * size:
        mean, variance = float(values[0]), 0.0
    else:
        mean, variance = float(values.mean()), float(values.var(ddof=1))
    variance = max((1 / n_folds + rows_test / rows_train) * variance, min_variance)
    if n_folds < 2 or variance == 0:
        return mean, math.nan
    return mean, math.sqrt(variance)


def _interval(
    mean: float, error: float, n_folds: int, level: float
) -> tuple[float, float]:
    if math.isnan(error):
        return math.nan, math.nan
    reach = float(stdtrit(n_folds - 1, (1 + level) / 2)) * error
    return mean - reach, mean + reach


def _p_value(mean: float, error: float, n_folds: int) -> float:
    if math.isnan(error):
        return math.nan
    return float(2 * stdtr(n_folds - 1, -abs(mean) / error))
