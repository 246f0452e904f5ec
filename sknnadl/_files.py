"""Files that are there whole or not at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


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

    Raises
    ------
    OSError
        If it cannot be written, or there is no such folder.
    """
    path = Path(path)
    if not path.parent.is_dir():  # or the error would name the temporary file
        raise FileNotFoundError(f"There is no folder {str(path.parent)!r} to write to.")
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}.tmp")
    try:
        with open(temporary, "xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
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
