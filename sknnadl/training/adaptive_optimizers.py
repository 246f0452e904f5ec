"""Optimizers that divide by the size of past gradients: Adam and its relatives.

A new optimizer is a class here and a line in `OPTIMIZERS`.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from sknnadl.network.arrays import Array
from sknnadl.training.optimizers import SGD, Optimizer, Shrinkage


class SquaresOptimizer(Optimizer):
    """Base class of those that divide by a mean of squared gradients.

    Parameters
    ----------
    parameters : ndarray of shape (n_parameters,)
        The vector that `step` changes in place.
    epsilon : float, default=None
        What keeps the divisor from zero; by default `default_epsilon`.
    """

    slots: ClassVar[tuple[str, ...]] = ("squares",)
    #: The usual choice, which is PyTorch's too.
    default_epsilon: ClassVar[float] = 1e-8

    def __init__(self, parameters: Array, epsilon: float | None = None) -> None:
        super().__init__(parameters)
        self.epsilon = self.default_epsilon if epsilon is None else epsilon
        self._scratch: Array = np.empty_like(parameters)

    @classmethod
    def from_arguments(
        cls, arguments: Any, parameters: Array, n_weights: int
    ) -> Optimizer:
        """Return the optimizer that an estimator's arguments ask for."""
        return cls(parameters, **cls._own_arguments(arguments, n_weights))

    @classmethod
    def _own_arguments(cls, arguments: Any, n_weights: int) -> dict[str, Any]:
        """Return the arguments of the constructor, without the parameters."""
        epsilon = arguments.epsilon
        return {"epsilon": None if epsilon is None else float(epsilon)}

    def _move_mean(self, mean: Array, values: Array, decay: float) -> None:
        """``mean = decay * mean + (1 - decay) * values``, which are overwritten."""
        np.multiply(mean, decay, out=mean)
        np.multiply(values, 1 - decay, out=values)
        np.add(mean, values, out=mean)

    def _move_squares(self, gradient: Array, decay: float) -> None:
        """Move the mean of the squared gradients."""
        squares = np.square(gradient, out=self._scratch)
        self._move_mean(self.state["squares"], squares, decay)

    def _root(self, factor: float = 1.0) -> Array:
        """Return ``sqrt(squares) * factor + epsilon``, in scratch memory."""
        root = np.sqrt(self.state["squares"], out=self._scratch)
        np.multiply(root, factor, out=root)
        return np.add(root, self.epsilon, out=root)

    def _subtract(self, step: Array, learning_rate: float) -> None:
        """``w -= learning_rate * step``, which is overwritten."""
        np.multiply(step, learning_rate, out=step)
        np.subtract(self.parameters, step, out=self.parameters)


class Adam(SquaresOptimizer):
    """Adam (Kingma and Ba 2015).

    ``m`` and ``v`` are the decaying means of the gradient and of its square, divided by
    ``1 - beta**n_steps``; ``w -= learning_rate * m / (sqrt(v) + epsilon)``.

    Parameters
    ----------
    parameters : ndarray of shape (n_parameters,)
        The vector that `step` changes in place.
    beta_1, beta_2 : float
        The decay of the two means.
    epsilon : float, default=None
        What keeps the divisor from zero; by default 1e-8.
    """

    slots = ("mean", "squares")
    counts_steps = True
    kernel_number = 2

    def __init__(
        self,
        parameters: Array,
        beta_1: float,
        beta_2: float,
        epsilon: float | None = None,
    ) -> None:
        super().__init__(parameters, epsilon)
        self.beta_1, self.beta_2 = beta_1, beta_2

    @classmethod
    def _own_arguments(cls, arguments: Any, n_weights: int) -> dict[str, Any]:
        betas = {"beta_1": float(arguments.beta_1), "beta_2": float(arguments.beta_2)}
        return super()._own_arguments(arguments, n_weights) | betas

    def _numbers(self, learning_rate: float) -> tuple[float, ...]:
        t = float(self.state["n_steps"][0])
        rate = learning_rate / (1 - self.beta_1**t)
        factor = (1 - self.beta_2**t) ** -0.5
        return rate, self.epsilon, self.beta_1, self.beta_2, factor

    def _move(self, gradient: Array, numbers: tuple[float, ...]) -> None:
        rate, *_, factor = numbers
        mean = self.state["mean"]
        self._move_squares(gradient, self.beta_2)
        self._move_mean(mean, gradient, self.beta_1)
        step = np.divide(mean, self._root(factor), out=gradient)
        self._subtract(step, rate)


