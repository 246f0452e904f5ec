"""The page's section on ROC, precision-recall and calibration curves."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import TypeVar

import numpy as np
from sklearn import config_context

from sknnadl.comparison.findings.rank_curves import RankCurve, find_curve
from sknnadl.comparison.findings.reliability import (
    N_BINS,
    Reliability,
    find_reliability,
)
from sknnadl.comparison.findings.results import ModelResult
from sknnadl.comparison.measuring.class_scores import NoCurveError
from sknnadl.comparison.measuring.splits import Samples
from sknnadl.comparison.page.render_charts import (
    Axis,
    draw_chart,
    draw_dots,
    draw_guide,
    draw_line,
)
from sknnadl.comparison.page.render_names import write_name

#: How many models have curves: those with the best first score.
MOST_MODELS = 6

#: The areas under two curves, and the calibration; None where there is none.
_Found = tuple[RankCurve | None, RankCurve | None, Reliability | None]
_Curve = TypeVar("_Curve", RankCurve, Reliability)


def render_curves(results: Sequence[ModelResult], samples: Sequence[Samples]) -> str:
    """Return a section on how classifiers rank rows, and on their probabilities.

    Parameters
    ----------
    results : list of ModelResult
        The classifiers that did not fail, the best first.
    samples : list of Samples
        The test rows of each split, which need no ``X``.

    Returns
    -------
    html : str
        Three charts of the best models, a table of all, and why some have none.
    """
    found: dict[str, _Found] = {}
    missing: dict[str, list[str]] = {}
    for result in results:
        found[result.name], reasons = _find(result, samples)
        for reason in reasons:
            missing.setdefault(reason, []).append(result.name)
    named = [name for name, curves in found.items() if any(curves)]
    notes = [
        f'<p class="soft">{escape(", ".join(names))}: {escape(reason)}</p>'
        for reason, names in missing.items()
    ]
    if not named:
        return "\n".join(["<h2>Ranking and probabilities</h2>", *notes])
    kinds = {name: f"c{i}" for i, name in enumerate(named[:MOST_MODELS], start=1)}
    rest = len(named) - len(kinds)
    if rest > 0:
        words = f"The {len(kinds)} best of {len(named)} models are drawn."
        notes.insert(0, f'<p class="soft">{words}</p>')
    return "\n".join(
        [
            "<h2>Ranking and probabilities</h2>",
            f'<p class="soft">{escape(_explain(results, len(samples)))}</p>',
            '<div class="charts">',
            *_draw_charts(found, kinds),
            "</div>",
            _make_table(found, kinds),
            *notes,
        ]
    )


def _find(result: ModelResult, samples: Sequence[Samples]) -> tuple[_Found, list[str]]:
    """Return the curves of a model, and why some are not there."""
    reasons: dict[str, None] = {}

    def attempt(find: Callable[[], _Curve]) -> _Curve | None:
        try:
            with config_context(assume_finite=True, skip_parameter_validation=True):
                return find()
        except NoCurveError as error:  # which is told below the table
            what = error.what.replace("such curve", "curve")
            reasons[f"no {what}: {error.reason}."] = None
            return None

    found = (
        attempt(lambda: find_curve(result, samples, "roc")),
        attempt(lambda: find_curve(result, samples, "precision_recall")),
        attempt(lambda: find_reliability(result, samples)),
    )
    # Without any curve there is none of calibration either.
    return found, list(reasons) if any(found) else list(reasons)[:1]


def _explain(results: Sequence[ModelResult], n_splits: int) -> str:
    kept = [one for result in results for one in result.class_scores if one.classes]
    n_classes = max(len(one.classes) for one in kept)
    if n_classes == 2:
        what = f"The first two charts are about the class {kept[0].classes[1]}"
        sure = "the third about its probability"
    else:
        what = "The first two charts are the mean of each class against the rest"
        sure = "the third is about the probability of the most probable class"
    means = f", over {n_splits} folds" if n_splits > 1 else ""
    return (
        f"{what}{means}; {sure}, in {N_BINS} bins, the larger of which have larger "
        "circles. The expected calibration error is the mean distance to the diagonal."
    )


def _draw_charts(found: Mapping[str, _Found], kinds: Mapping[str, str]) -> list[str]:
    """Return three figures, of those that any model has."""
    rates = Axis("false positive rate"), Axis("true positive rate")
    recalls = Axis("recall"), Axis("precision")
    said = Axis("probability"), Axis("share that is right")
    marks: list[list[str]] = [[], [], []]
    for name, kind in kinds.items():
        roc, precision, reliability = found[name]
        if roc is not None:
            line = draw_line(*rates, roc.x, roc.y, kind, step=False)
            marks[0].append(line)
        if precision is not None:
            line = draw_line(*recalls, precision.x, precision.y, kind, step=True)
            marks[1].append(line)
        if reliability is not None:
            x, y = reliability.said, reliability.found
            sizes = 2 + 4 * np.sqrt(reliability.shares)
            marks[2].append(draw_line(*said, x, y, f"{kind} thin", step=False))
            marks[2].append(draw_dots(*said, x, y, kind, sizes.tolist()))
    titles = "ROC", "Precision and recall", "Calibration"
    figures = []
    for title, axes, drawn in zip(titles, (rates, recalls, said), marks, strict=True):
        if drawn:
            label = f"{title} of {', '.join(kinds)}; the table below has the areas"
            diagonal = [] if axes is recalls else [draw_guide(*axes, (0, 1), (0, 1))]
            chart = draw_chart(label, *axes, diagonal + drawn)
            caption = f"<figcaption>{title}</figcaption>"
            figures.append(f"<figure>{caption}{chart}</figure>")
    return figures


def _make_table(found: Mapping[str, _Found], kinds: Mapping[str, str]) -> str:
    heads = "area under ROC", "average precision", "expected calibration error"
    head = "".join(f'<th scope="col">{text}</th>' for text in ("model", *heads))
    lines = []
    for name, (roc, precision, reliability) in found.items():
        key = _draw_key(kinds[name]) if name in kinds else ""
        values = (
            None if roc is None else roc.area,
            None if precision is None else precision.area,
            None if reliability is None else reliability.error,
        )
        texts = ("" if value is None else f"{value:.4f}" for value in values)
        cells = "".join(f"<td>{text}</td>" for text in texts)
        keyed = f'<div class="keyed">{key}{write_name(name)}</div>'
        lines.append(f'<tr><th scope="row">{keyed}</th>{cells}</tr>')
    return (
        '<div class="scroll" tabindex="0" role="region" aria-label="Areas"><table>\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{chr(10).join(lines)}\n</tbody>\n"
        "</table></div>"
    )


def _draw_key(kind: str) -> str:
    """Return what a model's line looks like."""
    line = f'<path class="line {kind}" d="M0 6H32"/>'
    return f'<svg class="key" aria-hidden="true" viewBox="0 0 32 12">{line}</svg>'
