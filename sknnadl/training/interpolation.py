"""Images between their pixels, and around them."""

from __future__ import annotations

from typing import Any

import numpy as np

from sknnadl.network.arrays import Array


def surround(images: Array, before: int, after: int) -> Array:
    """Return images with zeros above and left of them, and below and right."""
    n, height, width, channels = images.shape
    margin = before + after
    padded = np.zeros((n, height + margin, width + margin, channels), images.dtype)
    padded[:, before : before + height, before : before + width] = images
    return padded


def interpolate(images: Array, down: Array, across: Array) -> Array:
    """Return images whose pixels are taken from these places: (n, height, width).

    From a place at a distance f below and g right of pixel i, j, in an image surrounded
    by zeros, comes ``(1 - f) * ((1 - g) * x[i, j] + g * x[i, j + 1])`` and ``f`` times
    the same a row below. The places are overwritten.
    """
    padded = surround(images, 1, 2)  # 2: a place on the border has a next pixel
    n, height, width, channels = padded.shape
    pixels = padded.reshape(-1, channels)
    corner = np.arange(0, n * height, height)[:, np.newaxis, np.newaxis]
    i, f = _split(down, height)
    j, g = _split(across, width)
    corner = (corner + i) * width + j

    def between(corner: Any) -> Array:
        """Return the values between the pixels at a corner and right of it."""
        left: Array = pixels.take(corner, axis=0)  # (n, height, width, channels)
        right = pixels[1:].take(corner, axis=0)
        right -= left
        right *= g
        left += right
        return left

    above, below = between(corner), between(corner + width)
    below -= above
    below *= f
    above += below
    return above


def _split(place: Array, length: int) -> tuple[Any, Array]:
    """Return the pixel before a place along a padded axis, and the distance from it."""
    place += 1
    np.clip(place, 0, length - 2, out=place)
    pixel = place.astype(np.intp)
    place -= pixel
    return pixel, place[..., np.newaxis]
