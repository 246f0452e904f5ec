"""Two models on many data sets, by the signed ranks of their differences."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri
from scipy.stats import qmc, rankdata

from sknnadl.significance.equivalence import Equivalence, check_rope
from sknnadl.significance.ties import ROUNDING, level_out

#: How many points the probabilities are averaged over, and how many at a time.
_POINTS, _BLOCK = 2**18, 2**14


@dataclass(frozen=True)
class SignedRanks:
    """For which of two models many data sets are, and how much chance may do.

    Parameters
    ----------
    first : float
        The sum of the ranks of the differences that are for the first model, and half
        of the ranks of those that are 0.
    second : float
        The same for the second model.
    p_value : float
        How often sums at least as unequal would be seen between models that are equally
        good.

    Examples
    --------
    >>> from sknnadl.significance import SignedRanks
    >>> SignedRanks(first=93.0, second=12.0, p_value=0.01)
    SignedRanks(first=93.0, second=12.0, p_value=0.01)
    """

    first: float
    second: float
    p_value: float


def wilcoxon_test(scores_a: ArrayLike, scores_b: ArrayLike) -> SignedRanks:
    """Compare two models by Wilcoxon's signed-rank test.

    The data sets are ranked by how large the difference of the two models is there.
    Differences that are equal, but for rounding, share their ranks.

    Parameters
    ----------
    scores_a, scores_b : array-like of shape (n_datasets,)
        A score of each model a data set; larger is better. Where one is nan, since the
        model failed, it is worse than any other by more than all else.

    Returns
    -------
    found : SignedRanks
        The sums of ranks and the two-sided p-value, which is exact, with ties too: of
        all signs that the differences could have, how many make the sums as unequal.

    Raises
    ------
    ValueError
        If scores are not in one dimension, none at all, infinite, or not as many for a
        as for b.

    References
    ----------
    Demsar, J. (2006). Statistical comparisons of classifiers over multiple data sets.
    Journal of Machine Learning Research, 7, 1-30.

    Wilcoxon, F. (1945). Individual comparisons by ranking methods. Biometrics Bulletin,
    1(6), 80-83.

    Examples
    --------
    >>> from sknnadl.significance import wilcoxon_test
    >>> scores_a, scores_b = [0.9, 0.8, 0.7, 0.9, 0.6], [0.8, 0.9, 0.4, 0.7, 0.2]
    >>> wilcoxon_test(scores_a, scores_b)
    SignedRanks(first=13.5, second=1.5, p_value=0.1875)
    """
    differences, size = _find_differences(scores_a, scores_b)
    unequal = np.abs(differences) > ROUNDING * size
    sizes = np.where(unequal, np.abs(differences), 0.0)
    signed = np.sign(differences) * (level_out(sizes, size) + 1) * unequal
    ranks = rankdata(np.abs(signed))
    zeros = ranks[signed == 0].sum() / 2
    first, second = (float(ranks[sign * signed > 0].sum() + zeros) for sign in (1, -1))
    return SignedRanks(first, second, _count_signs(ranks[unequal], abs(first - second)))


def bayesian_signed_rank_test(
    scores_a: ArrayLike, scores_b: ArrayLike, *, rope: float
) -> Equivalence:
    """Say how probable it is that two models are practically equal on more data sets.

    The differences of the two models are drawn from an unknown distribution. Before
    anything is seen, one difference of 0 stands for it with half the weight of a data
    set (a Dirichlet process). The mean of any two differences is for the first model,
    within the rope, or for the second; what is most probable of that is counted.

    Parameters
    ----------
    scores_a, scores_b : array-like of shape (n_datasets,)
        As in `wilcoxon_test`.
    rope : float
        The largest difference that does not matter, in the unit of the scores.

    Returns
    -------
    found : Equivalence
        Three probabilities that add up to 1, right to about 0.0005. They are means over
        262,144 points of a Sobol sequence, the same each time.

    Raises
    ------
    ValueError
        If `rope` is not finite or below 0, or see `wilcoxon_test`.

    References
    ----------
    Benavoli, A., Mangili, F., Corani, G., Zaffalon, M. and Ruggeri, F. (2014). A
    Bayesian Wilcoxon signed-rank test based on the Dirichlet process. ICML.

    Benavoli, A., Corani, G., Demsar, J. and Zaffalon, M. (2017). Time for a change: a
    tutorial for comparing multiple classifiers through Bayesian analysis. Journal of
    Machine Learning Research, 18(77), 1-36.

    Examples
    --------
    >>> from sknnadl.significance import bayesian_signed_rank_test
    >>> scores_a, scores_b = [0.9, 0.8, 0.7, 0.9, 0.6], [0.8, 0.9, 0.4, 0.7, 0.2]
    >>> found = bayesian_signed_rank_test(scores_a, scores_b, rope=0.01)
    >>> round(found.first, 2), round(found.equal, 2), round(found.second, 2)
    (0.98, 0.0, 0.02)
    """
    check_rope(rope)
    differences, size = _find_differences(scores_a, scores_b)
    # Of failures the sign counts: beyond all others, but two can cancel.
    finite = np.abs(differences[np.isfinite(differences)])
    beyond = 2 * finite.max(initial=0.0) + 2 * rope + 1
    seen = np.append(0.0, np.clip(differences, -beyond, beyond))
    sums = seen[:, None] + seen  # (n_datasets + 1, n_datasets + 1)
    rounding = ROUNDING * max(size, rope)
    wins = _is_above(sums, 2 * rope, rounding)
    losses = _is_above(-sums, 2 * rope, rounding)
    counts = np.zeros(3)
    for weights in _draw_weights(len(differences)):
        first, second = (((weights @ m) * weights).sum(axis=1) for m in (wins, losses))
        shares = np.stack([first, 1 - first - second, second], axis=1)
        most = shares >= shares.max(axis=1, keepdims=True) - 1e-9
        counts += (most / most.sum(axis=1, keepdims=True)).sum(axis=0)
    return Equivalence(*map(float, counts / counts.sum()))


def _count_signs(ranks: NDArray[np.float64], least: float) -> float:
    """Return the share of signs for which ranks add up to so much, or its negative.

    scipy counts them where there are no ties, and with ties takes them one by one.
    """
    twice = np.round(2 * ranks).astype(int)  # whole numbers, with ties too
    shares = np.ones(1)  # of each sum of those ranks that are for the first model
    for one in twice:
        shares = (np.pad(shares, (0, one)) + np.pad(shares, (one, 0))) / 2
    sums = np.arange(len(shares)) - twice.sum() / 2  # first less second
    return float(shares[abs(sums) >= least - 0.25].sum())


def _find_differences(
    scores_a: ArrayLike, scores_b: ArrayLike
) -> tuple[NDArray[np.float64], float]:
    """Return a's scores less b's, infinite where one is nan, and how large they are."""
    a, b = (np.asarray(one, dtype=float) for one in (scores_a, scores_b))
    if a.ndim != 1 or a.shape != b.shape or not len(a):
        raise ValueError(
            "scores_a and scores_b must have shape (n_datasets,), of the same data "
            f"sets, got arrays of shape {a.shape} and {b.shape}."
        )
    if np.isinf([a, b]).any():
        raise ValueError("scores must be finite, or nan where a model failed, got inf.")
    size = float(np.nan_to_num(np.abs([a, b])).max())
    failed = np.isnan(b).astype(int) - np.isnan(a)
    some = np.isnan(a) | np.isnan(b)
    differences = np.where(some, 0.0, a - b)
    differences[failed != 0] = failed[failed != 0] * math.inf
    return differences, size


def _is_above(
    sums: NDArray[np.float64], bound: float, rounding: float
) -> NDArray[np.float64]:
    """Return 1 where sums are above a bound, and 1/2 where they are just there."""
    return np.where(abs(sums - bound) <= rounding, 0.5, sums > bound)


def _draw_weights(n_datasets: int) -> Iterator[NDArray[np.float64]]:
    """Yield blocks of draws from the Dirichlet distribution, the prior's weight first.

    They are quasi-random, as independent draws would have to be many more.
    """
    n_weights = n_datasets + 1
    sequence = qmc.Sobol(n_weights, scramble=False)
    shift = np.random.default_rng(0).random(n_weights)
    for _ in range(_POINTS // _BLOCK):
        uniform = (sequence.random(_BLOCK) + shift) % 1
        gamma = -np.log1p(-uniform)  # of shape 1, and half the square of a normal
        gamma[:, 0] = ndtri((1 + uniform[:, 0]) / 2) ** 2 / 2  # deviate: of shape 1/2
        yield gamma / gamma.sum(axis=1, keepdims=True)
