"""An estimator in a file that executes nothing when it is loaded."""

from __future__ import annotations

import os
from typing import Any

from sknnadl._sklearn import BaseEstimator
from sknnadl._untrusted import explained
from sknnadl.saving.container import read_container, write_container
from sknnadl.saving.plain_values import KINDS, Describer, is_known, rebuild_estimator

#: What the files call themselves, and the version of what is in them.
_FORMAT, _VERSION = "sknnadl estimator", 1


def save(estimator: BaseEstimator, path: str | os.PathLike[str]) -> None:
    """Write an estimator to a file, arguments and all that it has learned.

    The file holds arrays and JSON and no code. It is on the disk, whole, before it
    takes the place of what had the name before. What `load` makes of it predicts, and
    goes on training, with the same bits.

    See :doc:`/saving`.

    Parameters
    ----------
    estimator : estimator
        One of this package, fitted or not. Callbacks are not saved. For a pipeline, use
        `skops.io` or pickle.
    path : str or path-like
        The file, usually ``.npz``: it is an archive of NumPy.

    Raises
    ------
    TypeError
        If it is an estimator of another package, or has an argument that is code, such
        as a function as ``scoring``, or a ``loss`` of your own. Once it is fitted, it
        predicts the same with any other: ``set_params(loss="log_loss")``.
    OSError
        If the file cannot be written. What was there before stays.

    See Also
    --------
    load : Read it.
    sknnadl.callbacks.Checkpoint : Write such a file each epoch.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import sknnadl
    >>> path = Path(tempfile.mkdtemp()) / "model.npz"
    >>> model = sknnadl.MLPClassifier((4,), max_iter=30, random_state=0)
    >>> sknnadl.save(model.fit([[0.0], [1.0]], ["no", "yes"]), path)
    >>> sknnadl.load(path).predict([[0.9]])
    array(['yes'], dtype='<U3')
    """
    if not is_known(estimator):
        raise TypeError(
            f"estimator must be one of {sorted(KINDS)}, got {type(estimator)}: use "
            "skops.io or pickle for others, and for pipelines."
        )
    describer = Describer()
    described = describer.describe_estimator(estimator)
    header = {"format": _FORMAT, "version": _VERSION, **described}
    write_container(path, header, describer.arrays)


def load(path: str | os.PathLike[str]) -> Any:
    """Read an estimator from a file of `save`, or of a `sknnadl.callbacks.Checkpoint`.

    Nothing in the file is executed, so that it may come from anywhere, and reading it
    takes no more memory than three times the bytes that it has.

    See :doc:`/saving`.

    Parameters
    ----------
    path : str or path-like
        The file.

    Returns
    -------
    estimator : estimator
        One of this package, in the state in which it was saved.

    Raises
    ------
    ValueError
        If it is no such file, is damaged, or is of a later version.
    OSError
        If it cannot be read.

    See Also
    --------
    save : Write it.
    """
    header, arrays = read_container(path)
    if not isinstance(header, dict) or header.get("format") != _FORMAT:
        raise ValueError(f"{str(path)!r} has no estimator of sknnadl.")
    if header.get("version") != _VERSION:
        raise ValueError(
            f"{str(path)!r} is of version {header.get('version')!r} of these files, "
            f"and this sknnadl reads version {_VERSION}: a newer one may read it."
        )
    # Whoever makes a file of wrong parts, with a right checksum, gets one error.
    with explained(path, "file of an estimator"):
        return rebuild_estimator(header, arrays)
