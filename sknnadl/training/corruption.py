"""Corruption: what an autoencoder's inputs lose at random, and has to restore."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from sknnadl.network.arrays import Array, Shape
from sknnadl.training.augmentation import Augmentation


@dataclass(frozen=True)
class GaussianNoise(Augmentation):
    """Add to each number one of a normal distribution of mean 0.

    Parameters
    ----------
    deviation : float
        Its standard deviation.
    """

    deviation: float

    def check(self, input_shape: Shape) -> None:
        """Refuse nothing: rows of any shape can be changed."""

    def _change(self, images: Array, rng: np.random.Generator) -> Array:
        noise: Array = rng.standard_normal(images.shape, cast(Any, images.dtype))
        noise *= self.deviation
        noise += images
        return noise


@dataclass(frozen=True)
class Masking(Augmentation):
    """Set each number to 0 with a probability, and leave the others as they are.

    Parameters
    ----------
    share : float
        The probability.
    """

    share: float

    def check(self, input_shape: Shape) -> None:
        """Refuse nothing: rows of any shape can be changed."""

    def _change(self, images: Array, rng: np.random.Generator) -> Array:
        drawn = rng.random(images.shape, cast(Any, images.dtype))
        return images * (drawn >= self.share)


#: Every corruption by its name, and the argument that says how strong it is.
CORRUPTIONS: dict[str, type[GaussianNoise] | type[Masking]] = {
    "gaussian": GaussianNoise,
    "masking": Masking,
}
