"""What a classifier gives each class of each row: a probability or a decision value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.utils.multiclass import type_of_target

from sknnadl.comparison.measuring.kinds import predicts_classes
from sknnadl.comparison.measuring.splits import Samples

#: How many numbers are kept of a model on a split, at most: 1.6 MB.
MOST_NUMBERS = 200_000


class NoCurveError(ValueError):
    """A classifier has no curve of a kind.

    Parameters
    ----------
    name : str
        Its name.
    what : str
        What it has not.
    reason : str
        Why.
    """

    def __init__(self, name: str, what: str, reason: str) -> None:
        super().__init__(name, what, reason)
        self.what = what
        self.reason = reason

    def __str__(self) -> str:
        name, what, reason = self.args
        return f"{name!r} has no {what}: {reason}."


@dataclass(frozen=True)
class ClassScores:
    """What was kept of the rows of a split; where nothing was, why.

    Parameters
    ----------
    classes : list
        The classes, in the order of the columns.
    values : ndarray of shape (n, n_classes)
        What each row has of each class. Two classes have opposite decision values.
    are_probabilities : bool
        Whether they are probabilities, and no decision values.
    why_none : str or None
        Why there is nothing.
    """

    classes: list[Any]
    values: NDArray[np.float64]
    are_probabilities: bool = False
    why_none: str | None = None

    def of_class(self, label: Any) -> NDArray[np.float64] | None:
        """Return what the rows have of a class, None where the model knows it not."""
        if label not in self.classes:
            return None
        of_one: NDArray[np.float64] = self.values[:, self.classes.index(label)]
        return of_one


def ask_class_scores(model: Any, test: Samples) -> dict[str, Any]:
    """Ask a fitted model for what it gives each class of each row.

    Parameters
    ----------
    model : estimator
        The fitted model.
    test : Samples
        The rows.

    Returns
    -------
    kept : dict
        Plain values: ``classes``, ``values`` and ``are_probabilities``, or
        ``why_none``. Of two classes the values are those of the second alone.
    """
    if not predicts_classes(model):
        return {"why_none": "it predicts numbers"}
    if type_of_target(test.y) not in ("binary", "multiclass"):
        return {"why_none": "rows have several labels"}
    methods = "predict_proba", "decision_function"
    method = next((name for name in methods if hasattr(model, name)), None)
    if method is None:
        return {"why_none": "it has neither predict_proba nor decision_function"}
    classes = np.asarray(model.classes_).tolist()
    if len(test.y) * (1 if len(classes) == 2 else len(classes)) > MOST_NUMBERS:
        return {"why_none": f"no more than {MOST_NUMBERS:,} numbers a split are kept"}
    try:
        values = np.asarray(getattr(model, method)(test.X), dtype=float)
    except Exception as error:  # the model has predicted, and its scores are as good
        return {"why_none": f"{type(error).__name__}: {error}"}
    if values.ndim == 2 and len(classes) == 2:
        values = values[:, 1]
    if values.shape[1:] != (() if len(classes) == 2 else (len(classes),)):
        return {"why_none": f"its {method} has no column for each class"}
    if not np.isfinite(values).all():
        return {"why_none": f"its {method} is not finite"}
    return {
        "classes": classes,
        "values": values.tolist(),
        "are_probabilities": method == "predict_proba",
    }


def read_class_scores(kept: Mapping[str, Any] | None) -> ClassScores:
    """Return what `ask_class_scores` gave; an older file has nothing of it."""
    kept = kept or {"why_none": "they were not kept"}
    if "why_none" in kept:
        return ClassScores([], np.empty((0, 0)), why_none=kept["why_none"])
    values, sure = np.array(kept["values"], float), kept["are_probabilities"]
    if values.ndim == 1:
        values = np.column_stack([1 - values if sure else -values, values])
    return ClassScores(kept["classes"], values, sure)
