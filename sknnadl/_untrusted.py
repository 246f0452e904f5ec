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
    most = _most_bytes(os.fstat(file.fileno()).st_size)
    with zipfile.ZipFile(file) as archive:
        there = archive.namelist()
        missing = [name for name in names if f"{name}.npy" not in there]
        if missing:
            has = sorted(name.removesuffix(".npy") for name in there)
            raise ValueError(f"it lacks the arrays {missing}, and has {has[:10]}")
        infos = [archive.getinfo(f"{name}.npy") for name in names]
        if any(info.compress_type not in _COMPRESSIONS for info in infos):
            raise ValueError("it is compressed in another way than NumPy's archives")
        if sum(info.file_size for info in infos) > most:
            raise ValueError(f"it says that it has more than {most} bytes")
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


def _most_bytes(n_bytes: int) -> int:
    """Return how many bytes may be inside a compressed file of so many."""
    return max(_ALWAYS_FINE, _MOST_GROWTH * n_bytes)


def _open_without_waiting(path: str, flags: int) -> int:
    """Open a file; a pipe that nobody writes to would let us wait for ever."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
