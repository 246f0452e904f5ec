"""Layers, whole networks and steps by the compiled kernels, where they were built.

Whether they compute, or NumPy does, is decided here alone: by the functions that make
products, convolutions, whole networks and steps.
"""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from sknnadl.network.arrays import Array, ready
from sknnadl.network.kernels.interface import (
    Convolution,
    Geometry,
    KernelLayer,
    OneStep,
    Product,
    Scratch,
    Steps,
)
from sknnadl.network.kernels.with_numpy import BlasProduct, PatchConvolution

try:
    from sknnadl.network.kernels import _compiled
except ImportError:  # no compiler was found at installation
    _compiled = None  # type: ignore[assignment]  # a module, for the type checker

_PURE_PYTHON = os.environ.get("SKNNADL_PURE_PYTHON", "0") not in ("", "0")
#: The compiled module, or None where there is none or it is not wanted.
KERNELS: Any = None if _PURE_PYTHON else _compiled
_DTYPES = np.dtype(np.float32), np.dtype(np.float64)
#: The kernels have room for so many.
_MOST_LAYERS = 128
#: A byte says which value of a window is the largest.
LARGEST_WINDOW = 256


def make_product(dtype: npt.DTypeLike) -> Product:
    """Return what multiplies rows and weights."""
    return CompiledProduct() if _are_compiled(dtype) else BlasProduct()


def make_convolution(geometry: Geometry, dtype: npt.DTypeLike) -> Convolution:
    """Return what convolves images and pools."""
    is_small = math.prod(geometry.pool) <= LARGEST_WINDOW
    way = CompiledConvolution if is_small and _are_compiled(dtype) else PatchConvolution
    return way(geometry)


def bind_network(
    layers: Sequence[KernelLayer], parameters: Array, gradient: Array
) -> CompiledNetwork | None:
    """Return what goes through all layers in one call, or None without kernels.

    Parameters
    ----------
    layers : sequence of KernelLayer
        The layers.
    parameters, gradient : ndarray of shape (n_parameters,)
        The network's vectors.
    """
    if not _are_compiled(parameters.dtype) or not 0 < len(layers) <= _MOST_LAYERS:
        return None
    return CompiledNetwork(layers, parameters, gradient)


def bind_step(
    kernel_number: int | None, parameters: Array, state: Sequence[Array]
) -> OneStep | None:
    """Return an optimizer's step in one pass, or None without kernels.

    Parameters
    ----------
    kernel_number : int or None
        The optimizer's number in the kernels, if it is there.
    parameters : ndarray of shape (n_parameters,)
        The vector to step on.
    state : sequence of ndarray of shape (n_parameters,)
        The vectors that the optimizer remembers.
    """
    if kernel_number is None or not _are_compiled(parameters.dtype):
        return None
    first, second, *_ = *state, None, None
    is_double = parameters.dtype == np.float64
    vectors = parameters, first, second
    return partial(KERNELS.optimizer_step, is_double, kernel_number, *vectors)


def _are_compiled(dtype: npt.DTypeLike) -> bool:
    return KERNELS is not None and np.dtype(dtype) in _DTYPES


class CompiledNetwork:
    """All layers of a network, through which the kernels go in one call.

    Parameters
    ----------
    layers : sequence of KernelLayer
        The layers.
    parameters, gradient : ndarray of shape (n_parameters,)
        The network's vectors.
    """

    def __init__(
        self, layers: Sequence[KernelLayer], parameters: Array, gradient: Array
    ) -> None:
        rows = [(*of[:8], *of.inside, *of.windows) for of in layers]
        numbers = np.array([of.numbers for of in layers], np.float64)
        is_double = parameters.dtype == np.float64
        self._bound = is_double, np.array(rows, np.intp), numbers, parameters
        self._gradient = gradient
        # The memory grows until it is as long as the kernels need it.
        self._memory = bytearray()

    def differentiate(
        self,
        x: Array,
        targets: Array,
        weights: Array | None,
        scale: float,
        loss: int,
        logits: Array,
        rngs: Sequence[np.random.Generator] | None,
        n_pieces: int,
        n_threads: int,
    ) -> None:
        """Write the gradient of the scaled sum of the rows' losses, and the logits.

        Each piece draws from a generator of its own; without any it is inference.
        """
        draws = None
        if rngs is not None:
            draws = tuple(rng.bit_generator.capsule for rng in rngs)
        KERNELS.network_gradient(
            *self._bound,
            self._gradient,
            self._memory,
            *self._ready(x, targets, weights),
            *(scale, loss, logits),
            draws,
            n_pieces,
            n_threads,
        )

    def train(
        self,
        x: Array,
        targets: Array,
        weights: Array | None,
        loss: int,
        logits: Array,
        rngs: Sequence[np.random.Generator],
        sizes: Sequence[int],
        n_pieces: Sequence[int],
        steps: Steps,
        n_threads: int,
    ) -> None:
        """Differentiate mini-batches of these sizes, and take a step after each."""
        KERNELS.network_steps(
            *self._bound,
            self._gradient,
            self._memory,
            *self._ready(x, targets, weights),
            *(loss, logits),
            tuple(rng.bit_generator.capsule for rng in rngs),
            np.array([*sizes, *n_pieces], np.intp),
            *steps,
            n_threads,
        )

    def predict(self, x: Array, logits: Array, n_pieces: int, n_threads: int) -> None:
        """Write the logits, as in inference."""
        given = *self._ready(x), logits, n_pieces, n_threads
        KERNELS.network_outputs(*self._bound, self._memory, *given)

    def _ready(self, *arrays: Array | None) -> tuple[Array | None, ...]:
        """Return arrays in the form that the kernels read."""
        dtype = self._gradient.dtype
        return tuple(a if a is None else ready(a, dtype) for a in arrays)


