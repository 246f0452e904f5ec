"""What all reports need for files, frames and notebooks."""

from __future__ import annotations

import importlib
import json
import math
import os
from collections.abc import Callable, Mapping
from html import escape
from pathlib import Path
from typing import Any

from sknnadl._files import write_text


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
        why = "it is a folder" if path.is_dir() else "its folder is read-only"
        raise ValueError(f"{str(path)!r} cannot be written, as {why}.")


def write_report(
    path: str | os.PathLike[str], formats: Mapping[str, Callable[[], str]]
) -> None:
    """Write a report in the format of the path's suffix, each made by a function."""
    check_report_path(path)
    write_text(path, formats[Path(path).suffix]())


def write_json(content: Any) -> str:
    """Return plain values as JSON, in which nan and infinity are null."""
    plain = _without_nonfinite(content)
    return json.dumps(plain, indent=2, default=str, allow_nan=False) + "\n"


def _without_nonfinite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nonfinite(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_without_nonfinite(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def import_pandas() -> Any:
    """Return the package pandas, or say how to install it."""
    try:
        return importlib.import_module("pandas")
    except ImportError as error:
        raise ImportError("to_frame needs pandas: pip install pandas.") from error


def frame(page: str) -> str:
    """Return a page in a frame, for notebooks."""
    style = "width: 100%; height: 30rem; border: 0"
    return f'<iframe srcdoc="{escape(page)}" style="{style}"></iframe>'
