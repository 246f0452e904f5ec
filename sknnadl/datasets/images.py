"""The form that every data set of images has."""

import numpy as np
from sklearn.utils import Bunch

DTYPES = ("float32", "uint8")


def check_dtype(dtype):
    """Refuse a dtype that no data set has."""
    if dtype not in DTYPES:
        raise ValueError(f"dtype must be one of {DTYPES}, got {dtype!r}.")


def make_bunch(parts, image_shape, dtype, scale):
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
    bunch = Bunch(image_shape=image_shape)
    for name, (images, labels) in zip(("train", "val", "test"), parts, strict=True):
        rows = images.reshape(len(images), -1)
        if dtype == "float32":
            rows = rows.astype(np.float32) / np.float32(scale)
        bunch[f"X_{name}"] = rows
        bunch[f"y_{name}"] = labels.astype(np.int64)
    return bunch
