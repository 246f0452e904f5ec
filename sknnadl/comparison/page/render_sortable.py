"""The page's table of results, which a click on a head sorts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import Any

from sknnadl.comparison.findings.cells import make_cells, make_header, sort_values
from sknnadl.comparison.findings.results import ModelResult
from sknnadl.comparison.page.render_names import write_name


def order_by_score(results: Sequence[ModelResult], scorer: str) -> list[ModelResult]:
    """Return results with the best score first, and those without one last.

    Parameters
    ----------
    results : list of ModelResult
        The results.
    scorer : str
        The score.

    Returns
    -------
    ordered : list of ModelResult
        The same; those of one score in the order given.
    """

    def key(result: ModelResult) -> float:
        score = result.scores.get(scorer)
        known = score is not None and not math.isnan(score.mean)
        return -score.mean if score is not None and known else math.inf

    return sorted(results, key=key)


def render_sortable(results: Sequence[ModelResult], scorers: Sequence[str]) -> str:
    """Return the table of results.

    Parameters
    ----------
    results : list of ModelResult
        The results, ordered by the first score.
    scorers : list of str
        The scores.

    Returns
    -------
    html : str
        The table.
    """
    n_scores = 2 * len(scorers)
    head = "".join(
        _make_head(name, number, high_first=0 < number <= n_scores)
        for number, name in enumerate(make_header(scorers))
    )
    lines = "\n".join(_make_line(result, scorers) for result in results)
    return (
        '<div class="scroll" tabindex="0" role="region" aria-label="Results">\n'
        f'<table class="sortable">\n<thead><tr>{head}</tr></thead>\n<tbody>\n{lines}\n'
        "</tbody>\n</table>\n</div>"
    )


def _make_head(name: str, number: int, *, high_first: bool) -> str:
    first = "descending" if high_first else "ascending"
    sorted_now = ' aria-sort="descending"' if number == 1 else ""
    button = f'<button type="button">{escape(name)}</button>'
    return f'<th scope="col" data-first="{first}"{sorted_now}>{button}</th>'


def _make_line(result: ModelResult, scorers: Sequence[str]) -> str:
    _, *cells = make_cells(result, scorers)
    value = f'data-value="{escape(result.name)}"'
    line = f'<th scope="row" {value}>{write_name(result.name)}</th>'
    if result.error:
        line += f'<td class="bad" colspan="{len(cells)}">{escape(cells[0])}</td>'
        return f"<tr>{line}</tr>"
    for cell, value in zip(cells, sort_values(result, scorers), strict=True):
        line += f'<td data-value="{_write(value)}">{escape(cell)}</td>'
    return f"<tr>{line}</tr>"


def _write(value: Any) -> str:
    """Return what to sort by; nothing where there is no number."""
    is_number = isinstance(value, int | float) and not math.isnan(value)
    return f"{float(value):.9g}" if is_number else ""