class CompiledProduct(Product):
    """The work of `BlasProduct`, where no row changes the bits of another."""

    compiled = True

    def __init__(self) -> None:
        self._memory = bytearray()  # as long as the kernels need it

    def forward(
        self, x: Array, weights: Array, biases: Array, scratch: Scratch, training: bool
    ) -> Array:
        """Return ``x @ weights + biases``."""
        self._x = x = ready(x, weights.dtype)
        self._weights = weights
        self._is_double = weights.dtype == np.float64
        self._sizes = len(x), *weights.shape
        out = scratch("output", (len(x), weights.shape[1]))
        arrays = x, weights, biases, out, self._memory
        KERNELS.dense(self._is_double, *arrays, self._sizes)
        return out

    def backward(
        self,
        gradient: Array,
        weights_gradient: Array,
        biases_gradient: Array,
        scratch: Scratch,
        need_input: bool,
    ) -> Array | None:
        """Backpropagate: ``dw = x.T @ dz``, ``db = sum dz``, ``dx = dz @ w.T``."""
        gradient = ready(gradient, self._x.dtype)
        # Where it is not written to, any memory that could be will do.
        dx = scratch("input gradient", self._x.shape) if need_input else gradient
        arrays = self._x, self._weights, gradient, weights_gradient, biases_gradient, dx
        KERNELS.dense_gradients(
            self._is_double, need_input, *arrays, self._memory, self._sizes
        )
        return dx if need_input else None


class CompiledConvolution(Convolution):
    """The work of `PatchConvolution` in one call for all images of a block.

    No image changes the bits of another. On the way back through pooling only the
    largest value of each window is followed.
    """

    compiled = True

    def __init__(self, geometry: Geometry) -> None:
        super().__init__(geometry)
        self._memory = bytearray()
        self._sizes = (
            (*geometry.kernel, geometry.filters),
            geometry.stride,
            (*geometry.pool, geometry.down, geometry.across),
        )

    def forward(
        self, x: Array, kernels: Array, scratch: Scratch, training: bool
    ) -> Array:
        """Return the largest sums, (n, down * across * filters)."""
        sizes = self.geometry
        shape = len(x), sizes.down * sizes.across * sizes.filters
        self._x = ready(x, kernels.dtype)
        self._kernels = kernels
        self._winners = scratch("winners", shape, np.uint8)
        pooled = scratch("pooled", shape)
        is_double = kernels.dtype == np.float64
        arrays = self._x, kernels, pooled, self._winners, self._memory
        KERNELS.conv_pool(is_double, *arrays, x.shape, *self._sizes)
        return pooled

    def backward(
        self,
        gradient: Array,
        kernels_gradient: Array,
        scratch: Scratch,
        need_input: bool,
    ) -> Array | None:
        """Backpropagate from the largest value of each window alone."""
        x = self._x
        gradient = ready(gradient, x.dtype)
        # Where it is not written to, any memory that could be will do.
        dx = scratch("padded gradient", x.shape) if need_input else kernels_gradient
        arrays = x, self._kernels, gradient, self._winners, kernels_gradient, dx
        is_double = x.dtype == np.float64
        KERNELS.conv_pool_gradients(
            is_double, need_input, *arrays, self._memory, x.shape, *self._sizes
        )
        return dx if need_input else None
