"""Files from anywhere: damaged, malicious, or none at all.

What is read of them executes nothing, and takes memory in proportion to their size. All
that is wrong with one is a `ValueError`; that it cannot be opened, an `OSError`.
"""

from __future__ import annotations

import io
import math
import os
import stat
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

#: So many times its size a compressed file may grow, or to so many bytes.
_MOST_GROWTH, _ALWAYS_FINE = 100, 2**27
#: The ways of compressing that archives of NumPy have.
_COMPRESSIONS = zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED
#: The versions of NumPy's format that arrays of numbers and of text have.
_NPY_READERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}


@contextmanager
def open_file(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """Open a regular file to read; a folder is an `OSError`, others a `ValueError`."""
    with open(path, "rb", opener=_open_without_waiting) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise ValueError(f"{str(path)!r} is not a regular file.")
        yield file


@contextmanager
def explained(path: str | os.PathLike[str], what: str) -> Iterator[None]:
    """Make one `ValueError` of all that reading a file's content raises.

    What a damaged or malicious file makes the standard library and NumPy raise is of
    many kinds, and all of it says the same.
    """
    try:
        yield
    except Exception as error:  # each is told, and the first stays its cause
        raise ValueError(f"{str(path)!r} is no {what}, or damaged: {error}") from error


def read_arrays(file: BinaryIO, names: Sequence[str]) -> list[npt.NDArray[Any]]:
    """Return some of the arrays of an archive of NumPy."""
    n_bytes = os.fstat(file.fileno()).st_size
    with zipfile.ZipFile(file) as archive:
        there = archive.namelist()
        missing = [name for name in names if f"{name}.npy" not in there]
        if missing:
            has = sorted(name.removesuffix(".npy") for name in there)
            raise ValueError(f"it lacks the arrays {missing}, and has {has[:10]}")
        infos = [archive.getinfo(f"{name}.npy") for name in names]
        _check_members(infos, n_bytes)
        return [to_array(archive.read(info)) for info in infos]


def to_array(part: bytes) -> npt.NDArray[Any]:
    """Return an array from NumPy's format, of no more numbers than are there."""
    stream = io.BytesIO(part)
    version = np.lib.format.read_magic(stream)
    if version not in _NPY_READERS:
        raise ValueError(f"an array is in version {version} of NumPy's format")
    shape, is_fortran, dtype = _NPY_READERS[version](stream)
    if dtype.hasobject or dtype.itemsize == 0:
        raise ValueError(f"an array of dtype {dtype} cannot be read")
    if stream.tell() + math.prod(shape) * dtype.itemsize != len(part):
        raise ValueError("an array has another size than it says")
    values = np.frombuffer(part, dtype, offset=stream.tell())
    if is_fortran:
        return values.reshape(shape[::-1]).T.copy(order="F")
    return values.reshape(shape).copy()


def gunzip(content: bytes) -> bytes:
    """Return what a gzipped file has inside, if it grows no more than such files do."""
    most = _most_bytes(len(content))
    parts, n_bytes = [], 0
    while content:
        decompressor = zlib.decompressobj(wbits=31)
        parts.append(decompressor.decompress(content, most + 1 - n_bytes))
        n_bytes += len(parts[-1])
        if n_bytes > most:
            raise ValueError(f"it has more than {most} bytes inside")
        if not decompressor.eof:
            raise ValueError("it ends too early")
        content = decompressor.unused_data.lstrip(b"\0")  # with which it may be filled
    return b"".join(parts)


def unzip(content: bytes) -> tuple[str, bytes]:
    """Return the name and the content of the one file that an archive has inside."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        infos = [
            info
            for info in archive.infolist()
            if not info.is_dir() and not info.filename.startswith("__MACOSX/")
        ]
        if len(infos) != 1:
            names = [info.filename for info in infos[:10]]
            raise ValueError(f"it must have one file inside, and has {names}")
        _check_members(infos, len(content))
        return infos[0].filename, archive.read(infos[0])


def check_archive(content: bytes) -> None:
    """Refuse an archive that grows more than such files do."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        _check_members(archive.infolist(), len(content))


def check_size(n_rows: int, n_columns: int, n_bytes: int) -> None:
    """Refuse a table with more cells than a file of so many bytes may have."""
    if n_rows * n_columns * 8 > _most_bytes(n_bytes):
        raise ValueError(f"it has {n_rows} rows of {n_columns} columns, mostly empty")


def _check_members(infos: Sequence[zipfile.ZipInfo], n_bytes: int) -> None:
    """Refuse members that are packed strangely, or grow more than such files do."""
    if any(info.compress_type not in _COMPRESSIONS for info in infos):
        raise ValueError("it is compressed in another way than NumPy's archives")
    most = _most_bytes(n_bytes)
    if sum(info.file_size for info in infos) > most:
        raise ValueError(f"it says that it has more than {most} bytes")


def _most_bytes(n_bytes: int) -> int:
    """Return how many bytes may be inside a compressed file of so many."""
    return max(_ALWAYS_FINE, _MOST_GROWTH * n_bytes)


def _open_without_waiting(path: str, flags: int) -> int:
    """Open a file; a pipe that nobody writes to would let us wait for ever."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
