"""The matrix products of a fully connected layer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable

import numpy as np

from sknnadl.network.arrays import Array

#: `Layer.scratch`.
Scratch = Callable[..., Array]
#: BLAS multiplies this many rows together.
_TOGETHER = 4


class Product(ABC):
    """``x @ weights + biases``, and the way back.

    The arrays that are returned belong to the layer whose ``scratch`` is given.
    """

    @abstractmethod
    def forward(
        self, x: Array, weights: Array, biases: Array, scratch: Scratch, training: bool
    ) -> Array:
        """Return ``x @ weights + biases``, (n, units), for ``x`` of (n, n_in)."""

    @abstractmethod
    def backward(
        self,
        gradient: Array,
        weights_gradient: Array,
        biases_gradient: Array,
        scratch: Scratch,
        need_input: bool,
    ) -> Array | None:
        """Write the gradients of weights and biases; return that of the last rows.

        ``gradient`` is that of what `forward` returned.
        """


class BlasProduct(Product):
    """The products by NumPy and its BLAS."""

    def forward(
        self, x: Array, weights: Array, biases: Array, scratch: Scratch, training: bool
    ) -> Array:
        """Return ``x @ weights + biases``; for predictions added up in float64.

        BLAS adds up in an order that depends on the number of rows. In float32 that
        can change a probability by more than 1e-6, between a row alone and the same
        row among many. In float64 what is left is rounded away.
        """
        self._x, self._weights = x, weights
        wide = not training and x.dtype != np.float64
        out = (_multiply_wide if wide else _multiply)(x, weights, scratch)
        return np.add(out, biases, out=out)

    def backward(
        self,
        gradient: Array,
        weights_gradient: Array,
        biases_gradient: Array,
        scratch: Scratch,
        need_input: bool,
    ) -> Array | None:
        """Backpropagate: ``dw = x.T @ dz``, ``db = sum dz``, ``dx = dz @ w.T``."""
        np.matmul(self._x.T, gradient, out=weights_gradient)
        np.add.reduce(gradient, axis=0, out=biases_gradient)
        if not need_input:
            return None
        dx = scratch("input gradient", self._x.shape)  # (n, n_in)
        return np.matmul(gradient, self._weights.T, out=dx)


def _multiply(x: Array, weights: Array, scratch: Scratch) -> Array:
    """Return ``x @ weights``, with the rows filled up to a multiple of four.

    BLAS multiplies rows by fours: on some processors the product of 10 rows takes
    longer than that of 12.
    """
    n, n_in = x.shape
    n_filled = -(-n // _TOGETHER) * _TOGETHER
    out = scratch("output", (n_filled, weights.shape[1]))
    if n_filled == n:
        return np.matmul(x, weights, out=out)
    filled = scratch("filled input", (n_filled, n_in))
    filled[:n] = x
    filled[n:] = 0
    return np.matmul(filled, weights, out=out)[:n]


def _multiply_wide(x: Array, weights: Array, scratch: Scratch) -> Array:
    """Return ``x @ weights``, added up in float64."""
    wide_weights = scratch("wide weights", weights.shape, np.float64)
    np.copyto(wide_weights, weights)
    inputs = scratch("wide inputs", x.shape, np.float64)
    np.copyto(inputs, x)
    sums = scratch("wide sums", (len(x), weights.shape[1]), np.float64)
    np.matmul(inputs, wide_weights, out=sums)
    out = scratch("output", sums.shape)
    np.copyto(out, sums, casting="same_kind")
    return out
