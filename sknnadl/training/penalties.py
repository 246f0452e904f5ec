"""Penalties on the weights."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np
from scipy.linalg import get_blas_funcs

from sknnadl.network.arrays import Array


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
    def add_gradient(self, weights: Array, gradient: Array) -> None:
        """Add the penalty's gradient to that of the weights."""


class L2(Penalty):
    """``alpha / 2 * sum(weights**2)``: weight decay (Nielsen 2015, chapter 3)."""

    def value(self, weights: Array) -> float:
        """Return the penalty."""
        return 0.5 * self.alpha * float(np.dot(weights, weights))

    def add_gradient(self, weights: Array, gradient: Array) -> None:
        """Add ``alpha * weights``."""
        axpy = get_blas_funcs("axpy", (weights,))
        axpy(weights, gradient, a=self.alpha)


class L1(Penalty):
    """``alpha * sum(abs(weights))`` (Nielsen 2015, chapter 3)."""

    def value(self, weights: Array) -> float:
        """Return the penalty."""
        return self.alpha * float(np.abs(weights).sum())

    def add_gradient(self, weights: Array, gradient: Array) -> None:
        """Add ``alpha * sign(weights)``, which is 0 for a weight of 0."""
        gradient += self.alpha * np.sign(weights)


class ElasticNet(Penalty):
    """``l1_ratio`` of the L1 penalty and ``1 - l1_ratio`` of the L2 penalty.

    Zou and Hastie (2005).

    Parameters
    ----------
    alpha : float
        The strength of the penalty.
    l1_ratio : float
        The part of the L1 penalty, from 0 to 1.
    """

    def __init__(self, alpha: float, l1_ratio: float) -> None:
        super().__init__(alpha)
        self._parts = L1(alpha * l1_ratio), L2(alpha * (1 - l1_ratio))

    def value(self, weights: Array) -> float:
        """Return the penalty."""
        return sum(part.value(weights) for part in self._parts)

    def add_gradient(self, weights: Array, gradient: Array) -> None:
        """Add ``alpha * (l1_ratio * sign(weights) + (1 - l1_ratio) * weights)``."""
        for part in self._parts:
            part.add_gradient(weights, gradient)
