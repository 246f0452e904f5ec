"""Files that are there whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast


@contextmanager
def whole_file(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """Open a file to write that takes its place in one step, once it is on the disk.

    A reader sees what was there before, or all of what is written; so does who comes
    after a loss of power. Where the work inside fails, all stays as it was.

    Parameters
    ----------
    path : str or path-like
        The file, which is replaced where it exists.

    Yields
    ------
    file : binary file
        What to write to.
    """
    path = Path(path)
    handle, temporary = tempfile.mkstemp(
        dir=path.parent, prefix=f".{path.name}.", suffix=".tmp"
    )
    try:
        with os.fdopen(handle, "wb") as file:
            yield cast(BinaryIO, file)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
    _keep_name(path.parent)


def write_text(path: str | os.PathLike[str], text: str) -> None:
    """Write a text file in one step, so that a reader never sees half of it.

    Parameters
    ----------
    path : str or path-like
        The file, which is replaced where it exists.
    text : str
        Its content.
    """
    with whole_file(path) as file:
        file.write(text.encode("utf-8"))


def _keep_name(folder: Path) -> None:
    """Let a folder's names be on the disk, where the system can do so."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _umask() -> int:
    umask = os.umask(0)
    os.umask(umask)
    return umask
