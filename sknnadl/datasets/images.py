"""The form that every data set of images has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt
from sklearn.utils import Bunch

DTYPES = ("float32", "uint8")

AnyArray: TypeAlias = npt.NDArray[Any]

if TYPE_CHECKING:  # an editor lists what is in it

    class ImageBunch(Bunch):  # type: ignore[misc]  # scikit-learn says no types
        """Rows of images and their labels, to train, validate and test."""

        X_train: AnyArray
        y_train: AnyArray
        X_val: AnyArray
        y_val: AnyArray
        X_test: AnyArray
        y_test: AnyArray
        image_shape: tuple[int, int]

else:
    ImageBunch = Bunch


def check_dtype(dtype: str) -> None:
    """Refuse a dtype that no data set has."""
    if dtype not in DTYPES:
        raise ValueError(f"dtype must be one of {DTYPES}, got {dtype!r}.")


def as_bytes(pixels: AnyArray) -> AnyArray:
    """Return pixels as the raw values from 0 to 255.

    Parameters
    ----------
    pixels : ndarray
        Numbers of any dtype from 0 to 255, or from 0 to 1: then they are taken for raw
        values divided by 256, as the book's, where all those of the first images are
        that, and for raw values divided by 255 otherwise.

    Returns
    -------
    raw : ndarray of uint8 of the same shape
        The raw values.

    Raises
    ------
    ValueError
        If they are not such numbers.
    """
    low, high = pixels.min(), pixels.max()
    if not (pixels.dtype.kind in "biuf" and low >= 0 and high <= 255):
        raise ValueError(
            "its pixels must be from 0 to 255, or from 0 to 1, and they are "
            f"{pixels.dtype} from {low} to {high}"
        )
    if high > 1:
        return np.rint(pixels).astype(np.uint8, copy=False)
    some = pixels[:1000] * 256.0
    scale = 256 if high < 1 and (some == np.rint(some)).all() else 255
    return np.rint(pixels * np.float32(scale)).astype(np.uint8)


def make_bunch(
    parts: Sequence[tuple[AnyArray, AnyArray]],
    image_shape: tuple[int, int],
    dtype: str,
    scale: int,
) -> ImageBunch:
    """Return a Bunch of raw images (n, ...) and labels (n,) to train, validate, test.

    Parameters
    ----------
    parts : sequence of three pairs of ndarray
        Raw uint8 images, of any shape behind the first axis, and their labels.
    image_shape : tuple of int
        Height and width.
    dtype : {"float32", "uint8"}
        Whether to divide the pixels by ``scale``.
    scale : int
        What float pixels are divided by.

    Returns
    -------
    bunch : Bunch
        Flat rows and labels, by name.
    """
    bunch = ImageBunch(image_shape=image_shape)
    for name, (images, labels) in zip(("train", "val", "test"), parts, strict=True):
        rows = images.reshape(len(images), -1)
        if dtype == "float32":
            rows = rows.astype(np.float32) / np.float32(scale)
        bunch[f"X_{name}"] = rows
        bunch[f"y_{name}"] = labels.astype(np.int64)
    return bunch
