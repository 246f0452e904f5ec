"""Files that are there whole or not at all."""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl


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


@contextmanager
def locked(path: str | os.PathLike[str]) -> Iterator[None]:
    """Wait until nobody else is inside for the same file, in any process.

    The lock is a file beside it, which is taken away at the end. Of a process that is
    killed the lock is free again.

    Parameters
    ----------
    path : str or path-like
        The file, which need not be there.

    Raises
    ------
    OSError
        If its folder is not there, or cannot be written to.
    """
    path = Path(path)
    beside = path.with_name(f".{path.name}.lock")
    while True:
        file = open(beside, "ab")  # noqa: SIM115  # closed where the lock is given up
        _lock(file)
        if beside.exists() and os.path.samestat(os.fstat(file.fileno()), beside.stat()):
            break
        file.close()  # who had the lock has taken its file away
    try:
        yield
    finally:
        if os.name == "posix":  # elsewhere an open file cannot be taken away
            beside.unlink(missing_ok=True)
        file.close()


def _lock(file: BinaryIO) -> None:
    """Wait for the lock of a file, which closing it gives up."""
    if sys.platform == "win32":
        while True:
            file.seek(0)
            try:
                msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
            except OSError:  # not after ten seconds
                continue
            return
    else:
        fcntl.flock(file, fcntl.LOCK_EX)


def _keep_name(folder: Path) -> None:
    """Let a folder's names be on the disk, where the system can do so."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
