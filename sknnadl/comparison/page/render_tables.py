"""Tables as text: aligned for a terminal, or Markdown."""

from __future__ import annotations

from collections.abc import Sequence

#: The cells of a line.
Cells = Sequence[str]


def render_text(header: Cells, rows: Sequence[Cells]) -> str:
    """Return an aligned table; the first column to the left, the others right.

    Parameters
    ----------
    header : sequence of str
        The columns.
    rows : sequence of sequence of str
        The cells.

    Returns
    -------
    text : str
        Lines without a newline at the end.
    """
    lines = _aligned(header, rows)
    rule = "-" * len(lines[0])
    return "\n".join([lines[0], rule, *lines[1:]])


def render_markdown(header: Cells, rows: Sequence[Cells]) -> str:
    """Return a Markdown table, aligned like that of `render_text`.

    Parameters
    ----------
    header : sequence of str
        The columns.
    rows : sequence of sequence of str
        The cells.

    Returns
    -------
    text : str
        Lines without a newline at the end.
    """
    first, *others = [[c.replace("|", "\\|") for c in row] for row in (header, *rows)]
    rule = ["---"] + ["---:"] * (len(header) - 1)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (first, rule, *others))


def _aligned(header: Cells, rows: Sequence[Cells]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    return [
        "  ".join(
            [cells[0].ljust(widths[0])]
            + [
                cell.rjust(width)
                for cell, width in zip(cells[1:], widths[1:], strict=True)
            ]
        )
        for cells in (header, *rows)
    ]
