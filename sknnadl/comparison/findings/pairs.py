"""Two models at a time: which is better, and can one tell."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, TypedDict

import numpy as np
from numpy.typing import NDArray

from sknnadl.comparison.findings.mistakes import find_correct
from sknnadl.comparison.findings.results import ModelResult, without_failures
from sknnadl.comparison.findings.sentences import say_difference
from sknnadl.significance import (
    Equivalence,
    PairedDifference,
    bayesian_t_test,
    bootstrap_test,
    corrected_t_test,
    difference_variance,
    mcnemar_test,
)

#: The probability with which all intervals of a report cover what they are for.
_LEVEL = 0.95


class Pair(TypedDict):
    """Two models, the better one first, and what can be said of their difference."""

    a: str
    b: str
    scorer: str
    difference: float
    low: float
    high: float
    low_alone: float
    high_alone: float
    p_value: float
    p_corrected: float
    p_a_better: float | None
    p_equal: float | None
    p_b_better: float | None
    text: str


def compare_pairs(
    results: Sequence[ModelResult],
    scorer: str,
    targets: Sequence[Any],
    rope: float | None = None,
) -> list[Pair]:
    """Compare each pair of models that have a score.

    On folds the scores are compared, by the corrected resampled t-test. On one test set
    it is the mid-p McNemar test where the score is the share of rows that are right,
    and the bootstrap elsewhere. With m pairs p-values are multiplied by m, and
    intervals are at the level 1 - 0.05 / m (Bonferroni).

    Parameters
    ----------
    results : list of ModelResult
        The models.
    scorer : str
        The score to compare.
    targets : list of array-like
        The targets of the test rows, for each split.
    rope : float, default=None
        The largest difference that does not matter.

    Returns
    -------
    pairs : list of dict
        A `Pair` each; see `ComparisonReport.pairwise`.

    Raises
    ------
    ValueError
        If there is one test set, and the score has no interval on it or `rope` is
        given.
    """
    if not can_compare(results, scorer, targets):
        raise ValueError(
            f"{scorer!r} cannot be compared on one test set, as it is not made of what "
            "models say of each row: give cv to compare it on folds."
        )
    if rope is not None and len(targets) == 1:
        raise ValueError("rope needs the scores of folds: give cv.")
    pairs = [
        _PairTest(*_better_first(a, b, scorer), scorer, targets)
        for a, b in combinations(without_failures(results, scorer), 2)
    ]
    alone = [pair.run(_LEVEL) for pair in pairs]
    n_tests = sum(not math.isnan(test.p_value) for test in alone)
    level = 1 - (1 - _LEVEL) / max(n_tests, 1)
    return [
        _describe(pair, test, pair.run(level), n_tests, rope)
        for pair, test in zip(pairs, alone, strict=True)
    ]


def can_compare(
    results: Sequence[ModelResult], scorer: str, targets: Sequence[Any]
) -> bool:
    """Return whether a score can be compared: on folds, or by what was drawn of rows.

    Parameters
    ----------
    results : list of ModelResult
        The models.
    scorer : str
        The score.
    targets : list of array-like
        The targets of the test rows, for each split.

    Returns
    -------
    can : bool
        Whether `compare_pairs` can.
    """
    if len(targets) > 1:
        return True
    scores = [r.scores[scorer] for r in without_failures(results, scorer)]
    return all(score.counts_rows or score.resampled is not None for score in scores)


def _better_first(
    a: ModelResult, b: ModelResult, scorer: str
) -> tuple[ModelResult, ModelResult]:
    return (a, b) if a.scores[scorer].mean >= b.scores[scorer].mean else (b, a)


@dataclass(frozen=True)
class _PairTest:
    """The test that two models need: of folds, of rows that are right, or of draws."""

    a: ModelResult
    b: ModelResult
    scorer: str
    targets: Sequence[Any]

    def run(self, level: float) -> PairedDifference:
        """Return the difference, with its interval at a level."""
        a, b = (one.scores[self.scorer] for one in (self.a, self.b))
        if len(self.targets) > 1:
            rows = self.a.n_train, self.a.n_test
            floor = self._min_variance() if a.counts_rows else 0.0
            test = corrected_t_test
            return test(a.values, b.values, *rows, level, min_variance=floor)
        if a.counts_rows:
            return mcnemar_test(*self._correct(), level=level)
        if a.resampled is None or b.resampled is None:
            raise AssertionError("can_compare was not asked")
        return bootstrap_test(a.resampled, b.resampled, level)

    def judge(self, rope: float) -> Equivalence:
        """Return how probable it is that the difference does not matter."""
        a, b = (one.scores[self.scorer].values for one in (self.a, self.b))
        return bayesian_t_test(a, b, self.a.n_train, self.a.n_test, rope=rope)

    def _min_variance(self) -> float:
        """Return what chance does to the difference of accuracies on as many rows."""
        a, b = self._correct()
        only_a, only_b = (int(np.count_nonzero(one)) for one in (a & ~b, b & ~a))
        return difference_variance(only_a, only_b, len(a)) / len(a)

    def _correct(self) -> list[NDArray[np.bool_]]:
        """Return for each model which rows of all splits it gets right."""
        return [
            np.concatenate(list(map(find_correct, one.predictions, self.targets)))
            for one in (self.a, self.b)
        ]


def _describe(
    pair: _PairTest,
    alone: PairedDifference,
    together: PairedDifference,
    n_tests: int,
    rope: float | None,
) -> Pair:
    odds = None if rope is None else pair.judge(rope)
    p_corrected = min(alone.p_value * n_tests, 1.0)  # nan stays nan, where it is first
    score = pair.a.scores[pair.scorer]
    unit = "points" if score.is_share else pair.scorer
    names = pair.a.name, pair.b.name
    return {
        "a": pair.a.name,
        "b": pair.b.name,
        "scorer": pair.scorer,
        "difference": together.difference,
        "low": together.low,
        "high": together.high,
        "low_alone": alone.low,
        "high_alone": alone.high,
        "p_value": alone.p_value,
        "p_corrected": p_corrected,
        "p_a_better": None if odds is None else odds.first,
        "p_equal": None if odds is None else odds.equal,
        "p_b_better": None if odds is None else odds.second,
        "text": say_difference(*names, unit, together, p_corrected, odds, rope),
    }
