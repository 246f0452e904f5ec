"""Rows in several Parquet files."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sknnadl._untrusted import explained
from sknnadl.datasets.images import AnyArray
from sknnadl.datasets.shard_files import Chunk, Shards, some


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
                f"target must be a column of the shards, {some(list(first))}, got "
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
