"""The costs of the book, as functions of the last layer's pre-activations (logits).

Value and gradient are computed from the logits and not from the outputs, so that
nothing loses its digits where an output saturates. Only an exponential can overflow. A
new loss is a class here and a line in one of the tables.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar, cast

import numpy as np
from scipy.special import expit, logit, xlogy

from sknnadl.network.arrays import Array


class Loss(ABC):
    """A cost of one row, given its logits ``z`` and its target ``y``."""

    #: The function that turns logits into the network's outputs.
    output_activation: ClassVar[str]
    #: The loss's number in the compiled kernels.
    kernel_number: ClassVar[int | None] = None
    #: The learning rate of plain gradient descent where the user names none, found with
    #: ``benchmarks/defaults.py``.
    descent_rate: ClassVar[float] = 0.2

    def for_labels(self) -> Loss:
        """Return the loss of several labels a row, whose outputs are sigmoids each.

        Raises
        ------
        ValueError
            If there is none.
        """
        if self.output_activation != "logistic":
            raise ValueError(
                f"The outputs of {type(self).__name__} are for one class a row, and y "
                "has several labels a row: choose another loss."
            )
        return self

    def check_targets(self, targets: Array) -> None:
        """Refuse targets that no outputs can have.

        Raises
        ------
        ValueError
            If there are some.
        """

    @abstractmethod
    def value(self, logits: Array, targets: Array) -> Array:
        """Return the cost of each row, shape (n,)."""

    @abstractmethod
    def gradient(self, logits: Array, targets: Array) -> Array:
        """Overwrite the logits with each row's gradient with respect to them."""


class SquaredError(Loss):
    """``1/2 * sum((a - y)**2)`` with ``a = sigmoid(z)``: the book's quadratic cost."""

    output_activation = "logistic"
    kernel_number = 2

    def value(self, logits: Array, targets: Array) -> Array:
        """Return the cost of each row."""
        error = expit(logits) - targets
        return cast(Array, 0.5 * np.einsum("ij,ij->i", error, error))

    def gradient(self, logits: Array, targets: Array) -> Array:
        """Return ``(a - y) a (1 - a)``."""
        a = expit(logits)
        np.subtract(a, targets, out=logits)
        np.multiply(logits, a * (1 - a), out=logits)
        return logits


class CrossEntropy(Loss):
    """``-sum(y log(a) + (1 - y) log(1 - a))`` with ``a = sigmoid(z)``."""

    output_activation = "logistic"
    kernel_number = 1

    def value(self, logits: Array, targets: Array) -> Array:
        """Return the cost of each row: ``sum(log(1 + exp(z)) - y z)``."""
        costs: Array = np.logaddexp(0, logits) - targets * logits
        return cast(Array, costs.sum(axis=1))

    def gradient(self, logits: Array, targets: Array) -> Array:
        """Return ``a - y``."""
        expit(logits, out=logits)
        return np.subtract(logits, targets, out=logits)


class LogLoss(Loss):
    """``-sum(y log(a))`` with ``a = softmax(z)``: the book's log-likelihood cost."""

    output_activation = "softmax"
    kernel_number = 0

    def for_labels(self) -> Loss:
        """Return the log loss of each label."""
        return CrossEntropy()

    def value(self, logits: Array, targets: Array) -> Array:
        """Return the cost of each row: ``log(sum(exp(z))) - sum(y z)``."""
        shifted = logits - np.maximum.reduce(logits, axis=1, keepdims=True)
        total = np.add.reduce(np.exp(shifted), axis=1)
        return cast(Array, np.log(total) - np.einsum("ij,ij->i", targets, shifted))

    def gradient(self, logits: Array, targets: Array) -> Array:
        """Return ``a - y``."""
        logits -= np.maximum.reduce(logits, axis=1, keepdims=True)
        np.exp(logits, out=logits)
        logits /= np.add.reduce(logits, axis=1, keepdims=True)
        return np.subtract(logits, targets, out=logits)


class LinearSquaredError(Loss):
    """``1/2 * sum((z - y)**2)``: the squared error of outputs as they are."""

    output_activation = "identity"
    kernel_number = 3
    descent_rate = 0.02

    def value(self, logits: Array, targets: Array) -> Array:
        """Return the cost of each row."""
        error = logits - targets
        return cast(Array, 0.5 * np.einsum("ij,ij->i", error, error))

    def gradient(self, logits: Array, targets: Array) -> Array:
        """Return ``z - y``."""
        return np.subtract(logits, targets, out=logits)


class PoissonDeviance(Loss):
    """``sum(a - y + y log(y / a))`` with ``a = exp(z)``: for counts and rates.

    It is half of the deviance of Poisson distributions with the means ``a``.
    """

    output_activation = "exp"
    descent_rate = 0.02

    def check_targets(self, targets: Array) -> None:
        """Refuse negative targets."""
        if (targets < 0).any():
            raise ValueError(
                f"loss='poisson' needs y of at least 0, got {targets.min():.4g}: use "
                "loss='squared_error'."
            )

    def value(self, logits: Array, targets: Array) -> Array:
        """Return the cost of each row."""
        costs: Array = np.exp(logits) - targets + xlogy(targets, targets)
        return cast(Array, (costs - targets * logits).sum(axis=1))

    def gradient(self, logits: Array, targets: Array) -> Array:
        """Return ``a - y``."""
        np.exp(logits, out=logits)
        return np.subtract(logits, targets, out=logits)


def constant_logits(frequencies: Array, output_activation: str) -> Array:
    """Return the logits whose outputs are these means of the targets.

    They minimize each of the losses among networks that ignore their input.
    """
    if output_activation == "identity":
        return frequencies
    if output_activation == "exp":
        return cast(Array, np.log(np.maximum(frequencies, 1e-12)))
    frequencies = np.clip(frequencies, 1e-12, 1 - 1e-12)
    if output_activation == "logistic":
        return cast(Array, logit(frequencies))
    return cast(Array, np.log(frequencies))


#: Every loss of classifiers, of regressors, and of autoencoders, by its name.
LOSSES: dict[str, Loss] = {
    "cross_entropy": CrossEntropy(),
    "log_loss": LogLoss(),
    "squared_error": SquaredError(),
}
REGRESSION_LOSSES: dict[str, Loss] = {
    "poisson": PoissonDeviance(),
    "squared_error": LinearSquaredError(),
}
RECONSTRUCTION_LOSSES: dict[str, Loss] = {
    "cross_entropy": CrossEntropy(),
    "squared_error": LinearSquaredError(),
}
