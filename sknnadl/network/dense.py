"""The fully connected layer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sknnadl.network.activations import ACTIVATIONS
from sknnadl.network.checks import check_choice, check_count
from sknnadl.network.initializers import INITIALIZERS, get_initializer
from sknnadl.network.layer import Layer, LayerSpec
from sknnadl.network.typing import Array, Shape

#: BLAS multiplies this many rows together.
_TOGETHER = 4


@dataclass(frozen=True)
class Dense(LayerSpec):
    """A fully connected layer: ``f(x @ weights + biases)``.

    Parameters
    ----------
    units : int
        Number of neurons.
    activation : str, default="relu"
        The function ``f``: ``"identity"``, ``"leaky_relu"``, ``"logistic"``,
        ``"relu"``, ``"sigmoid"``, ``"softplus"`` or ``"tanh"``.
    weight_init : str, default="auto"
        How the weights and biases start: ``"scaled"``, ``"large"``, ``"he"``,
        ``"glorot"``, or ``"auto"``, which chooses by the activation.

    Examples
    --------
    >>> from sknnadl.network import Dense
    >>> Dense(30, activation="sigmoid")
    Dense(units=30, activation='sigmoid', weight_init='auto')
    """

    units: int
    activation: str = "relu"
    weight_init: str = "auto"

    def build(self, input_shape: Shape, dtype: npt.DTypeLike) -> DenseLayer:
        """Return the working layer for rows of this shape."""
        check_count(self, "units")
        check_choice(self, "activation", ACTIVATIONS)
        check_choice(self, "weight_init", ("auto", *INITIALIZERS))
        if len(input_shape) != 1:
            raise ValueError(
                f"{self} takes rows of shape (n_features,), got inputs of shape "
                f"{input_shape}: put Flatten() before it."
            )
        return DenseLayer(self, input_shape, dtype)


class DenseLayer(Layer):
    """The working layer of a `Dense` spec."""

    def __init__(self, spec: Dense, input_shape: Shape, dtype: npt.DTypeLike) -> None:
        super().__init__(input_shape, (int(spec.units),), dtype)
        self.activation = ACTIVATIONS[spec.activation]
        self._initializer = get_initializer(spec.weight_init, spec.activation)

    @property
    def parameter_shapes(self) -> dict[str, Shape]:
        """The shapes of the weights and of the biases."""
        return {
            "weights": self.input_shape + self.output_shape,  # (n_in, units)
            "biases": self.output_shape,  # (units,)
        }

    @property
    def work(self) -> int:
        """The number of multiplications for one row."""
        return self.input_shape[0] * self.output_shape[0]

    def bind(
        self, parameters: Mapping[str, Array], gradients: Mapping[str, Array]
    ) -> None:
        """Take the views of the network's vectors."""
        self._weights, self._biases = parameters["weights"], parameters["biases"]
        self._weights_gradient = gradients["weights"]
        self._biases_gradient = gradients["biases"]

    def initialize(self, rng: np.random.Generator) -> None:
        """Draw weights and biases."""
        fan_in, fan_out = self._weights.shape
        self._initializer(self._weights, self._biases, fan_in, fan_out, rng)

    def forward(self, x: Array, rng: np.random.Generator | None = None) -> Array:
        """Return ``f(x @ weights + biases)``."""
        self._x = x  # (n, n_in)
        multiply = self._multiply_wide if rng is None else self._multiply
        a = multiply(x)  # (n, units)
        np.add(a, self._biases, out=a)
        self.activation.forward(a)
        self._a = a
        return a

    def backward(self, gradient: Array, need_input: bool = True) -> Array | None:
        """Backpropagate: ``dz = dy * f'(z)``, ``dw = x.T @ dz``, ``dx = dz @ w.T``."""
        self.activation.backward(self._a, gradient)  # now with respect to z
        np.matmul(self._x.T, gradient, out=self._weights_gradient)
        np.add.reduce(gradient, axis=0, out=self._biases_gradient)
        if not need_input:
            return None
        dx = self.scratch("input gradient", self._x.shape)  # (n, n_in)
        return np.matmul(gradient, self._weights.T, out=dx)

    def _multiply(self, x: Array) -> Array:
        """Return ``x @ weights``, with the rows filled up to a multiple of four.

        BLAS multiplies rows by fours: on some processors the product of 10 rows takes
        longer than that of 12.
        """
        n = len(x)
        n_filled = -(-n // _TOGETHER) * _TOGETHER
        out = self.scratch("output", (n_filled, *self.output_shape))
        if n_filled == n:
            return np.matmul(x, self._weights, out=out)
        filled = self.scratch("filled input", (n_filled, *self.input_shape))
        filled[:n] = x
        filled[n:] = 0
        return np.matmul(filled, self._weights, out=out)[:n]

    def _multiply_wide(self, x: Array) -> Array:
        """Return ``x @ weights``, added up in float64.

        BLAS adds up in an order that depends on the number of rows. In float32 that
        can change a probability by more than 1e-6, between a row alone and the same
        row among many. In float64 what is left is rounded away.
        """
        if self.dtype == np.float64:
            return self._multiply(x)
        weights = self.scratch("wide weights", self._weights.shape, np.float64)
        np.copyto(weights, self._weights)
        inputs = self.scratch("wide inputs", x.shape, np.float64)
        np.copyto(inputs, x)
        sums = self.scratch("wide sums", (len(x), *self.output_shape), np.float64)
        np.matmul(inputs, weights, out=sums)
        out = self.scratch("output", sums.shape)
        np.copyto(out, sums, casting="same_kind")
        return out
