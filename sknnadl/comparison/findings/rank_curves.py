"""How well the rows of a class come before the others: ROC and precision-recall."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import (
    auc,
    average_precision_score,
    precision_recall_curve,
    roc_curve,
)

from sknnadl.comparison.findings.results import ModelResult
from sknnadl.comparison.measuring.class_scores import NoCurveError
from sknnadl.comparison.measuring.splits import Samples

#: Which curve.
CurveKind = Literal["roc", "precision_recall"]

#: Where curves are averaged.
_GRID = np.linspace(0, 1, 1001)

_Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class RankCurve:
    """A curve from x = 0 to x = 1, and the area below it.

    Parameters
    ----------
    x, y : ndarray of shape (n,)
        The false and the true positive rate, or the recall and the precision.
    area : float
        The area under the ROC curve, or the average precision.
    label : object or None
        The class whose rows should come first; None of a mean over classes.
    """

    x: _Numbers
    y: _Numbers
    area: float
    label: Any = None


def find_curve(
    result: ModelResult,
    samples: Sequence[Samples],
    kind: CurveKind,
    label: Any = None,
) -> RankCurve:
    """Return a curve of a classifier.

    Of several folds, and of each of more than two classes against the rest, it is the
    mean: of the ROC curves the true positive rate at each false positive rate, of the
    others the precision at each recall. The area is the mean of theirs. A class of
    which a fold has no row, or no other, is left out there.

    Parameters
    ----------
    result : ModelResult
        What was measured of the classifier.
    samples : list of Samples
        The test rows of each split.
    kind : {"roc", "precision_recall"}
        Which curve.
    label : object, default=None
        A class; by default the second of two, or the mean over all.

    Returns
    -------
    curve : RankCurve
        The curve.

    Raises
    ------
    ValueError
        If there is no such kind or class, or if it was not kept what the classifier
        gives each class.
    """
    if kind not in get_args(CurveKind):
        raise ValueError(f"kind must be one of {get_args(CurveKind)}, got {kind!r}.")
    for kept in result.class_scores:
        if kept.why_none:
            raise NoCurveError(result.name, "such curve", kept.why_none)
    known = list(dict.fromkeys(c for one in result.class_scores for c in one.classes))
    if label is None and len(known) == 2:
        label = known[1]
    if label is not None and label not in known:
        raise ValueError(f"label must be one of {known}, got {label!r}.")
    draw = _draw_roc if kind == "roc" else _draw_precision
    curves = list(_each(result, samples, known if label is None else [label], draw))
    if not curves:
        why = "no test rows of it have two classes"
        raise NoCurveError(result.name, "such curve", why)
    if len(curves) == 1:
        x, y, area = curves[0]
        return RankCurve(x, y, area, label)
    at_grid = _at_rates if kind == "roc" else _at_recalls
    y = np.mean([at_grid(x, y) for x, y, _ in curves], axis=0)
    area = float(np.mean([area for _, _, area in curves]))
    x = _GRID
    if kind == "roc":  # the curve begins at 0, from where it may rise at once
        x, y = np.concatenate([[0.0], x]), np.concatenate([[0.0], y])
    return RankCurve(x, y, area, label)


_Draw = Callable[[NDArray[np.bool_], _Numbers, Any], tuple[_Numbers, _Numbers, float]]


def _each(
    result: ModelResult, samples: Sequence[Samples], labels: Sequence[Any], draw: _Draw
) -> Iterator[tuple[_Numbers, _Numbers, float]]:
    """Yield the curve of each class on each split that has rows of it and others."""
    for kept, test in zip(result.class_scores, samples, strict=True):
        targets = np.asarray(test.y)
        for label in labels:
            values, positive = kept.of_class(label), targets == label
            if values is not None and positive.any() and not positive.all():
                yield draw(positive, values, test.weights)


def _draw_roc(
    positive: NDArray[np.bool_], values: _Numbers, weights: Any
) -> tuple[_Numbers, _Numbers, float]:
    false_rate, true_rate, _ = roc_curve(positive, values, sample_weight=weights)
    return false_rate, true_rate, float(auc(false_rate, true_rate))


def _draw_precision(
    positive: NDArray[np.bool_], values: _Numbers, weights: Any
) -> tuple[_Numbers, _Numbers, float]:
    precision, recall, _ = precision_recall_curve(
        positive, values, sample_weight=weights, drop_intermediate=True
    )
    area = average_precision_score(positive, values, sample_weight=weights)
    return recall[::-1], precision[::-1], float(area)


def _at_rates(x: _Numbers, y: _Numbers) -> _Numbers:
    """Return the true positive rates: a ROC curve is straight between its points."""
    return np.interp(_GRID, x, y)


def _at_recalls(x: _Numbers, y: _Numbers) -> _Numbers:
    """Return the precisions: each holds from one recall down to that below it."""
    return y[np.minimum(np.searchsorted(x, _GRID), len(y) - 1)]
