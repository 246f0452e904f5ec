"""The pickle in which the book's images come, read without running what is in it."""

from __future__ import annotations

import io
import math
import pickle
import pickletools
from pathlib import Path
from typing import Any

import numpy as np

from sknnadl._untrusted import explained, gunzip, open_file
from sknnadl.datasets.images import AnyArray

#: The modules that have had the two functions which arrays are pickled by.
_NUMPY = {"numpy", "numpy.core.multiarray", "numpy._core.multiarray"}
#: What the pickle of six arrays has no need of: what makes memory of any size, or
#: objects that nobody asks `find_class` for.
_REFUSED = {
    *("BINPERSID", "BYTEARRAY8", "EXT1", "EXT2", "EXT4", "INST", "NEXT_BUFFER", "OBJ"),
    *("PERSID", "READONLY_BUFFER", "NEWOBJ", "NEWOBJ_EX"),
}
#: The pickle of six arrays has about 150 operations.
_MOST_OPERATIONS = 10_000


def read_book_pickle(path: Path) -> tuple[AnyArray, AnyArray]:
    """Return images and labels from the book's ``mnist.pkl.gz``.

    Its pixels are floats, the raw values divided by 256.
    """
    with open_file(path) as file, explained(path, "file like the book's mnist.pkl.gz"):
        content = gunzip(file.read())
        _check_operations(content)
        parts = _ArrayUnpickler(content).load()
        images = [_raw(images.array) for images, _ in parts]
        labels = [labels.array for _, labels in parts]
        return np.concatenate(images), np.concatenate(labels)


def _check_operations(content: bytes) -> None:
    """Refuse a pickle that arrays have no need of, before any of it is done."""
    for number, (operation, argument, _) in enumerate(pickletools.genops(content)):
        if number == _MOST_OPERATIONS:
            raise ValueError(f"it has more than {number} operations")
        if operation.name in _REFUSED:
            raise ValueError(f"it has {operation.name}, and arrays are made without")
        is_place = operation.name in ("PUT", "BINPUT", "LONG_BINPUT")
        if is_place and not 0 <= int(argument or 0) < _MOST_OPERATIONS:
            raise ValueError(f"it wants {argument} places to put something in")


class _Array:
    """What a pickled array becomes: its state, as plain values, and then its numbers.

    The state comes last, and with it all memory that the numbers take.
    """

    array: AnyArray

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        _, shape, dtype, is_fortran, content = state
        content = content.encode("latin1") if isinstance(content, str) else content
        values = np.frombuffer(content, dtype.as_numpy())
        if values.size != math.prod(shape):
            raise ValueError(f"it has {values.size} numbers for the shape {shape}")
        self.array = values.reshape(shape[::-1]).T if is_fortran else values
        self.array = self.array.reshape(shape)


class _DType:
    """What a pickled dtype becomes."""

    def __init__(self, name: str, *flags: Any) -> None:
        self.name = name
        self.order: Any = "="

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.order = state[1]

    def as_numpy(self) -> np.dtype[Any]:
        """Return it as NumPy's; others than those of numbers could be of any size."""
        dtype = np.dtype(str(self.name))
        if dtype.kind not in "iuf" or dtype.names:
            raise ValueError(f"it has values of dtype {dtype}")
        if self.order not in ("<", ">", "=", "|"):
            raise ValueError(f"it has numbers in the order {self.order!r}")
        return dtype.newbyteorder(self.order)


class _ArrayUnpickler(pickle.Unpickler):
    """An unpickler that makes none of the objects that a pickle names."""

    def __init__(self, content: bytes) -> None:
        super().__init__(io.BytesIO(content), encoding="latin1")
        self._left = len(content)

    def find_class(self, module: str, name: str) -> Any:
        """Return what stands in the place of the few callables of arrays."""
        if module in _NUMPY and name == "_reconstruct":
            return _reconstruct
        if module in _NUMPY and name == "ndarray":
            return None  # which is only an argument
        if (module, name) == ("numpy", "dtype"):
            return _DType
        if (module, name) == ("_codecs", "encode"):  # how protocol 2 stores bytes
            return self._encode
        raise pickle.UnpicklingError(f"it names {module}.{name}, which is no array")

    def _encode(self, text: str, encoding: str) -> bytes:
        """Return text as bytes; in all no more than the pickle has."""
        self._left -= len(text)
        if self._left < 0:
            raise pickle.UnpicklingError("it has the same bytes many times over")
        return text.encode("latin1")


def _reconstruct(*_: Any) -> _Array:
    """Return an array whose state is to come."""
    return _Array()


def _raw(pixels: AnyArray) -> AnyArray:
    """Return pixels as the raw values from 0 to 255."""
    with np.errstate(all="ignore"):
        raw = np.rint(pixels * 256)
    if not ((raw >= 0) & (raw <= 255)).all():
        raise ValueError("it has pixels that are not between 0 and 1")
    bytes_: AnyArray = raw.astype(np.uint8)
    return bytes_
