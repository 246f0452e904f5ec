"""Rows and targets from a file of the user's own."""

from __future__ import annotations

import importlib
import os
from pathlib import Path

from sknnadl._untrusted import explained, open_file, read_arrays
from sknnadl.datasets.images import AnyArray


def load_table(
    path: str | os.PathLike[str], target: str | None = None
) -> tuple[AnyArray, AnyArray]:
    """Load rows and targets from a file.

    Parameters
    ----------
    path : str or path-like
        A ``.npz`` file with arrays ``X`` and ``y``; or, where pandas is installed, a
        ``.csv`` or ``.parquet`` file with a column for each feature and one for the
        target.
    target : str, default=None
        The name of the target's column.

    Returns
    -------
    X : ndarray of shape (n_samples, ...)
        The rows.
    y : ndarray of shape (n_samples,)
        The targets.

    Raises
    ------
    ValueError
        If the file does not hold this, or a feature is not a number.
    OSError
        If the file cannot be read.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> import numpy as np
    >>> from sknnadl.datasets.tables import load_table
    >>> with TemporaryDirectory() as folder:
    ...     np.savez(Path(folder, "data.npz"), X=np.zeros((3, 2)), y=[0, 1, 0])
    ...     X, y = load_table(Path(folder, "data.npz"))
    >>> X.shape, y.tolist()
    ((3, 2), [0, 1, 0])
    """
    path = Path(path)
    if path.suffix not in (".npz", ".csv", ".parquet"):
        raise ValueError(
            f"Data are read from a .npz, .csv or .parquet file, got {str(path)!r}."
        )
    if not path.is_file():
        raise ValueError(f"There is no file {str(path)!r}.")
    if path.suffix == ".npz":
        if target is not None:
            raise ValueError("A .npz file has its targets in y: leave out the target.")
        return _load_npz(path)
    return _load_frame(path, target)


def _load_npz(path: Path) -> tuple[AnyArray, AnyArray]:
    with open_file(path) as file, explained(path, ".npz file of a table"):
        X, y = read_arrays(file, ("X", "y"))
    return _check(X, y, path)


def _load_frame(path: Path, target: str | None) -> tuple[AnyArray, AnyArray]:
    try:
        pandas = importlib.import_module("pandas")
    except ImportError as error:
        raise ValueError(
            f"{path.suffix} files need pandas: pip install pandas."
        ) from error
    try:
        read = pandas.read_csv if path.suffix == ".csv" else pandas.read_parquet
        frame = read(path)
    except (ImportError, ValueError) as error:
        line = " ".join(str(error).split())
        raise ValueError(f"{str(path)!r} cannot be read: {line}") from error
    columns = ", ".join(map(repr, frame.columns))
    if target is None:
        raise ValueError(f"Which column is the target? There are {columns}.")
    if target not in frame:
        raise ValueError(f"There is no column {target!r}: there are {columns}.")
    features = frame.drop(columns=target)
    words = features.select_dtypes(exclude=["number", "bool"]).columns
    if len(words):
        raise ValueError(
            f"The features must be numbers, and {', '.join(map(repr, words))} are not: "
            "encode them first."
        )
    return _check(features.to_numpy(), frame[target].to_numpy(), path)


def _check(X: AnyArray, y: AnyArray, path: Path) -> tuple[AnyArray, AnyArray]:
    if y.ndim != 1 or X.ndim < 2 or len(X) != len(y) or len(y) < 2:
        raise ValueError(
            f"{str(path)!r} needs at least two rows and a target for each, got X of "
            f"shape {X.shape} and y of {y.shape}."
        )
    if X.dtype.kind not in "biuf":
        raise ValueError(f"X must be numbers, got an array of dtype {X.dtype}.")
    return X, y
