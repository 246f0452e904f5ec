"""Files that are there whole or not at all."""

import os
import tempfile
from pathlib import Path


def write_text(path, text):
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


def _umask():
    umask = os.umask(0)
    os.umask(umask)
    return umask
