"""From a gradient to new parameters."""

from __future__ import annotations

import numpy as np
from scipy.linalg import get_blas_funcs

from sknnadl.network.arrays import Array
from sknnadl.network.network import Network
from sknnadl.training.optimizers import Optimizer
from sknnadl.training.penalties import Penalty


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
    """

    def __init__(
        self,
        network: Network,
        optimizer: Optimizer,
        penalty: Penalty,
        clip_norm: float | None = None,
        max_norm: float | None = None,
    ) -> None:
        self.network = network
        self.optimizer = optimizer
        self.penalty = penalty
        self.clip_norm = clip_norm
        self.max_norm = max_norm
        self._weights = network.parameters[: network.n_weights]

    def penalty_value(self) -> float:
        """Return the penalty on the weights as they are."""
        return self.penalty.value(self._weights)

    def add_penalty(self, gradient: Array) -> None:
        """Add the penalty's gradient to one of all parameters."""
        if self.penalty.alpha:
            self.penalty.add_gradient(self._weights, gradient[: self._weights.size])

    def take(self, learning_rate: float) -> None:
        """Change the parameters; the network's gradient is overwritten."""
        network = self.network
        gradient = network.gradient[: network.n_trained]
        if self.clip_norm is not None:
            _clip(gradient, self.clip_norm)
        self.add_penalty(gradient)
        self.optimizer.step(gradient, learning_rate)
        if self.max_norm is not None:
            self._bound_weights(self.max_norm)
        if gradient.size < network.gradient.size:
            # Statistics, whose gradient says how far to move them.
            network.parameters[gradient.size :] -= network.gradient[gradient.size :]

    def _bound_weights(self, limit: float) -> None:
        """Scale down the weights of each neuron or kernel that are too long."""
        for parameters in self.network.layer_parameters:
            if "weights" in parameters:
                weights = parameters["weights"]
                weights = weights.reshape(-1, weights.shape[-1])  # (fan-in, units)
                lengths = np.sqrt(np.einsum("ij,ij->j", weights, weights))
                weights *= limit / np.maximum(lengths, limit)


def _clip(gradient: Array, limit: float) -> None:
    """Scale a gradient down to a norm, where it is longer."""
    nrm2 = get_blas_funcs("nrm2", (gradient,))  # whose squares do not overflow
    length = float(nrm2(gradient))
    if length > limit:
        gradient *= limit / length
