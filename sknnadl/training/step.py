"""From a gradient to new parameters, and the penalties on weights.

A new penalty is a class here and a line in `PENALTIES`.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, cast

import numpy as np
from scipy.linalg import get_blas_funcs

from sknnadl.network.arrays import Array
from sknnadl.network.kernels import Steps
from sknnadl.network.layers.layer import Role
from sknnadl.network.network import Network
from sknnadl.training.optimizers import NO_SHRINKAGE, Optimizer, Shrinkage

#: The power of the step by which the variance of gradient noise falls.
_DECAY = 0.55


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
    def factors(self) -> tuple[float, float]:
        """Return what ``sum(abs(weights))`` and half ``sum(weights**2)`` count for."""

    def value(self, weights: Array) -> float:
        """Return the penalty."""
        l1, l2 = self.factors()
        value = l1 * float(np.abs(weights).sum()) if l1 else 0.0
        return value + (0.5 * l2 * float(np.dot(weights, weights)) if l2 else 0.0)

    def shrinkage(self, n_weights: int, share: float = 1.0) -> Shrinkage:
        """Return how a share of the penalty shrinks so many weights in a step."""
        l1, l2 = self.factors()
        return Shrinkage(n_weights, l1 * share, l2 * share)


class L2(Penalty):
    """``alpha / 2 * sum(weights**2)``: weight decay (Nielsen 2015, chapter 3)."""

    def factors(self) -> tuple[float, float]:
        """Return 0 and alpha."""
        return 0.0, self.alpha


class L1(Penalty):
    """``alpha * sum(abs(weights))`` (Nielsen 2015, chapter 3)."""

    def factors(self) -> tuple[float, float]:
        """Return alpha and 0."""
        return self.alpha, 0.0


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

    def describe(self) -> list[Any]:
        """Return which penalty it is, as plain values."""
        return [*super().describe(), self.l1_ratio]

    @classmethod
    def from_arguments(cls, arguments: Any) -> ElasticNet:
        """Return the penalty that an estimator's arguments ask for."""
        return cls(float(arguments.alpha), float(arguments.l1_ratio))

    def factors(self) -> tuple[float, float]:
        """Return the shares of both."""
        return self.alpha * self.l1_ratio, self.alpha * (1 - self.l1_ratio)


#: Every penalty by the name that ``penalty`` gives it.
PENALTIES: dict[str, type[Penalty]] = {"l1": L1, "l2": L2, "elasticnet": ElasticNet}


class Step:
    """Clip the gradient, add noise and the penalty's, optimize, bound weights.

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
    gradient_noise : float, default=0.0
        The variance at the first step of what is added to the gradient of the loss.
    seed : int, default=0
        What that noise is drawn from, with the number of the step.

    Attributes
    ----------
    n_steps : ndarray of shape (1,)
        How many steps were taken.
    """

    def __init__(
        self,
        network: Network,
        optimizer: Optimizer,
        penalty: Penalty,
        clip_norm: float | None = None,
        max_norm: float | None = None,
        divide_by: float | None = None,
        gradient_noise: float = 0.0,
        seed: int = 0,
    ) -> None:
        self.network = network
        self.optimizer = optimizer
        self.penalty = penalty
        self.clip_norm = clip_norm
        self.max_norm = max_norm
        self.divide_by = divide_by
        self.gradient_noise = gradient_noise
        self.seed = seed
        self.n_steps = np.zeros(1)
        self._weights = network.parameters[network.first_weight : network.n_weights]

    def penalty_value(self, n_rows: float) -> float:
        """Return the penalty on the weights as they are, in a batch of so many rows."""
        return self.penalty.value(self._weights) * self.penalty_share(n_rows)

    def add_penalty(self, gradient: Array, n_rows: int) -> None:
        """Add the penalty's gradient to a batch's of all parameters."""
        vectors = self.network.parameters, gradient
        own = [vector[self.network.first_weight :] for vector in vectors]
        self._shrinkage(n_rows).add_gradient(*own)

    def take(self, learning_rate: float, n_rows: int, n_threads: int = 1) -> None:
        """Change the parameters; the gradient, of a batch of rows, is overwritten.

        The number of threads that share the work does not change the result.
        """
        network = self.network
        gradient = network.gradient[network.first_weight : network.n_trained]
        if self.clip_norm is not None:
            _clip(gradient, self.clip_norm)
        if self.gradient_noise:
            _add_noise(gradient, self.gradient_noise, self.seed, int(self.n_steps[0]))
            for of_frozen in network.frozen_gradients:
                of_frozen.fill(0)
        self.n_steps += 1
        shrinkage = self._shrinkage(n_rows)
        self.optimizer.step(gradient, learning_rate, shrinkage, n_threads)
        if self.max_norm is not None:
            self._bound_weights(self.max_norm)
        if network.n_trained < network.gradient.size:
            # Statistics, whose gradient says how far to move them.
            statistics = slice(network.n_trained, None)
            network.parameters[statistics] -= network.gradient[statistics]

    @property
    def is_compiled(self) -> bool:
        """Whether kernels take steps, and nothing is done before or after them."""
        own = self.clip_norm, self.max_norm, self.gradient_noise
        return self.optimizer.is_compiled and own == (None, None, 0)

    def plan(self, learning_rates: Sequence[float], n_rows: Sequence[int]) -> Steps:
        """Return the next steps for a kernel to take, given the rows of each batch."""
        self.n_steps += len(n_rows)
        return self.optimizer.plan(learning_rates, list(map(self._shrinkage, n_rows)))

    def penalty_share(self, n_rows: float) -> float:
        """Return what the penalty is multiplied by in a batch of so many rows."""
        return 1.0 if self.divide_by is None else 1 / (self.divide_by * n_rows)

    def _shrinkage(self, n_rows: int) -> Shrinkage:
        """Return how the penalty shrinks the weights in a batch of so many rows."""
        if not self.penalty.alpha:
            return NO_SHRINKAGE
        return self.penalty.shrinkage(self._weights.size, self.penalty_share(n_rows))

    def _bound_weights(self, limit: float) -> None:
        """Scale down the weights of each neuron or kernel that are too long."""
        for values in self.network.values_of(Role.PENALIZED, are_trained=True):
            weights = values.reshape(-1, values.shape[-1])  # (fan-in, units)
            lengths = np.sqrt(np.einsum("ij,ij->j", weights, weights))
            weights *= limit / np.maximum(lengths, limit)


def _clip(gradient: Array, limit: float) -> None:
    """Scale a gradient down to a norm, where it is longer."""
    nrm2 = get_blas_funcs("nrm2", (gradient,))  # whose squares do not overflow
    length = float(nrm2(gradient))
    if length > limit:
        gradient *= limit / length


def _add_noise(gradient: Array, variance: float, seed: int, n_steps: int) -> None:
    """Add what is drawn from ``N(0, variance / (1 + n_steps)**0.55)``.

    The seed and the step say what it is, whatever else has been drawn until then.
    """
    sequence = np.random.SeedSequence(seed, spawn_key=(n_steps,))
    rng = np.random.default_rng(sequence)
    noise: Array = rng.standard_normal(gradient.size, cast(Any, gradient.dtype))
    noise *= math.sqrt(variance / (1 + n_steps) ** _DECAY)
    np.add(gradient, noise, out=gradient)
