"""From images to rows."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sknnadl.network.arrays import Array, Shape
from sknnadl.network.layers.layer import Layer, LayerSpec


@dataclass(frozen=True)
class Flatten(LayerSpec):
    """Lay the numbers of an image out as a row, for a dense layer to follow.

    Examples
    --------
    >>> import numpy as np
    >>> from sknnadl.network import Flatten, Network
    >>> network = Network([Flatten()], input_shape=(4, 4, 20))
    >>> network.forward(np.zeros((5, 4, 4, 20), np.float32)).shape
    (5, 320)
    """

    def build(self, input_shape: Shape, dtype: npt.DTypeLike) -> FlattenLayer:
        """Return the working layer for inputs of this shape."""
        return FlattenLayer(input_shape, (math.prod(input_shape),), dtype)


class FlattenLayer(Layer):
    """The working layer of a `Flatten` spec."""

    only_reshapes = True

    def forward(self, x: Array, rng: np.random.Generator | None = None) -> Array:
        """Return the rows, (n, height * width * channels)."""
        return x.reshape(len(x), *self.output_shape)

    def backward(self, gradient: Array, need_input: bool = True) -> Array | None:
        """Return the images, (n, height, width, channels)."""
        return gradient.reshape(len(gradient), *self.input_shape)
