"""Whether one of two models is better, or both are equal for practical purposes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from numbers import Real

from numpy.typing import ArrayLike
from scipy.special import stdtr

from sknnadl.significance.folds import difference_and_error


@dataclass(frozen=True)
class Equivalence:
    """What is probable of the difference of two models; nan where nothing is known.

    Parameters
    ----------
    first : float
        The probability that the first model is better, by more than does not matter.
    equal : float
        The probability that the difference does not matter.
    second : float
        The probability that the second model is better.

    Examples
    --------
    >>> from sknnadl.significance import Equivalence
    >>> Equivalence(first=0.2, equal=0.7, second=0.1)
    Equivalence(first=0.2, equal=0.7, second=0.1)
    """

    first: float
    equal: float
    second: float


def bayesian_t_test(
    scores_a: ArrayLike,
    scores_b: ArrayLike,
    n_train: ArrayLike,
    n_test: ArrayLike,
    *,
    rope: float,
) -> Equivalence:
    """Say how probable it is that two models are practically equal.

    This is the correlated Bayesian t-test. Before anything is seen, each mean
    difference is as probable as any other; after it, the mean difference follows
    Student's t about the one that was seen, with the variance of `corrected_t_test`.

    Parameters
    ----------
    scores_a, scores_b : array-like of shape (n_folds,)
        A score a fold for each model, of the same folds in the same order; larger is
        better.
    n_train, n_test : int or array-like of shape (n_folds,)
        The rows that a fold trains on and tests on; of several numbers the mean counts.
    rope : float
        The largest difference that does not matter, in the unit of the scores: the
        region of practical equivalence is from ``-rope`` to ``rope``.

    Returns
    -------
    found : Equivalence
        Three probabilities that add up to 1; nan where there is no spread to judge by:
        with one fold, or where all differences are the same.

    Raises
    ------
    ValueError
        If `rope` is not finite or below 0, or an argument cannot be: see
        `corrected_t_test`.

    References
    ----------
    Corani, G. and Benavoli, A. (2015). A Bayesian approach for comparing
    cross-validated algorithms on multiple data sets. Machine Learning, 100, 285-304.

    Benavoli, A., Corani, G., Demsar, J. and Zaffalon, M. (2017). Time for a change: a
    tutorial for comparing multiple classifiers through Bayesian analysis. Journal of
    Machine Learning Research, 18(77), 1-36.

    Examples
    --------
    >>> from sknnadl.significance import bayesian_t_test
    >>> scores_a, scores_b = [0.91, 0.93, 0.92, 0.95], [0.90, 0.90, 0.91, 0.92]
    >>> found = bayesian_t_test(scores_a, scores_b, 75, 25, rope=0.01)
    >>> round(found.first, 3), round(found.equal, 3), round(found.second, 3)
    (0.83, 0.148, 0.021)
    """
    check_rope(rope)
    mean, error, n_folds = difference_and_error(scores_a, scores_b, n_train, n_test)
    if math.isnan(error):
        return Equivalence(math.nan, math.nan, math.nan)
    freedom = n_folds - 1
    first = float(stdtr(freedom, (mean - rope) / error))
    second = float(stdtr(freedom, (-mean - rope) / error))
    return Equivalence(first, 1 - first - second, second)


def check_rope(rope: float) -> None:
    """Refuse a largest difference that does not matter which cannot be one.

    Parameters
    ----------
    rope : float
        The largest difference that does not matter.

    Raises
    ------
    ValueError
        If it is not finite or below 0.

    Examples
    --------
    >>> from sknnadl.significance.equivalence import check_rope
    >>> check_rope(0.01)
    """
    if not isinstance(rope, Real) or not 0 <= rope < math.inf:
        raise ValueError(
            "rope must be the largest difference that does not matter, at least 0, got "
            f"{rope!r}."
        )
