"""Augmentation: random changes of images, drawn anew each time they are trained on."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from numbers import Integral, Real
from typing import Any, cast

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy.ndimage import gaussian_filter1d

from sknnadl.network.arrays import Array, Shape
from sknnadl.training.interpolation import interpolate, surround

#: So many pixels are changed at once: what that takes stays in the cache.
_BLOCK_PIXELS = 2**15


class Augmentation(ABC):
    """A random change of images: immutable, comparable, hashable, picklable.

    Subclasses are frozen dataclasses.
    """

    def check(self, image_shape: Shape) -> None:
        """Refuse arguments, or a shape of images, that the change cannot have.

        Raises
        ------
        ValueError
            If an argument is not allowed, or the images have no shape of (height,
            width, channels).
        """
        if len(image_shape) != 3:
            raise ValueError(
                f"{self} changes images of shape (height, width, channels), got inputs "
                f"of shape {image_shape}: name the shape of the images that flat rows "
                "hold."
            )

    def apply(
        self, images: Array, rng: np.random.Generator, out: Array | None = None
    ) -> Array:
        """Return the images changed, each by draws of its own.

        The draws come image after image, so an image is changed the same whatever
        images come after it. All channels of an image are changed alike.

        Parameters
        ----------
        images : ndarray of shape (n, height, width, channels)
            Images of floats; they are not written into.
        rng : Generator
            What the changes are drawn from.
        out : ndarray of the images' shape and dtype, default=None
            Where to write the result, which may be ``images`` itself; by default new
            memory.

        Returns
        -------
        out : ndarray of shape (n, height, width, channels)
            The changed images, of the same dtype.
        """
        if out is None:
            out = np.empty_like(images)
        size = max(1, _BLOCK_PIXELS // math.prod(images.shape[1:3]))
        for start in range(0, len(images), size):
            rows = slice(start, start + size)
            out[rows] = self._change(images[rows], rng)
        return out

    @abstractmethod
    def _change(self, images: Array, rng: np.random.Generator) -> Array:
        """Return a block of images changed, in new memory."""

    def _require(
        self, name: str, kind: type, allowed: str, low: Any, high: Any
    ) -> None:
        """Refuse an argument that is not a number of this kind from low to high."""
        value = getattr(self, name)
        is_number = isinstance(value, kind) and not isinstance(value, bool)
        if not is_number or not low <= value <= high:
            raise ValueError(f"{name} of {self} must be {allowed}, got {value!r}.")


@dataclass(frozen=True)
class Shift(Augmentation):
    """Move each image by whole pixels, down and across; zeros come in.

    The two moves are drawn uniformly from ``-pixels`` to ``pixels``. The book expands
    its training data with moves of one pixel (Nielsen 2015, chapter 6).

    Parameters
    ----------
    pixels : int, default=1
        The largest move, at least 0 and smaller than the images' height and width.

    Examples
    --------
    >>> import numpy as np
    >>> from sknnadl.training.augmentation import Shift
    >>> image = np.array([[1.0, 2.0], [3.0, 4.0]]).reshape(1, 2, 2, 1)
    >>> Shift(1).apply(image, np.random.default_rng(0))[0, :, :, 0]
    array([[0., 0.],
           [1., 2.]])
    """

    pixels: int = 1

    def check(self, image_shape: Shape) -> None:
        """Refuse arguments, or a shape of images, that the change cannot have."""
        super().check(image_shape)
        height, width, _ = image_shape
        largest = min(height, width) - 1
        allowed = f"an integer from 0 to {largest} for images of {height}x{width}"
        self._require("pixels", Integral, allowed, 0, largest)

    def _change(self, images: Array, rng: np.random.Generator) -> Array:
        n, far = len(images), int(self.pixels)  # a NumPy integer may have no sign
        moves = rng.integers(-far, far, size=(n, 2), endpoint=True)
        padded = surround(images, far, far)
        # (n, 2 far + 1, 2 far + 1, height, width, channels): an image a move
        moved = sliding_window_view(padded, images.shape[1:], (1, 2, 3))[:, :, :, 0]
        return moved[np.arange(n), far - moves[:, 0], far - moves[:, 1]]


@dataclass(frozen=True)
class Rotate(Augmentation):
    """Turn each image about its centre.

    The angle is drawn uniformly from ``-degrees`` to ``degrees``; positive ones turn
    counterclockwise. Values between pixels are interpolated bilinearly, and what comes
    in from outside is zero. Rotations are among the ways to expand training data that
    the book proposes (Nielsen 2015, chapter 3).

    Parameters
    ----------
    degrees : float, default=10.0
        The largest angle, from 0 to 180.

    Examples
    --------
    >>> import numpy as np
    >>> from sknnadl.training.augmentation import Rotate
    >>> image = np.array([[0.0, 0, 0], [1, 1, 1], [0, 0, 0]]).reshape(1, 3, 3, 1)
    >>> Rotate(45).apply(image, np.random.default_rng(0))[0, :, :, 0].round(2)
    array([[0.  , 0.02, 0.19],
           [0.79, 1.  , 0.79],
           [0.19, 0.02, 0.  ]])
    """

    degrees: float = 10.0

    def check(self, image_shape: Shape) -> None:
        """Refuse arguments, or a shape of images, that the change cannot have."""
        super().check(image_shape)
        self._require("degrees", Real, "a number from 0 to 180", 0, 180)

    def _change(self, images: Array, rng: np.random.Generator) -> Array:
        n, height, width, _ = images.shape
        dtype = images.dtype
        angles = np.deg2rad(rng.uniform(-self.degrees, self.degrees, size=(n, 1, 1)))
        cos, sin = np.cos(angles).astype(dtype), np.sin(angles).astype(dtype)
        middle, centre = (height - 1) / 2, (width - 1) / 2
        y = np.arange(height, dtype=dtype)[:, np.newaxis] - middle
        x = np.arange(width, dtype=dtype) - centre
        down = cos * y + sin * x + middle  # (n, height, width)
        across = cos * x - sin * y + centre
        return interpolate(images, down, across)


@dataclass(frozen=True)
class Elastic(Augmentation):
    """Distort each image as if it were drawn on rubber.

    The pixel in row i and column j is taken from row ``i + alpha * (g * u)[i, j]`` and
    column ``j + alpha * (g * v)[i, j]``. The fields u and v are drawn uniformly from
    -1 to 1, a number a pixel, and are zero outside of the image; g is a Gaussian whose
    standard deviation is ``sigma`` pixels, cut off at 4 ``sigma``, with sum 1; and
    ``*`` is the convolution. Nothing else is normalized: away from the edges, a
    displacement has a root mean square of about ``alpha / (sigma * sqrt(12 pi))``
    pixels, which is 1.4 by default, and less near them. Values between pixels are
    interpolated bilinearly, and what comes in from outside is zero.

    Parameters
    ----------
    alpha : float, default=34.0
        How strong the distortion is, from 0 to 1e6.
    sigma : float, default=4.0
        How smooth the distortion is, in pixels, from 0.01 to 1000: neighbouring pixels
        are torn apart where it is small, and move together where it is large.

    Notes
    -----
    The defaults are what Simard et al. found best for MNIST. For images k times as
    large, ``k**2`` times the ``alpha`` and k times the ``sigma`` look alike.

    References
    ----------
    Simard, P. Y., Steinkraus, D. and Platt, J. C. (2003). Best practices for
    convolutional neural networks applied to visual document analysis. Proceedings of
    the Seventh International Conference on Document Analysis and Recognition, 958-963.

    Examples
    --------
    >>> import numpy as np
    >>> from sknnadl.training.augmentation import Elastic
    >>> image = np.array([[0.0, 0, 0], [1, 1, 1], [0, 0, 0]]).reshape(1, 3, 3, 1)
    >>> Elastic(4, sigma=1).apply(image, np.random.default_rng(1))[0, :, :, 0].round(2)
    array([[0.32, 0.36, 0.  ],
           [0.1 , 0.66, 0.8 ],
           [0.  , 0.  , 0.06]])
    """

    alpha: float = 34.0
    sigma: float = 4.0

    def check(self, image_shape: Shape) -> None:
        """Refuse arguments, or a shape of images, that the change cannot have."""
        super().check(image_shape)
        self._require("alpha", Real, "a number from 0 to 1e6", 0, 1e6)
        self._require("sigma", Real, "a number from 0.01 to 1000", 0.01, 1000)

    def _change(self, images: Array, rng: np.random.Generator) -> Array:
        n, height, width, _ = images.shape
        dtype = images.dtype
        field: Array = rng.random((n, 2, height, width), dtype=cast(Any, dtype))
        field = _smoothing(height, self.sigma, dtype) @ (2 * field - 1)  # -1 to 1
        field = field @ _smoothing(width, self.sigma, dtype)
        field *= self.alpha
        down, across = field[:, 0], field[:, 1]
        down += np.arange(height, dtype=dtype)[:, np.newaxis]
        across += np.arange(width, dtype=dtype)
        return interpolate(images, down, across)


def augment(
    images: Array, augmentations: Sequence[Augmentation], rng: np.random.Generator
) -> Array:
    """Return images changed by one augmentation after the other, in new memory."""
    out = images.copy()
    for augmentation in augmentations:
        augmentation.apply(out, rng, out)
    return out


def as_augmentations(value: object) -> tuple[Augmentation, ...]:
    """Return None, one augmentation, or a list or tuple of them, as a tuple.

    Raises
    ------
    TypeError
        If it is none of these.
    """
    if value is None:
        return ()
    several = tuple(value) if isinstance(value, list | tuple) else (value,)
    for augmentation in several:
        if not isinstance(augmentation, Augmentation):
            raise TypeError(
                "augmentation must be None, an Elastic(), Rotate() or Shift(), or a "
                f"list of them, got {augmentation!r}"
                + (f" in {value!r}." if augmentation is not value else ".")
            )
    return several


@lru_cache(maxsize=16)
def _smoothing(length: int, sigma: float, dtype: np.dtype[Any]) -> Array:
    """Return the matrix that convolves with a Gaussian, zeros outside."""
    matrix = gaussian_filter1d(np.eye(length), sigma, axis=0, mode="constant")
    matrix = matrix.astype(dtype)
    matrix.setflags(write=False)  # all calls share it
    return cast(Array, matrix)
