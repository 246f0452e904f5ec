"""Tables of text, and what else pandas reads, as frames of numbers and of words."""

from __future__ import annotations

import importlib
import importlib.util
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
from scipy.io import arff

from sknnadl._untrusted import check_archive, check_size, explained
from sknnadl.datasets.delimited import decode, guess_delimiter, read_delimited

_DELIMITED = (".csv", ".tsv", ".tab", ".txt", ".dat", ".data")
_JSON = (".json", ".jsonl", ".ndjson")
#: The packages that pandas needs for a format: one of them.
_ENGINES = {
    ".xlsx": ("openpyxl",),
    ".parquet": ("pyarrow", "fastparquet"),
    ".feather": ("pyarrow",),
}
FRAME_SUFFIXES = (*_DELIMITED, *_JSON, ".arff", *_ENGINES)

#: pandas' names of what is in a column.
_NUMBERS = {"boolean", "integer", "integer-na", "floating", "mixed-integer-float"}
_NUMBERS |= {"decimal", "empty"}
_WORDS = {"string", "categorical", "mixed-integer", "mixed"}
#: In so few rows, words may well be different by chance.
_FEW_ROWS = 20


def read_frame(
    path: Path,
    suffix: str,
    content: bytes,
    *,
    delimiter: str | None,
    encoding: str | None,
    header: bool,
) -> tuple[Any, list[str]]:
    """Return the columns of a file, and what was guessed.

    Parameters
    ----------
    path : Path
        Where the file is, for errors.
    suffix : str
        One of `FRAME_SUFFIXES`.
    content : bytes
        What is in it, unpacked.
    delimiter, encoding, header
        As in `load_table`.

    Returns
    -------
    frame : DataFrame
        The columns as pandas reads them, whose names are str.
    guesses : list of str
        A clause for each guess.

    Raises
    ------
    ValueError
        If this cannot be read.
    """
    _need(suffix, "pandas")
    pandas = importlib.import_module("pandas")
    guesses: list[str] = []
    if suffix in _ENGINES:
        _need(suffix, *_ENGINES[suffix])
        with explained(path, f"{suffix} file"):
            frame = _read_binary(pandas, suffix, content)
    else:
        text, name = decode(path, content, encoding)
        text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
        if encoding is None and not name.startswith("utf-8"):
            guesses.append(f"read as {name} (or --encoding)")
        what = f"{suffix} file"
        if suffix in _DELIMITED and delimiter is None:
            with explained(path, what):
                delimiter = guess_delimiter(text)
            what += f" divided at {delimiter!r} (or --delimiter)"
            if delimiter != ",":
                guesses.append(f"divided at {delimiter!r} (or --delimiter)")
        with explained(path, what):
            if suffix in _JSON:
                frame = _read_json(pandas, text, len(content))
            elif suffix == ".arff":
                frame = _read_arff(pandas, text)
            else:
                frame = read_delimited(
                    pandas, text, delimiter or ",", header, len(content)
                )
    frame.columns = [str(name) for name in frame.columns]
    if not frame.columns.is_unique:
        raise ValueError(f"{str(path)!r} has two columns of one name.")
    return _leave_out_unnamed(frame, guesses), guesses


def _need(suffix: str, *packages: str) -> None:
    """Refuse a file that needs one of some packages, where there is none."""
    if not any(map(importlib.util.find_spec, packages)):
        raise ValueError(
            f"{suffix} files need {packages[0]}: pip install {packages[0]}."
        )


def _read_binary(pandas: Any, suffix: str, content: bytes) -> Any:
    if suffix == ".xlsx":
        check_archive(content)
        return pandas.read_excel(io.BytesIO(content), engine="openpyxl")
    read = pandas.read_parquet if suffix == ".parquet" else pandas.read_feather
    return read(io.BytesIO(content)).reset_index(drop=True)


def _read_json(pandas: Any, text: str, n_bytes: int) -> Any:
    """Return the columns of objects, one a line or in a list."""
    if text.lstrip()[:1] == "[":
        rows = json.loads(text)
    else:
        rows = [json.loads(line) for line in text.splitlines() if line.strip()]
    if not all(isinstance(row, dict) for row in rows):
        raise ValueError("it has rows that are no objects")
    if any(isinstance(cell, dict | list) for row in rows for cell in row.values()):
        raise ValueError("it has lists or objects in its rows: take them apart")
    check_size(len(rows), len(set().union(*rows)), n_bytes)
    return pandas.DataFrame(rows)


def _read_arff(pandas: Any, text: str) -> Any:
    """Return the attributes of the format of Weka; a question mark is missing."""
    data, meta = arff.loadarff(io.StringIO(text))
    frame = pandas.DataFrame({name: data[name] for name in meta.names()})
    for name, kind in zip(meta.names(), meta.types(), strict=True):
        if kind == "nominal":
            words = [word.decode() for word in data[name].tolist()]
            frame[name] = [None if word == "?" else word for word in words]
    return frame


def _leave_out_unnamed(frame: Any, guesses: list[str]) -> Any:
    """Return a frame without columns that have no name and nothing to learn from.

    They are the numbers of the rows, as pandas writes them, or empty, where lines end
    with a delimiter.
    """
    n = len(frame)
    numbers = list(range(n)), list(range(1, n + 1))
    for name in [name for name in frame.columns if name.startswith("Unnamed: ")]:
        column = frame[name]
        if n and (column.isna().all() or column.tolist() in numbers):
            what = "is empty" if column.isna().all() else "numbers the rows"
            guesses.append(f"left out a column without a name, which {what}")
            frame = frame.drop(columns=name)
    return frame


def prepare(frame: Any, path: Path) -> tuple[Any, list[str]]:
    """Return numbers as an array; as a frame, if there are words among them.

    Parameters
    ----------
    frame : DataFrame
        Columns of any dtype.
    path : Path
        Where they come from, for errors.

    Returns
    -------
    X : ndarray of shape (n_samples, n_features) or DataFrame
        Numbers as float64; words, and the names of categories, as objects. Missing
        values are NaN.
    guesses : list of str
        Which columns are words, in a clause.

    Raises
    ------
    ValueError
        If a column is neither numbers nor words.
    """
    pandas = importlib.import_module("pandas")
    columns, words = {}, []
    for name in frame.columns:
        column = frame[name]
        kind = pandas.api.types.infer_dtype(column, skipna=True)
        if kind in _NUMBERS:
            columns[name] = column.to_numpy(float, na_value=np.nan)
        elif kind in _WORDS:
            words.append(name)
            text = column.astype(object).map(str, na_action="ignore")
            columns[name] = text.where(column.notna(), np.nan).astype(object)
        else:
            raise ValueError(
                f"The features in {str(path)!r} must be numbers or words, and {name!r} "
                f"has {kind}: make numbers of them, or leave it out (leave_out, or "
                "--leave-out)."
            )
    if not words:
        numbers = list(columns.values())
        return np.column_stack(numbers) if numbers else np.empty((len(frame), 0)), []
    rows = pandas.DataFrame(columns)
    guesses = [f"words, not numbers, in {_listed(words)}"]
    differ = [
        name for name in words if _FEW_ROWS < rows[name].count() == rows[name].nunique()
    ]
    if differ:
        guesses.append(
            f"no word comes twice in {_listed(differ)}, so that they tell nothing of "
            "new rows: leave them out (--leave-out)"
        )
    return rows, guesses


def _listed(names: list[str]) -> str:
    return ", ".join(map(repr, names[:10])) + (" and more" if len(names) > 10 else "")
