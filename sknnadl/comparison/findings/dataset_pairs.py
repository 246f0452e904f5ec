"""Two models at a time, on many data sets: which is better, and can one tell."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any, Literal, TypedDict, get_args

import numpy as np
from numpy.typing import NDArray

from sknnadl.comparison.findings.rank_sentences import say_ranks
from sknnadl.comparison.findings.sentences import CHANCE
from sknnadl.significance import (
    bayesian_signed_rank_test,
    critical_difference,
    find_groups,
    holm,
    nemenyi_test,
    rank_models,
    wilcoxon_test,
)

#: The tests of pairs on many data sets.
Method = Literal["nemenyi", "wilcoxon"]


class DatasetPair(TypedDict):
    """Two models, the better one first, and what many data sets say of them."""

    a: str
    b: str
    scorer: str
    rank_a: float
    rank_b: float
    n_better: int
    n_equal: int
    n_worse: int
    p_corrected: float
    p_a_better: float | None
    p_equal: float | None
    p_b_better: float | None
    text: str


def correct_p_values(
    scores: NDArray[np.float64], method: Method
) -> NDArray[np.float64]:
    """Return the p-value of each pair of models, corrected for all of them.

    Parameters
    ----------
    scores : ndarray of shape (n_datasets, n_models)
        The scores, nan where there is none.
    method : {"nemenyi", "wilcoxon"}
        Nemenyi's test of the mean ranks, or Wilcoxon's signed-rank test with Holm's
        correction.

    Returns
    -------
    p_values : ndarray of shape (n_models, n_models)
        With 1 on the diagonal.

    Raises
    ------
    ValueError
        If there is no such method.
    """
    if method not in get_args(Method):
        raise ValueError(f"method must be one of {get_args(Method)}, got {method!r}.")
    n_models = scores.shape[1]
    matrix = np.ones((n_models, n_models))
    if n_models < 2:
        return matrix
    if method == "nemenyi":
        return nemenyi_test(scores)
    first, second = np.triu_indices(n_models, 1)
    tests = [wilcoxon_test(*pair) for pair in combinations(scores.T, 2)]
    matrix[first, second] = holm([test.p_value for test in tests])
    matrix[second, first] = matrix[first, second]
    return matrix


def compare_on_datasets(
    names: Sequence[str],
    scores: NDArray[np.float64],
    scorer: str,
    method: Method,
    rope: float | None,
    *,
    share: bool,
) -> list[DatasetPair]:
    """Compare each pair of models by their scores on many data sets.

    Parameters
    ----------
    names : list of str
        The models.
    scores : ndarray of shape (n_datasets, n_models)
        Their scores, nan where there is none.
    scorer : str
        What the scores are called.
    method : {"nemenyi", "wilcoxon"}
        The test.
    rope : float or None
        The largest difference that does not matter.
    share : bool
        Whether the scores are shares of the rows.

    Returns
    -------
    pairs : list of dict
        A `DatasetPair` each; see `JoinedReport.pairwise`.
    """
    p_values = correct_p_values(scores, method)
    ranks = rank_models(scores).mean(axis=0)
    pairs: list[DatasetPair] = []
    for i, j in combinations(range(len(names)), 2):
        a, b = (j, i) if _is_second_better(scores, ranks, i, j, method) else (i, j)
        better, equal, worse = _count_wins(scores[:, a], scores[:, b])
        odds = None
        if rope is not None:
            odds = bayesian_signed_rank_test(scores[:, a], scores[:, b], rope=rope)
        pair: DatasetPair = {
            "a": names[a],
            "b": names[b],
            "scorer": scorer,
            "rank_a": float(ranks[a]),
            "rank_b": float(ranks[b]),
            "n_better": better,
            "n_equal": equal,
            "n_worse": worse,
            "p_corrected": float(p_values[a, b]),
            "p_a_better": None if odds is None else odds.first,
            "p_equal": None if odds is None else odds.equal,
            "p_b_better": None if odds is None else odds.second,
            "text": "",
        }
        pair["text"] = say_ranks(pair, rope, share=share)
        pairs.append(pair)
    return pairs


def draw_up(
    names: Sequence[str], scores: NDArray[np.float64], method: Method
) -> dict[str, Any]:
    """Return what a critical-difference diagram shows, as plain values.

    Parameters
    ----------
    names : list of str
        The models.
    scores : ndarray of shape (n_datasets, n_models)
        Their scores, nan where there is none.
    method : {"nemenyi", "wilcoxon"}
        The test.

    Returns
    -------
    diagram : dict
        See `JoinedReport.diagram`.
    """
    ranks = rank_models(scores).mean(axis=0)
    order = np.argsort(ranks, kind="stable")
    apart = correct_p_values(scores, method)[np.ix_(order, order)] < CHANCE
    n_datasets, n_models = scores.shape
    difference = None
    if method == "nemenyi" and n_models > 1:
        difference = critical_difference(n_models, n_datasets)
    return {
        "names": [names[one] for one in order],
        "ranks": ranks[order].tolist(),
        "groups": [[names[order[i]] for i in group] for group in find_groups(apart)],
        "critical_difference": difference,
    }


def _is_second_better(
    scores: NDArray[np.float64],
    ranks: NDArray[np.float64],
    i: int,
    j: int,
    method: Method,
) -> bool:
    """Return for which of two models the test is; where for none, the ranks decide."""
    if method == "wilcoxon":
        found = wilcoxon_test(scores[:, i], scores[:, j])
        if found.first != found.second:
            return found.second > found.first
    return bool(ranks[j] < ranks[i])


def _count_wins(a: NDArray[np.float64], b: NDArray[np.float64]) -> tuple[int, int, int]:
    """Return on how many data sets a is better than b, equal to it, and worse."""
    ranks = rank_models(np.column_stack([a, b]))
    leads = np.sign(ranks[:, 1] - ranks[:, 0])
    better, equal, worse = (int(np.count_nonzero(leads == one)) for one in (1, 0, -1))
    return better, equal, worse
