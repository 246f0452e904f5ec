"""What was measured of a model, on all splits together."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sknnadl.comparison.columns import COLUMNS
from sknnadl.comparison.evaluation import Evaluation
from sknnadl.significance import mean_interval, wilson_interval

_SHARES = "accuracy", "balanced_accuracy", "top_k_accuracy"


def is_share(scorer: str) -> bool:
    """Return whether a score is a share of the rows, from 0 to 1, by its name."""
    return scorer in _SHARES


@dataclass(frozen=True)
class Score:
    """A score on all splits.

    Parameters
    ----------
    values : list of float
        The score on each split.
    mean : float
        Their mean.
    low, high : float or None
        The bounds of a 95% interval for it, where there is one.
    """

    values: list[float]
    mean: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class ModelResult:
    """What was measured of one model; where it failed, its error alone.

    Parameters
    ----------
    name : str
        The name that the model was given.
    measured : dict
        The value of each of `COLUMNS`, by name.
    scores : dict of str to Score, default={}
        The scores, by name.
    predictions : list of list, default=[]
        The predictions for the test rows of each split.
    n_train, n_test : list of int, default=[]
        The numbers of rows of each split.
    error : str or None
        Why it failed.
    """

    name: str
    measured: dict[str, Any]
    scores: dict[str, Score] = field(default_factory=dict)
    predictions: list[list[Any]] = field(default_factory=list)
    n_train: list[int] = field(default_factory=list)
    n_test: list[int] = field(default_factory=list)
    error: str | None = None

    def row(self, scorers: Iterable[str]) -> dict[str, Any]:
        """Return the result as a flat dict of plain values, without predictions."""
        row: dict[str, Any] = {"name": self.name}
        for name in scorers:
            score = self.scores.get(name)
            row[name] = score.mean if score else None
            row[f"{name}_low"] = score.low if score else None
            row[f"{name}_high"] = score.high if score else None
            row[f"{name}_values"] = score.values if score else []
        return row | self.measured | {"error": self.error}


def without_failures(results: Iterable[ModelResult]) -> list[ModelResult]:
    """Return the results of the models that did not fail."""
    return [result for result in results if not result.error]


def merge(
    name: str, evaluations: Sequence[Evaluation], scorers: Iterable[str], weighted: bool
) -> ModelResult:
    """Put what was found out of a model on all splits together.

    Parameters
    ----------
    name : str
        The model's name.
    evaluations : list of dict
        What `evaluate` returned for each split.
    scorers : iterable of str
        The names of the scores.
    weighted : bool
        Whether rows were weighted, so that there is no interval on a single split.

    Returns
    -------
    result : ModelResult
        The result, or the first error.
    """
    for number, evaluation in enumerate(evaluations, start=1):
        if "error" in evaluation:
            where = f" (fold {number})" if len(evaluations) > 1 else ""
            error = evaluation["error"] + where
            return ModelResult(name, _merge_columns([]), error=error)
    predictions, n_train, n_test = (
        [evaluation[key] for evaluation in evaluations]
        for key in ("predictions", "n_train", "n_test")
    )
    scores = {}
    for one in scorers:
        values = [evaluation["scores"][one] for evaluation in evaluations]
        low, high = _find_interval(one, values, n_train, n_test, weighted)
        scores[one] = Score(values, statistics.fmean(values), low, high)
    measured = _merge_columns(evaluations)
    return ModelResult(name, measured, scores, predictions, n_train, n_test)


def _merge_columns(evaluations: Sequence[Evaluation]) -> dict[str, Any]:
    """Return the value of each column; one that is new is missing in an old file."""
    merged = {}
    for column in COLUMNS:
        values = [evaluation.get(column.name) for evaluation in evaluations]
        merged[column.name] = column.merge([one for one in values if one is not None])
    return merged


def _find_interval(
    scorer: str,
    values: list[float],
    n_train: list[int],
    n_test: list[int],
    weighted: bool,
) -> tuple[float, float] | tuple[None, None]:
    if len(values) > 1:
        low, high = mean_interval(values, n_train, n_test)
        if is_share(scorer):
            low, high = max(low, 0.0), min(high, 1.0)
        return low, high
    if scorer == "accuracy" and not weighted:
        return wilson_interval(round(values[0] * n_test[0]), n_test[0])
    return None, None
