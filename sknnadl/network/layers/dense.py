"""The fully connected layer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from sknnadl.network.arrays import Array, Shape
from sknnadl.network.kernels import KernelLayer, Kind, Product, make_product
from sknnadl.network.layers.activations import ACTIVATIONS
from sknnadl.network.layers.initializers import INITIALIZERS, get_initializer
from sknnadl.network.layers.layer import (
    ActivatedLayer,
    LayerSpec,
    Parameter,
    Role,
    check_choice,
    check_count,
)


@dataclass(frozen=True)
class Dense(LayerSpec):
    """A fully connected layer: ``f(x @ weights + biases)``.

    Parameters
    ----------
    units : int
        Number of neurons.
    activation : str, default="relu"
        The function ``f``: one of `sknnadl.network.ACTIVATIONS`, such as ``"relu"``,
        ``"sigmoid"``, ``"tanh"``, ``"gelu"`` or ``"identity"``.
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


class DenseLayer(ActivatedLayer):
    """The working layer of a `Dense` spec."""

    offset = "biases"

    def __init__(self, spec: Dense, input_shape: Shape, dtype: npt.DTypeLike) -> None:
        n_in, units = input_shape[0], int(spec.units)
        parameters = {
            "weights": Parameter((n_in, units), Role.PENALIZED),
            "biases": Parameter((units,), Role.TRAINED),
        }
        super().__init__(
            input_shape, (units,), dtype, spec.activation, parameters, n_in * units
        )
        self._spec = spec

    @cached_property
    def _product(self) -> Product:
        return make_product(self.dtype)

    @property
    def compiled(self) -> bool:  # type: ignore[override]  # which is not written to
        """Whether compiled kernels do the matrix products."""
        return self._product.compiled

    def for_kernels(self, starts: Mapping[str, int]) -> KernelLayer | None:
        """Return the layer as the compiled kernels see it, if they know it."""
        activation = self.activation.kernel_number
        if activation is None:
            return None
        return KernelLayer(
            Kind.DENSE,
            activation,
            self.input_shape[0],
            self.output_shape[0],
            starts["weights"],
            starts["biases"],
        )

    def initialize(self, rng: np.random.Generator) -> None:
        """Draw weights and biases."""
        weights, biases = self.values["weights"], self.values["biases"]
        fill = get_initializer(self._spec.weight_init, self._spec.activation)
        fan_in, fan_out = weights.shape
        fill(weights, biases, fan_in, fan_out, rng)

    def forward(self, x: Array, rng: np.random.Generator | None = None) -> Array:
        """Return ``f(x @ weights + biases)``."""
        weights, biases = self.values["weights"], self.values["biases"]
        training = rng is not None
        z = self._product.forward(x, weights, biases, self.scratch, training)
        return self.activate(z)

    def backward(self, gradient: Array, need_input: bool = True) -> Array | None:
        """Backpropagate: ``dz = dy * f'(z)``, and from there by the product."""
        self.multiply_by_slope(gradient)  # now with respect to z
        return self._product.backward(
            gradient,
            self.gradients["weights"],
            self.gradients["biases"],
            self.scratch,
            need_input,
        )
