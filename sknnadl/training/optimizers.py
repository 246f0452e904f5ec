"""Optimizers: how a step is made from a gradient; and gradient descent.

Those that divide by the size of past gradients are in `adaptive_optimizers`, and so is
the table of all.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, ClassVar, NamedTuple

import numpy as np
from scipy.linalg import get_blas_funcs

from sknnadl.network.arrays import Array
from sknnadl.network.kernels import Steps, bind_step
from sknnadl.network.losses import Loss


class Shrinkage(NamedTuple):
    """How a step shrinks the weights, which are the first parameters.

    Parameters
    ----------
    n_weights : int
        How many of the parameters are weights.
    l1, l2 : float, default=0
        What ``sign(weights)`` and the weights are multiplied by in the penalty's
        gradient.
    keep : float, default=1
        What the weights themselves are multiplied by, before the step.
    """

    n_weights: int
    l1: float = 0.0
    l2: float = 0.0
    keep: float = 1.0

    def add_gradient(self, parameters: Array, gradient: Array) -> None:
        """Add the penalty's gradient to that of the parameters."""
        weights, of_weights = (a[: self.n_weights] for a in (parameters, gradient))
        if self.l1:
            of_weights += self.l1 * np.sign(weights)  # which is 0 for a weight of 0
        if self.l2:
            _add_scaled(of_weights, self.l2, weights)

    def decay(self, parameters: Array) -> None:
        """Multiply the weights by what is kept of them."""
        if self.keep != 1:
            parameters[: self.n_weights] *= self.keep


#: What is done to the weights where there is no penalty.
NO_SHRINKAGE = Shrinkage(0)


class Optimizer(ABC):
    """Steps on one parameter vector.

    The base class keeps the state, and lets a compiled kernel take the step where there
    is one; a subclass writes the formula in NumPy, and the numbers that are in it.

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
    #: The formula's number in the compiled kernels; None where it is not there.
    kernel_number: ClassVar[int | None] = None
    #: What ``learning_rate_init="auto"`` stands for.
    default_rate: ClassVar[float] = 0.001
    #: Whether the formula decays the weights itself, in place of an L2 penalty.
    decays_weights: ClassVar[bool] = False

    def __init__(self, parameters: Array) -> None:
        self.parameters = parameters
        self.state: dict[str, Array] = {
            name: np.zeros_like(parameters) for name in self.slots
        }
        vectors = list(self.state.values())
        self._one_step = bind_step(self.kernel_number, parameters, vectors)
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
        """Take over what an optimizer of the same kind remembered.

        Where that is of more or fewer parameters, as other layers were frozen then, it
        starts anew.
        """
        names = self.state.keys() & state.keys()
        if all(self.state[name].shape == state[name].shape for name in names):
            for name in names:
                self.state[name][...] = state[name]

    def step(
        self,
        gradient: Array,
        learning_rate: float,
        shrinkage: Shrinkage = NO_SHRINKAGE,
        n_threads: int = 1,
    ) -> None:
        """Shrink the weights, and change the parameters against the gradient.

        Afterwards the gradient may be as it was, or overwritten. The number of threads
        that share the work does not change the result.
        """
        numbers, own = self._prepare(learning_rate, shrinkage)
        if self._one_step is not None:
            self._one_step(gradient, 0, gradient.size, own, numbers, n_threads)
            return
        own.add_gradient(self.parameters, gradient)
        own.decay(self.parameters)
        self._move(gradient, numbers)

    @property
    def is_compiled(self) -> bool:
        """Whether a kernel takes the steps."""
        return self._one_step is not None

    def plan(
        self, learning_rates: Sequence[float], shrinkages: Sequence[Shrinkage]
    ) -> Steps:
        """Return the next steps for a kernel to take; they count as taken."""
        steps = zip(learning_rates, shrinkages, strict=True)
        numbers, own = zip(*(self._prepare(*step) for step in steps), strict=True)
        vectors = [v for name, v in self.state.items() if name in self.slots]
        first, second, *_ = *vectors, None, None
        assert self.kernel_number is not None
        return Steps(
            self.kernel_number,
            first,
            second,
            np.array(numbers, np.float64),
            own[0].n_weights,
            np.array([of[1:] for of in own], np.float64),
        )

    def _prepare(
        self, learning_rate: float, shrinkage: Shrinkage
    ) -> tuple[tuple[float, ...], Shrinkage]:
        """Count a step, and return its numbers and how it shrinks the weights."""
        if self.counts_steps:
            self.state["n_steps"][0] += 1
        return self._numbers(learning_rate), self._shrink(shrinkage, learning_rate)

    def _shrink(self, shrinkage: Shrinkage, learning_rate: float) -> Shrinkage:
        """Return how a step shrinks the weights, given how the penalty does."""
        return shrinkage

    @abstractmethod
    def _numbers(self, learning_rate: float) -> tuple[float, ...]:
        """Return the numbers of the formula at this step, as the kernel has them."""

    @abstractmethod
    def _move(self, gradient: Array, numbers: tuple[float, ...]) -> None:
        """Change the parameters by the formula; overwrite the gradient."""


class SGD(Optimizer):
    """Stochastic gradient descent: ``w -= learning_rate * gradient``."""

    kernel_number = 0

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

    def _numbers(self, learning_rate: float) -> tuple[float, ...]:
        return (learning_rate,)

    def _move(self, gradient: Array, numbers: tuple[float, ...]) -> None:
        _add_scaled(self.parameters, -numbers[0], gradient)


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
    kernel_number = 1

    def __init__(self, parameters: Array, momentum: float, nesterov: bool) -> None:
        super().__init__(parameters)
        self.momentum = momentum
        self.nesterov = nesterov

    def _numbers(self, learning_rate: float) -> tuple[float, ...]:
        return learning_rate, self.momentum, float(self.nesterov)

    def _move(self, gradient: Array, numbers: tuple[float, ...]) -> None:
        velocity = self.state["velocity"]
        np.multiply(velocity, self.momentum, out=velocity)
        np.add(velocity, gradient, out=velocity)
        if self.nesterov:
            _add_scaled(gradient, self.momentum, velocity)
            velocity = gradient
        super()._move(velocity, numbers)


def _add_scaled(total: Array, factor: float, vector: Array) -> None:
    """``total += factor * vector``, in one pass where NumPy would make two."""
    if vector.size:  # BLAS takes none that are empty
        _axpy(vector.dtype)(vector, total, a=factor)


@cache
def _axpy(dtype: np.dtype[Any]) -> Callable[..., Any]:
    """Return BLAS's function for ``y += a * x``; looking it up would take as long."""
    axpy: Callable[..., Any] = get_blas_funcs("axpy", dtype=dtype)
    return axpy
