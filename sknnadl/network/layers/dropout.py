"""Dropout."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from sknnadl.network.arrays import Array, Shape
from sknnadl.network.kernels import KernelLayer, Kind
from sknnadl.network.layers.layer import Layer, LayerSpec


@dataclass(frozen=True)
class Dropout(LayerSpec):
    """Set each input to zero with probability ``rate`` while training.

    What is kept is divided by ``1 - rate``, so that prediction uses the network as it
    is (inverted dropout; Srivastava et al. 2014).

    Parameters
    ----------
    rate : float, default=0.5
        Probability of dropping an input, at least 0 and below 1.

    Examples
    --------
    >>> from sknnadl.network import Dropout
    >>> Dropout(0.2)
    Dropout(rate=0.2)
    """

    rate: float = 0.5

    def build(self, input_shape: Shape, dtype: npt.DTypeLike) -> DropoutLayer:
        """Return the working layer for inputs of this shape."""
        is_number = isinstance(self.rate, Real) and not isinstance(self.rate, bool)
        if not is_number or not 0 <= self.rate < 1:
            raise ValueError(
                f"rate of {self} must be a number of at least 0 and below 1."
            )
        return DropoutLayer(self, input_shape, dtype)


class DropoutLayer(Layer):
    """The working layer of a `Dropout` spec."""

    stochastic = True

    def __init__(self, spec: Dropout, input_shape: Shape, dtype: npt.DTypeLike) -> None:
        super().__init__(input_shape, input_shape, dtype)
        self._rate = spec.rate
        self._mask: Array | None = None

    def for_kernels(self, starts: Mapping[str, int]) -> KernelLayer | None:
        """Return the layer as the compiled kernels see it."""
        size = math.prod(self.input_shape)
        return KernelLayer(Kind.DROPOUT, 0, size, size, numbers=(float(self._rate), 0))

    def forward(self, x: Array, rng: np.random.Generator | None = None) -> Array:
        """Return ``x * mask / (1 - rate)``, or ``x`` itself in inference."""
        if rng is None:
            self._mask = None
            return x
        self._mask = mask = self.scratch("mask", x.shape)
        rng.random(dtype=cast(Any, self.dtype), out=mask)
        np.greater_equal(mask, self._rate, out=mask)
        np.multiply(mask, 1 / (1 - self._rate), out=mask)
        return np.multiply(x, mask, out=self.scratch("output", x.shape))

    def backward(self, gradient: Array, need_input: bool = True) -> Array | None:
        """Return ``gradient * mask / (1 - rate)``, in place, or it itself."""
        if self._mask is None:
            return gradient
        return np.multiply(gradient, self._mask, out=gradient)
