"""Readers of the formats that MNIST is passed around in."""

from __future__ import annotations

import gzip
import pickle
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from sknnadl.datasets.images import AnyArray

_IDX_NAMES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)


#: What broken or foreign files make their readers raise.
_UNREADABLE = (
    pickle.UnpicklingError,
    zipfile.BadZipFile,
    zlib.error,
    gzip.BadGzipFile,
    AttributeError,
    EOFError,
    IndexError,
    TypeError,
    ValueError,
)


def read_npz(path: Path) -> tuple[AnyArray, AnyArray]:
    """Return images and labels from the common ``mnist.npz``, training rows first."""
    names = ("x_train", "y_train", "x_test", "y_test")
    if not zipfile.is_zipfile(path):
        raise ValueError(f"{path} is not a .npz file.")
    try:
        with np.load(path, allow_pickle=False) as arrays:
            missing = [name for name in names if name not in arrays]
            if missing:
                raise ValueError(f"it lacks the arrays {missing}")
            train_images, train_labels, images, labels = (arrays[n] for n in names)
    except _UNREADABLE as error:
        raise ValueError(f"{path} is not MNIST in a .npz file: {error}.") from error
    return _join(train_images, images), _join(train_labels, labels)


def read_idx_folder(folder: Path) -> tuple[AnyArray, AnyArray]:
    """Return images and labels from the four official files, plain or gzipped."""
    train_images, train_labels, images, labels = (
        _read_idx(_find(folder, name)) for name in _IDX_NAMES
    )
    return _join(train_images, images), _join(train_labels, labels)


def _find(folder: Path, name: str) -> Path:
    """Return the path of an idx file; some copies have a dot before ``idx``."""
    for spelling in (name, name.replace("-idx", ".idx")):
        for path in (folder / spelling, folder / f"{spelling}.gz"):
            if path.exists():
                return path
    raise FileNotFoundError(f"{folder} has neither {name} nor {name}.gz.")


def _read_idx(path: Path) -> AnyArray:
    """Read an idx file of unsigned bytes.

    It begins with two zero bytes, the type (8), the number of axes, and the length of
    each as a big-endian 32-bit integer.
    """
    content = path.read_bytes()
    if path.suffix == ".gz":
        try:
            content = gzip.decompress(content)
        except _UNREADABLE as error:
            raise ValueError(f"{path} is not a gzipped file: {error}") from error
    if len(content) < 4 or content[:3] != b"\x00\x00\x08":
        raise ValueError(f"{path} is not an idx file of unsigned bytes.")
    n_axes = content[3]
    shape = np.frombuffer(content, ">u4", n_axes, offset=4).astype(int)
    values = np.frombuffer(content, np.uint8, offset=4 + 4 * n_axes)
    if values.size != shape.prod():
        raise ValueError(
            f"{path} should have {shape.prod()} values and has {values.size}: is it "
            "whole?"
        )
    return values.reshape(shape)


def read_book_pickle(path: Path) -> tuple[AnyArray, AnyArray]:
    """Return images and labels from the book's ``mnist.pkl.gz``.

    Its pixels are floats, the raw values divided by 256.
    """
    with gzip.open(path, "rb") as file:
        try:
            parts = _ArrayUnpickler(file, encoding="latin1").load()
            images = [_raw(np.asarray(images)) for images, _ in parts]
            labels = [np.asarray(labels) for _, labels in parts]
        except _UNREADABLE as error:
            raise ValueError(
                f"{path} is not the book's mnist.pkl.gz: {error}"
            ) from error
    return np.concatenate(images), np.concatenate(labels)


class _ArrayUnpickler(pickle.Unpickler):
    """An unpickler that can make NumPy arrays and nothing else."""

    _names = frozenset({"_reconstruct", "ndarray"})
    _modules = frozenset({"numpy", "numpy.core.multiarray", "numpy._core.multiarray"})

    def find_class(self, module: str, name: str) -> Any:
        """Return one of the few callables that arrays are made of."""
        if module in self._modules and name in self._names:
            return super().find_class(module.replace(".core.", "._core."), name)
        if (module, name) == ("numpy", "dtype"):
            return _number_dtype
        if (module, name) == ("_codecs", "encode"):  # how protocol 2 stores bytes
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"it names {module}.{name}, which is no array")


def _number_dtype(name: object, *flags: Any) -> np.dtype[Any]:
    """Return a dtype of numbers; of others a pickle could make any size."""
    dtype = np.dtype(str(name), *flags)
    if dtype.kind not in "iuf" or dtype.names:
        raise pickle.UnpicklingError(f"it has values of dtype {dtype}")
    return dtype


def _raw(pixels: AnyArray) -> AnyArray:
    """Return pixels as the raw values from 0 to 255."""
    raw: AnyArray = np.rint(pixels * 256).astype(np.uint8)
    return raw


def _join(train: AnyArray, test: AnyArray) -> AnyArray:
    return np.concatenate([train, test])
