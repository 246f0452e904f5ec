"""Products and convolution by NumPy and its BLAS."""

from __future__ import annotations

import math

import numpy as np
from numpy.lib.stride_tricks import as_strided

from sknnadl.network.arrays import Array, Shape
from sknnadl.network.kernels.interface import Convolution, Geometry, Product, Scratch
from sknnadl.network.kernels.maximum import WindowMaximum

#: BLAS multiplies this many rows together.
_TOGETHER = 4
#: Patches whose rows have fewer numbers than this are gathered a pixel at a time: the
#: runs to copy are then as long as a feature map is wide.
_SHORT_RUN = 16
#: NumPy 2 keeps the interpreter's lock during a call with at most so many results.
_LOCKED_SIZE = 500


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


class PatchConvolution(Convolution):
    """Every output pixel is a row of sums, found by one matrix product.

    The rows are ordered so that the pixels of an image which have one position in
    their pooling windows are next to each other: (image, column in the window, row in
    the window, down, across).
    """

    def __init__(self, geometry: Geometry) -> None:
        super().__init__(geometry)
        self._maximum = WindowMaximum()

    def forward(
        self, x: Array, kernels: Array, scratch: Scratch, training: bool
    ) -> Array:
        """Return the largest sums, (n, down * across * filters)."""
        (high, wide), filters = self.geometry.pool, self.geometry.filters
        patches = self._gather_patches(x, scratch)  # (n, pixels, k)
        self._patches = patches.reshape(-1, patches.shape[2])
        self._sums = scratch("sums", (len(self._patches), filters))
        if training:
            np.matmul(self._patches, kernels, out=self._sums)
        else:  # an image at a time: no image changes the bits of another
            sums = self._sums.reshape(*patches.shape[:2], filters)
            np.matmul(patches, kernels, out=sums)
        self._kernels, self._n = kernels, len(x)
        windows = self._sums.reshape(len(x), wide, high, -1)
        return self._maximum.forward(windows, scratch)

    def backward(
        self,
        gradient: Array,
        kernels_gradient: Array,
        scratch: Scratch,
        need_input: bool,
    ) -> Array | None:
        """Backpropagate: ``patches.T @ dz``, and ``dz @ kernels.T`` to the images.

        ``dz`` is the gradient at the largest sum of each window, and 0 elsewhere.
        """
        self._maximum.backward(gradient, scratch)
        dz = self._sums  # where their gradients are now: (m, filters)
        _multiply_unlocked(self._patches.T, dz, kernels_gradient, scratch)
        return self._input_gradient(dz, scratch) if need_input else None

    def _gather_patches(self, x: Array, scratch: Scratch) -> Array:
        """Return the patch that each output pixel sees as a row: (n, pixels, k)."""
        image, line, pixel, number = x.strides
        sizes = self.geometry
        kernel: Shape = (*sizes.kernel, sizes.channels)
        steps: Shape = (line, pixel, number)
        (high, wide), (down, across) = sizes.pool, sizes.stride
        rows = len(x), wide, high, sizes.down, sizes.across
        row_steps = (
            image,
            across * pixel,
            down * line,
            high * down * line,
            wide * across * pixel,
        )
        k = sizes.weights_per_kernel
        is_run = pixel == number * kernel[2]  # not so in a transposed image
        if not is_run or kernel[1] * kernel[2] < _SHORT_RUN:
            size = math.prod(kernel + rows)
            patches = scratch("patches", (size,)).reshape(kernel + rows)
            np.copyto(patches, as_strided(x, kernel + rows, steps + row_steps))
            return patches.reshape(k, len(x), -1).transpose(1, 2, 0)
        # The pixels of a kernel's row lie in a row in the image too.
        kernel, steps = (kernel[0], kernel[1] * kernel[2]), (line, number)
        patches = scratch("patches", rows + kernel)
        np.copyto(patches, as_strided(x, rows + kernel, row_steps + steps))
        return patches.reshape(len(x), -1, k)

    def _input_gradient(self, dz: Array, scratch: Scratch) -> Array:
        """Add what each sum sends to the pixels of its patch, a kernel's row at a time.

        First the rows that the patches share are added up, then the columns.
        """
        sizes, n = self.geometry, self._n
        height, width, channels = sizes.height, sizes.width, sizes.channels
        (high, wide), across = sizes.pool, sizes.across
        down, run = sizes.down * high, sizes.kernel[1] * channels
        kernels = self._kernels.reshape(sizes.kernel[0], run, -1)
        lines = scratch("lines", (n, wide, height, across * run))
        lines.fill(0)
        sent = scratch("sent", (len(dz), run))
        for i in range(sizes.kernel[0]):
            np.matmul(dz, kernels[i].T, out=sent)
            rows = slice(i, i + sizes.stride[0] * (down - 1) + 1, sizes.stride[0])
            some = lines[:, :, rows].reshape(n, wide, sizes.down, high, -1)
            some = some.swapaxes(2, 3)
            np.add(some, sent.reshape(some.shape), out=some)
        padded = scratch("padded gradient", (n, height, width * channels))
        padded.fill(0)
        lines = lines.reshape(n, wide, height, across, run)
        for j in range(wide * across):
            start = j * sizes.stride[1] * channels
            columns = padded[:, :, start : start + run]
            np.add(columns, lines[:, j % wide, :, j // wide], out=columns)
        return padded.reshape(n, height, width, channels)


def _multiply_unlocked(a: Array, b: Array, out: Array, scratch: Scratch) -> None:
    """Write ``a @ b``, a sum over many rows, so that other threads can run.

    Few kernels have a small gradient, but two halves of the sum, found in one
    call, can be large enough.
    """
    if not _LOCKED_SIZE // 2 < out.size <= _LOCKED_SIZE or len(b) % 2:
        np.matmul(a, b, out=out)
        return
    halves = scratch("halves", (2, *out.shape))
    a = a.reshape(len(a), 2, -1).swapaxes(0, 1)
    np.matmul(a, b.reshape(2, -1, b.shape[1]), out=halves)
    np.add(halves[0], halves[1], out=out)
