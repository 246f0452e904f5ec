"""Corruption: what an autoencoder's inputs lose at random, and has to restore."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from sknnadl.network.arrays import Array, Shape
from sknnadl.training.augmentation import Augmentation


class Corruption(Augmentation):
    """A random change of rows of any shape, images or not."""

    def check(self, image_shape: Shape) -> None:
        """Refuse nothing."""


@dataclass(frozen=True)
class GaussianNoise(Corruption):
    """Add to each number one of a normal distribution of mean 0.

    Parameters
    ----------
    deviation : float
        Its standard deviation.
    """

    deviation: float

    def _change(self, images: Array, rng: np.random.Generator) -> Array:
        noise: Array = rng.standard_normal(images.shape, cast(Any, images.dtype))
        noise *= self.deviation
        noise += images
        return noise


@dataclass(frozen=True)
class Masking(Corruption):
    """Set each number to 0 with a probability, and leave the others as they are.

    Parameters
    ----------
    share : float
        The probability.
    """

    share: float

    def _change(self, images: Array, rng: np.random.Generator) -> Array:
        drawn = rng.random(images.shape, cast(Any, images.dtype))
        return images * (drawn >= self.share)


#: Every corruption by its name, and the argument that says how strong it is.
CORRUPTIONS: dict[str, Callable[[float], Corruption]] = {
    "gaussian": GaussianNoise,
    "masking": Masking,
}