class AdamW(Adam):
    """Adam with decoupled weight decay (Loshchilov and Hutter 2019).

    Before each step of Adam, ``w -= learning_rate * decay * w`` for the weights.

    Parameters
    ----------
    parameters : ndarray of shape (n_parameters,)
        The vector that `step` changes in place.
    beta_1, beta_2 : float
        The decay of the two means.
    epsilon : float, default=None
        What keeps the divisor from zero; by default 1e-8.
    decay : float
        The strength of the decay.
    n_weights : int
        How many parameters decay: the first ones.
    """

    decays_weights = True

    def __init__(
        self,
        parameters: Array,
        beta_1: float,
        beta_2: float,
        epsilon: float | None = None,
        *,
        decay: float,
        n_weights: int,
    ) -> None:
        super().__init__(parameters, beta_1, beta_2, epsilon)
        self.decay = decay
        self.n_weights = n_weights

    @classmethod
    def _own_arguments(cls, arguments: Any, n_weights: int) -> dict[str, Any]:
        decay = float(arguments.alpha) if arguments.penalty else 0.0
        both = {"decay": decay, "n_weights": n_weights}
        return super()._own_arguments(arguments, n_weights) | both

    def _shrink(self, shrinkage: Shrinkage, learning_rate: float) -> Shrinkage:
        keep = 1 - learning_rate * self.decay
        return Shrinkage(self.n_weights, shrinkage.l1, shrinkage.l2, keep)


class RMSprop(SquaresOptimizer):
    """RMSprop (Tieleman and Hinton 2012).

    ``v`` is the decaying mean of the squared gradient;
    ``w -= learning_rate * gradient / (sqrt(v) + epsilon)``.

    Parameters
    ----------
    parameters : ndarray of shape (n_parameters,)
        The vector that `step` changes in place.
    rho : float
        The decay of the mean.
    epsilon : float, default=None
        What keeps the divisor from zero; by default 1e-8.
    """

    kernel_number = 3

    def __init__(
        self, parameters: Array, rho: float, epsilon: float | None = None
    ) -> None:
        super().__init__(parameters, epsilon)
        self.rho = rho

    @classmethod
    def _own_arguments(cls, arguments: Any, n_weights: int) -> dict[str, Any]:
        rho = {"rho": float(arguments.rho)}
        return super()._own_arguments(arguments, n_weights) | rho

    def _numbers(self, learning_rate: float) -> tuple[float, ...]:
        return learning_rate, self.epsilon, self.rho

    def _move(self, gradient: Array, numbers: tuple[float, ...]) -> None:
        self._move_squares(gradient, self.rho)
        step = np.divide(gradient, self._root(), out=gradient)
        self._subtract(step, numbers[0])


class Adagrad(SquaresOptimizer):
    """Adagrad (Duchi, Hazan and Singer 2011).

    ``v`` is the sum of the squared gradients;
    ``w -= learning_rate * gradient / (sqrt(v) + epsilon)``.

    Parameters
    ----------
    parameters : ndarray of shape (n_parameters,)
        The vector that `step` changes in place.
    epsilon : float, default=None
        What keeps the divisor from zero; by default 1e-10.
    """

    kernel_number = 4
    default_epsilon = 1e-10
    default_rate = 0.01

    def _numbers(self, learning_rate: float) -> tuple[float, ...]:
        return learning_rate, self.epsilon

    def _move(self, gradient: Array, numbers: tuple[float, ...]) -> None:
        squares = self.state["squares"]
        np.add(squares, np.square(gradient, out=self._scratch), out=squares)
        step = np.divide(gradient, self._root(), out=gradient)
        self._subtract(step, numbers[0])


class Adadelta(SquaresOptimizer):
    """Adadelta (Zeiler 2012).

    ``v`` and ``u`` are the decaying means of the squared gradient and of the squared
    step; the step is ``sqrt(u + epsilon) / sqrt(v + epsilon) * gradient``, and
    ``w -= learning_rate * step``.

    Parameters
    ----------
    parameters : ndarray of shape (n_parameters,)
        The vector that `step` changes in place.
    rho : float
        The decay of the means.
    epsilon : float, default=None
        What lets the first steps begin; by default 1e-6.
    """

    slots = ("squares", "squared_steps")
    kernel_number = 5
    default_epsilon = 1e-6
    default_rate = 1.0

    def __init__(
        self, parameters: Array, rho: float, epsilon: float | None = None
    ) -> None:
        super().__init__(parameters, epsilon)
        self.rho = rho

    @classmethod
    def _own_arguments(cls, arguments: Any, n_weights: int) -> dict[str, Any]:
        rho = {"rho": float(arguments.rho)}
        return super()._own_arguments(arguments, n_weights) | rho

    def _numbers(self, learning_rate: float) -> tuple[float, ...]:
        return learning_rate, self.epsilon, self.rho

    def _move(self, gradient: Array, numbers: tuple[float, ...]) -> None:
        squared_steps = self.state["squared_steps"]
        self._move_squares(gradient, self.rho)
        ratio = np.add(squared_steps, self.epsilon, out=self._scratch)
        np.divide(ratio, self.state["squares"] + self.epsilon, out=ratio)
        np.sqrt(ratio, out=ratio)
        step = np.multiply(gradient, ratio, out=gradient)
        squares = np.square(step, out=self._scratch)
        self._move_mean(squared_steps, squares, self.rho)
        self._subtract(step, numbers[0])


#: Every optimizer by the name that ``solver`` gives it.
OPTIMIZERS: dict[str, type[Optimizer]] = {
    "sgd": SGD,
    "adam": Adam,
    "adamw": AdamW,
    "rmsprop": RMSprop,
    "adagrad": Adagrad,
    "adadelta": Adadelta,
}
