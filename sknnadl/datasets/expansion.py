"""More images to train on, made from those there are."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from sknnadl.datasets.images import AnyArray


def expand_images(X: npt.ArrayLike, y: npt.ArrayLike) -> tuple[AnyArray, AnyArray]:
    """Return images together with copies moved by one pixel in each direction.

    This is how the book expands the training data (Nielsen 2015, chapter 6), to five
    times their number. Pixels moved out of the image are lost, and zeros come in.

    Parameters
    ----------
    X : array-like of shape (n, height, width), (n, height, width, channels) or \
            (n, pixels)
        The images; flat rows are taken for square grey images.
    y : array-like of shape (n,) or (n, outputs)
        Their labels.

    Returns
    -------
    X_expanded : ndarray of shape (5 * n, ...)
        First all images as they are, then all moved up, all moved down, all moved to
        the left and all moved to the right. Their form and dtype are those of ``X``.
    y_expanded : ndarray of shape (5 * n,) or (5 * n, outputs)
        The labels in the same order: ``y``, five times.

    Raises
    ------
    ValueError
        If ``X`` holds no images, or has not as many as ``y`` has labels.

    See Also
    --------
    sknnadl.training.augmentation.Shift : Moves drawn anew each epoch.

    Examples
    --------
    >>> import numpy as np
    >>> from sknnadl.datasets import expand_images
    >>> X, y = expand_images(np.array([[1, 2, 3, 4]]), ["a"])
    >>> X
    array([[1, 2, 3, 4],
           [3, 4, 0, 0],
           [0, 0, 1, 2],
           [2, 0, 4, 0],
           [0, 1, 0, 3]])
    >>> y.tolist()
    ['a', 'a', 'a', 'a', 'a']
    """
    X, y = np.asarray(X), np.asarray(y)
    if X.ndim not in (2, 3, 4):
        raise ValueError(
            "X must be images of shape (n, height, width) or (n, height, width, "
            f"channels), or flat rows of square ones, got an array of shape {X.shape}."
        )
    if y.shape[:1] != X.shape[:1]:
        raise ValueError(
            f"y must have a label for each of the {len(X)} images of X, got an array "
            f"of shape {y.shape}."
        )
    images = _as_squares(X) if X.ndim == 2 else X
    expanded = np.zeros((5, *images.shape), X.dtype)
    expanded[0] = images
    expanded[1, :, :-1] = images[:, 1:]  # up
    expanded[2, :, 1:] = images[:, :-1]  # down
    expanded[3, :, :, :-1] = images[:, :, 1:]  # left
    expanded[4, :, :, 1:] = images[:, :, :-1]  # right
    return expanded.reshape(5 * len(X), *X.shape[1:]), np.concatenate([y] * 5)


def _as_squares(rows: AnyArray) -> AnyArray:
    """Return flat rows as images of (n, height, width)."""
    n, n_pixels = rows.shape
    side = math.isqrt(n_pixels)
    if side * side != n_pixels:
        raise ValueError(
            f"X has flat rows of {n_pixels} values, which make no square grey image: "
            "give images of shape (n, height, width) or (n, height, width, channels)."
        )
    return rows.reshape(n, side, side)
