"""The ranks of models on many data sets, and what chance has to do with them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import f, friedmanchisquare, rankdata, studentized_range

from sknnadl.significance.level import check_level
from sknnadl.significance.ties import level_out

#: With fewer data sets the F of Iman and Davenport finds too much.
_FEW_DATASETS = 4


@dataclass(frozen=True)
class FriedmanTest:
    """Whether models differ on many data sets, by their ranks.

    Parameters
    ----------
    statistic : float
        Friedman's chi-squared, corrected for ties.
    p_value : float
        Its p-value, by the chi-squared distribution: cautious with few data sets.
    f_statistic : float
        What Iman and Davenport make of it; infinite where all data sets rank alike.
    f_p_value : float
        Its p-value, by the F distribution; nan with fewer than four data sets, where it
        would be too small, and where `f_statistic` is infinite.

    Examples
    --------
    >>> from sknnadl.significance import FriedmanTest
    >>> FriedmanTest(statistic=6.0, p_value=0.05, f_statistic=6.0, f_p_value=0.02)
    FriedmanTest(statistic=6.0, p_value=0.05, f_statistic=6.0, f_p_value=0.02)
    """

    statistic: float
    p_value: float
    f_statistic: float
    f_p_value: float


def rank_models(scores: ArrayLike) -> NDArray[np.float64]:
    """Rank models on each data set: the best one has rank 1.

    Parameters
    ----------
    scores : array-like of shape (n_datasets, n_models)
        A score for each data set and model; larger is better. Where one is nan, since
        the model failed, it is worse than all others.

    Returns
    -------
    ranks : ndarray of shape (n_datasets, n_models)
        The ranks; those of models that are equal, but for rounding, are averaged.

    Raises
    ------
    ValueError
        If `scores` has another shape, or one is infinite.

    References
    ----------
    Demsar, J. (2006). Statistical comparisons of classifiers over multiple data sets.
    Journal of Machine Learning Research, 7, 1-30.

    Examples
    --------
    >>> from sknnadl.significance import rank_models
    >>> rank_models([[0.9, 0.8, 0.9], [0.7, float("nan"), 0.6]]).tolist()
    [[1.5, 3.0, 1.5], [1.0, 3.0, 2.0]]
    """
    scores = _check_scores(scores)
    levels = [level_out(np.where(np.isnan(row), -np.inf, row)) for row in scores]
    return np.asarray(rankdata(-np.array(levels), axis=1), dtype=float)


def friedman_test(scores: ArrayLike) -> FriedmanTest:
    """Test whether some of three or more models are better than others.

    If all models were equally good, each would have each rank about as often.

    Parameters
    ----------
    scores : array-like of shape (n_datasets, n_models)
        As in `rank_models`.

    Returns
    -------
    found : FriedmanTest
        Friedman's test, and what Iman and Davenport make of it. All is nan where all
        models are equal on each data set.

    Raises
    ------
    ValueError
        If there are fewer than three models or than two data sets, or see
        `rank_models`.

    References
    ----------
    Friedman, M. (1937). The use of ranks to avoid the assumption of normality implicit
    in the analysis of variance. Journal of the American Statistical Association,
    32(200), 675-701.

    Iman, R. L. and Davenport, J. M. (1980). Approximations of the critical region of
    the Friedman statistic. Communications in Statistics, 9(6), 571-595.

    Examples
    --------
    >>> from sknnadl.significance import friedman_test
    >>> scores = [[0.9, 0.8, 0.7], [0.7, 0.5, 0.6], [0.8, 0.7, 0.6], [0.6, 0.5, 0.4]]
    >>> found = friedman_test(scores)
    >>> round(found.statistic, 3), round(found.p_value, 3), round(found.f_p_value, 3)
    (6.5, 0.039, 0.007)
    """
    ranks = rank_models(scores)
    n_datasets, n_models = ranks.shape
    if n_models < 3 or n_datasets < 2:
        raise ValueError(
            "scores must be of at least three models on two data sets for Friedman's "
            f"test, got an array of shape {ranks.shape}."
        )
    if not np.ptp(ranks, axis=1).any():
        return FriedmanTest(math.nan, math.nan, math.nan, math.nan)
    statistic, p_value = map(float, friedmanchisquare(*ranks.T))
    largest = n_datasets * (n_models - 1)
    if math.isclose(statistic, largest):
        return FriedmanTest(statistic, p_value, math.inf, math.nan)
    f_statistic = (n_datasets - 1) * statistic / (largest - statistic)
    freedom = n_models - 1, (n_models - 1) * (n_datasets - 1)
    few = n_datasets < _FEW_DATASETS
    f_p_value = math.nan if few else float(f.sf(f_statistic, *freedom))
    return FriedmanTest(statistic, p_value, f_statistic, f_p_value)


def nemenyi_test(scores: ArrayLike) -> NDArray[np.float64]:
    """Test each pair of models by their mean ranks, by Nemenyi's test.

    Parameters
    ----------
    scores : array-like of shape (n_datasets, n_models)
        As in `rank_models`.

    Returns
    -------
    p_values : ndarray of shape (n_models, n_models)
        The p-value of each pair, by the studentized range, with 1 on the diagonal. They
        are corrected for all pairs together. One below 0.05 is that of a difference of
        mean ranks above `critical_difference`.

    Raises
    ------
    ValueError
        If there are fewer than two models, or see `rank_models`.

    References
    ----------
    Nemenyi, P. B. (1963). Distribution-free multiple comparisons. PhD thesis, Princeton
    University.

    Examples
    --------
    >>> from sknnadl.significance import nemenyi_test
    >>> scores = [[0.9, 0.8, 0.7], [0.7, 0.5, 0.6], [0.8, 0.7, 0.6], [0.6, 0.5, 0.4]]
    >>> nemenyi_test(scores).round(3).tolist()
    [[1.0, 0.181, 0.036], [0.181, 1.0, 0.759], [0.036, 0.759, 1.0]]
    """
    ranks = rank_models(scores)
    n_datasets, n_models = ranks.shape
    error = _rank_error(n_models, n_datasets)
    means = ranks.mean(axis=0)
    ranges = abs(means[:, None] - means) / error
    p_values = studentized_range.sf(ranges, n_models, math.inf)
    np.fill_diagonal(p_values, 1.0)
    return np.asarray(np.clip(p_values, 0.0, 1.0), dtype=float)


def critical_difference(n_models: int, n_datasets: int, level: float = 0.95) -> float:
    """Return from which difference on mean ranks tell models apart, by Nemenyi's test.

    Parameters
    ----------
    n_models : int
        How many models are compared, two or more.
    n_datasets : int
        On how many data sets.
    level : float, default=0.95
        The probability with which no two models are told apart if all are equally good.

    Returns
    -------
    difference : float
        The critical difference, in ranks.

    Raises
    ------
    ValueError
        If there are fewer than two models or no data set, or if `level` is not between
        0 and 1.

    References
    ----------
    Demsar, J. (2006). Statistical comparisons of classifiers over multiple data sets.
    Journal of Machine Learning Research, 7, 1-30.

    Examples
    --------
    >>> from sknnadl.significance import critical_difference
    >>> round(critical_difference(n_models=4, n_datasets=14), 3)
    1.254
    """
    check_level(level)
    error = _rank_error(n_models, n_datasets)
    return float(studentized_range.ppf(level, n_models, math.inf)) * error


def _rank_error(n_models: int, n_datasets: int) -> float:
    """Return the standard error of a mean rank of as many data sets."""
    if n_models < 2 or n_datasets < 1:
        raise ValueError(
            "Ranks are compared of at least two models on one data set, got "
            f"{n_models} models on {n_datasets}."
        )
    return math.sqrt(n_models * (n_models + 1) / (12 * n_datasets))


def _check_scores(scores: ArrayLike) -> NDArray[np.float64]:
    scores = np.asarray(scores, dtype=float)
    if scores.ndim != 2 or 0 in scores.shape:
        raise ValueError(
            "scores must have shape (n_datasets, n_models), got an array of shape "
            f"{scores.shape}."
        )
    if np.isinf(scores).any():
        raise ValueError("scores must be finite, or nan where a model failed, got inf.")
    return scores
