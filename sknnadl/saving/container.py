"""A header and arrays in one file: no code in it, and nothing larger than itself."""

from __future__ import annotations

import hashlib
import io
import json
import math
import os
import stat
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sknnadl._files import whole_file
from sknnadl.estimators.inputs import AnyArray

#: The names in the file, which `numpy.load` lists too.
_HEADER, _CHECKSUM = "header.npy", "checksum.npy"
#: The version of NumPy's format in which the arrays are.
_NPY = 1, 0


def write_container(
    path: str | os.PathLike[str], header: dict[str, Any], arrays: Sequence[AnyArray]
) -> None:
    """Write a header and arrays to a file, in one step.

    The file is an archive of NumPy (``.npz``), not compressed, of the header as JSON,
    the arrays in their order, and a checksum of all.
    """
    text = json.dumps(header).encode()
    digest, names = hashlib.sha256(), [_HEADER, *_array_names(len(arrays))]
    with (
        whole_file(path) as file,
        zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive,
    ):
        for name, array in zip(
            names, [np.frombuffer(text, np.uint8), *arrays], strict=True
        ):
            part = _to_bytes(array)
            _add(digest, part)
            archive.writestr(zipfile.ZipInfo(name), part)
        checksum = np.frombuffer(digest.digest(), np.uint8)
        archive.writestr(zipfile.ZipInfo(_CHECKSUM), _to_bytes(checksum))


def read_container(
    path: str | os.PathLike[str],
) -> tuple[dict[str, Any], list[AnyArray]]:
    """Read what `write_container` has written.

    Nothing in the file is executed, and reading it takes no more memory than three
    times the bytes that it has.

    Raises
    ------
    ValueError
        If it is no such file, or not as it was written.
    OSError
        If it cannot be read.
    """
    path = Path(path)
    with open(path, "rb", opener=_open_without_waiting) as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise ValueError(f"{str(path)!r} is not a regular file.")
        content = file.read()
    # What a damaged or malicious archive makes the standard library raise is of many
    # kinds: all of it says the same.
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _read_archive(archive, len(content))
    except Exception as error:
        raise ValueError(
            f"{str(path)!r} is no file that sknnadl has saved, or it is damaged: "
            f"{error}"
        ) from error


def _array_names(n_arrays: int) -> list[str]:
    return [f"array_{number}.npy" for number in range(n_arrays)]


def _open_without_waiting(path: str, flags: int) -> int:
    """Open a file; a pipe that nobody writes to would let us wait for ever."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _read_archive(
    archive: zipfile.ZipFile, n_bytes: int
) -> tuple[dict[str, Any], list[AnyArray]]:
    """Return the header and the arrays of an archive of so many bytes."""
    infos = archive.infolist()
    names = [info.filename for info in infos]
    if names != [_HEADER, *_array_names(len(infos) - 2), _CHECKSUM]:
        raise ValueError("it has other parts than these files have.")
    if any(info.compress_type != zipfile.ZIP_STORED for info in infos):
        raise ValueError("it is compressed.")
    if sum(info.file_size for info in infos) > n_bytes:
        raise ValueError("it says that it is larger than it is.")
    digest, arrays = hashlib.sha256(), []
    for info in infos[:-1]:
        part = archive.read(info)
        _add(digest, part)
        arrays.append(_to_array(part))
    if _to_array(archive.read(infos[-1])).tobytes() != digest.digest():
        raise ValueError("its checksum is another one.")
    return json.loads(arrays[0].tobytes()), arrays[1:]


def _add(digest: Any, part: bytes) -> None:
    """Let a checksum take notice of a part, and of where it ends."""
    digest.update(len(part).to_bytes(8, "little"))
    digest.update(part)


def _to_bytes(array: AnyArray) -> bytes:
    """Return an array in NumPy's format."""
    stream = io.BytesIO()
    np.lib.format.write_array(
        stream, np.ascontiguousarray(array), _NPY, allow_pickle=False
    )
    return stream.getvalue()


def _to_array(part: bytes) -> AnyArray:
    """Return an array from NumPy's format, of no more numbers than are there."""
    stream = io.BytesIO(part)
    if np.lib.format.read_magic(stream) != _NPY:
        raise ValueError("an array is in another version of NumPy's format.")
    shape, is_fortran, dtype = np.lib.format.read_array_header_1_0(stream)
    if dtype.hasobject or is_fortran or dtype.itemsize == 0:
        raise ValueError(f"an array of dtype {dtype} cannot be in such a file.")
    if stream.tell() + math.prod(shape) * dtype.itemsize != len(part):
        raise ValueError("an array has another size than it says.")
    values: AnyArray = np.frombuffer(part, dtype, offset=stream.tell())
    return values.reshape(shape).copy()
