"""The rows that models are fitted on, and those that they are measured on."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from sklearn.model_selection import check_cv, train_test_split
from sklearn.utils import column_or_1d, indexable
from sklearn.utils.multiclass import type_of_target

from sknnadl._sklearn import _safe_indexing


class Rows(NamedTuple):
    """What one fit needs."""

    X: Any
    y: Any
    weights: Any
    X_test: Any
    y_test: Any
    weights_test: Any


@dataclass(frozen=True)
class Split:
    """Which rows are fitted on and measured on; they are copied when they are needed.

    Parameters
    ----------
    data, test_data : tuple of (X, y, weights)
        Where the rows are.
    train, test : ndarray of int or None
        Their indices there; None means all.
    """

    data: tuple
    train: Any
    test_data: tuple
    test: Any

    def take(self, n_train=None):
        """Return the rows, and of those to fit on the first ``n_train`` alone."""
        train = self.train if n_train is None else self.train_indices[:n_train]
        parts = (self.data, train), (self.test_data, self.test)
        return Rows(*(_take(a, indices) for data, indices in parts for a in data))

    @property
    def train_indices(self):
        """The indices of the rows to fit on."""
        return np.arange(len(self.data[1])) if self.train is None else self.train

    @property
    def test_indices(self):
        """The indices of the rows to measure on."""
        return np.arange(len(self.test_data[1])) if self.test is None else self.test

    @property
    def X_test(self):
        """The rows to measure on."""
        return _take(self.test_data[0], self.test)

    @property
    def y_test(self):
        """Their targets."""
        return _take(self.test_data[1], self.test)


def _take(values, indices):
    if values is None or indices is None:
        return values
    return _safe_indexing(values, indices)


def divide_rows(X, y, *, cv, groups, random_state, classify):
    """Return which rows are fitted on, and which held out.

    Parameters
    ----------
    X, y : array-like
        The rows and their targets.
    cv : int, splitter, iterable or None
        How the rows are divided into folds. With None a quarter is held out.
    groups : array-like of shape (n_samples,) or None
        The groups of the rows, for the splitter.
    random_state : int, RandomState instance or None
        Which quarter that is.
    classify : bool
        Whether the quarter and the folds keep the parts of the classes.

    Returns
    -------
    parts : list of (ndarray, ndarray)
        For each fold the indices of the rows.
    """
    if cv is None:
        if groups is not None:
            raise ValueError("groups say how cv divides the rows: give cv too.")
        one_label = classify and type_of_target(y) in ("binary", "multiclass")
        stratify = y if one_label else None
        parts = [
            train_test_split(
                np.arange(len(y)),
                test_size=0.25,
                stratify=stratify,
                random_state=random_state,
            )
        ]
    else:
        splitter = check_cv(cv, y, classifier=classify)
        parts = splitter.split(X, y, groups)
    return [tuple(map(_as_indices, part)) for part in parts]


def _as_indices(part):
    """Return indices, of which a splitter may give a mask."""
    part = np.asarray(part)
    return np.flatnonzero(part) if part.dtype == bool else part


def check_test(test):
    """Return the rows to measure on, and their targets, if they can be that."""
    if not isinstance(test, tuple) or len(test) != 2 or any(t is None for t in test):
        raise ValueError("test must be a tuple of (X_test, y_test).")
    X_test, y_test = indexable(*test)
    if len(y_test) == 0:
        raise ValueError("test must have at least one row, got none.")
    if getattr(y_test, "ndim", 1) == 2 and y_test.shape[1] == 1:
        y_test = column_or_1d(y_test, warn=True)
    return X_test, y_test
