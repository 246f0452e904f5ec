"""The results of a comparison as the cells of a table."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from sknnadl.comparison.findings.results import ModelResult, Score
from sknnadl.comparison.measuring.columns import COLUMNS, Column

#: What a cell of text is cut to; the JSON has errors in full.
_WIDTH = 60


def make_header(scorers: Sequence[str]) -> list[str]:
    """Return the columns of a table of results."""
    scores = [header for name in scorers for header in (name, "95% interval")]
    return ["model", *scores, *(column.header for column in _shown()), "warnings"]


def make_cells(result: ModelResult, scorers: Sequence[str]) -> list[str]:
    """Return the cells of a result, under `make_header`.

    Parameters
    ----------
    result : ModelResult
        What was measured.
    scorers : sequence of str
        The names of the scores.

    Returns
    -------
    cells : list of str
        A cell a column.
    """
    if result.error:
        empty = len(make_header(scorers)) - 2
        return [_line(result.name), f"failed: {_line(result.error)}", *[""] * empty]
    scores = [
        cell for name in scorers for cell in _write_interval(result.scores.get(name))
    ]
    measured = [(column, result.measured[column.name]) for column in _shown()]
    values = ["" if value is None else one.write(value) for one, value in measured]
    n_warnings = _count_warnings(result)
    warned = "" if n_warnings is None else f"{n_warnings:,}"
    return [_line(result.name), *scores, *values, warned]


def _count_warnings(result: ModelResult) -> int | None:
    """Return how many warnings there were, where that is known."""
    return None if result.warnings is None else sum(result.warnings.values())


def sort_values(result: ModelResult, scorers: Sequence[str]) -> list[Any]:
    """Return what the cells of a result are sorted by, but for its name.

    Parameters
    ----------
    result : ModelResult
        What was measured; the model did not fail.
    scorers : sequence of str
        The names of the scores.

    Returns
    -------
    values : list
        A value a cell of `make_cells`: the score, and of its interval the lower end.
    """
    scores = [result.scores.get(name) for name in scorers]
    ends = [(one.mean, one.low) if one else (None, None) for one in scores]
    measured = [result.measured[column.name] for column in _shown()]
    of_scores = [value for pair in ends for value in pair]
    return [*of_scores, *measured, _count_warnings(result)]


def _shown() -> list[Column]:
    return [column for column in COLUMNS if column.header]


def _write_interval(score: Score | None) -> tuple[str, str]:
    """Return the cells of a score."""
    if score is None:
        return "nan", ""
    mean = write_score(score, score.mean)
    if score.low is None or score.high is None:
        return mean, ""
    return mean, f"{write_score(score, score.low)} to {write_score(score, score.high)}"


def write_score(score: Score, value: float) -> str:
    """Return a value of a score as text: in percent where it is a share of the rows."""
    if math.isnan(value):
        return "nan"
    return f"{value:.2%}" if score.is_share else f"{value:.4f}"


def describe_result(result: ModelResult) -> str:
    """Return a line on a result.

    Parameters
    ----------
    result : ModelResult
        What was measured.

    Returns
    -------
    text : str
        The first score and the time to fit, or the error.
    """
    n_warnings = _count_warnings(result)
    warned = f", {n_warnings} warning{'s' if n_warnings != 1 else ''}"
    warned = warned if n_warnings else ""
    if result.error:
        return f"failed: {_line(result.error)}{warned}"
    name, score = next(iter(result.scores.items()))
    text = write_score(score, score.mean)
    text = text if name == "accuracy" else f"{name} {text}"
    return f"{text}, fitted in {result.measured['fit_seconds']:.1f} s{warned}"


def _line(text: str) -> str:
    """Return the beginning of a text, as one line."""
    first = " ".join(text.split())
    return first if len(first) <= _WIDTH else first[: _WIDTH - 3] + "..."
