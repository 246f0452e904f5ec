"""Files with some of the rows each: which there are, and how a part is read."""

from __future__ import annotations

import glob
import importlib
import itertools
import os
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sknnadl._untrusted import explained
from sknnadl.datasets.images import AnyArray

#: Where files are: a folder, a pattern, or the files themselves.
Files = str | os.PathLike[str] | Iterable[str | os.PathLike[str]]


@dataclass(frozen=True)
class Chunk:
    """Consecutive rows of a file, which are read at once.

    Parameters
    ----------
    file : int
        The number of the file.
    place : int
        Where it begins: a row or, of a Parquet file, the number of the row group.
    n_rows : int
        How many rows it has.
    """

    file: int
    place: int
    n_rows: int


class Shards(ABC):
    """Files of one format.

    Attributes
    ----------
    files : list of Path
        The files.
    form : list of tuple
        Of ``X`` and of ``y`` the shape of a row and the dtype.
    """

    files: list[Path]
    form: list[tuple[tuple[int, ...], np.dtype[Any]]]

    @abstractmethod
    def divide(self, most: int) -> list[Chunk]:
        """Return all rows in chunks, of so many rows where the format allows."""

    @abstractmethod
    def read(self, chunk: Chunk) -> tuple[AnyArray, AnyArray]:
        """Return the features of a chunk, and its targets."""


def find_files(files: Any, argument: str) -> list[Path]:
    """Return the files of a folder or a pattern, by name, or those of a list."""
    if not isinstance(files, str | os.PathLike | Iterable):
        raise ValueError(f"{argument} must name files or a folder, got {files!r}.")
    if not isinstance(files, str | os.PathLike):
        return [Path(file) for file in files]
    if Path(files).is_dir():
        found = [p for p in Path(files).iterdir() if p.suffix in (".npy", ".parquet")]
    else:
        found = [Path(name) for name in glob.glob(os.fspath(files))]
    if not found:
        raise ValueError(
            f"{argument}: {os.fspath(files)!r} is no folder with .npy or .parquet "
            "files, and no pattern of such."
        )
    return sorted(found)


def open_shards(
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
        is_column = isinstance(target, int | np.integer) and not isinstance(
            target, bool
        )
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
                f"with as many rows: the shards have {_some(self.lengths)} rows, their "
                f"targets {_some(of_targets)}."
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


class ParquetShards(Shards):
    """Tables in Parquet files, whose row groups are the chunks.

    Parameters
    ----------
    files : list of Path
        The files.
    target : str
        Which column is the target.
    columns : list of str or None
        Which columns are features; by default all others.
    """

    def __init__(
        self, files: list[Path], target: Any, columns: Sequence[str] | None
    ) -> None:
        self.files = files
        opened = [_open_parquet(path) for path in files]
        types = [{field.name: field.type for field in f.schema_arrow} for f in opened]
        first = types[0]
        if target not in first:
            raise ValueError(
                f"target must be a column of the shards, {_some(list(first))}, got "
                f"{target!r}."
            )
        self.target = target
        self.columns = (
            [c for c in first if c != target] if columns is None else [*columns]
        )
        if not self.columns or target in self.columns:
            raise ValueError(
                "columns must have at least one column, and not the target, got "
                f"{self.columns!r}."
            )
        wanted = [*self.columns, target]
        for path, found in zip(files, types, strict=True):
            if different := [c for c in wanted if found.get(c) != first.get(c)]:
                raise ValueError(
                    f"The shards must have the same columns of the same types, and "
                    f"{different[0]!r} is of type {found.get(different[0])} in "
                    f"{str(path)!r}, and {first.get(different[0])} in "
                    f"{str(files[0])!r}."
                )
        dtypes = [_number_dtype(name, first.get(name)) for name in self.columns]
        self.form = [((len(self.columns),), np.result_type(*dtypes))]
        self.form.append(((), np.dtype(_plain_type(first[target]).to_pandas_dtype())))
        self.groups = [
            [f.metadata.row_group(i).num_rows for i in range(f.num_row_groups)]
            for f in opened
        ]

    def divide(self, most: int) -> list[Chunk]:
        """Return the row groups."""
        return [
            Chunk(file, group, n_rows)
            for file, groups in enumerate(self.groups)
            for group, n_rows in enumerate(groups)
            if n_rows
        ]

    def read(self, chunk: Chunk) -> tuple[AnyArray, AnyArray]:
        """Return the features of a chunk, and its targets."""
        path = self.files[chunk.file]
        wanted = [*self.columns, self.target]
        table = _open_parquet(path).read_row_group(chunk.place, columns=wanted)
        (shape, dtype), _ = self.form
        X = np.empty((len(table), *shape), dtype)
        for j, name in enumerate(self.columns):
            column = table.column(name)
            if column.null_count and dtype.kind != "f":
                raise ValueError(
                    f"{name!r} has missing values in {str(path)!r}, which {dtype} "
                    "cannot hold: write it as floating-point numbers."
                )
            X[:, j] = column.cast(_plain_type(column.type)).to_numpy()
        column = table.column(self.target)
        if column.null_count:
            raise ValueError(
                f"{self.target!r}, the target, has missing values in {path}."
            )
        return X, column.cast(_plain_type(column.type)).to_numpy()


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


def _open_parquet(path: Path) -> Any:
    """Open a Parquet file, of which the footer is read."""
    try:
        parquet = importlib.import_module("pyarrow.parquet")
    except ImportError as error:
        raise ImportError(
            'Parquet files need pyarrow: pip install "sknnadl[integration]".'
        ) from error
    with explained(path, "Parquet file"):
        return parquet.ParquetFile(path)


def _plain_type(kind: Any) -> Any:
    """Return the type of a column in which NumPy knows its values."""
    pyarrow = importlib.import_module("pyarrow")
    if pyarrow.types.is_dictionary(kind):
        return kind.value_type
    return pyarrow.int8() if pyarrow.types.is_boolean(kind) else kind


def _number_dtype(name: str, kind: Any) -> Any:
    """Return the dtype of a column of features, which must be numbers."""
    pyarrow = importlib.import_module("pyarrow")
    plain = None if kind is None else _plain_type(kind)
    if plain is None or not (
        pyarrow.types.is_integer(plain) or pyarrow.types.is_floating(plain)
    ):
        what = "is not in the shards" if kind is None else f"is of type {kind}"
        raise ValueError(
            f"columns must be columns of numbers, and {name!r} {what}: make numbers of "
            "it, or leave it out."
        )
    return plain.to_pandas_dtype()


def _some(values: Sequence[Any]) -> str:
    """Return the first of some values, as text."""
    shown = ", ".join(map(repr, values[:10]))
    return f"{shown} and more" if len(values) > 10 else shown
