"""Activation functions, each with its derivative.

A new one is a class here and a line in `ACTIVATIONS`.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np
from scipy.special import expit, ndtr

from sknnadl.network.arrays import Array


class Activation(ABC):
    """An elementwise function ``a = f(z)`` and its derivative.

    Most derivatives are functions of the output alone, so that a layer keeps one array
    and not two: the output then takes the place of the input.
    """

    #: Whether the derivative needs the input ``z``, which is then kept.
    needs_input: ClassVar[bool] = False
    #: Whether a larger input never has a smaller output.
    monotone: ClassVar[bool] = True
    #: The function's number in the compiled kernels, if it is there.
    kernel_number: ClassVar[int | None] = None
    #: The initializer that ``weight_init="auto"`` stands for.
    initializer: ClassVar[str] = "glorot"

    @abstractmethod
    def forward(self, z: Array, a: Array) -> None:
        """Write ``f(z)`` to ``a``, which is ``z`` itself unless `needs_input`."""

    @abstractmethod
    def backward(self, z: Array, a: Array, gradient: Array) -> None:
        """Multiply ``gradient`` by ``f'(z)``; ``z`` is only there if `needs_input`."""


class Identity(Activation):
    """``f(z) = z``."""

    kernel_number = 0

    def forward(self, z: Array, a: Array) -> None:
        pass

    def backward(self, z: Array, a: Array, gradient: Array) -> None:
        pass


class ReLU(Activation):
    """``f(z) = max(z, 0)``; its derivative at zero is taken as 0."""

    kernel_number = 1

    def forward(self, z: Array, a: Array) -> None:
        np.maximum(z, 0, out=a)

    def backward(self, z: Array, a: Array, gradient: Array) -> None:
        np.multiply(gradient, a > 0, out=gradient)


class LeakyReLU(Activation):
    """``f(z) = z`` where ``z`` is positive and ``0.01 z`` elsewhere."""

    kernel_number = 2
    slope = 0.01

    def forward(self, z: Array, a: Array) -> None:
        np.maximum(z, self.slope * z, out=a)

    def backward(self, z: Array, a: Array, gradient: Array) -> None:
        np.multiply(gradient, self.slope, out=gradient, where=a <= 0)


class ELU(Activation):
    """``f(z) = z`` where ``z`` is positive and ``exp(z) - 1`` elsewhere.

    Its derivative is 1, or ``exp(z) = a + 1`` (Clevert, Unterthiner and Hochreiter
    2016).
    """

    kernel_number = 6

    def forward(self, z: Array, a: Array) -> None:
        np.expm1(z, out=a, where=z <= 0)

    def backward(self, z: Array, a: Array, gradient: Array) -> None:
        np.multiply(gradient, np.minimum(a, 0) + 1, out=gradient)


class SELU(Activation):
    """``f(z) = s z`` where ``z`` is positive and ``s b (exp(z) - 1)`` elsewhere.

    The two numbers keep mean 0 and variance 1 from layer to layer, where weights start
    from N(0, 1/fan_in). ``f'`` is ``s``, or ``s b exp(z) = a + s b`` (Klambauer et al.
    2017).
    """

    initializer = "lecun"
    scale = 1.0507009873554804934
    ratio = 1.6732632423543772848

    def forward(self, z: Array, a: Array) -> None:
        is_below = z <= 0
        np.expm1(z, out=a, where=is_below)
        np.multiply(a, self.ratio, out=a, where=is_below)
        np.multiply(a, self.scale, out=a)

    def backward(self, z: Array, a: Array, gradient: Array) -> None:
        slope = a + self.scale * self.ratio
        slope[a > 0] = self.scale
        np.multiply(gradient, slope, out=gradient)


class GELU(Activation):
    """``f(z) = z P(z)``, where ``P`` is the normal distribution function.

    ``f' = P(z) + z exp(-z**2 / 2) / sqrt(2 pi)`` (Hendrycks and Gimpel 2016).
    """

    needs_input = True
    monotone = False

    def forward(self, z: Array, a: Array) -> None:
        np.multiply(z, ndtr(z), out=a)

    def backward(self, z: Array, a: Array, gradient: Array) -> None:
        density = np.exp(-0.5 * z * z) / math.sqrt(2 * math.pi)
        np.multiply(gradient, ndtr(z) + z * density, out=gradient)


class SiLU(Activation):
    """``f(z) = z s(z)``, where ``s`` is the sigmoid: also called swish.

    ``f' = s(z) + a (1 - s(z))`` (Elfwing, Uchibe and Doya 2018).
    """

    needs_input = True
    monotone = False

    def forward(self, z: Array, a: Array) -> None:
        np.multiply(z, expit(z), out=a)

    def backward(self, z: Array, a: Array, gradient: Array) -> None:
        sigmoid = expit(z)
        np.multiply(gradient, sigmoid + a * (1 - sigmoid), out=gradient)


class Sigmoid(Activation):
    """``f(z) = 1 / (1 + exp(-z)) = (1 + tanh(z / 2)) / 2``, with ``f' = a (1 - a)``.

    The form with tanh cannot overflow and takes a sixth of the time of
    ``scipy.special.expit`` in float32.
    """

    kernel_number = 3
    initializer = "scaled"  # the book's

    def forward(self, z: Array, a: Array) -> None:
        np.multiply(z, 0.5, out=a)
        np.tanh(a, out=a)
        np.multiply(a, 0.5, out=a)
        np.add(a, 0.5, out=a)

    def backward(self, z: Array, a: Array, gradient: Array) -> None:
        np.multiply(gradient, a, out=gradient)
        np.multiply(gradient, 1 - a, out=gradient)


class Tanh(Activation):
    """``f(z) = tanh(z)``, with ``f' = 1 - a**2``."""

    kernel_number = 4

    def forward(self, z: Array, a: Array) -> None:
        np.tanh(z, out=a)

    def backward(self, z: Array, a: Array, gradient: Array) -> None:
        np.multiply(gradient, 1 - a * a, out=gradient)


class Softplus(Activation):
    """``f(z) = log(1 + exp(z))``, with ``f' = sigmoid(z) = 1 - exp(-a)``."""

    kernel_number = 5

    def forward(self, z: Array, a: Array) -> None:
        np.logaddexp(z, 0, out=a)

    def backward(self, z: Array, a: Array, gradient: Array) -> None:
        np.multiply(gradient, -np.expm1(-a), out=gradient)


class Softsign(Activation):
    """``f(z) = z / (1 + |z|)``, with ``f' = (1 - |a|)**2`` (Glorot and Bengio 2010)."""

    def forward(self, z: Array, a: Array) -> None:
        np.divide(z, 1 + np.abs(z), out=a)

    def backward(self, z: Array, a: Array, gradient: Array) -> None:
        np.multiply(gradient, np.square(1 - np.abs(a)), out=gradient)


#: Every activation by its name; ``"logistic"`` is scikit-learn's word for the sigmoid.
ACTIVATIONS: dict[str, Activation] = {
    "elu": ELU(),
    "gelu": GELU(),
    "identity": Identity(),
    "leaky_relu": LeakyReLU(),
    "logistic": Sigmoid(),
    "relu": ReLU(),
    "selu": SELU(),
    "sigmoid": Sigmoid(),
    "silu": SiLU(),
    "softplus": Softplus(),
    "softsign": Softsign(),
    "tanh": Tanh(),
}
