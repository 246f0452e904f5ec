"""Two models at a time: which is better, and can one tell."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any, TypedDict

from sknnadl.comparison.mistakes import find_correct
from sknnadl.comparison.results import ModelResult, is_share, without_failures
from sknnadl.significance import (
    PairedDifference,
    corrected_t_test,
    holm,
    mcnemar_test,
)

#: A difference is told from chance where its corrected p-value is below this.
_LEVEL = 0.05


class Pair(TypedDict):
    """Two models, the better one first, and what can be said of their difference."""

    a: str
    b: str
    scorer: str
    difference: float
    low: float
    high: float
    p_value: float
    p_corrected: float
    text: str


def compare_pairs(
    results: Sequence[ModelResult], scorer: str, targets: Sequence[Any]
) -> list[Pair]:
    """Compare each pair of models that did not fail.

    On folds the scores are compared, by the corrected resampled t-test; on one test
    set of a classification the predictions, by the mid-p McNemar test. The p-values of
    all pairs are corrected by Holm's method.

    Parameters
    ----------
    results : list of ModelResult
        The models.
    scorer : str
        The score to compare.
    targets : list of array-like
        The targets of the test rows, for each split.

    Returns
    -------
    pairs : list of dict
        For each pair ``a`` and ``b``, the better one first, ``difference`` with the
        bounds ``low`` and ``high`` of its 95% interval, ``p_value``,
        ``p_corrected``, and a ``text`` that says it in words.

    Raises
    ------
    ValueError
        If there is one test set, and the score is no accuracy or rows have weights.
    """
    if not can_compare(results, scorer, targets):
        raise ValueError(
            "On one test set only the accuracy of rows without weights can be compared,"
            f" not {scorer!r}: give cv to compare it on folds."
        )
    pairs = [
        (a, b) if a.scores[scorer].mean >= b.scores[scorer].mean else (b, a)
        for a, b in combinations(without_failures(results), 2)
    ]
    tests = [_test(a, b, scorer, targets) for a, b in pairs]
    corrected = holm([test.p_value for test in tests]).tolist()
    return [
        {
            "a": a.name,
            "b": b.name,
            "scorer": scorer,
            "difference": test.difference,
            "low": test.low,
            "high": test.high,
            "p_value": test.p_value,
            "p_corrected": p_corrected,
            "text": _say(a.name, b.name, scorer, test, p_corrected),
        }
        for (a, b), test, p_corrected in zip(pairs, tests, corrected, strict=True)
    ]


def can_compare(
    results: Sequence[ModelResult], scorer: str, targets: Sequence[Any]
) -> bool:
    """Return whether a score can be compared: on folds, or with a Wilson interval.

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
    sound = without_failures(results)
    return all(result.scores[scorer].low is not None for result in sound)


def _test(
    a: ModelResult, b: ModelResult, scorer: str, targets: Sequence[Any]
) -> PairedDifference:
    if len(targets) > 1:
        values = a.scores[scorer].values, b.scores[scorer].values
        return corrected_t_test(*values, a.n_train, a.n_test)
    return mcnemar_test(*(find_correct(r.predictions[0], targets[0]) for r in (a, b)))


def _say(
    a: str, b: str, scorer: str, test: PairedDifference, p_corrected: float
) -> str:
    """Return the comparison as a sentence."""
    in_percent = is_share(scorer)
    difference, low, high = (
        f"{100 * value:.2f}" if in_percent else f"{value:.4f}"
        for value in (test.difference, test.low, test.high)
    )
    difference += " points" if in_percent else f" of {scorer}"
    chance = "p < 0.001" if p_corrected < 0.001 else f"p = {p_corrected:.2g}"
    how = f"95% interval {low} to {high}, {chance} after correction"
    if p_corrected < _LEVEL:
        return f"{a} beats {b}: +{difference}, {how}."
    return f"{a} and {b} cannot be told apart on this data: +{difference}, {how}."
