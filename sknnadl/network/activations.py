"""Activation functions, each with its derivative written in terms of its output."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np

from sknnadl.network.arrays import Array


class Activation(ABC):
    """An elementwise function that works in place.

    The derivative is a function of the output ``a = f(z)`` alone, so a layer keeps one
    array and not two.
    """

    #: Whether a larger input never has a smaller output.
    monotone: ClassVar[bool] = True
    #: The function's number in the compiled kernels, if it is there.
    kernel: ClassVar[int | None] = None

    @abstractmethod
    def forward(self, z: Array) -> None:
        """Replace ``z`` by ``f(z)``."""

    @abstractmethod
    def backward(self, a: Array, gradient: Array) -> None:
        """Multiply ``gradient`` by ``f'(z)``, where ``a = f(z)``."""


class Identity(Activation):
    """``f(z) = z``."""

    kernel = 0

    def forward(self, z: Array) -> None:
        pass

    def backward(self, a: Array, gradient: Array) -> None:
        pass


class ReLU(Activation):
    """``f(z) = max(z, 0)``; its derivative at zero is taken as 0."""

    kernel = 1

    def forward(self, z: Array) -> None:
        np.maximum(z, 0, out=z)

    def backward(self, a: Array, gradient: Array) -> None:
        np.multiply(gradient, a > 0, out=gradient)


class LeakyReLU(Activation):
    """``f(z) = z`` where ``z`` is positive and ``0.01 z`` elsewhere."""

    kernel = 2
    slope = 0.01

    def forward(self, z: Array) -> None:
        np.maximum(z, self.slope * z, out=z)

    def backward(self, a: Array, gradient: Array) -> None:
        np.multiply(gradient, self.slope, out=gradient, where=a <= 0)


class Sigmoid(Activation):
    """``f(z) = 1 / (1 + exp(-z)) = (1 + tanh(z / 2)) / 2``, with ``f' = a (1 - a)``.

    The form with tanh cannot overflow and takes a sixth of the time of
    ``scipy.special.expit`` in float32.
    """

    kernel = 3

    def forward(self, z: Array) -> None:
        np.multiply(z, 0.5, out=z)
        np.tanh(z, out=z)
        np.multiply(z, 0.5, out=z)
        np.add(z, 0.5, out=z)

    def backward(self, a: Array, gradient: Array) -> None:
        np.multiply(gradient, a, out=gradient)
        np.multiply(gradient, 1 - a, out=gradient)


class Tanh(Activation):
    """``f(z) = tanh(z)``, with ``f' = 1 - a**2``."""

    def forward(self, z: Array) -> None:
        np.tanh(z, out=z)

    def backward(self, a: Array, gradient: Array) -> None:
        np.multiply(gradient, 1 - a * a, out=gradient)


class Softplus(Activation):
    """``f(z) = log(1 + exp(z))``, with ``f' = sigmoid(z) = 1 - exp(-a)``."""

    def forward(self, z: Array) -> None:
        np.logaddexp(z, 0, out=z)

    def backward(self, a: Array, gradient: Array) -> None:
        np.multiply(gradient, -np.expm1(-a), out=gradient)


#: Every activation by its name; ``"logistic"`` is scikit-learn's word for the sigmoid.
ACTIVATIONS: dict[str, Activation] = {
    "identity": Identity(),
    "leaky_relu": LeakyReLU(),
    "logistic": Sigmoid(),
    "relu": ReLU(),
    "sigmoid": Sigmoid(),
    "softplus": Softplus(),
    "tanh": Tanh(),
}
