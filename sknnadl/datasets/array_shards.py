"""Rows in several ``.npy`` files."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sknnadl._untrusted import explained
from sknnadl.datasets.images import AnyArray
from sknnadl.datasets.shard_files import Chunk, Shards, find_files, some


class ArrayShards(Shards):
    """Arrays in ``.npy`` files.

    Parameters
    ----------
    files : list of Path
        The files of the features.
    target : int or files
        Which column of them is the target, or the files of the targets.
    columns : list of int or None
        Which columns are features.
    """

    def __init__(
        self, files: list[Path], target: Any, columns: Sequence[int] | None
    ) -> None:
        self.files = files
        is_number = isinstance(target, int | np.integer)
        is_column = is_number and not isinstance(target, bool)
        self.target = target if is_column else None
        self.targets = None if is_column else find_files(target, "target")
        headers = [_read_header(path) for path in files]
        self.lengths = [shape[0] for shape, _ in headers]
        form = _common_form(files, headers)
        if self.targets is not None:
            of_targets = [_read_header(path) for path in self.targets]
            self._check_lengths([shape[0] for shape, _ in of_targets])
            y_form = _common_form(self.targets, of_targets)
        else:
            y_form = (), form[1]
        self.columns = self._find_columns(form[0], columns)
        shape = form[0] if self.columns is None else (len(self.columns),)
        self.form = [(shape, form[1]), y_form]

    def _check_lengths(self, of_targets: list[int]) -> None:
        if self.lengths != of_targets:
            raise ValueError(
                "target must have a file for each shard, in the order of their names, "
                f"with as many rows: the shards have {some(self.lengths)} rows, their "
                f"targets {some(of_targets)}."
            )

    def _find_columns(
        self, shape: tuple[int, ...], columns: Sequence[int] | None
    ) -> list[int] | None:
        """Return which columns are features; None for all."""
        if self.target is None and columns is None:
            return None
        if len(shape) != 1:
            raise ValueError(
                "Columns can be chosen from arrays of two dimensions, and a row of the "
                f"shards has the shape {shape}: name files of targets as target, and "
                "leave columns out."
            )
        every = range(shape[0])
        chosen = every if columns is None else columns
        for name, numbers in (("target", [self.target]), ("columns", chosen)):
            if any(
                n is not None and n not in range(-len(every), len(every))
                for n in numbers
            ):
                raise ValueError(
                    f"{name} must be from {-len(every)} to {len(every) - 1}, as the "
                    f"shards have {len(every)} columns, got {numbers!r}."
                )
        left = None if self.target is None else every[self.target]
        if columns is not None and left in [every[n] for n in columns]:
            raise ValueError(f"columns has the target, {self.target}: leave it out.")
        return [every[n] for n in chosen if every[n] != left]

    def divide(self, most: int) -> list[Chunk]:
        """Return all rows in chunks of equal lengths in each file."""
        chunks = []
        for file, n_rows in enumerate(self.lengths):
            n_chunks = -(-n_rows // most) or 1
            ends = [n_rows * i // n_chunks for i in range(n_chunks + 1)]
            chunks += [
                Chunk(file, start, stop - start)
                for start, stop in itertools.pairwise(ends)
                if stop > start
            ]
        return chunks

    def read(self, chunk: Chunk) -> tuple[AnyArray, AnyArray]:
        """Return the features of a chunk, and its targets."""
        path = self.files[chunk.file]
        rows = slice(chunk.place, chunk.place + chunk.n_rows)
        # Mapped anew each time, so that what was read does not stay in memory.
        X = np.array(np.load(path, mmap_mode="r")[rows])
        if self.targets is not None:
            y = np.array(np.load(self.targets[chunk.file], mmap_mode="r")[rows])
        else:
            y = X[:, self.target]
        return X if self.columns is None else X[:, self.columns], y


def _read_header(path: Path) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """Return the shape of an array in a file, and its dtype."""
    with explained(path, ".npy file"):
        array = np.load(path, mmap_mode="r")
    if array.ndim == 0:
        raise ValueError(f"{str(path)!r} has a number, and no rows.")
    return array.shape, array.dtype


def _common_form(
    files: list[Path], headers: list[tuple[tuple[int, ...], np.dtype[Any]]]
) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """Return the shape of a row and the dtype, which all files have to share."""
    forms = [(shape[1:], dtype) for shape, dtype in headers]
    for path, form in zip(files, forms, strict=True):
        if form != forms[0]:
            raise ValueError(
                "The shards must have rows of one shape and dtype, and those of "
                f"{str(path)!r} are {form[1]} of shape {form[0]}, those of "
                f"{str(files[0])!r} {forms[0][1]} of shape {forms[0][0]}."
            )
    return forms[0]
