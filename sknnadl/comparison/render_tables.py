"""Tables as text: aligned for a terminal, or Markdown."""


def render_text(header, rows):
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


def render_markdown(header, rows):
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
    escaped = [[cell.replace("|", "\\|") for cell in row] for row in rows]
    rule = ["---"] + ["---:"] * (len(header) - 1)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (header, rule, *escaped))


def _aligned(header, rows):
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
