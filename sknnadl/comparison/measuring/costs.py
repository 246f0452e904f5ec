"""What the mistakes of a classifier cost."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.metrics import make_scorer
from sklearn.utils.multiclass import type_of_target

from sknnadl._sklearn import scorer_function
from sknnadl.comparison.measuring.evaluation import Scoring

#: The name of the score, which is turned so that larger is better, as scikit-learn's.
COST_SCORE = "neg_expected_cost"


def expected_cost(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    cost_matrix: NDArray[np.float64],
    classes: NDArray[Any],
    sample_weight: NDArray[np.float64] | None = None,
) -> float:
    """Return the mean cost of a prediction.

    Parameters
    ----------
    y_true, y_pred : array-like of shape (n_samples,)
        The true classes and the predicted ones.
    cost_matrix : ndarray of shape (n_classes, n_classes)
        What it costs to predict the class of a column where that of the row is true.
    classes : ndarray of shape (n_classes,)
        The sorted classes.
    sample_weight : array-like of shape (n_samples,), default=None
        The weights of the rows.

    Returns
    -------
    cost : float
        The mean, in the unit of the costs.

    Raises
    ------
    ValueError
        If something is none of the classes.
    """
    rows, columns = (_find_places(classes, y) for y in (y_true, y_pred))
    return float(np.average(cost_matrix[rows, columns], weights=sample_weight))


def _find_places(classes: NDArray[Any], y: ArrayLike) -> NDArray[np.intp]:
    """Return where in the sorted classes each of some is."""
    y = np.asarray(y)
    places = np.searchsorted(classes, y)
    unknown = y[classes[np.minimum(places, len(classes) - 1)] != y]
    if len(unknown):
        one = unknown.tolist()[0]
        raise ValueError(
            f"cost_matrix has no cost of {one!r}, which is none of the classes "
            f"{classes.tolist()}."
        )
    return places


def is_cost(scorer: Any) -> bool:
    """Return whether a scorer is the mean cost of predictions, turned."""
    return scorer_function(scorer, sign=-1)[0] is expected_cost


def add_cost(scoring: Scoring, cost_matrix: ArrayLike, targets: list[Any]) -> Scoring:
    """Return what is measured, with the expected cost in addition.

    Parameters
    ----------
    scoring : dict of str to callable
        What is measured beside it.
    cost_matrix : array-like of shape (n_classes, n_classes)
        What each prediction costs, as in `expected_cost`.
    targets : list of array-like
        The targets of all rows.

    Returns
    -------
    by_name : dict of str to callable
        ``neg_expected_cost`` is last.

    Raises
    ------
    ValueError
        If the targets are not one class a row, or the matrix does not fit them or has
        costs that are not finite; or if there is a score of that name.
    """
    if any(type_of_target(y) not in ("binary", "multiclass") for y in targets):
        kinds = sorted({type_of_target(y) for y in targets})
        raise ValueError(
            f"cost_matrix is for targets of one class a row, got {kinds}: leave it out."
        )
    if COST_SCORE in scoring:
        raise ValueError(f"cost_matrix adds {COST_SCORE!r}: give yours another name.")
    classes = np.unique(np.concatenate([np.asarray(y) for y in targets]))
    try:
        costs = np.asarray(cost_matrix, float)
    except (TypeError, ValueError) as error:
        raise ValueError(f"cost_matrix must have numbers in it: {error}") from error
    shape = (len(classes), len(classes))
    if costs.shape != shape:
        raise ValueError(
            f"cost_matrix must have the shape {shape}, a row for each true class and a "
            f"column for each predicted one of {classes.tolist()}, got {costs.shape}."
        )
    if not np.isfinite(costs).all():
        raise ValueError(f"cost_matrix must have finite costs, got {costs.tolist()}.")
    how = {"cost_matrix": costs, "classes": classes}
    return {
        **scoring,
        COST_SCORE: make_scorer(expected_cost, greater_is_better=False, **how),
    }
