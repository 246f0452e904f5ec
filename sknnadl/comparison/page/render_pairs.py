"""The page's section on two models at a time: sentences, or a matrix of many pairs."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from sknnadl.comparison.findings.pairs import Pair
from sknnadl.comparison.page.render_names import write_name

#: With more pairs than this there is a matrix, and the sentences are folded.
_FEW_PAIRS = 10


def render_pairs(pairs: Sequence[Pair], names: Sequence[str], *, share: bool) -> str:
    """Return a section on the differences of models.

    Parameters
    ----------
    pairs : list of Pair
        The pairs, as from `compare_pairs`.
    names : list of str
        The models, in the order of the page.
    share : bool
        Whether the score is a share of the rows, whose differences are in points.

    Returns
    -------
    html : str
        A heading and what is said; nothing where there are no pairs.
    """
    if not pairs:
        return ""
    head = "<h2>Two at a time</h2>\n"
    items = "\n".join(f"<li>{escape(pair['text'])}</li>" for pair in pairs)
    sentences = f"<ul>\n{items}\n</ul>"
    if len(pairs) <= _FEW_PAIRS:
        return head + sentences
    in_pairs = {pair["a"] for pair in pairs} | {pair["b"] for pair in pairs}
    matrix = _make_matrix(pairs, [name for name in names if name in in_pairs], share)
    summary = f"<summary>{len(pairs)} pairs of models, in words</summary>"
    return f"{head}{matrix}\n<details>{summary}\n{sentences}\n</details>"


def _make_matrix(pairs: Sequence[Pair], names: Sequence[str], share: bool) -> str:
    cells = {}
    for pair in pairs:
        better, worse, difference = pair["a"], pair["b"], pair["difference"]
        told = pair["low"] > 0  # as the sentences say
        cells[better, worse] = _make_cell(difference, told, share)
        cells[worse, better] = _make_cell(-difference or 0.0, told, share)
    heads = "".join(f'<th scope="col">{n}</th>' for n in range(1, len(names) + 1))
    lines = []
    for number, name in enumerate(names, start=1):
        line = "".join(cells.get((name, other), "<td></td>") for other in names)
        numbered = f'<span class="number">{number}.</span>{write_name(name)}'
        lines.append(f'<tr><th scope="row">{numbered}</th>{line}</tr>')
    unit = "in points" if share else "in the unit of the score"
    words = (
        f"How much better the model of a row is than that of a column, {unit}. "
        "Where the two can be told apart, the number is bold and shaded."
    )
    return (
        f'<p class="soft">{words}</p>\n'
        '<div class="scroll" tabindex="0" role="region" aria-label="Differences">\n'
        f'<table class="pairs">\n<thead><tr><th scope="col">model</th>{heads}</tr>'
        f"</thead>\n<tbody>\n{chr(10).join(lines)}\n</tbody>\n</table>\n</div>"
    )


def _make_cell(difference: float, told: bool, share: bool) -> str:
    text = f"{100 * difference:+.2f}" if share else f"{difference:+.4g}"
    kind = ' class="told"' if told else ""
    return f"<td{kind}>{text}</td>"
