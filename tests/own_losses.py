"""Losses that a user might write, for classes and for values."""

from dataclasses import dataclass

import numpy as np
from scipy.special import log_softmax

from sknnadl.network import Loss


@dataclass(frozen=True)
class Focal(Loss):
    """``-sum(y (1 - a)**gamma log(a))`` of softmax outputs (Lin et al. 2017)."""

    gamma: float = 2.0
    output_activation = "softmax"

    def value(self, logits, targets):
        logs = log_softmax(logits, axis=1)
        return -(targets * (1 - np.exp(logs)) ** self.gamma * logs).sum(axis=1)

    def gradient(self, logits, targets):
        logs = log_softmax(logits, axis=1)
        a, gamma = np.exp(logs), self.gamma
        slopes = gamma * a * logs * (1 - a) ** (gamma - 1) - (1 - a) ** gamma
        slopes *= targets
        return slopes - a * slopes.sum(axis=1, keepdims=True)


class LogCosh(Loss):
    """``sum(log(cosh((z - y) / width)))``."""

    output_activation = "identity"

    def __init__(self, width=1.0):
        self.width = width

    def value(self, logits, targets):
        error = (logits - targets) / self.width
        return (np.logaddexp(error, -error) - np.log(2)).sum(axis=1)

    def gradient(self, logits, targets):
        return np.tanh((logits - targets) / self.width) / self.width


class SquaredHinge(Loss):
    """``sum(max(0, 1 - s z)**2)`` with ``s`` of 1 for yes and -1 for no."""

    output_activation = "logistic"

    def value(self, logits, targets):
        short = np.maximum(0, 1 - (2 * targets - 1) * logits)
        return (short**2).sum(axis=1)

    def gradient(self, logits, targets):
        signs = 2 * targets - 1
        logits *= signs
        np.subtract(1, logits, out=logits)
        np.maximum(0, logits, out=logits)
        logits *= -2 * signs
        return logits
