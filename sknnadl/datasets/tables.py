"""Rows and targets from a file of the user's own."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.datasets import load_svmlight_file

from sknnadl._untrusted import (
    check_size,
    explained,
    gunzip,
    open_file,
    read_arrays,
    unzip,
)
from sknnadl.datasets.frames import FRAME_SUFFIXES, prepare, read_frame
from sknnadl.datasets.images import AnyArray

_SPARSE_SUFFIXES = (".svmlight", ".libsvm", ".svm")
_SUFFIXES = (".npz", *FRAME_SUFFIXES, *_SPARSE_SUFFIXES)
#: So many names of columns are listed in an error.
_MOST_NAMES = 20


def load_table(
    path: str | os.PathLike[str],
    target: str | None = None,
    *,
    leave_out: Sequence[str] = (),
    delimiter: str | None = None,
    encoding: str | None = None,
    header: bool = True,
    verbose: int = 0,
) -> tuple[Any, AnyArray]:
    r"""Load rows and targets from a file.

    See :doc:`/files`.

    Parameters
    ----------
    path : str or path-like
        What its suffix says, in small letters or capitals:

        - ``.npz``: arrays ``X`` and ``y``;
        - ``.svmlight``, ``.libsvm`` or ``.svm``: sparse rows, which are made dense;
        - where pandas is installed, ``.csv``, ``.tsv``, ``.tab``, ``.txt``, ``.dat`` or
          ``.data``: text with a delimiter; ``.json``, ``.jsonl`` or ``.ndjson``: an
          object a row, one a line or in a list; ``.arff``; ``.xlsx``, with openpyxl,
          of which the first sheet is read; ``.parquet`` and ``.feather``, with pyarrow;
        - each but ``.npz`` also in a ``.gz`` file, or alone in a ``.zip`` file.
    target : str, default=None
        The name of the target's column.
    leave_out : list of str, default=()
        The names of columns that are no features, such as numbers of customers, or
        what is known only after the target.
    delimiter : str, default=None
        What is between the columns of text. By default a tab, ``;``, ``|``, ``,`` or
        space, the first that divides the first lines into equally many columns.
    encoding : str, default=None
        The encoding of text, by Python's name. By default that of its byte order mark,
        else UTF-8, else Windows' ``cp1252``, which has the letters of latin-1.
    header : bool, default=True
        Whether the first line of text names the columns. If not, their names are
        their numbers, from 0.
    verbose : int, default=0
        Whether to tell, on standard error, what was guessed.

    Returns
    -------
    X : ndarray of shape (n_samples, ...) or DataFrame
        The rows: a frame where a column has words, and an array otherwise. Missing
        values are NaN. Numbers with decimal commas are read as numbers, unless commas
        divide the columns.
    y : ndarray of shape (n_samples,)
        The targets.

    Raises
    ------
    ValueError
        If the file does not hold this, a target is missing, or what reads it is not
        installed.
    OSError
        If the file cannot be opened.

    See Also
    --------
    sknnadl.compare : Compares models on them.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from sknnadl.datasets import load_table
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "houses.csv")
    ...     _ = path.write_text("area;price\n71,5;200\n90;310\n")
    ...     X, y = load_table(path, "price")
    >>> X.tolist(), y.tolist()
    ([[71.5], [90.0]], [200, 310])
    """
    path = Path(path)
    outer = path.suffix.lower()
    name = path.stem if outer == ".gz" else path.name
    if outer != ".zip" and _suffix(name) not in _SUFFIXES:
        raise ValueError(_unknown(path))
    if not path.is_file():
        raise ValueError(f"There is no file {str(path)!r}.")
    if outer == ".npz":
        _refuse_columns(target, leave_out, path)
        with open_file(path) as file, explained(path, ".npz file of a table"):
            X, y = read_arrays(file, ("X", "y"))
        return _check(X, y, path)
    with open_file(path) as file:
        content = file.read()
    with explained(path, f"{outer} file"):
        if outer == ".gz":
            content = gunzip(content)
        elif outer == ".zip":
            name, content = unzip(content)
    if _suffix(name) in _SPARSE_SUFFIXES:
        _refuse_columns(target, leave_out, path)
        return _load_sparse(path, content)
    if _suffix(name) not in FRAME_SUFFIXES:
        raise ValueError(_unknown(path / name))
    frame, guesses = read_frame(
        path,
        _suffix(name),
        content,
        delimiter=delimiter,
        encoding=encoding,
        header=header,
    )
    features, y = _take_target(frame, target, path, hint=header)
    X, more = prepare(_without(features, leave_out, target), path)
    if verbose and guesses + more:
        print(f"{path}: {'; '.join(guesses + more)}", file=sys.stderr)
    return _check(X, y, path)


def _suffix(name: str) -> str:
    return Path(name).suffix.lower()


def _unknown(path: Path) -> str:
    suffixes = ", ".join(_SUFFIXES)
    return (
        f"Data are read from files of the kinds {suffixes}, most of them also in .gz "
        f"or .zip, got {str(path)!r}."
    )


def _refuse_columns(target: str | None, leave_out: Sequence[str], path: Path) -> None:
    if target is not None:
        raise ValueError(
            f"{str(path)!r} has no names of columns, and its targets apart: leave out "
            "the target."
        )
    if leave_out:
        raise ValueError(
            f"{str(path)!r} has no names of columns, so that leave_out cannot name any."
        )


def _load_sparse(path: Path, content: bytes) -> tuple[AnyArray, AnyArray]:
    with explained(path, "file of svmlight"):
        X, y = load_svmlight_file(io.BytesIO(content))
        check_size(X.shape[0], X.shape[1], len(content))
        return _check(X.toarray(), y, path)


def _take_target(
    frame: Any, target: str | None, path: Path, hint: bool
) -> tuple[Any, AnyArray]:
    """Return the other columns, and that of the target as an array."""
    names = list(map(repr, frame.columns[:_MOST_NAMES]))
    if len(frame.columns) > _MOST_NAMES:
        names.append(f"and {len(frame.columns) - _MOST_NAMES} more")
    columns = ", ".join(names)
    if hint and any(map(_is_number, frame.columns)):
        columns += " (if these are data: --no-header, or header=False)"
    if target is None:
        raise ValueError(f"Which column is the target? There are {columns}.")
    if target not in frame:
        raise ValueError(f"There is no column {target!r}: there are {columns}.")
    if len(frame) == 0:
        raise ValueError(f"{str(path)!r} has a header and no rows.")
    column = frame[target]
    missing = np.flatnonzero(column.isna())
    if len(missing):
        raise ValueError(
            f"{len(missing)} of the {len(frame)} rows have no {target!r}, the first of "
            f"them row {missing[0] + 1}: fill it in, or take them out."
        )
    return frame.drop(columns=target), np.array(column.tolist())


def _without(features: Any, leave_out: Sequence[str], target: str | None) -> Any:
    """Return features without the columns of these names."""
    if isinstance(leave_out, str):
        raise ValueError(
            f"leave_out must be a list of names of columns, got {leave_out!r}: give "
            f"[{leave_out!r}]."
        )
    unknown = [name for name in leave_out if name not in features]
    if unknown:
        raise ValueError(
            f"leave_out names {unknown}, and the columns beside the target {target!r} "
            f"are {list(features.columns[:_MOST_NAMES])}: name only these."
        )
    return features.drop(columns=list(leave_out))


def _is_number(name: str) -> bool:
    try:
        float(name)
    except ValueError:
        return False
    return True


def _check(X: Any, y: AnyArray, path: Path) -> tuple[Any, AnyArray]:
    """Return rows and targets, if they can be that."""
    if y.ndim == 2 and y.shape[1] == 1:
        y = y.ravel()
    if y.ndim != 1 or X.ndim < 2 or len(X) != len(y) or len(y) < 2 or 0 in X.shape:
        raise ValueError(
            f"{str(path)!r} needs at least two rows, a feature, and a target for each "
            f"row, got X of shape {X.shape} and y of {y.shape}."
        )
    if isinstance(X, np.ndarray) and X.dtype.kind not in "biuf":
        raise ValueError(f"X must be numbers, got an array of dtype {X.dtype}.")
    if y.dtype.kind == "S":
        with explained(path, "file whose labels are text in UTF-8"):
            y = np.char.decode(y, "utf-8")
    if y.dtype.kind not in "biufU":
        raise ValueError(
            f"The targets must be numbers or text, got an array of dtype {y.dtype}."
        )
    if y.dtype.kind == "f" and not np.isfinite(y).all():
        row = np.flatnonzero(~np.isfinite(y))[0]
        raise ValueError(f"The target of row {row + 1} is {y[row]}: mend it.")
    return X, y
