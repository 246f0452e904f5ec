"""Where a report may be written."""

from __future__ import annotations

import os
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
