"""Readers of the formats that MNIST is passed around in."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from sknnadl._untrusted import explained, gunzip, open_file, read_arrays
from sknnadl.datasets.images import AnyArray

#: Images and labels to train on, and those to test on.
Halves = tuple[tuple[AnyArray, AnyArray], tuple[AnyArray, AnyArray]]

#: What stands in the names of the four files, behind what the data set is called.
_IMAGES, _LABELS = "images-idx3-ubyte", "labels-idx1-ubyte"
#: The dtypes of idx files, by the number in their third byte.
_IDX_DTYPES = {8: ">u1", 9: ">i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}


def read_npz(path: Path) -> Halves:
    """Return images and labels from the common ``mnist.npz``."""
    names = ("x_train", "y_train", "x_test", "y_test")
    with open_file(path) as file, explained(path, ".npz file of MNIST"):
        train_images, train_labels, images, labels = read_arrays(file, names)
        return (train_images, train_labels), (images, labels)


def read_idx_folder(folder: Path) -> Halves:
    """Return images and labels from the four files, plain or gzipped.

    They may be where torchvision puts them, and have the names of EMNIST.
    """
    for inner in (folder, folder / "raw", folder / "MNIST" / "raw"):
        found = [*inner.glob("*train-images?idx3-ubyte*")]
        prefixes = sorted({path.name.partition("train-images")[0] for path in found})
        if len(prefixes) > 1 and "" not in prefixes:
            raise ValueError(
                f"{inner} has several data sets: give the path of the training images "
                f"of one, such as {found[0]}."
            )
        if prefixes:
            return _read_four(inner, prefixes[0])
    raise FileNotFoundError(f"{folder} has neither train-{_IMAGES} nor {_IMAGES}.gz.")


def read_idx_beside(path: Path) -> Halves:
    """Return images and labels from the four files of which one is given."""
    return _read_four(path.parent, path.name.partition("train-images")[0])


def _read_four(folder: Path, prefix: str) -> Halves:
    """Return what is in the files whose names begin with a data set's."""
    is_emnist = prefix.startswith("emnist-")
    halves = []
    for half in ("train", "test" if is_emnist else "t10k"):
        images = _read_idx(_find(folder, f"{prefix}{half}-{_IMAGES}"))
        labels = _read_idx(_find(folder, f"{prefix}{half}-{_LABELS}"))
        if is_emnist and images.ndim == 3:  # whose rows are the columns of the image
            images = np.ascontiguousarray(images.swapaxes(1, 2))
        halves.append((images, labels))
    train, test = halves
    return train, test


def _find(folder: Path, name: str) -> Path:
    """Return the path of an idx file; some copies have a dot before ``idx``."""
    for spelling in (name, name.replace("-idx", ".idx")):
        for path in (folder / spelling, folder / f"{spelling}.gz"):
            if path.exists():
                return path
    raise FileNotFoundError(f"{folder} has neither {name} nor {name}.gz.")


def _read_idx(path: Path) -> AnyArray:
    """Read an idx file.

    It begins with two zero bytes, the type, the number of axes, and the length of each
    as a big-endian 32-bit integer.
    """
    with open_file(path) as file, explained(path, "file of MNIST"):
        content = file.read()
        return _to_images(gunzip(content) if path.suffix == ".gz" else content)


def _to_images(content: bytes) -> AnyArray:
    """Return the array of an idx file's content."""
    if len(content) < 4 or content[:2] != b"\0\0" or content[2] not in _IDX_DTYPES:
        raise ValueError("it is not an idx file of numbers")
    dtype, n_axes = np.dtype(_IDX_DTYPES[content[2]]), content[3]
    shape = np.frombuffer(content, ">u4", n_axes, offset=4).tolist()
    n_bytes = len(content) - 4 - 4 * n_axes
    if n_bytes != math.prod(shape) * dtype.itemsize:
        raise ValueError(
            f"it should have {math.prod(shape)} values and has "
            f"{n_bytes // dtype.itemsize}: is it whole?"
        )
    values = np.frombuffer(content, dtype, offset=4 + 4 * n_axes)
    return values.reshape(shape).astype(dtype.newbyteorder("="), copy=False)
