"""Batch normalization."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Real

import numpy as np
import numpy.typing as npt

from sknnadl.network.arrays import Array, Shape
from sknnadl.network.kernels import KernelLayer, Kind
from sknnadl.network.layers.activations import ACTIVATIONS
from sknnadl.network.layers.layer import (
    ActivatedLayer,
    LayerSpec,
    Parameter,
    Role,
    check_choice,
)


@dataclass(frozen=True)
class BatchNorm(LayerSpec):
    """Normalize: ``f(scale * (x - mean) / sqrt(variance + epsilon) + shift)``.

    Each feature, or channel, has a mean and a variance. In training they are those of
    the mini-batch, over all pixels of its images (Ioffe and Szegedy 2015). In
    prediction they are running averages of what training saw. The scale, which starts
    at 1, and the shift, which starts at 0, are learned. The layer before is best given
    ``activation="identity"``.

    Parameters
    ----------
    activation : str, default="identity"
        The function ``f``; see `Dense`.
    momentum : float, default=0.9
        The part of the running averages that a mini-batch leaves as it was, at least 0
        and below 1. PyTorch's ``momentum`` is 1 minus this one.
    epsilon : float, default=1e-5
        What is added to the variance, so that a constant feature becomes 0; at least
        1e-30 and below 1.

    Examples
    --------
    >>> import numpy as np
    >>> from sknnadl.network import BatchNorm, Network
    >>> network = Network([BatchNorm()], input_shape=(2,), dtype="float64")
    >>> rng = np.random.default_rng(0)
    >>> network.initialize(rng)
    >>> network.forward(np.array([[1.0, 20.0], [3.0, 10.0]]), rng).round(3)
    array([[-1.,  1.],
           [ 1., -1.]])
    """

    activation: str = "identity"
    momentum: float = 0.9
    epsilon: float = 1e-5

    def build(self, input_shape: Shape, dtype: npt.DTypeLike) -> BatchNormLayer:
        """Return the working layer for inputs of this shape."""
        check_choice(self, "activation", ACTIVATIONS)
        _check_fraction(self, "momentum", 0)
        _check_fraction(self, "epsilon", 1e-30)  # above 0 in float32 too
        return BatchNormLayer(self, input_shape, dtype)


class BatchNormLayer(ActivatedLayer):
    """The working layer of a `BatchNorm` spec.

    It works on the lines of images, (n * height, width * channels): NumPy is slow where
    the last axis is short. The running averages are parameters that no gradient moves;
    `backward` writes their steps, and whoever trains subtracts these.
    """

    offset = "shift"

    def __init__(
        self, spec: BatchNorm, input_shape: Shape, dtype: npt.DTypeLike
    ) -> None:
        shape = (input_shape[-1],)
        parameters = {
            "scale": Parameter(shape, Role.TRAINED),
            "shift": Parameter(shape, Role.TRAINED),
            "running_mean": Parameter(shape, Role.STATISTIC),
            "running_variance": Parameter(shape, Role.STATISTIC),
        }
        super().__init__(input_shape, input_shape, dtype, spec.activation, parameters)
        self._momentum, self._epsilon = float(spec.momentum), float(spec.epsilon)
        self._features = input_shape[-1]
        self.values_per_row = math.prod(input_shape[:-1])
        self._line = math.prod(input_shape[-2:])

    def for_kernels(self, starts: Mapping[str, int]) -> KernelLayer | None:
        """Return the layer as the compiled kernels see it, if they know it."""
        activation, size = self.activation.kernel_number, math.prod(self.input_shape)
        if activation is None:
            return None
        return KernelLayer(
            Kind.BATCH_NORM,
            activation,
            size,
            size,
            starts["scale"],
            starts["shift"],
            starts["running_mean"],  # and behind it the variance
            windows=(0, 0, 0, self._features, *(0,) * 9),
            numbers=(self._momentum, self._epsilon),
        )

    def initialize(self, rng: np.random.Generator) -> None:
        """Start as the identity on features of mean 0 and variance 1."""
        for name, values in self.values.items():
            values.fill(1 if name in ("scale", "running_variance") else 0)

    def forward(self, x: Array, rng: np.random.Generator | None = None) -> Array:
        """Return ``f(scale * (x - mean) / deviation + shift)``."""
        lines = x.reshape(-1, self._line)
        count = lines.size // self._features
        own = self.values
        self._training = rng is not None
        mean = self._sum(lines) / count if self._training else own["running_mean"]
        centered = self.scratch("centered", lines.shape)
        np.subtract(lines, self._spread("mean", mean), out=centered)
        variance = own["running_variance"]
        if self._training:
            variance = self._sum_products(centered, centered) / count
        deviation: Array = np.sqrt(variance + self._epsilon)
        output = self.scratch("output", lines.shape)
        factor = self._spread("factor", own["scale"] / deviation)
        np.multiply(centered, factor, out=output)
        np.add(output, self._spread("shift", own["shift"]), out=output)
        self._centered = centered
        self._mean, self._variance, self._deviation = mean, variance, deviation
        return self.activate(output).reshape(x.shape)

    def backward(self, gradient: Array, need_input: bool = True) -> Array | None:
        """Backpropagate: ``dshift = sum dz``, ``dscale = sum dz * u``, and to x.

        ``dx = scale / deviation * (dz - dshift / m - u * dscale / m)``, where ``u`` is
        the normalized input and ``m`` the number of values of a feature. With running
        averages, which do not depend on the input, the last two terms are missing.
        """
        centered, deviation = self._centered, self._deviation
        dz = gradient.reshape(centered.shape)
        count = dz.size // self._features
        self.multiply_by_slope(dz)
        dshift = self._sum(dz)
        dscale = self._sum_products(dz, centered) / deviation
        self.gradients["shift"][...] = dshift
        self.gradients["scale"][...] = dscale
        self._write_steps(count)
        if not need_input:
            return None
        if self._training:
            slope = self._spread("slope", dscale / (count * deviation))
            np.subtract(dz, np.multiply(centered, slope, out=centered), out=dz)
            np.subtract(dz, self._spread("mean", dshift / count), out=dz)
        factor = self._spread("factor", self.values["scale"] / deviation)
        return np.multiply(dz, factor, out=dz).reshape(gradient.shape)

    def _write_steps(self, count: int) -> None:
        """Write how far the running averages are to move towards the batch's."""
        own, steps, rate = self.values, self.gradients, 1 - self._momentum
        steps["running_mean"][...] = rate * (own["running_mean"] - self._mean)
        if count > 1 and self._training:
            unbiased = self._variance * (count / (count - 1))
            steps["running_variance"][...] = rate * (own["running_variance"] - unbiased)
        else:  # one value tells nothing of the variance
            steps["running_variance"].fill(0)

    def _sum(self, lines: Array) -> Array:
        """Return the sum of each feature."""
        values = lines.reshape(-1, self._features)  # (m, features)
        ones = self.scratch("ones", (len(values),))
        ones.fill(1)
        sums: Array = np.matmul(ones, values)  # by BLAS, faster than np.add.reduce
        return sums

    def _sum_products(self, a: Array, b: Array) -> Array:
        """Return the sum of each feature's ``a * b``."""
        by_pixel = np.einsum("ij,ij->j", a, b).reshape(-1, self._features)
        sums: Array = np.add.reduce(by_pixel, axis=0)
        return sums

    def _spread(self, name: str, values: Array) -> Array:
        """Return the features' values once for each pixel of a line, (line,)."""
        line = self.scratch(name, (self._line,))
        np.copyto(line.reshape(-1, self._features), values)
        return line


def _check_fraction(spec: BatchNorm, name: str, least: float) -> None:
    """Refuse an argument that is not a number from `least` to 1, without 1."""
    value = getattr(spec, name)
    is_number = isinstance(value, Real) and not isinstance(value, bool)
    if not is_number or not least <= value < 1:
        raise ValueError(
            f"{name} of {spec} must be a number of at least {least} and below 1, got "
            f"{value!r}."
        )
