"""Rows in more files than there is memory for, in an order that is shuffled."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from numbers import Integral
from typing import Any

import numpy as np
from numpy.random import RandomState
from sklearn.utils import check_random_state

from sknnadl.datasets.array_shards import ArrayShards
from sknnadl.datasets.images import AnyArray
from sknnadl.datasets.parquet_shards import ParquetShards
from sknnadl.datasets.shard_files import Chunk, Files, Shards, find_files

#: A buffer has so many chunks of ``.npy`` files, from anywhere, or more.
_CHUNKS = 16


class ShardedRows:
    """Blocks of rows from files, shuffled, for ``partial_fit``; an epoch at a time.

    The files are read in chunks, in another order each epoch: a row group of a Parquet
    file, or at most a sixteenth of the buffer from an ``.npy`` file. As many chunks as
    the buffer holds are read, and their rows shuffled among each other and given out in
    blocks. Where a chunk's rows are like each other, a block so has rows of as many
    chunks as there are in a buffer, and no more (Xu et al. 2022, "In-database machine
    learning with CorgiPile: stochastic gradient descent without full data shuffle").

    Iterating over it goes through what is left of an epoch. The object knows its place,
    and what follows depends on that alone: one that is pickled, and loaded in another
    process, goes on with the block that would have been next.

    See :doc:`/scale`.

    Parameters
    ----------
    shards : str, path-like or list of path-like
        The files, all ``.npy`` or all ``.parquet``: a folder with them, a pattern such
        as ``"rows/X-*.npy"``, or a list. They are sorted by name, unless it is a list.
    target : str, int, path-like or list of path-like
        The targets. Of Parquet files the name of a column. Of ``.npy`` files the number
        of a column, or the files of the targets, as ``shards`` are given, of which each
        has those of one shard.
    columns : list of str or list of int, default=None
        The columns that are features, in this order; by default all but the target.
        They have to be numbers, or true and false.
    buffer_rows : int, default=100_000
        How many rows are in memory for shuffling, at most.
    block_rows : int, default=10_000
        How many rows a block has, at most.
    shuffle : bool, default=True
        Whether to shuffle; otherwise the rows come as they lie in the files.
    random_state : int, RandomState instance or None, default=None
        What the orders are drawn from.

    Attributes
    ----------
    n_rows : int
        How many rows there are.
    epoch : int
        The epoch that the next block is of, or the last was, from 0.
    block : int
        How many blocks of it have been given out.

    Raises
    ------
    ValueError
        If the files cannot be read, differ in form, or have row groups that do not fit
        into the buffer.
    ImportError
        If there are Parquet files, and no pyarrow.

    Notes
    -----
    The memory taken is that of the buffer, a chunk, and a block. ``X`` has the dtype
    that all columns fit into. Missing numbers are nan, where there are floating-point
    numbers among the columns, and refused elsewhere.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import numpy as np
    >>> from sknnadl import MLPClassifier
    >>> from sknnadl.datasets import ShardedRows
    >>> folder = Path(tempfile.mkdtemp())
    >>> for i in range(3):
    ...     X = np.random.default_rng(i).normal(size=(100, 2))
    ...     np.save(folder / f"{i}.npy", np.column_stack([X, X[:, 0] > X[:, 1]]))
    >>> rows = ShardedRows(folder, target=-1, block_rows=64, random_state=0)
    >>> model = MLPClassifier(learning_rate="constant", random_state=0)
    >>> while rows.epoch < 20:
    ...     for X, y in rows:
    ...         model = model.partial_fit(X, y, classes=[0, 1])
    >>> bool(model.score(X, y) > 0.9)
    True
    """

    def __init__(
        self,
        shards: Files,
        target: int | Files,
        *,
        columns: Sequence[Any] | None = None,
        buffer_rows: int = 100_000,
        block_rows: int = 10_000,
        shuffle: bool = True,
        random_state: int | RandomState | None = None,
    ) -> None:
        for name, value in (("buffer_rows", buffer_rows), ("block_rows", block_rows)):
            if not isinstance(value, Integral) or isinstance(value, bool) or value < 1:
                raise ValueError(f"{name} must be an integer above 0, got {value!r}.")
        self._shards = _open_shards(shards, target, columns)
        self._chunks = self._shards.divide(-(-int(buffer_rows) // _CHUNKS))
        self.n_rows = sum(chunk.n_rows for chunk in self._chunks)
        if not self.n_rows:
            raise ValueError(f"There are no rows in {str(self._shards.files[0])!r}.")
        largest = max(self._chunks, key=lambda chunk: chunk.n_rows)
        if largest.n_rows > buffer_rows:
            raise ValueError(
                f"{str(self._shards.files[largest.file])!r} has a row group of "
                f"{largest.n_rows} rows, which are read at once: set buffer_rows to as "
                f"many, got {buffer_rows}, or write the file in smaller row groups."
            )
        self.buffer_rows = int(buffer_rows)
        self.block_rows = int(block_rows)
        self.shuffle = shuffle
        self._seed = int(check_random_state(random_state).randint(2**31 - 1))
        self.epoch = 0
        self.block = 0

    def __iter__(self) -> Iterator[tuple[AnyArray, AnyArray]]:
        """Go through what is left of the epoch.

        Yields
        ------
        X : ndarray of shape (n_rows_of_block, ...)
            The features.
        y : ndarray of shape (n_rows_of_block, ...)
            The targets.
        """
        n_before = 0  # the blocks of the buffers so far
        for number, chunks in enumerate(self._fill()):
            n_rows = sum(chunk.n_rows for chunk in chunks)
            n_blocks = -(-n_rows // self.block_rows)
            if self.block < n_before + n_blocks:
                parts = np.array_split(self._order(n_rows, number + 1), n_blocks)
                X, y = self._read(chunks, n_rows)
                for part in parts[self.block - n_before :]:
                    self.block += 1
                    yield X[part], y[part]
                del X, y  # before the next ones are read
            n_before += n_blocks
        self.epoch += 1
        self.block = 0

    def _fill(self) -> Iterator[list[Chunk]]:
        """Yield the chunks of each buffer of the epoch."""
        chunks: list[Chunk] = []
        n_rows = 0
        for i in self._order(len(self._chunks)):
            chunk = self._chunks[i]
            if n_rows + chunk.n_rows > self.buffer_rows:
                yield chunks
                chunks, n_rows = [], 0
            chunks.append(chunk)
            n_rows += chunk.n_rows
        yield chunks

    def _order(self, n: int, *number: int) -> Any:
        """Return the order of the epoch's chunks, or of the rows of its n-th buffer."""
        if not self.shuffle:
            return np.arange(n)
        return np.random.default_rng([self._seed, self.epoch, *number]).permutation(n)

    def _read(self, chunks: list[Chunk], n_rows: int) -> tuple[AnyArray, AnyArray]:
        """Return the rows of some chunks."""
        X, y = (np.empty((n_rows, *shape), dtype) for shape, dtype in self._shards.form)
        start = 0
        for chunk in chunks:
            rows = slice(start, start + chunk.n_rows)
            read = self._shards.read(chunk)
            for into, part in zip((X, y), read, strict=True):
                if part.shape != into[rows].shape:
                    raise ValueError(
                        f"{str(self._shards.files[chunk.file])!r} has changed since it "
                        "was opened: its rows are others. Begin anew."
                    )
                into[rows] = part
            start = rows.stop
        return X, y


def _open_shards(
    files: Files, target: int | Files, columns: Sequence[Any] | None
) -> Shards:
    """Return the shards of `ShardedRows`, whose arguments these are, checked."""
    found = find_files(files, "shards")
    suffixes = {path.suffix for path in found}
    if suffixes == {".parquet"}:
        return ParquetShards(found, target, columns)
    if suffixes == {".npy"}:
        return ArrayShards(found, target, columns)
    raise ValueError(
        "shards must be .npy files or .parquet files, one or the other, got files with "
        f"the suffixes {sorted(suffixes)}: name those to take by a pattern."
    )
