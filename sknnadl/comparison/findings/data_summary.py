"""What the rows of a comparison are like, in a paragraph."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import issparse

from sknnadl.comparison.measuring.splits import Split

#: With more classes than this, the shares of the rarest and the commonest are told.
_MOST_CLASSES = 20
#: How many rows are looked at together: they may be more than fit into memory.
_BLOCK = 1000


@dataclass(frozen=True)
class DataSummary:
    """The rows of a comparison, those to train and those to test together.

    Parameters
    ----------
    n_rows : int
        How many there are.
    shape : list of int
        The shape of a row: the number of features, or the sides of an image. A text
        has none.
    n_missing : int or None
        How many values are missing; None where they cannot be told, as in texts.
    class_shares : dict of str to float, default={}
        The share of the rows that each class has.
    target_quantiles : list of float, default=[]
        The least, the median and the largest of the targets that are numbers.
    n_outputs : int, default=1
        How many targets a row has.
    weighted : bool, default=False
        Whether rows have weights.
    """

    n_rows: int
    shape: list[int]
    n_missing: int | None
    class_shares: dict[str, float] = field(default_factory=dict)
    target_quantiles: list[float] = field(default_factory=list)
    n_outputs: int = 1
    weighted: bool = False

    def __str__(self) -> str:
        sentences = [
            f"{self.n_rows:,} rows, {self._say_features()}.",
            *self._say_targets(),
            *self._say_missing(),
            *(["Rows have weights."] if self.weighted else []),
        ]
        return " ".join(sentences)

    def _say_features(self) -> str:
        if not self.shape:
            return "each of which is one object, such as a text"
        if len(self.shape) > 1:
            return f"each of shape {' x '.join(map(str, self.shape))}"
        return f"{self.shape[0]:,} feature{'' if self.shape[0] == 1 else 's'}"

    def _say_targets(self) -> list[str]:
        if self.n_outputs > 1:
            return [f"{self.n_outputs} targets a row."]
        if self.target_quantiles:
            least, median, most = (f"{value:.4g}" for value in self.target_quantiles)
            return [f"Targets from {least} to {most}, median {median}."]
        shares = self.class_shares
        if len(shares) <= _MOST_CLASSES:
            told = ", ".join(f"{name} ({share:.1%})" for name, share in shares.items())
            return [f"{len(shares)} classes: {told}."]
        rarest, commonest = min(shares.values()), max(shares.values())
        of_rows = f"each of {rarest:.2%} to {commonest:.2%} of the rows"
        return [f"{len(shares)} classes, {of_rows}."]

    def _say_missing(self) -> list[str]:
        if self.n_missing is None:
            return []
        if not self.n_missing:
            return ["No values are missing."]
        share = self.n_missing / (self.n_rows * math.prod(self.shape))
        return [f"{self.n_missing:,} values are missing ({share:.2%})."]


def summarize_data(splits: Sequence[Split], *, classify: bool) -> DataSummary:
    """Collect what the rows of a comparison are like.

    Parameters
    ----------
    splits : list of Split
        The rows; those of folds are in all of them.
    classify : bool
        Whether the targets are classes.

    Returns
    -------
    summary : DataSummary
        What was found.
    """
    parts = [splits[0].samples]
    if splits[0].test_samples is not splits[0].samples:
        parts.append(splits[0].test_samples)
    y = np.concatenate([np.asarray(part.y) for part in parts])
    missing = [_count_missing(part.X) for part in parts]
    counted = [count for count in missing if count is not None]
    return DataSummary(
        len(y),
        _row_shape(parts[0].X),
        sum(counted) if len(counted) == len(missing) else None,
        weighted=parts[0].weights is not None,
        **_summarize_targets(y, classify),
    )


def _row_shape(X: Any) -> list[int]:
    X = X if hasattr(X, "shape") else _as_array(X)
    return [int(side) for side in X.shape[1:]]


def _as_array(X: Any) -> NDArray[Any]:
    try:
        return np.asarray(X)
    except (ValueError, TypeError):  # rows of unequal length, or on another device
        return np.empty(len(X), dtype=object)


def _summarize_targets(y: Any, classify: bool) -> dict[str, Any]:
    if y.ndim > 1:
        return {"n_outputs": y.shape[1]}
    if not classify:
        quantiles = np.quantile(y.astype(float), [0, 0.5, 1])
        return {"target_quantiles": quantiles.tolist()}
    labels, counts = np.unique(y, return_counts=True)
    shares = (counts / len(y)).tolist()
    return {"class_shares": dict(zip(map(str, labels), shares, strict=True))}


def _count_missing(X: Any) -> int | None:
    """Return how many values are missing, or None where that cannot be told."""
    if hasattr(X, "isna"):  # a data frame of pandas, with its own kinds of nothing
        return int(np.asarray(X.isna()).sum())
    values = X.data if issparse(X) else _as_array(X)
    if values.dtype.kind in "fc":
        blocks = range(0, len(values), _BLOCK)
        return sum(int(np.isnan(values[i : i + _BLOCK]).sum()) for i in blocks)
    if values.dtype.kind in "iub":
        return 0
    return None
