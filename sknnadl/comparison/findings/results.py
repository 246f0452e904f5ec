"""What was measured of a model, on all splits together."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sknnadl.comparison.measuring.class_scores import ClassScores, read_class_scores
from sknnadl.comparison.measuring.columns import COLUMNS
from sknnadl.comparison.measuring.evaluation import Evaluation, Scoring
from sknnadl.comparison.measuring.scorers import is_accuracy, is_share
from sknnadl.comparison.measuring.warned import WarningCounts, add_counts
from sknnadl.significance import (
    Resampled,
    bca_interval,
    hit_variance,
    mean_interval,
    wilson_interval,
)


@dataclass(frozen=True)
class Score:
    """A score on all splits.

    Parameters
    ----------
    values : list of float
        The score on each split; nan where it failed.
    mean : float
        Their mean.
    low, high : float or None
        The bounds of a 95% interval for it, where there is one.
    is_share : bool
        Whether it is a share of the rows, from 0 to 1.
    counts_rows : bool
        Whether it is the share of rows that are right, and no row has a weight.
    resampled : Resampled or None
        The score on rows drawn from a single test set.
    error : str or None
        Why it is nan.
    """

    values: list[float]
    mean: float
    low: float | None = None
    high: float | None = None
    is_share: bool = False
    counts_rows: bool = False
    resampled: Resampled | None = None
    error: str | None = None


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
    class_scores : list of ClassScores, default=[]
        What it gives each class of the test rows of each split.
    warnings : dict of str to int, or None
        How often each warning came, on all splits; None where they were not counted.
    """

    name: str
    measured: dict[str, Any]
    scores: dict[str, Score] = field(default_factory=dict)
    predictions: list[list[Any]] = field(default_factory=list)
    n_train: list[int] = field(default_factory=list)
    n_test: list[int] = field(default_factory=list)
    error: str | None = None
    class_scores: list[ClassScores] = field(default_factory=list)
    warnings: WarningCounts | None = None

    def row(self, scorers: Iterable[str]) -> dict[str, Any]:
        """Return the result as a flat dict of plain values, without predictions."""
        row: dict[str, Any] = {"name": self.name}
        for name in scorers:
            score = self.scores.get(name)
            row[name] = score.mean if score else None
            row[f"{name}_low"] = score.low if score else None
            row[f"{name}_high"] = score.high if score else None
            row[f"{name}_values"] = score.values if score else []
            row[f"{name}_error"] = score.error if score else None
        return row | self.measured | {"warnings": self.warnings, "error": self.error}


def without_failures(
    results: Iterable[ModelResult], scorer: str | None = None
) -> list[ModelResult]:
    """Return the results of the models that did not fail, or have a certain score."""
    sound = [result for result in results if not result.error]
    if scorer is None:
        return sound
    return [
        result
        for result in sound
        if scorer in result.scores and not math.isnan(result.scores[scorer].mean)
    ]


def find_result(results: Iterable[ModelResult], name: str) -> ModelResult:
    """Return the result of a model.

    Parameters
    ----------
    results : iterable of ModelResult
        All results.
    name : str
        The model's name.

    Returns
    -------
    result : ModelResult
        Its result.

    Raises
    ------
    ValueError
        If there is no such model, or it failed.
    """
    by_name = {result.name: result for result in results}
    if name not in by_name:
        raise ValueError(f"name must be one of {list(by_name)}, got {name!r}.")
    if by_name[name].error:
        raise ValueError(f"{name!r} failed: {by_name[name].error}")
    return by_name[name]


def find_scorers(results: Iterable[ModelResult], scoring: Scoring) -> list[str]:
    """Return the names of all scores; one function may have returned several."""
    names = {name: None for result in results for name in result.scores}
    return list(names) or list(scoring)


def merge(
    name: str, evaluations: Sequence[Evaluation], scoring: Scoring, weighted: bool
) -> ModelResult:
    """Put what was found out of a model on all splits together.

    Parameters
    ----------
    name : str
        The model's name.
    evaluations : list of dict
        What `evaluate` returned for each split.
    scoring : dict of str to callable
        What was measured, by name.
    weighted : bool
        Whether rows were weighted, so that right ones are not counted.

    Returns
    -------
    result : ModelResult
        The result, or the first error.
    """
    counts = add_counts([evaluation.get("warnings") for evaluation in evaluations])
    for number, evaluation in enumerate(evaluations, start=1):
        if "error" in evaluation:
            where = f" (fold {number})" if len(evaluations) > 1 else ""
            error = evaluation["error"] + where
            return ModelResult(name, _merge_columns([]), error=error, warnings=counts)
    predictions, n_train, n_test = (
        [evaluation[key] for evaluation in evaluations]
        for key in ("predictions", "n_train", "n_test")
    )
    scores = {
        one: _merge_scores(one, evaluations, scoring.get(one), weighted)
        for one in evaluations[0]["scores"]
    }
    measured = _merge_columns(evaluations)
    kept = [read_class_scores(one.get("class_scores")) for one in evaluations]
    of_rows = predictions, n_train, n_test
    return ModelResult(
        name, measured, scores, *of_rows, class_scores=kept, warnings=counts
    )


def _merge_columns(evaluations: Sequence[Evaluation]) -> dict[str, Any]:
    """Return the value of each column; one that is new is missing in an old file."""
    merged = {}
    for column in COLUMNS:
        values = [evaluation.get(column.name) for evaluation in evaluations]
        merged[column.name] = column.merge([one for one in values if one is not None])
    return merged


def _merge_scores(
    name: str, evaluations: Sequence[Evaluation], scorer: Any, weighted: bool
) -> Score:
    values = [evaluation["scores"].get(name, math.nan) for evaluation in evaluations]
    errors = [
        evaluation.get("score_errors", {}).get(name) for evaluation in evaluations
    ]
    mean, error = statistics.fmean(values), next(filter(None, errors), None)
    drawn = evaluations[0].get("resampled", {}).get(name)
    resampled = None
    if drawn is not None:
        draws, without = (np.array(drawn[key], float) for key in ("draws", "without"))
        resampled = Resampled(mean, draws, without)
    share, counts_rows = is_share(scorer), is_accuracy(scorer) and not weighted
    low, high = math.nan, math.nan
    if math.isfinite(mean):
        n_train, n_test = (
            [one[key] for one in evaluations] for key in ("n_train", "n_test")
        )
        low, high = _find_interval(values, n_train, n_test, counts_rows, resampled)
    if share:
        low, high = max(low, 0.0), min(high, 1.0)
    known = not math.isnan(low)
    return Score(
        values,
        mean,
        low=low if known else None,
        high=high if known else None,
        is_share=share,
        counts_rows=counts_rows,
        resampled=resampled,
        error=error,
    )


def _find_interval(
    values: list[float],
    n_train: list[int],
    n_test: list[int],
    counts_rows: bool,
    resampled: Resampled | None,
) -> tuple[float, float]:
    """Return the 95% interval of a score, nan where there is none."""
    if not counts_rows:
        if len(values) > 1:
            return mean_interval(values, n_train, n_test)
        return (math.nan, math.nan) if resampled is None else bca_interval(resampled)
    n_rows = sum(n_test)
    n_hits = round(sum(v * n for v, n in zip(values, n_test, strict=True)))
    if len(values) == 1:
        return wilson_interval(n_hits, n_rows)
    floor = hit_variance(n_hits, n_rows) / n_rows
    return mean_interval(values, n_train, n_test, min_variance=floor)
