"""Rows of a data set, handed out a block at a time in the network's dtype."""

from __future__ import annotations

import hashlib
from copy import copy
from typing import Any, NamedTuple, cast

import numpy as np
import numpy.typing as npt

from sknnadl.network.arrays import Array, Shape

Indices = npt.NDArray[np.intp] | slice

#: What a block of rows may take: small enough to stay in the second-level cache.
_BLOCK_BYTES = 2**19
#: So many rows' inputs are part of a fingerprint.
_FINGERPRINT_ROWS = 16
#: So many rows' means stand for those of all.
_MOST_DISTINCT = 1000


class Block(NamedTuple):
    """Consecutive rows of one order of the data, in scratch memory."""

    x: Array
    targets: Array
    weights: Array | None

    def cut(self, start: int, stop: int) -> Block:
        """Return the rows between two places, as views."""
        weights = None if self.weights is None else self.weights[start:stop]
        return Block(self.x[start:stop], self.targets[start:stop], weights)


class Rows:
    """Inputs, targets and weights of the rows to train or predict on.

    The data stay as they are, in their own dtype, sparse or memory-mapped; what is
    taken from them is a block of rows, converted and dense.

    Parameters
    ----------
    X : ndarray or sparse array of shape (n_rows, ...)
        The inputs, of any numeric dtype.
    dtype : dtype
        What the blocks are converted to.
    targets : ndarray of shape (n_rows,) or (n_rows, n_outputs), default=None
        For each row the number of its class, or the target itself. Rows without
        targets can be predicted and not trained on.
    class_targets : ndarray of shape (n_classes, n_outputs) or (2,), default=None
        The target of each class, such as an identity matrix; or what stands for 0 and 1
        in targets that are an indicator, by default these themselves.
    weights : ndarray of shape (n_rows,), default=None
        The weight of each row.
    input_shape : tuple of int, default=None
        The shape to give each row, by default the one it has.
    weight_scale : list of float, default=None
        By which numbers the weights were divided, one after the other.

    Attributes
    ----------
    input_shape : tuple of int
        The shape of each row of a block.
    dtype : dtype
        The dtype of the blocks.
    labels : ndarray of shape (n_rows,) or (n_rows, n_outputs)
        The targets as given, of these rows alone.
    weights : ndarray of shape (n_rows,)
        As given, of these rows alone.
    """

    def __init__(
        self,
        X: Any,
        dtype: npt.DTypeLike,
        targets: npt.NDArray[Any] | None = None,
        class_targets: npt.NDArray[Any] | None = None,
        weights: Array | None = None,
        input_shape: Shape | None = None,
        weight_scale: list[float] | None = None,
    ) -> None:
        self.input_shape = tuple(X.shape[1:] if input_shape is None else input_shape)
        self.labels = targets
        self.weights = weights
        self.weight_scale = weight_scale
        self._X = X
        self._places: npt.NDArray[np.intp] | None = None  # of these rows in X
        self._sparse = hasattr(X, "toarray")
        self.dtype = np.dtype(dtype)
        self._class_targets: Array | None = None
        if class_targets is not None:
            self._class_targets = np.asarray(class_targets, dtype)
        self._buffers: dict[str, npt.NDArray[Any]] = {}

    def __len__(self) -> int:
        return int(self._X.shape[0] if self._places is None else len(self._places))

    def reader(self) -> Rows:
        """Return the same rows with scratch memory of their own, for another thread."""
        reader = copy(self)
        reader._buffers = {}
        return reader

    def subset(self, indices: npt.NDArray[np.intp]) -> Rows:
        """Return some of the rows; the inputs are not copied."""
        subset = self.reader()
        subset._places = indices if self._places is None else self._places[indices]
        subset.labels = None if self.labels is None else self.labels[indices]
        subset.weights = None if self.weights is None else self.weights[indices]
        return subset

    def block_size(self, multiple: int = 1) -> int:
        """Return how many rows a block has: a multiple of this number."""
        row_bytes = int(np.prod(self.input_shape)) * self.dtype.itemsize
        return max(1, _BLOCK_BYTES // max(1, row_bytes * multiple)) * multiple

    def take(self, indices: Indices) -> Block:
        """Return the rows at these indices; the next call writes over them.

        Raises
        ------
        ValueError
            If an input is too large for the dtype.
        """
        weights = None if self.weights is None else self.weights[indices]
        return Block(self.inputs(indices), self.targets(indices), weights)

    def targets(self, indices: Indices = slice(None)) -> Array:
        """Return the targets alone, (n, n_outputs)."""
        if self.labels is None:
            raise TypeError("These rows have inputs alone: targets were not given.")
        labels = self.labels[indices]
        if self._class_targets is None:
            return labels
        return np.take(self._class_targets, labels.astype(np.intp, copy=False), axis=0)

    def distinct_targets(self) -> tuple[Array, Array | None]:
        """Return targets and weights with the means of all: of classes one for each."""
        if self.labels is None or self.labels.ndim == 2 or self._class_targets is None:
            return self.targets(), self.weights
        n_classes = len(self._class_targets)
        counts = np.bincount(self.labels, self.weights, n_classes)
        return self._class_targets, counts.astype(np.float64)

    def places(self) -> Indices:
        """Return where these rows are in the data that were given."""
        return slice(None) if self._places is None else self._places

    def originals(self) -> Any:
        """Return the inputs as they were given, all rows of them."""
        return self._X if self._places is None else self._X[self._places]

    def fingerprint(self) -> str:
        """Return what tells these rows from others, but for a few changed inputs.

        It is made of all targets and weights, and of the inputs of some rows, evenly
        spread.
        """
        n_rows = len(self)
        digest = hashlib.blake2b(digest_size=16)
        digest.update(repr((n_rows, self.input_shape, str(self.dtype))).encode())
        for values in (self.labels, self.weights, self._smoothed()):
            if values is not None:
                digest.update(np.ascontiguousarray(values).tobytes())
        some = np.linspace(0, n_rows - 1, min(n_rows, _FINGERPRINT_ROWS)).astype(int)
        digest.update(self.reader().inputs(some).tobytes())
        return digest.hexdigest()

    def _smoothed(self) -> Array | None:
        """Return the targets of classes where these are not 0 and 1."""
        targets = self._class_targets
        return None if targets is None or np.isin(targets, (0, 1)).all() else targets

    def inputs(self, indices: Indices) -> Array:
        """Return the inputs alone, in the manner of `take`."""
        places = indices if self._places is None else self._places[indices]
        if self._sparse:
            rows = self._X[places]
            rows.data = self._converted(rows.data)
            rows = rows.toarray(out=self._buffer("dense", rows.shape, self.dtype))
            return cast(Array, rows.reshape(len(rows), *self.input_shape))
        rows = self._X[places] if isinstance(places, slice) else self._gather(places)
        return self._converted(rows.reshape(len(rows), *self.input_shape))

    def _converted(self, values: npt.NDArray[Any]) -> Array:
        """Return values as the network computes with them."""
        flags = values.flags
        if values.dtype == self.dtype and flags.c_contiguous and flags.aligned:
            return values
        converted = self._buffer("converted", values.shape, self.dtype)
        try:
            with np.errstate(over="raise"):
                np.copyto(converted, values, casting="unsafe")
        except FloatingPointError:
            raise ValueError(
                f"X contains a value too large for dtype={str(self.dtype)!r}: scale "
                "the features, or use dtype='float64'."
            ) from None
        return converted

    def _gather(self, places: npt.NDArray[np.intp]) -> Any:
        rows = self._buffer(
            "gathered", (len(places), *self._X.shape[1:]), self._X.dtype
        )
        # mode="clip" writes to `out` directly, where the default would buffer.
        return np.take(self._X, places, axis=0, out=rows, mode="clip")

    def _buffer(
        self, name: str, shape: tuple[int, ...], dtype: npt.DTypeLike
    ) -> npt.NDArray[Any]:
        """Return memory that is allocated once, for the largest block."""
        n_rows, *row_shape = shape
        buffer = self._buffers.get(name)
        if buffer is None or len(buffer) < n_rows:
            self._buffers[name] = buffer = np.empty((n_rows, *row_shape), dtype)
        return buffer[:n_rows]


class OwnTargets(Rows):
    """Rows whose targets are their own inputs, of which no copy is made.

    Those of a block are its inputs, in the same memory: whoever changes the ones makes
    a copy first.
    """

    def take(self, indices: Indices) -> Block:
        """Return the rows at these indices; the next call writes over them."""
        x = self.inputs(indices)
        weights = None if self.weights is None else self.weights[indices]
        return Block(x, x.reshape(len(x), -1), weights)

    def targets(self, indices: Indices = slice(None)) -> Array:
        """Return the targets alone, which the next call writes over."""
        x = self.inputs(indices)
        return x.reshape(len(x), -1)

    def distinct_targets(self) -> tuple[Array, Array | None]:
        """Return targets and weights of rows that stand for all, evenly spread.

        All of them, dense, could be far more than the memory holds.
        """
        n_rows = len(self)
        some = np.linspace(0, n_rows - 1, min(n_rows, _MOST_DISTINCT)).astype(int)
        subset = self.subset(some)
        return subset.targets(), subset.weights
