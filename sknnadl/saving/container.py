"""A header and arrays in one file: no code in it, and nothing larger than itself."""

from __future__ import annotations

import hashlib
import io
import json
import os
import zipfile
from collections.abc import Sequence
from typing import Any

import numpy as np

from sknnadl._files import whole_file
from sknnadl._untrusted import explained, open_file, to_array
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
    with whole_file(path) as file:
        archive = zipfile.ZipFile(file, "w", zipfile.ZIP_STORED)
        parts = [np.frombuffer(text, np.uint8), *arrays]
        for name, array in zip(names, parts, strict=True):
            part = _to_bytes(array)
            _add(digest, part)
            archive.writestr(zipfile.ZipInfo(name), part)
        checksum = np.frombuffer(digest.digest(), np.uint8)
        archive.writestr(zipfile.ZipInfo(_CHECKSUM), _to_bytes(checksum))
        # Not by a with: what is closed in the midst of a part has an error of its own.
        archive.close()


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
    with open_file(path) as file:
        content = file.read()
    with (
        explained(path, "file that sknnadl has saved"),
        zipfile.ZipFile(io.BytesIO(content)) as archive,
    ):
        return _read_archive(archive, len(content))


def _array_names(n_arrays: int) -> list[str]:
    return [f"array_{number}.npy" for number in range(n_arrays)]


def _read_archive(
    archive: zipfile.ZipFile, n_bytes: int
) -> tuple[dict[str, Any], list[AnyArray]]:
    """Return the header and the arrays of an archive of so many bytes."""
    infos = archive.infolist()
    names = [info.filename for info in infos]
    if names != [_HEADER, *_array_names(len(infos) - 2), _CHECKSUM]:
        raise ValueError("it has other parts than these files have")
    if any(info.compress_type != zipfile.ZIP_STORED for info in infos):
        raise ValueError("it is compressed")
    if sum(info.file_size for info in infos) > n_bytes:
        raise ValueError("it says that it is larger than it is")
    digest, arrays = hashlib.sha256(), []
    for info in infos[:-1]:
        part = archive.read(info)
        _add(digest, part)
        arrays.append(to_array(part))
    if to_array(archive.read(infos[-1])).tobytes() != digest.digest():
        raise ValueError("its checksum is another one")
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
