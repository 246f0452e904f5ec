"""What the layers compute with, whichever way it is computed.

The two ways are `with_numpy`, which is always there, and `compiled`.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar, NamedTuple

from sknnadl.network.arrays import Array

#: `Layer.scratch`: memory by name, shape and dtype, the same at every call.
Scratch = Callable[..., Array]
#: An optimizer's step on a part of its parameters. It takes the gradient of all, where
#: the part begins and ends, how weights are shrunk, the numbers of the formula, and how
#: many threads share the work.
#: What it makes of a parameter does not depend on where the part begins and ends.
OneStep = Callable[
    [Array, int, int, tuple[int, float, float, float], tuple[float, ...], int], None
]


class Kind(IntEnum):
    """The kinds of layers that the compiled kernels know, by their numbers there."""

    DENSE = 0
    CONV = 1
    POOL = 2
    BATCH_NORM = 3
    DROPOUT = 4


class KernelLayer(NamedTuple):
    """A layer as the compiled kernels see it: in C it is a ``Layer``.

    What a kind of layer has no use for is zero.

    Parameters
    ----------
    kind : Kind
        Which layer it is.
    activation : int
        The activation's ``kernel_number``.
    inputs, outputs : int
        How many numbers a row has before and after it.
    weights, biases, statistics : int
        Where its parameters begin in the network's vector: penalized ones or a scale,
        others or a shift, and running means.
    pooling : int
        Which pooling it is.
    inside : (int, int, int, int)
        Of images within their padding: top, left, height and width.
    windows : tuple of 13 int
        The sizes of patches and windows: in C a ``ConvPool``.
    numbers : (float, float)
        The rate of dropout, or momentum and epsilon.
    """

    kind: Kind
    activation: int
    inputs: int
    outputs: int
    weights: int = 0
    biases: int = 0
    statistics: int = 0
    pooling: int = 0
    inside: tuple[int, ...] = (0,) * 4
    windows: tuple[int, ...] = (0,) * 13
    numbers: tuple[float, float] = (0.0, 0.0)


class Steps(NamedTuple):
    """An optimizer's steps as the kernels take them.

    Parameters
    ----------
    optimizer : int
        The optimizer's number.
    first, second : ndarray of shape (n_parameters,) or None
        What it remembers.
    numbers : ndarray of shape (n_steps, n_numbers)
        The numbers of its formula.
    n_weights : int
        How many of the parameters are weights, which shrink.
    shrinkages : ndarray of shape (n_steps, 3)
        What the penalty's gradients are multiplied by, and the weights themselves.
    """

    optimizer: int
    first: Array | None
    second: Array | None
    numbers: Array
    n_weights: int
    shrinkages: Array


@dataclass(frozen=True)
class Geometry:
    """The sizes of a convolution and of the pooling after it.

    Parameters
    ----------
    height, width, channels : int
        The size of an image, with its padding.
    kernel, stride : (int, int)
        Height and width of the kernels, and how far apart patches are.
    filters : int
        The number of kernels.
    pool : (int, int)
        Height and width of the pooling window.
    down, across : int
        The number of windows.
    """

    height: int
    width: int
    channels: int
    kernel: tuple[int, int]
    stride: tuple[int, int]
    filters: int
    pool: tuple[int, int]
    down: int
    across: int

    @property
    def windows(self) -> tuple[int, ...]:
        """The sizes as `KernelLayer` has them."""
        images = 0, self.height, self.width, self.channels
        kernels = *self.kernel, self.filters, *self.stride
        return *images, *kernels, *self.pool, self.down, self.across

    @property
    def weights_per_kernel(self) -> int:
        """The number of weights of a kernel."""
        return math.prod(self.kernel) * self.channels

    @property
    def work(self) -> int:
        """The number of multiplications for one image."""
        pixels = self.down * self.across * math.prod(self.pool)
        return pixels * self.weights_per_kernel * self.filters


class Product(ABC):
    """``x @ weights + biases``, and the way back.

    The arrays that are returned belong to the layer whose ``scratch`` is given.
    """

    #: Whether compiled kernels do the work.
    compiled: ClassVar[bool] = False

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


class Convolution(ABC):
    """The largest sum of each window, and the way back to kernels and images.

    Of the values of a window that are the largest, the first gets the gradient, from
    left to right and top to bottom.

    Parameters
    ----------
    geometry : Geometry
        The sizes.
    """

    #: Whether compiled kernels do the work.
    compiled: ClassVar[bool] = False

    def __init__(self, geometry: Geometry) -> None:
        self.geometry = geometry

    @abstractmethod
    def forward(
        self, x: Array, kernels: Array, scratch: Scratch, training: bool
    ) -> Array:
        """Return the largest sums, (n, down * across * filters).

        ``x`` has shape (n, height, width, channels), ``kernels`` (weights_per_kernel,
        filters); ``scratch`` is that of the layer.
        """

    @abstractmethod
    def backward(
        self,
        gradient: Array,
        kernels_gradient: Array,
        scratch: Scratch,
        need_input: bool,
    ) -> Array | None:
        """Write the gradient of the kernels; return that of the last images.

        ``gradient`` is that of what `forward` returned, and is overwritten.
        """
