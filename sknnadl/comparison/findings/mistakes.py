"""What classifiers get wrong: row by row, and class by class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.metrics import confusion_matrix

from sknnadl.comparison.findings.results import ModelResult
from sknnadl.comparison.measuring.splits import RowNumbers, Split


def find_correct(predictions: ArrayLike, targets: ArrayLike) -> NDArray[np.bool_]:
    """Return which rows are right; of several labels a row all.

    Parameters
    ----------
    predictions, targets : array-like of shape (n,) or (n, n_outputs)
        What a model says, and what is right.

    Returns
    -------
    correct : ndarray of bool of shape (n,)
        Whether they agree.
    """
    labels = np.asarray(predictions) == np.asarray(targets)
    correct: NDArray[np.bool_] = labels.reshape(len(labels), -1).all(axis=1)
    return correct


def find_mistakes(
    results: Sequence[ModelResult], splits: Sequence[Split]
) -> RowNumbers:
    """Return the rows that every one of some models gets wrong.

    Parameters
    ----------
    results : list of ModelResult
        The models.
    splits : list of Split
        The rows that they were measured on.

    Returns
    -------
    indices : ndarray of int
        The indices in ascending order; of a row that was in several test sets, if it
        was wrong in one of them.
    """
    wrong = []
    for i, split in enumerate(splits):
        target = split.y_test
        of_models = [~find_correct(one.predictions[i], target) for one in results]
        wrong.append(split.test_indices[np.all(of_models, axis=0)])
    return np.unique(np.concatenate(wrong))


def count_confusions(
    result: ModelResult, targets: Sequence[Any]
) -> tuple[NDArray[np.int_], NDArray[Any]]:
    """Return how often a model says each class where each class is right.

    Parameters
    ----------
    result : ModelResult
        The model.
    targets : list of array-like of shape (n,)
        The targets of the test rows, for each split.

    Returns
    -------
    matrix : ndarray of int of shape (n_classes, n_classes)
        A row for each true class, a column for each one that the model says.
    labels : ndarray of shape (n_classes,)
        The classes.
    """
    y_true, y_pred = join(targets), join(result.predictions)
    labels = np.unique(np.concatenate([y_true, y_pred]))
    return confusion_matrix(y_true, y_pred, labels=labels), labels


def share_rows(matrix: NDArray[np.int_]) -> NDArray[np.float64]:
    """Return how the rows of each true class are shared out, 0 where it has none.

    Parameters
    ----------
    matrix : ndarray of int of shape (n_classes, n_classes)
        What `count_confusions` returned.

    Returns
    -------
    shares : ndarray of shape (n_classes, n_classes)
        Each row adds up to 1, or is 0.
    """
    shares: NDArray[np.float64] = matrix / np.maximum(
        matrix.sum(axis=1, keepdims=True), 1
    )
    return shares


@dataclass(frozen=True)
class ClassMeasure:
    """How well a class is told from the others.

    Parameters
    ----------
    label : object
        The class.
    n_rows : int
        How many rows are of it.
    recall : float
        The share of its rows that the model says it of; nan where it has none.
    precision : float
        The share of the rows that the model says it of that are of it; nan where the
        model says it of none.
    """

    label: Any
    n_rows: int
    recall: float
    precision: float


def measure_classes(
    matrix: NDArray[np.int_], labels: NDArray[Any]
) -> list[ClassMeasure]:
    """Return recall and precision of each class.

    Parameters
    ----------
    matrix, labels : ndarray
        What `count_confusions` returned.

    Returns
    -------
    measures : list of ClassMeasure
        One for each class, in their order.
    """
    right, is_one, said = np.diag(matrix), matrix.sum(axis=1), matrix.sum(axis=0)
    return [
        ClassMeasure(
            label, int(n), float(hits / n) if n else nan, float(hits / m) if m else nan
        )
        for label, hits, n, m in zip(labels, right, is_one, said, strict=True)
    ]


def join(of_splits: Sequence[ArrayLike]) -> NDArray[Any]:
    """Return the targets or predictions of all splits, one after the other."""
    return np.concatenate([np.asarray(values) for values in of_splits])
