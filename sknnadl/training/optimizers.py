"""Optimizers: how a step is made from a gradient; and gradient descent.

Those that divide by the size of past gradients are in `adaptive_optimizers`, and so is
the table of all.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from scipy.linalg import get_blas_funcs

from sknnadl.network.arrays import Array
from sknnadl.network.losses import Loss


class Optimizer(ABC):
    """Steps on one parameter vector.

    The base class keeps the state; a subclass writes the formula.

    Parameters
    ----------
    parameters : ndarray of shape (n_parameters,)
        The vector that `step` changes in place.

    Attributes
    ----------
    state : dict of str to ndarray of shape (n_parameters,)
        What the optimizer remembers from step to step, zeros at the start; and
        ``"n_steps"`` of shape (1,), where the formula counts steps.
    """

    #: The names of the vectors that the formula remembers.
    slots: ClassVar[tuple[str, ...]] = ()
    #: Whether the formula depends on how many steps were taken.
    counts_steps: ClassVar[bool] = False
    #: What ``learning_rate_init="auto"`` stands for.
    default_rate: ClassVar[float] = 0.001
    #: Whether the formula decays the weights itself, in place of an L2 penalty.
    decays_weights: ClassVar[bool] = False

    def __init__(self, parameters: Array) -> None:
        self.parameters = parameters
        self.state: dict[str, Array] = {
            name: np.zeros_like(parameters) for name in self.slots
        }
        if self.counts_steps:
            self.state["n_steps"] = np.zeros(1)

    @classmethod
    def from_arguments(
        cls, arguments: Any, parameters: Array, n_weights: int
    ) -> Optimizer:
        """Return the optimizer that an estimator's arguments ask for.

        Parameters
        ----------
        arguments : object
            The arguments as attributes. Numbers are to be made Python's own: those of
            NumPy, which a grid may bring, would make it compute in another precision
            than the network's.
        parameters : ndarray of shape (n_parameters,)
            The vector to step on.
        n_weights : int
            How many of the parameters are weights: the first ones.
        """
        return cls(parameters)

    @classmethod
    def automatic_rate(cls, arguments: Any, loss: Loss) -> float:
        """Return the learning rate to start from where the user names none."""
        return cls.default_rate

    def load(self, state: Mapping[str, Array]) -> None:
        """Take over what an optimizer of the same kind remembered."""
        for name in self.state.keys() & state.keys():
            self.state[name][...] = state[name]

    @abstractmethod
    def step(self, gradient: Array, learning_rate: float) -> None:
        """Change the parameters against the gradient, which is overwritten."""


class SGD(Optimizer):
    """Stochastic gradient descent: ``w -= learning_rate * gradient``."""

    def __init__(self, parameters: Array) -> None:
        super().__init__(parameters)
        self._axpy = get_blas_funcs("axpy", (parameters,))

    @classmethod
    def from_arguments(
        cls, arguments: Any, parameters: Array, n_weights: int
    ) -> Optimizer:
        """Return gradient descent, with momentum if that is asked for."""
        if not arguments.momentum or cls is not SGD:
            return cls(parameters)
        nesterov = arguments.nesterovs_momentum
        return Momentum(parameters, float(arguments.momentum), nesterov)

    @classmethod
    def automatic_rate(cls, arguments: Any, loss: Loss) -> float:
        """Return the rate of the loss, for steps that momentum makes longer."""
        if arguments.momentum == 1:
            raise ValueError(
                "learning_rate_init='auto' has no rate for momentum=1, with which "
                "steps grow without end: name a rate, or take a momentum below 1."
            )
        return loss.descent_rate * (1 - float(arguments.momentum))

    def step(self, gradient: Array, learning_rate: float) -> None:
        """Take a step: one pass over memory, where NumPy would make two."""
        self._axpy(gradient, self.parameters, a=-learning_rate)


class Momentum(SGD):
    """Gradient descent with momentum: ``v = momentum * v + gradient; w -= rate * v``.

    With ``nesterov`` the step is ``w -= rate * (gradient + momentum * v)`` with the
    new ``v`` (Sutskever et al. 2013).

    Parameters
    ----------
    parameters : ndarray of shape (n_parameters,)
        The vector that `step` changes in place.
    momentum : float
        The share of the velocity that is kept at each step.
    nesterov : bool
        Whether to use Nesterov's momentum.
    """

    slots = ("velocity",)

    def __init__(self, parameters: Array, momentum: float, nesterov: bool) -> None:
        super().__init__(parameters)
        self.momentum = momentum
        self.nesterov = nesterov

    def step(self, gradient: Array, learning_rate: float) -> None:
        """Take a step."""
        velocity = self.state["velocity"]
        np.multiply(velocity, self.momentum, out=velocity)
        np.add(velocity, gradient, out=velocity)
        if self.nesterov:
            self._axpy(velocity, gradient, a=self.momentum)
            velocity = gradient
        super().step(velocity, learning_rate)
