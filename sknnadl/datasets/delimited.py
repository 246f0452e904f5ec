"""Text with delimiters: how it is encoded, what divides it, what its numbers are."""

from __future__ import annotations

import codecs
import csv
import io
import itertools
from pathlib import Path
from typing import Any

from sknnadl._untrusted import check_size

#: What text begins with that says how it is encoded; the longer ones first.
_MARKS = [
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
]
#: What begins files that are no text, and what their names should end with.
_NO_TEXT = {
    b"PK\3\4": ".zip, .xlsx or .npz",
    b"\x1f\x8b": ".gz",
    b"PAR1": ".parquet",
    b"ARROW1": ".feather",
}
#: Tried in this order: a comma may be in a number, and a space in words.
_DELIMITERS = ["\t", ";", "|", ",", " "]
#: A delimiter is guessed by so many lines.
_FIRST_LINES = 50
#: A number with a decimal comma; points may part its thousands.
_DECIMAL_COMMA = r"\s*[+-]?(?:\d{1,3}(?:\.\d{3})+|\d+)(?:,\d+)?(?:[eE][+-]?\d+)?\s*"


def decode(path: Path, content: bytes, encoding: str | None) -> tuple[str, str]:
    """Return text, and the name of its encoding.

    Parameters
    ----------
    path : Path
        Where it comes from, for errors.
    content : bytes
        The text.
    encoding : str or None
        How it is encoded; None means a guess.

    Returns
    -------
    text : str
        The text.
    name : str
        The encoding.

    Raises
    ------
    ValueError
        If this is no text, or none in the encoding.
    """
    for mark, suffixes in _NO_TEXT.items():
        if content.startswith(mark):
            raise ValueError(f"{str(path)!r} is no text: call it {suffixes}.")
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


def guess_delimiter(text: str) -> str:
    """Return what divides the first lines into equally many columns, or a comma.

    Parameters
    ----------
    text : str
        Lines.

    Returns
    -------
    delimiter : str
        A tab, ``;``, ``|``, ``,`` or a space.
    """
    lines = list(itertools.islice(filter(str.strip, io.StringIO(text)), _FIRST_LINES))
    for delimiter in _DELIMITERS:
        is_space = delimiter == " "
        rows = csv.reader(lines, delimiter=delimiter, skipinitialspace=is_space)
        widths = [len(row) - (is_space and row[-1] == "") for row in rows if row]
        rest = set(widths[1:]) or set(widths[:1])
        # R writes no name above the names of rows.
        if len(rest) == 1 and widths[0] > 1 and max(rest) - widths[0] in (0, 1):
            return delimiter
    return ","


def read_delimited(
    pandas: Any, text: str, delimiter: str, header: bool, n_bytes: int
) -> Any:
    """Return the columns of text.

    Parameters
    ----------
    pandas : module
        What reads it.
    text : str
        Lines that end with a line feed.
    delimiter : str
        What divides the columns. A space is any number of spaces.
    header : bool
        Whether the first line names the columns.
    n_bytes : int
        The size of the file.

    Returns
    -------
    frame : DataFrame
        The columns.

    Raises
    ------
    ValueError
        If the text is no table, or one of almost nothing but empty cells.
    """
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
    frame = _take_apart_index(pandas, frame)
    if delimiter != ",":
        for name in frame.select_dtypes(exclude=["number", "bool"]):
            frame[name] = _with_points(pandas, frame[name])
    return frame


def _take_apart_index(pandas: Any, frame: Any) -> Any:
    """Return a frame whose rows have more cells than there are names, as is meant.

    pandas takes the first column for names of the rows, as R writes them. Where each
    row ends with a delimiter, that is wrong.
    """
    if isinstance(frame.index, pandas.RangeIndex):
        return frame
    if not frame.iloc[:, -1].isna().all():
        return frame.reset_index(drop=True)
    names = list(frame.columns)
    return frame.reset_index().iloc[:, :-1].set_axis(names, axis=1)


def _with_points(pandas: Any, column: Any) -> Any:
    """Return a column as numbers, if it has such with decimal commas and no others."""
    words = column.dropna().astype(str)
    has_commas = words.str.contains(",").any()
    if not has_commas or not words.str.fullmatch(_DECIMAL_COMMA).all():
        return column
    points = column.str.replace(".", "", regex=False).str.replace(",", ".", regex=False)
    return pandas.to_numeric(points)
