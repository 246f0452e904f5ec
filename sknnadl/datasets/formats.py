"""Readers of the formats that MNIST is passed around in."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from sknnadl._untrusted import explained, gunzip, open_file, read_arrays
from sknnadl.datasets.images import AnyArray

_IDX_NAMES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)


def read_npz(path: Path) -> tuple[AnyArray, AnyArray]:
    """Return images and labels from the common ``mnist.npz``, training rows first."""
    names = ("x_train", "y_train", "x_test", "y_test")
    with open_file(path) as file, explained(path, ".npz file of MNIST"):
        train_images, train_labels, images, labels = read_arrays(file, names)
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
    with open_file(path) as file, explained(path, "file of MNIST"):
        content = file.read()
        return _to_images(gunzip(content) if path.suffix == ".gz" else content)


def _to_images(content: bytes) -> AnyArray:
    """Return the array of an idx file's content."""
    if len(content) < 4 or content[:3] != b"\x00\x00\x08":
        raise ValueError("it is not an idx file of unsigned bytes")
    n_axes = content[3]
    shape = np.frombuffer(content, ">u4", n_axes, offset=4).tolist()
    values = np.frombuffer(content, np.uint8, offset=4 + 4 * n_axes)
    if values.size != math.prod(shape):
        raise ValueError(
            f"it should have {math.prod(shape)} values and has {values.size}: is it "
            "whole?"
        )
    return values.reshape(shape)


def _join(train: AnyArray, test: AnyArray) -> AnyArray:
    return np.concatenate([train, test])
