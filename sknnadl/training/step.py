"""From a gradient to new parameters, and the penalties on weights.

A new penalty is a class here and a line in `PENALTIES`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from scipy.linalg import get_blas_funcs

from sknnadl.network.arrays import Array
from sknnadl.network.layers.layer import Role
from sknnadl.network.network import Network
from sknnadl.training.optimizers import Optimizer


class Penalty(ABC):
    """A term that is added to the cost of every mini-batch.

    Parameters
    ----------
    alpha : float
        The strength of the penalty.
    """

    def __init__(self, alpha: float) -> None:
        self.alpha = alpha

    @classmethod
    def from_arguments(cls, arguments: Any) -> Penalty:
        """Return the penalty that an estimator's arguments ask for."""
        return cls(float(arguments.alpha))

    def describe(self) -> list[Any]:
        """Return which penalty it is, as plain values."""
        return [type(self).__name__, self.alpha]

    @abstractmethod
    def value(self, weights: Array) -> float:
        """Return the penalty."""

    @abstractmethod
    def add_gradient(self, weights: Array, gradient: Array, share: float = 1.0) -> None:
        """Add a share of the penalty's gradient to that of the weights."""


class L2(Penalty):
    """``alpha / 2 * sum(weights**2)``: weight decay (Nielsen 2015, chapter 3)."""

    def value(self, weights: Array) -> float:
        """Return the penalty."""
        return 0.5 * self.alpha * float(np.dot(weights, weights))

    def add_gradient(self, weights: Array, gradient: Array, share: float = 1.0) -> None:
        """Add a share of ``alpha * weights``."""
        _axpy(weights.dtype)(weights, gradient, a=self.alpha * share)


class L1(Penalty):
    """``alpha * sum(abs(weights))`` (Nielsen 2015, chapter 3)."""

    def value(self, weights: Array) -> float:
        """Return the penalty."""
        return self.alpha * float(np.abs(weights).sum())

    def add_gradient(self, weights: Array, gradient: Array, share: float = 1.0) -> None:
        """Add a share of ``alpha * sign(weights)``, which is 0 for a weight of 0."""
        gradient += self.alpha * share * np.sign(weights)


class ElasticNet(Penalty):
    """``l1_ratio`` of the L1 penalty and ``1 - l1_ratio`` of the L2 penalty.

    Zou and Hastie (2005).

    Parameters
    ----------
    alpha : float
        The strength of the penalty.
    l1_ratio : float
        The share of the L1 penalty, from 0 to 1.
    """

    def __init__(self, alpha: float, l1_ratio: float) -> None:
        super().__init__(alpha)
        self.l1_ratio = l1_ratio
        self._both = L1(alpha * l1_ratio), L2(alpha * (1 - l1_ratio))

    def describe(self) -> list[Any]:
        """Return which penalty it is, as plain values."""
        return [*super().describe(), self.l1_ratio]

    @classmethod
    def from_arguments(cls, arguments: Any) -> ElasticNet:
        """Return the penalty that an estimator's arguments ask for."""
        return cls(float(arguments.alpha), float(arguments.l1_ratio))

    def value(self, weights: Array) -> float:
        """Return the penalty."""
        return sum(one.value(weights) for one in self._both)

    def add_gradient(self, weights: Array, gradient: Array, share: float = 1.0) -> None:
        """Add a share of the gradients of both."""
        for one in self._both:
            one.add_gradient(weights, gradient, share)


#: Every penalty by the name that ``penalty`` gives it.
PENALTIES: dict[str, type[Penalty]] = {"l1": L1, "l2": L2, "elasticnet": ElasticNet}


class Step:
    """Clip the gradient, add the penalty's, take the optimizer's step, bound weights.

    Parameters
    ----------
    network : Network
        Whose ``gradient`` is taken, and whose ``parameters`` change.
    optimizer : Optimizer
        What steps on the trained part of the parameters.
    penalty : Penalty
        What is added to the cost.
    clip_norm : float, default=None
        The largest norm that the gradient of the loss may have; a longer one is scaled
        down to it (Pascanu, Mikolov and Bengio 2013).
    max_norm : float, default=None
        The largest norm that the incoming weights of a neuron, or a kernel, may have
        after a step; longer ones are scaled down to it (Srivastava et al. 2014).
    divide_by : float, default=None
        The mean weight of a row, by which and by the rows of the batch the penalty is
        divided; by default it is not divided.
    """

    def __init__(
        self,
        network: Network,
        optimizer: Optimizer,
        penalty: Penalty,
        clip_norm: float | None = None,
        max_norm: float | None = None,
        divide_by: float | None = None,
    ) -> None:
        self.network = network
        self.optimizer = optimizer
        self.penalty = penalty
        self.clip_norm = clip_norm
        self.max_norm = max_norm
        self.divide_by = divide_by
        self._weights = network.parameters[: network.n_weights]

    def penalty_value(self, n_rows: float) -> float:
        """Return the penalty on the weights as they are, in a batch of so many rows."""
        return self.penalty.value(self._weights) * self.penalty_share(n_rows)

    def add_penalty(self, gradient: Array, n_rows: int) -> None:
        """Add the penalty's gradient to a batch's of all parameters."""
        if self.penalty.alpha:
            of_weights = gradient[: self._weights.size]
            share = self.penalty_share(n_rows)
            self.penalty.add_gradient(self._weights, of_weights, share)

    def take(self, learning_rate: float, n_rows: int) -> None:
        """Change the parameters; the gradient, of a batch of rows, is overwritten."""
        network = self.network
        gradient = network.gradient[: network.n_trained]
        if self.clip_norm is not None:
            _clip(gradient, self.clip_norm)
        self.add_penalty(gradient, n_rows)
        self.optimizer.step(gradient, learning_rate)
        if self.max_norm is not None:
            self._bound_weights(self.max_norm)
        if gradient.size < network.gradient.size:
            # Statistics, whose gradient says how far to move them.
            network.parameters[gradient.size :] -= network.gradient[gradient.size :]

    def penalty_share(self, n_rows: float) -> float:
        """Return what the penalty is multiplied by in a batch of so many rows."""
        return 1.0 if self.divide_by is None else 1 / (self.divide_by * n_rows)

    def _bound_weights(self, limit: float) -> None:
        """Scale down the weights of each neuron or kernel that are too long."""
        for values in self.network.values_of(Role.PENALIZED):
            weights = values.reshape(-1, values.shape[-1])  # (fan-in, units)
            lengths = np.sqrt(np.einsum("ij,ij->j", weights, weights))
            weights *= limit / np.maximum(lengths, limit)


@cache
def _axpy(dtype: np.dtype[Any]) -> Callable[..., Any]:
    """Return BLAS's function for ``y += a * x``; looking it up would take as long."""
    axpy: Callable[..., Any] = get_blas_funcs("axpy", dtype=dtype)
    return axpy


def _clip(gradient: Array, limit: float) -> None:
    """Scale a gradient down to a norm, where it is longer."""
    nrm2 = get_blas_funcs("nrm2", (gradient,))  # whose squares do not overflow
    length = float(nrm2(gradient))
    if length > limit:
        gradient *= limit / length
