"""From the columns of a table to the inputs of a network, by what fit has seen.

What is learned is plain: a dict of the arguments, of an array for each number of the
numeric columns, and of the list of each categorical column's values.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.utils import check_array

from sknnadl._sklearn import _safe_indexing
from sknnadl.estimators.inputs import AnyArray
from sknnadl.estimators.scaling import mean_and_deviation, median_and_spread, quantiles

#: So many values of a categorical column have an input each: the most frequent ones.
_MOST_VALUES = 255
#: Robustly scaled inputs are bent so that none is as far from 0 as this.
FURTHEST = 3.0
#: The inputs of bins go from minus to plus this.
BIN_REACH = 0.25
#: The value of a categorical column where there is none.
_MISSING = None


def learn_encoding(
    X: Any,
    n_columns: int,
    categorical: Sequence[int],
    arguments: dict[str, Any],
    weights: AnyArray | None,
) -> dict[str, Any]:
    """Return how to encode columns like these, of rows with these weights.

    Parameters
    ----------
    X : array or data frame of shape (n_samples, n_columns)
        The columns.
    n_columns : int
        How many there are.
    categorical : sequence of int
        The places of those that have categories.
    arguments : dict
        The estimator's ``input_scaling``, ``n_bins``, ``categorical_features`` and
        ``impute_missing``.
    weights : ndarray of shape (n_samples,) or None
        The weight of each row; rows without weight are not learned from.

    Returns
    -------
    encoding : dict
        What `encode` needs.
    """
    seen = slice(None) if weights is None else weights > 0
    weights = None if weights is None else weights[seen]
    numeric = np.setdiff1d(np.arange(n_columns), categorical)
    encoding: dict[str, Any] = {"arguments": arguments, "numeric": numeric}
    may_miss = arguments["impute_missing"]
    columns = _numbers(X, numeric, may_miss)[seen].astype(np.float64, copy=False)
    if may_miss:
        encoding["fill"] = np.array([_median(column, weights) for column in columns.T])
        columns = _fill(columns, encoding["fill"])
    if arguments["input_scaling"] is not None and columns.shape[1]:
        is_robust = arguments["input_scaling"] == "robust"
        measure = median_and_spread if is_robust else mean_and_deviation
        encoding["center"], encoding["scale"] = measure(columns, weights)
    if arguments["n_bins"] is not None and columns.shape[1]:
        shares = np.linspace(0, 1, arguments["n_bins"] + 1)
        encoding["edges"] = list(map(np.unique, quantiles(columns, shares, weights).T))
    encoding["categories"] = [
        [place, _frequent(_values(X, place, may_miss)[seen], weights)]
        for place in categorical
    ]
    return encoding


def encode(X: Any, encoding: dict[str, Any]) -> AnyArray:
    """Return the inputs for rows, shape (n_samples, n_inputs).

    First the numeric columns; then the bins of each, with how much of a bin is below
    the row's value (Gorishniy, Rubachev and Babenko 2022); and then for each
    categorical column an input a value, which is 1 where a row has it. A value that
    `fit` has not seen is 0 in all of them.
    """
    imputes = encoding["arguments"]["impute_missing"]
    columns = _numbers(X, encoding["numeric"], imputes)
    dtype = columns.dtype if columns.dtype == np.float32 else np.dtype(np.float64)
    if "fill" in encoding:
        columns = _fill(columns, encoding["fill"])
    scaled = columns
    with np.errstate(over="ignore", invalid="ignore"):
        if "center" in encoding:
            scaled = (columns - encoding["center"]) / encoding["scale"]
        if encoding["arguments"]["input_scaling"] == "robust":
            scaled = scaled / np.hypot(1, scaled / FURTHEST)
        parts = [scaled.astype(dtype)]
    if not np.isfinite(parts[0]).all():
        raise ValueError("X contains numbers too large to be scaled.")
    for place, edges in enumerate(encoding.get("edges", ())):
        if len(edges) > 2:  # else it would be the column again
            parts.append(_fill_bins(columns[:, place], edges).astype(dtype))
    for place, known in encoding["categories"]:
        parts.append(_one_hot(_values(X, place, imputes), known, dtype))
    return np.hstack(parts)


def pull_back(gradients: AnyArray, X: Any, encoding: dict[str, Any]) -> AnyArray:
    """Return gradients with respect to columns, given those with respect to inputs.

    At the edge of a bin it is the slope on its right, and 0 where a number is missing.

    Raises
    ------
    ValueError
        If there are categories, of which there are no gradients.
    """
    if encoding["categories"]:
        places = [place for place, _ in encoding["categories"]]
        raise ValueError(
            f"The columns {places} of X have categories, and a cost has no gradient "
            "with respect to a word: leave them out, or encode them before."
        )
    columns = _numbers(X, encoding["numeric"], encoding["arguments"]["impute_missing"])
    columns = columns.astype(np.float64)
    pulled = gradients[:, : columns.shape[1]].astype(np.float64)
    if "center" in encoding:
        pulled /= encoding["scale"]
    if encoding["arguments"]["input_scaling"] == "robust":
        scaled = (columns - encoding["center"]) / encoding["scale"]
        pulled *= np.hypot(1, scaled / FURTHEST) ** -3.0
    start = columns.shape[1]
    for place, edges in enumerate(encoding.get("edges", ())):
        if len(edges) > 2:
            column, stop = columns[:, [place]], start + len(edges) - 1
            is_in = (edges[:-1] <= column) & (column < edges[1:])  # (n, bins)
            slopes = is_in * (2 * BIN_REACH / np.diff(edges))
            pulled[:, place] += (gradients[:, start:stop] * slopes).sum(axis=1)
            start = stop
    pulled[np.isnan(columns)] = 0
    return pulled.astype(gradients.dtype)


def count_inputs(encoding: dict[str, Any]) -> int:
    """Return how many inputs `encode` makes of a row."""
    of_bins = sum(
        len(edges) - 1 for edges in encoding.get("edges", ()) if len(edges) > 2
    )
    of_categories = sum(len(known) for _, known in encoding["categories"])
    return len(encoding["numeric"]) + of_bins + of_categories


def _numbers(X: Any, places: AnyArray, may_miss: bool) -> AnyArray:
    """Return numeric columns as an array.

    Raises
    ------
    ValueError
        If they are not numbers, or not finite; with ``may_miss`` they may be nan.
    """
    if not len(places):
        return np.empty((len(X), 0), np.float32)
    columns: AnyArray = check_array(
        _safe_indexing(X, places, axis=1),
        dtype="numeric",
        ensure_all_finite="allow-nan" if may_miss else True,
        input_name="X",
    )
    if columns.dtype.kind not in "biuf":
        raise ValueError(
            f"X must be numeric, got columns of dtype {columns.dtype}: name those that "
            "have categories in categorical_features."
        )
    return columns


def _median(column: AnyArray, weights: AnyArray | None) -> float:
    """Return the median of what is there of a column, or 0."""
    known = ~np.isnan(column)
    if not known.any():
        return 0.0
    own = None if weights is None else weights[known]
    return float(quantiles(column[known, np.newaxis], [0.5], own)[0, 0])


def _fill(columns: AnyArray, values: AnyArray) -> AnyArray:
    """Return columns with values for what is missing."""
    return np.where(np.isnan(columns), values.astype(columns.dtype), columns)


def _fill_bins(column: AnyArray, edges: AnyArray) -> AnyArray:
    """Return how much of each bin is below a value, shape (n_samples, n_bins)."""
    shares = (column[:, np.newaxis] - edges[:-1]) / np.diff(edges)
    filled: AnyArray = BIN_REACH * (2 * np.clip(shares, 0, 1) - 1)
    return filled


def _values(X: Any, place: int, may_miss: bool) -> AnyArray:
    """Return a categorical column as an array of objects, None where one is missing."""
    column = _safe_indexing(X, place, axis=1)
    values = np.array(column, dtype=object)
    missing = _is_missing(column, values)
    if missing.any() and not may_miss:
        name = getattr(column, "name", place)
        raise ValueError(
            f"The categorical column {name!r} of X has missing values: fill them, or "
            "set impute_missing=True, with which they are a category of their own."
        )
    values[missing] = _MISSING
    values[~missing] = [_as_plain(value) for value in values[~missing]]
    return values


def _is_missing(column: Any, values: AnyArray) -> AnyArray:
    """Return where there is no value: None, nan, or what pandas says is none."""
    if hasattr(column, "isna"):
        return np.asarray(column.isna(), dtype=bool)
    missing = [value is None or value != value for value in values.tolist()]
    return np.array(missing, dtype=bool)


def _as_plain(value: Any) -> str | bool | int | float:
    """Return a value as one of Python, or what it is written as."""
    value = value.item() if isinstance(value, np.generic) else value
    return value if isinstance(value, str | bool | int | float) else str(value)


def _frequent(values: AnyArray, weights: AnyArray | None) -> list[Any]:
    """Return the most frequent values of a column, in order."""
    weights = np.ones(len(values)) if weights is None else weights
    totals: dict[Any, float] = {}
    for value, weight in zip(values.tolist(), weights.tolist(), strict=True):
        totals[value] = totals.get(value, 0.0) + weight
    names = {value: (type(value).__name__, str(value)) for value in totals}
    ranked = sorted(totals, key=lambda value: (-totals[value], names[value]))
    return sorted(ranked[:_MOST_VALUES], key=names.__getitem__)


def _one_hot(values: AnyArray, known: list[Any], dtype: Any) -> AnyArray:
    """Return an input for each known value, shape (n_samples, n_known)."""
    codes = {value: code for code, value in enumerate(known)}
    own = np.array([codes.get(value, -1) for value in values.tolist()], dtype=int)
    inputs: AnyArray = (own[:, np.newaxis] == np.arange(len(known))).astype(dtype)
    return inputs
