"""Maxima, and the way back from a maximum to the value that it is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sknnadl.network.arrays import Array
from sknnadl.network.kernels.interface import Scratch


def take_maximum(values: Sequence[Array] | Array, output: Array) -> None:
    """Write the largest of several arrays, number by number."""
    np.copyto(output, values[0])
    for value in values[1:]:
        np.maximum(output, value, out=output)


def take_winners(
    value: Array, maximum: Array, gradient: Array, share: Array, wins: Array
) -> None:
    """Move the gradient of the maxima that ``value`` has into ``share``.

    Called for one array after the other, this gives the gradient to the first of the
    largest values: what is taken is no longer there for the next. ``share`` is 0 where
    ``value`` does not win; ``wins`` is memory to work in.
    """
    np.equal(value, maximum, out=wins)
    np.multiply(gradient, wins, out=share)
    np.subtract(gradient, share, out=gradient)


class WindowMaximum:
    """The maximum of windows side by side, first over their columns, then their rows.

    So the last step works on few numbers, and each on long runs of memory. The memory
    is that of a layer, whose `Layer.scratch` each method takes.
    """

    def forward(self, values: Array, scratch: Scratch) -> Array:
        """Return the maxima, (n, length).

        ``values`` has shape (n, columns of a window, rows of a window, length).
        """
        self._values = values.swapaxes(0, 1)
        self._highest = self._values[0]  # (n, rows, length)
        if len(self._values) > 1:
            self._highest = scratch("highest", self._highest.shape)
            take_maximum(self._values, self._highest)
        rows = self._highest.swapaxes(0, 1)
        self._maximum: Array = rows[0]
        if len(rows) > 1:
            self._maximum = scratch("maximum", rows[0].shape)
            take_maximum(rows, self._maximum)
        return self._maximum

    def backward(self, gradient: Array, scratch: Scratch) -> None:
        """Write the gradients of the last values in their place; overwrite this one.

        A window's goes to the row of its maximum, and there to the column: to the
        first of the largest values, from left to right and top to bottom.
        """
        of_rows = self._values[0]
        if len(self._values) > 1:
            of_rows = scratch("row gradient", of_rows.shape)
        rows, shares = self._highest.swapaxes(0, 1), of_rows.swapaxes(0, 1)
        wins = scratch("wins", gradient.shape, bool)
        _share_out(rows, shares, self._maximum, gradient, wins)
        if len(self._values) > 1:
            wins = scratch("wins", of_rows.shape, bool)
            _share_out(self._values, self._values, self._highest, of_rows, wins)


def _share_out(
    values: Array, shares: Array, maximum: Array, gradient: Array, wins: Array
) -> None:
    """Give the gradient to the first of the values that is the maximum.

    ``shares`` may be in the place of ``values``.
    """
    for value, share in zip(values[:-1], shares[:-1], strict=True):
        take_winners(value, maximum, gradient, share, wins)
    np.copyto(shares[-1], gradient)
