"""The confusions of a classifier in the page: a shaded matrix, and class by class."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknnadl.comparison.findings.mistakes import (
    ClassMeasure,
    measure_classes,
    share_rows,
)

#: With more classes there is no matrix, and no more of them than this are told of.
_MOST_CLASSES = 20


def render_confusions(matrix: NDArray[np.int_], labels: NDArray[Any]) -> str:
    """Return the confusion matrix, and recall and precision of each class.

    Parameters
    ----------
    matrix, labels : ndarray
        What `count_confusions` returned.

    Returns
    -------
    html : str
        Two tables; the second alone where there are many classes.
    """
    measures = measure_classes(matrix, labels)
    if len(labels) <= _MOST_CLASSES:
        return _make_matrix(matrix, labels) + _make_table(measures, "")

    def key(measure: ClassMeasure) -> float:
        return math.inf if math.isnan(measure.recall) else measure.recall

    worst = sorted(measures, key=key)[:_MOST_CLASSES]
    words = f"The {_MOST_CLASSES} of {len(labels)} classes with the least recall:"
    return _make_table(worst, f'<p class="soft">{words}</p>\n')


def _make_matrix(matrix: NDArray[np.int_], labels: NDArray[Any]) -> str:
    names = [escape(str(label)) for label in labels]
    head = "".join(f'<th scope="col">{name}</th>' for name in names)
    lines = []
    for name, counts, shares in zip(names, matrix, share_rows(matrix), strict=True):
        cells = "".join(map(_make_cell, counts.tolist(), shares.tolist()))
        lines.append(f'<tr><th scope="row">{name}</th>{cells}</tr>')
    return (
        '<p class="soft">Rows by their class, and what was said of them; the darker, '
        "the larger a part of the row.</p>\n"
        '<div class="scroll" tabindex="0" role="region" aria-label="Confusions">'
        '<table class="confusion"><thead><tr><th scope="col">is \\ said</th>'
        f"{head}</tr></thead>\n<tbody>\n{chr(10).join(lines)}\n</tbody></table></div>\n"
    )


def _make_cell(count: int, share: float) -> str:
    if not count:
        return "<td></td>"
    return f'<td style="--share:{share:.2f}">{count}</td>'


def _make_table(measures: Sequence[ClassMeasure], before: str) -> str:
    heads = "class", "rows", "recall", "precision"
    head = "".join(f'<th scope="col">{text}</th>' for text in heads)
    lines = "\n".join(
        f'<tr><th scope="row">{escape(str(one.label))}</th><td>{one.n_rows:,}</td>'
        f"<td>{_write(one.recall)}</td><td>{_write(one.precision)}</td></tr>"
        for one in measures
    )
    return (
        f'{before}<div class="scroll" tabindex="0" role="region" '
        'aria-label="Classes"><table class="classes">\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{lines}\n</tbody></table></div>\n"
    )


def _write(share: float) -> str:
    return "" if math.isnan(share) else f"{share:.1%}"
