"""The rows that models are fitted on, and those that they are measured on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import check_cv, train_test_split
from sklearn.utils import column_or_1d, indexable
from sklearn.utils.multiclass import type_of_target

from sknnadl._sklearn import _safe_indexing

#: The numbers of rows, from 0.
RowNumbers = NDArray[np.intp]


class Samples(NamedTuple):
    """Rows with their targets and, where they have some, their weights."""

    X: Any
    y: Any
    weights: Any = None

    def take(self, indices: RowNumbers | None) -> Samples:
        """Return the samples of some indices; None means all, which are not copied."""
        if indices is None:
            return self
        return Samples(
            *(None if one is None else _safe_indexing(one, indices) for one in self)
        )


@dataclass(frozen=True)
class Split:
    """Which rows are fitted on and measured on; they are copied when they are needed.

    Parameters
    ----------
    samples, test_samples : Samples
        Where the rows to fit on are, and where those to measure on.
    train, test : ndarray of int or None
        Their indices there; None means all.
    """

    samples: Samples
    train: RowNumbers | None
    test_samples: Samples
    test: RowNumbers | None

    def take_train(self, n_train: int | None = None) -> Samples:
        """Return what to fit on, or the first ``n_train`` rows of it."""
        if n_train is None:
            return self.samples.take(self.train)
        return self.samples.take(self.train_indices[:n_train])

    def take_test(self) -> Samples:
        """Return what to measure on."""
        return self.test_samples.take(self.test)

    def parts(self) -> tuple[Any, ...]:
        """Return all that it holds, for `from_parts`.

        What is an argument of a task, and not inside of one, joblib's backend of Dask
        sends to the workers once, however many tasks have it.
        """
        return *self.samples, *self.test_samples, self.train, self.test

    @classmethod
    def from_parts(cls, *parts: Any) -> Split:
        """Return the split of what `parts` has returned."""
        X, y, weights, X_test, y_test, weights_test, train, test = parts
        samples = Samples(X, y, weights)
        return cls(samples, train, Samples(X_test, y_test, weights_test), test)

    @property
    def train_indices(self) -> RowNumbers:
        """The indices of the rows to fit on."""
        return np.arange(len(self.samples.y)) if self.train is None else self.train

    @property
    def test_indices(self) -> RowNumbers:
        """The indices of the rows to measure on."""
        return np.arange(len(self.test_samples.y)) if self.test is None else self.test

    @property
    def y_test(self) -> Any:
        """The targets of the rows to measure on."""
        return self.test_targets.y

    @property
    def test_targets(self) -> Samples:
        """The targets of the rows to measure on and their weights, without the rows."""
        _, y, weights = self.test_samples
        return Samples(None, y, weights).take(self.test)


def describe_splits(splits: Sequence[Split]) -> str:
    """Return a line on how many rows there are; of folds the least and the most."""
    train = _describe_range([len(split.train_indices) for split in splits])
    test = _describe_range([len(split.test_indices) for split in splits])
    rows = f"{train} rows to train, {test} to test"
    return f"{len(splits)} folds of {rows}." if len(splits) > 1 else f"{rows}."


def _describe_range(numbers: list[int]) -> str:
    least, most = min(numbers), max(numbers)
    return f"{least:,}" if least == most else f"{least:,} to {most:,}"


def divide_rows(
    X: Any, y: Any, *, cv: Any, groups: Any, random_state: Any, classify: bool
) -> list[tuple[RowNumbers, RowNumbers]]:
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
        Whether the quarter and the folds have the shares of the classes that all rows
        have.

    Returns
    -------
    index_pairs : list of (ndarray, ndarray)
        For each split the indices of the rows to fit on, and of those to measure on.
    """
    if cv is not None:
        splitter = check_cv(cv, y, classifier=classify)
        pairs = splitter.split(X, y, groups)
        return [(_as_indices(train), _as_indices(test)) for train, test in pairs]
    if groups is not None:
        raise ValueError("groups say how cv divides the rows: give cv too.")
    one_label = classify and type_of_target(y) in ("binary", "multiclass")
    train, test = train_test_split(
        np.arange(len(y)),
        test_size=0.25,
        stratify=y if one_label else None,
        random_state=random_state,
    )
    return [(train, test)]


def _as_indices(chosen: Any) -> RowNumbers:
    """Return indices, of which a splitter may give a mask."""
    chosen = np.asarray(chosen)
    return np.flatnonzero(chosen) if chosen.dtype == bool else chosen


def check_test(test: Any) -> Samples:
    """Return the rows to measure on, and their targets, if they can be that."""
    if not isinstance(test, tuple) or len(test) != 2 or any(t is None for t in test):
        raise ValueError("test must be a tuple of (X_test, y_test).")
    X_test, y_test = indexable(*test)
    if len(y_test) == 0:
        raise ValueError("test must have at least one row, got none.")
    return Samples(X_test, flatten(y_test))


def flatten(y: Any) -> Any:
    """Return targets, of which a single column is taken for one value a row."""
    is_column = getattr(y, "ndim", 1) == 2 and y.shape[1] == 1
    return column_or_1d(y, warn=True) if is_column else y
