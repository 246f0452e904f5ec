"""The fully connected layer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from sknnadl.network.arrays import Array, Shape
from sknnadl.network.kernels import KernelLayer, Kind, Product, make_product
from sknnadl.network.layers.activations import ACTIVATIONS
from sknnadl.network.layers.initializers import Fans, Start, check_starts, initialize
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
        The function ``f``: one of ``sknnadl.network.ACTIVATIONS``, such as ``"relu"``,
        ``"sigmoid"``, ``"tanh"``, ``"gelu"`` or ``"identity"``.
    weight_init : str or callable, default="auto"
        How the weights start: ``"glorot"``, ``"he"``, ``"lecun"``, ``"fan_out"``,
        ``"sparse"``, ``"zeros"``, the book's ``"scaled"`` and ``"large"``, or
        ``"auto"``, which chooses by the activation. A callable is given the shape of
        the weights, here (n_in, units), and a `numpy.random.Generator`, and returns
        them.
    bias_init : str, float or callable, default="auto"
        How the biases start: ``"zeros"``, ``"normal"`` from N(0, 1), a number for all,
        or a callable as above; ``"auto"`` is ``"normal"`` after weights that are
        ``"scaled"`` or ``"large"``, and ``"zeros"`` after others.

    Examples
    --------
    >>> from sknnadl.network import Dense
    >>> Dense(30, activation="sigmoid")
    Dense(units=30, activation='sigmoid', weight_init='auto', bias_init='auto')
    """

    units: int
    activation: str = "relu"
    weight_init: str | Start = "auto"
    bias_init: str | float | Start = "auto"

    def build(self, input_shape: Shape, dtype: npt.DTypeLike) -> DenseLayer:
        """Return the working layer for rows of this shape."""
        check_count(self, "units")
        check_choice(self, "activation", ACTIVATIONS)
        check_starts(self)
        return DenseLayer(self, input_shape, dtype)


class DenseLayer(ActivatedLayer):
    """The working layer of a `Dense` spec.

    Parameters
    ----------
    spec : Dense
        The spec, or another one with its arguments.
    input_shape : tuple of int
        The number of features, alone.
    dtype : dtype
        The dtype of every array.
    n_pooled : int, default=1
        For how many columns of weights there is a unit.
    """

    offset = "biases"

    def __init__(
        self, spec: Any, input_shape: Shape, dtype: npt.DTypeLike, n_pooled: int = 1
    ) -> None:
        if len(input_shape) != 1:
            raise ValueError(
                f"{spec} takes rows of shape (n_features,), got inputs of shape "
                f"{input_shape}: put Flatten() before it."
            )
        n_in, units = input_shape[0], int(spec.units) * n_pooled
        parameters = {
            "weights": Parameter((n_in, units), Role.PENALIZED),
            "biases": Parameter((units,), Role.TRAINED),
        }
        super().__init__(
            input_shape, (units,), dtype, spec.activation, parameters, n_in * units
        )
        self._spec = spec
        self._n_pooled = n_pooled

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
        n_in, n_out = weights.shape
        fans = Fans(n_in, n_out, self._n_pooled)
        initialize(self._spec, weights, biases, fans, self._spec.activation, rng)

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
