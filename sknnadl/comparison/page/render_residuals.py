"""The page's section on regressors: residuals, and what was predicted of what."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknnadl.comparison.findings.mistakes import join
from sknnadl.comparison.findings.results import ModelResult
from sknnadl.comparison.page.render_charts import (
    Axis,
    draw_chart,
    draw_dots,
    draw_guide,
)

#: How many rows are drawn of a model, and how many of these for their residuals.
_MOST_ROWS, _LARGEST = 300, 30

_Numbers = NDArray[np.float64]


def render_residuals(results: Sequence[ModelResult], targets: Sequence[Any]) -> str:
    """Return a section on how far regressors are off.

    Parameters
    ----------
    results : list of ModelResult
        The regressors that did not fail, the best first.
    targets : list of array-like
        The targets of the test rows, for each split.

    Returns
    -------
    html : str
        For each regressor a line to click on and two charts.
    """
    head = "<h2>Residuals</h2>"
    y_true = join(targets)
    if y_true.ndim != 1:
        return f'{head}\n<p class="soft">They are drawn of one target a row.</p>'
    words = "A residual is a target less what was predicted."
    if len(y_true) > _MOST_ROWS:
        words += (
            f" Of {len(y_true):,} test rows {_MOST_ROWS} are drawn, those with the "
            f"{_LARGEST} largest residuals among them."
        )
    parts = [
        _render(one.name, y_true.astype(float), np.ravel(join(one.predictions)), i == 0)
        for i, one in enumerate(results)
    ]
    return "\n".join([head, f'<p class="soft">{words}</p>', *parts])


def _render(name: str, y_true: _Numbers, y_pred: _Numbers, is_open: bool) -> str:
    residuals = y_true - y_pred
    if not np.isfinite(residuals).all():
        return f'<p class="soft">{escape(name)}: its predictions are not finite.</p>'
    with np.errstate(over="ignore"):  # of a model that has diverged
        mean, spread = np.mean(residuals), np.std(residuals)
    summary = (
        f"{escape(name)}: residuals {mean:+.4g} in the mean, with standard deviation "
        f"{spread:.4g}, the largest {np.abs(residuals).max():.4g}"
    )
    shown = choose_rows(residuals)
    true, predicted, off = y_true[shown], y_pred[shown], residuals[shown]
    x_axis = Axis.around("predicted", predicted)
    ends = np.array([x_axis.low, x_axis.high])
    axes = x_axis, Axis.around("residual", np.append(off, 0.0))
    marks = draw_guide(*axes, tuple(ends), (0, 0)), draw_dots(*axes, predicted, off, "")
    residual_chart = draw_chart(f"{name}: residuals by what it predicts", *axes, marks)
    both = np.concatenate([true, predicted])
    axes = Axis.around("predicted", both), Axis.around("true", both)
    ends = np.array([both.min(), both.max()])
    marks = (
        draw_guide(*axes, tuple(ends), tuple(ends)),
        draw_dots(*axes, predicted, true, ""),
    )
    true_chart = draw_chart(f"{name}: what is true by what it predicts", *axes, marks)
    charts = f"<figure>{residual_chart}</figure>\n<figure>{true_chart}</figure>"
    return (
        f"<details{' open' if is_open else ''}><summary>{summary}</summary>\n"
        f'<div class="charts">\n{charts}\n</div></details>'
    )


def choose_rows(residuals: _Numbers) -> NDArray[np.intp]:
    """Return which rows are drawn.

    Parameters
    ----------
    residuals : ndarray of shape (n,)
        How far each row is off.

    Returns
    -------
    indices : ndarray of int
        All rows where they are few, else the largest residuals and, evenly, others.
    """
    n = len(residuals)
    if n <= _MOST_ROWS:
        return np.arange(n)
    by_size = np.argsort(-np.abs(residuals), kind="stable")
    largest, others = by_size[:_LARGEST], np.sort(by_size[_LARGEST:])
    places = np.linspace(0, len(others) - 1, _MOST_ROWS - _LARGEST).round().astype(int)
    return np.sort(np.concatenate([largest, others[places]]))
