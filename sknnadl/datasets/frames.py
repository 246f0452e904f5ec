"""Tables of text, and what else pandas reads, as frames of numbers and of words."""

from __future__ import annotations

import codecs
import csv
import importlib
import importlib.util
import io
import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
from scipy.io import arff

from sknnadl._untrusted import check_archive, check_size, explained

_DELIMITED = (".csv", ".tsv", ".tab", ".txt", ".dat", ".data")
_JSON = (".json", ".jsonl", ".ndjson")
#: The packages that pandas needs for a format: one of them.
_ENGINES = {
    ".xlsx": ("openpyxl",),
    ".parquet": ("pyarrow", "fastparquet"),
    ".feather": ("pyarrow",),
}
FRAME_SUFFIXES = (*_DELIMITED, *_JSON, ".arff", *_ENGINES)

#: What text begins with that says how it is encoded; the longer ones first.
_MARKS = [
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
]
#: Tried in this order: a comma may be in a number, and a space in words.
_DELIMITERS = ["\t", ";", "|", ",", " "]
#: A delimiter is guessed by so many lines.
_FIRST_LINES = 50
#: pandas' names of what is in a column.
_NUMBERS = {"boolean", "integer", "integer-na", "floating", "mixed-integer-float"}
_NUMBERS |= {"decimal", "empty"}
_WORDS = {"string", "categorical", "mixed-integer", "mixed"}
#: A number with a decimal comma; points may part its thousands.
_DECIMAL_COMMA = r"\s*[+-]?(?:\d{1,3}(?:\.\d{3})+|\d+)(?:,\d+)?(?:[eE][+-]?\d+)?\s*"


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
        text, name = _decode(path, content, encoding)
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        if encoding is None and not name.startswith("utf-8"):
            guesses.append(f"read as {name} (or --encoding)")
        with explained(path, f"{suffix} file"):
            if suffix in _JSON:
                frame = _read_json(pandas, text, len(content))
            elif suffix == ".arff":
                frame = _read_arff(pandas, text)
            else:
                if delimiter is None:
                    delimiter = _guess_delimiter(text)
                    if delimiter != ",":
                        guesses.append(f"divided at {delimiter!r} (or --delimiter)")
                frame = _read_delimited(pandas, text, delimiter, header, len(content))
    frame.columns = [str(name) for name in frame.columns]
    if not frame.columns.is_unique:
        raise ValueError(f"{str(path)!r} has two columns of one name.")
    return _leave_out_numbers(frame, guesses), guesses


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


def _decode(path: Path, content: bytes, encoding: str | None) -> tuple[str, str]:
    """Return text, and the name of its encoding."""
    marked = [name for mark, name in _MARKS if content.startswith(mark)]
    if encoding is None and not marked and b"\0" in content[:100]:
        # Text has no zeros, but for the high bytes of letters in UTF-16.
        marked = ["utf-16-be" if content[:1] == b"\0" else "utf-16-le"]
    for name in [encoding] if encoding else marked[:1] or ["utf-8", "cp1252"]:
        try:
            return content.decode(name), name
        except LookupError as error:
            raise ValueError(f"There is no encoding {name!r}.") from error
        except UnicodeError as error:
            if encoding or marked:
                raise ValueError(
                    f"{str(path)!r} is not in {name}: --encoding says another one."
                ) from error
    return content.decode("latin-1"), "latin-1"


def _guess_delimiter(text: str) -> str:
    """Return what divides the first lines into equally many columns, or a comma."""
    lines = list(itertools.islice(filter(str.strip, io.StringIO(text)), _FIRST_LINES))
    for delimiter in _DELIMITERS:
        is_space = delimiter == " "
        rows = csv.reader(lines, delimiter=delimiter, skipinitialspace=is_space)
        widths = {len(row) - (is_space and row[-1] == "") for row in rows if row}
        if len(widths) == 1 and widths != {1}:
            return delimiter
    return ","


def _read_delimited(
    pandas: Any, text: str, delimiter: str, header: bool, n_bytes: int
) -> Any:
    """Return the columns of text; where spaces divide them, any number of these."""
    first = text.lstrip().partition("\n")[0]
    n_columns = max(len(first.split()), first.count(delimiter)) + 1
    check_size(text.count("\n") + 1, n_columns, n_bytes)
    frame = pandas.read_csv(
        io.StringIO(text),
        sep=r"\s+" if delimiter == " " else delimiter,
        engine="c" if len(delimiter) == 1 else "python",
        header=0 if header else None,
        skipinitialspace=True,
        **({"low_memory": False} if len(delimiter) == 1 else {}),
    )
    if delimiter != ",":
        for name in frame.select_dtypes(include=["object", "str"]):
            frame[name] = _with_points(pandas, frame[name])
    return frame


def _with_points(pandas: Any, column: Any) -> Any:
    """Return a column as numbers, if it has such with decimal commas and no others."""
    words = column.dropna().astype(str)
    has_commas = words.str.contains(",").any()
    if not has_commas or not words.str.fullmatch(_DECIMAL_COMMA).all():
        return column
    points = column.str.replace(".", "", regex=False).str.replace(",", ".", regex=False)
    return pandas.to_numeric(points)


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


def _leave_out_numbers(frame: Any, guesses: list[str]) -> Any:
    """Return a frame without the numbers of its rows, which pandas writes unnamed."""
    first = frame.columns[0] if len(frame.columns) else ""
    if first in ("", "Unnamed: 0") and len(frame):
        numbers = frame[first].tolist()
        if numbers in (list(range(len(frame))), list(range(1, len(frame) + 1))):
            guesses.append("left out a first column that numbers the rows")
            return frame.drop(columns=first)
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
                f"has {kind}: make numbers of them, or take it out."
            )
    if not words:
        numbers = list(columns.values())
        return np.column_stack(numbers) if numbers else np.empty((len(frame), 0)), []
    listed = ", ".join(map(repr, words[:10])) + (" and more" if len(words) > 10 else "")
    return pandas.DataFrame(columns), [f"words, not numbers, in {listed}"]
