"""Files with some of the rows each: which there are, and what all formats have."""

from __future__ import annotations

import glob
import os
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

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


def some(values: Sequence[Any]) -> str:
    """Return the first of some values, as text."""
    shown = ", ".join(map(repr, values[:10]))
    return f"{shown} and more" if len(values) > 10 else shown
