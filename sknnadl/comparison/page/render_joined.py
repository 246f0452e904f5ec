"""The page on many data sets: tables with ranks, diagrams, and each report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from sknnadl.comparison.page.render_diagram import render_diagram


def render_ranks(
    scorer: str,
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    best: Sequence[Sequence[bool]],
    drawn: Mapping[str, Any],
    overall: Sequence[str],
    pairs: Sequence[str],
) -> str:
    """Return the section of one score.

    Parameters
    ----------
    scorer : str
        The score.
    header : list of str
        The columns of the table.
    rows : list of list of str
        Its cells.
    best : list of list of bool
        Whether a cell is the best of its row, of each row but the last.
    drawn : dict
        What the diagram shows.
    overall : list of str
        What is said of the models.
    pairs : list of str
        What is said of each pair of them.

    Returns
    -------
    html : str
        The section.
    """
    wide = 'scope="col" style="white-space: normal; max-width: 10rem"'
    head = "".join(f"<th {wide}>{escape(cell)}</th>" for cell in header)
    body = "\n".join(map(_make_row, rows, [*best, [False] * (len(header) - 1)]))
    test = "Nemenyi's test"
    if drawn["critical_difference"] is None:
        test = "Wilcoxon's test with Holm's correction"
    label = (
        f"Mean ranks by {scorer}, 1 for the best. A bar joins models of which no two "
        f"are told apart by {test}."
    )
    return "\n".join(
        [
            f"<h2>{escape(scorer)}</h2>",
            '<div class="scroll"><table>',
            f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>",
            "</table></div>",
            '<p class="soft">In brackets is the rank on each data set.</p>',
            render_diagram(drawn, label),
            f'<p class="soft">{escape(label)}</p>',
            *(f"<p>{escape(sentence)}</p>" for sentence in overall),
            _list_pairs(pairs),
        ]
    )


def _list_pairs(pairs: Sequence[str]) -> str:
    """Return a list, behind a line to click on where it is long."""
    items = "\n".join(f"<li>{escape(sentence)}</li>" for sentence in pairs)
    listed = f"<ul>\n{items}\n</ul>" if pairs else ""
    if len(pairs) <= 10:
        return listed
    summary = f"<summary>{len(pairs)} pairs of models</summary>"
    return f"<details>{summary}\n{listed}\n</details>"


def _make_row(cells: Sequence[str], best: Sequence[bool]) -> str:
    name, *others = cells
    made = "".join(
        f"<td><b>{escape(cell)}</b></td>" if one else f"<td>{escape(cell)}</td>"
        for cell, one in zip(others, best, strict=True)
    )
    return f'<tr><th scope="row">{escape(name)}</th>{made}</tr>'


def render_reports(pages: Mapping[str, str]) -> str:
    """Return the section with the page of each data set, behind a line to click on.

    Parameters
    ----------
    pages : dict of str to str
        The whole pages, by the name of the data set.

    Returns
    -------
    html : str
        The section.
    """
    style = "width: 100%; height: 40rem; border: 1px solid var(--line)"
    parts = [
        f"<details><summary>{escape(name)}</summary>\n"
        f'<iframe title="{escape(name)}" loading="lazy" style="{style}" '
        f'srcdoc="{escape(page)}"></iframe>\n</details>'
        for name, page in pages.items()
    ]
    return "\n".join(["<h2>Each data set</h2>", *parts])
