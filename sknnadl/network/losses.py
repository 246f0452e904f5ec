"""The costs of the book, and others.

Only an exponential can overflow. A new loss is a class here and a line in one of the
tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, cast

import numpy as np
from scipy.special import expit, xlogy

from sknnadl.network.arrays import Array
from sknnadl.network.loss import Loss as Loss


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

    def check_targets(self, targets: Array) -> None:
        """Refuse targets below 0 or above 1, which an autoencoder's may be."""
        least, most = targets.min(), targets.max()
        if least < 0 or most > 1:
            raise ValueError(
                "loss='cross_entropy' needs X from 0 to 1, got values from "
                f"{least:.4g} to {most:.4g}: scale them, as "
                "sklearn.preprocessing.MinMaxScaler does, or use loss='squared_error'."
            )

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


class AbsoluteError(Loss):
    """``sum(abs(z - y))``, whose best constant is the median.

    Where an output is its target, the slope is 0.
    """

    output_activation = "identity"
    descent_rate = 0.02

    def best_quantile(self) -> float:
        """Return that of the median."""
        return 0.5

    def value(self, logits: Array, targets: Array) -> Array:
        """Return the cost of each row."""
        return cast(Array, np.abs(logits - targets).sum(axis=1))

    def gradient(self, logits: Array, targets: Array) -> Array:
        """Return ``sign(z - y)``."""
        np.subtract(logits, targets, out=logits)
        np.sign(logits, out=logits)
        return logits


@dataclass(frozen=True)
class HuberLoss(Loss):
    """``1/2 (z - y)**2`` within ``delta`` of the target, and outside a straight line.

    Source: Huber (1964).
    """

    output_activation: ClassVar[str] = "identity"
    descent_rate: ClassVar[float] = 0.02
    delta: float = 1.0

    def with_arguments(self, arguments: Any) -> Loss:
        """Return it with ``huber_delta``."""
        return HuberLoss(float(arguments.huber_delta))

    def best_quantile(self) -> float:
        """Return that of the median, which is about the best."""
        return 0.5

    def value(self, logits: Array, targets: Array) -> Array:
        """Return the cost of each row."""
        size = np.abs(logits - targets)
        near = np.minimum(size, self.delta)
        return cast(Array, (near * (size - near / 2)).sum(axis=1))

    def gradient(self, logits: Array, targets: Array) -> Array:
        """Return ``z - y``, at most ``delta`` and at least minus that."""
        np.subtract(logits, targets, out=logits)
        np.clip(logits, -self.delta, self.delta, out=logits)
        return logits


@dataclass(frozen=True)
class PinballLoss(Loss):
    """``sum(max(q (y - z), (q - 1) (y - z)))``, whose best constant is a quantile.

    Source: Koenker and Bassett (1978). Where an output is its target, the slope is 0.
    """

    output_activation: ClassVar[str] = "identity"
    descent_rate: ClassVar[float] = 0.02
    quantile: float = 0.5

    def with_arguments(self, arguments: Any) -> Loss:
        """Return it with ``quantile``."""
        return PinballLoss(float(arguments.quantile))

    def best_quantile(self) -> float:
        """Return ``quantile``."""
        return self.quantile

    def value(self, logits: Array, targets: Array) -> Array:
        """Return the cost of each row."""
        error = targets - logits
        costs = np.maximum(self.quantile * error, (self.quantile - 1) * error)
        return cast(Array, costs.sum(axis=1))

    def gradient(self, logits: Array, targets: Array) -> Array:
        """Return ``1 - q`` above the target, and ``-q`` below."""
        above, below = logits > targets, logits < targets
        np.subtract((1 - self.quantile) * above, self.quantile * below, out=logits)
        return logits


#: Every loss of classifiers, of regressors, and of autoencoders, by its name.
LOSSES: dict[str, Loss] = {
    "cross_entropy": CrossEntropy(),
    "log_loss": LogLoss(),
    "squared_error": SquaredError(),
}
REGRESSION_LOSSES: dict[str, Loss] = {
    "absolute_error": AbsoluteError(),
    "huber": HuberLoss(),
    "pinball": PinballLoss(),
    "poisson": PoissonDeviance(),
    "squared_error": LinearSquaredError(),
}
RECONSTRUCTION_LOSSES: dict[str, Loss] = {
    "cross_entropy": CrossEntropy(),
    "squared_error": LinearSquaredError(),
}
