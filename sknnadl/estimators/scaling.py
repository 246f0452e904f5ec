"""Centres, scales and variance of columns, of rows that may have weights."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sknnadl.estimators.inputs import AnyArray

#: A deviation that is no more, beside the largest value, is rounding.
_ROUNDING = 10 * np.finfo(np.float64).eps


def mean_and_deviation(
    columns: AnyArray, weights: AnyArray | None
) -> tuple[AnyArray, AnyArray]:
    """Return the mean and the standard deviation of each column, or 1 for none."""
    largest = np.abs(columns).max(axis=0)  # first, so that no square overflows
    largest[largest == 0] = 1
    mean = np.average(columns / largest, axis=0, weights=weights)
    variance = np.average((columns / largest - mean) ** 2, axis=0, weights=weights)
    deviation = np.sqrt(variance)
    is_constant = deviation < _ROUNDING
    return mean * largest, np.where(is_constant, 1, deviation * largest)


def median_and_spread(
    columns: AnyArray, weights: AnyArray | None
) -> tuple[AnyArray, AnyArray]:
    """Return the median and the interquartile range of each column, of rows of weight.

    Where half of a column is one value, it is half of the whole range, and 1 where
    there is no other value. A quantile is the first value that so much weight is up to:
    a row of weight two counts as a row given twice.
    """
    low, median, high = quantiles(columns, [0.25, 0.5, 0.75], weights)
    with np.errstate(over="ignore"):
        spread = high - low
        half = np.ptp(columns, axis=0) / 2
    spread = np.where(spread > 0, spread, half)
    return median, np.where((spread > 0) & np.isfinite(spread), spread, 1)


def quantiles(
    columns: AnyArray, shares: Sequence[float] | AnyArray, weights: AnyArray | None
) -> AnyArray:
    """Return the quantiles of each column, shape (n_shares, n_columns)."""
    found: AnyArray = np.quantile(
        columns, shares, axis=0, weights=weights, method="inverted_cdf"
    )
    return found


def share_of_variance(
    columns: AnyArray, restored: AnyArray, weights: AnyArray | None
) -> float:
    """Return one minus the squared error of columns over that of their means.

    Constant columns count too. It is nan where the error is beyond all bounds.
    """
    largest = np.abs(columns).max() or 1  # first, so that no square overflows
    with np.errstate(all="ignore"):
        columns, restored = columns / largest, restored / largest
        mean = np.average(columns, axis=0, weights=weights)
        error, variance = (
            np.average(((columns - other) ** 2).sum(axis=1), weights=weights)
            for other in (restored, mean)
        )
        if not np.isfinite(error):
            return float("nan")
        return float(1 - error / variance if variance > 0 else error == 0)
