"""The fully connected layer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sknnadl.network.activations import ACTIVATIONS
from sknnadl.network.arrays import Array, Shape
from sknnadl.network.initializers import INITIALIZERS, get_initializer
from sknnadl.network.kernels.compiled import CompiledProduct, can_multiply
from sknnadl.network.kernels.product import BlasProduct, Product
from sknnadl.network.layers.base import Layer, LayerSpec
from sknnadl.network.layers.checks import check_choice, check_count


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
        self.compiled = can_multiply(dtype)
        self._product: Product = CompiledProduct() if self.compiled else BlasProduct()
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
        training = rng is not None
        a = self._product.forward(
            x, self._weights, self._biases, self.scratch, training
        )
        self.activation.forward(a)
        self._a = a
        return a

    def backward(self, gradient: Array, need_input: bool = True) -> Array | None:
        """Backpropagate: ``dz = dy * f'(z)``, and from there by the product."""
        self.activation.backward(self._a, gradient)  # now with respect to z
        return self._product.backward(
            gradient,
            self._weights_gradient,
            self._biases_gradient,
            self.scratch,
            need_input,
        )
