"""Files that are there whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def check_report_path(path: str | os.PathLike[str]) -> None:
    """Refuse a path whose suffix names no format of a report, or with no folder.

    Parameters
    ----------
    path : str or path-like
        Where a report is to be written.

    Raises
    ------
    ValueError
        If the report cannot be written there.
    """
    path = Path(path)
    if path.suffix not in (".html", ".md", ".json"):
        raise ValueError(
            f"A report is written to a .html, .md or .json file, got {str(path)!r}."
        )
    if not path.parent.is_dir():
        raise ValueError(f"There is no folder {str(path.parent)!r} to write to.")
    if path.is_dir() or not os.access(path.parent, os.W_OK):
        raise ValueError(f"{str(path)!r} cannot be written.")


def write_text(path: str | os.PathLike[str], text: str) -> None:
    """Write a text file in one step, so that a reader never sees half of it.

    Parameters
    ----------
    path : str or path-like
        The file, which is replaced where it exists.
    text : str
        Its content.
    """
    path = Path(path)
    handle, temporary = tempfile.mkstemp(
        dir=path.parent, prefix=f".{path.name}.", suffix=".tmp"
    )
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def _umask() -> int:
    umask = os.umask(0)
    os.umask(umask)
    return umask
