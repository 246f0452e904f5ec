"""Penalties on the weights."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np

from sknnadl.network.typing import Array


class Penalty(ABC):
    """A term that is added to the cost of every mini-batch.

    Parameters
    ----------
    alpha : float
        The strength of the penalty.
    """

    def __init__(self, alpha: float) -> None:
        self.alpha = alpha

    @abstractmethod
    def value(self, weights: Array) -> float:
        """Return the penalty."""

    @abstractmethod
    def gradient(self, weights: Array) -> Array:
        """Return the penalty's gradient."""


class L2(Penalty):
    """``alpha / 2 * sum(weights**2)``: weight decay (Nielsen 2015, chapter 3)."""

    def value(self, weights: Array) -> float:
        """Return the penalty."""
        return 0.5 * self.alpha * float(np.dot(weights, weights))

    def gradient(self, weights: Array) -> Array:
        """Return ``alpha * weights``."""
        return self.alpha * weights


class L1(Penalty):
    """``alpha * sum(abs(weights))`` (Nielsen 2015, chapter 3)."""

    def value(self, weights: Array) -> float:
        """Return the penalty."""
        return self.alpha * float(np.abs(weights).sum())

    def gradient(self, weights: Array) -> Array:
        """Return ``alpha * sign(weights)``, which is 0 for a weight of 0."""
        return self.alpha * np.sign(weights)


PENALTIES: dict[str, type[Penalty]] = {"l1": L1, "l2": L2}
