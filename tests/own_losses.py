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


class Exponential(Loss):
    """``sum(exp(-s z))`` with ``s`` of 1 for yes and -1 for no, of sigmoid outputs."""

    output_activation = "logistic"

    def value(self, logits, targets):
        return np.exp((1 - 2 * targets) * logits).sum(axis=1)

    def gradient(self, logits, targets):
        signs = 1 - 2 * targets
        logits *= signs
        np.exp(logits, out=logits)
        logits *= signs
        return logits
