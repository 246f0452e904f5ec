"""Pooling: each window of a feature map becomes one number."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from sknnadl.network.arrays import Array, Shape
from sknnadl.network.kernels import (
    LARGEST_WINDOW,
    KernelLayer,
    Kind,
    take_maximum,
    take_winners,
)
from sknnadl.network.layers.layer import Layer, LayerSpec, OneOrTwo, as_pair
from sknnadl.network.layers.windows import (
    check_is_image,
    count_windows,
    window_positions,
)


class Pool2DLayer(Layer):
    """Base class of the working layers: they differ in two formulas.

    Attributes
    ----------
    window, stride : (int, int)
        Height and width of the window, and how far apart windows are.
    """

    #: The pooling's number in the compiled kernels.
    kernel_number: ClassVar[int]

    def __init__(
        self,
        input_shape: Shape,
        output_shape: Shape,
        dtype: npt.DTypeLike,
        window: tuple[int, int],
        stride: tuple[int, int],
    ) -> None:
        super().__init__(input_shape, output_shape, dtype)
        self.window = window
        self.stride = stride

    def for_kernels(self, starts: Mapping[str, int]) -> KernelLayer | None:
        """Return the layer as the compiled kernels see it, if they know it."""
        if math.prod(self.window) > LARGEST_WINDOW:
            return None
        kernels = 1, 1, self.input_shape[2], *self.stride
        return KernelLayer(
            Kind.POOL,
            0,
            math.prod(self.input_shape),
            math.prod(self.output_shape),
            pooling=self.kernel_number,
            windows=(0, *self.input_shape, *kernels, *self.window)
            + self.output_shape[:2],
        )

    def forward(self, x: Array, rng: np.random.Generator | None = None) -> Array:
        """Return one value a window: (n, down, across, channels)."""
        self._positions = self._divide(x)
        self._output = self.scratch("output", (len(x), *self.output_shape))
        self._pool(self._positions, self._output)
        return self._output

    def backward(self, gradient: Array, need_input: bool = True) -> Array | None:
        """Share each window's gradient out among its pixels."""
        if not need_input:
            return None
        dx = self.scratch("input gradient", (len(gradient), *self.input_shape))
        dx.fill(0)
        share = self.scratch("share", gradient.shape)
        self._share_out(gradient, self._divide(dx), share)
        return dx

    def _divide(self, x: Array) -> list[Array]:
        """Return the views of `window_positions`."""
        down, across, _ = self.output_shape
        return list(window_positions(x, (down, across), self.window, self.stride))

    @abstractmethod
    def _pool(self, positions: Sequence[Array], output: Array) -> None:
        """Write the value of each window."""

    @abstractmethod
    def _share_out(
        self, gradient: Array, positions: Sequence[Array], share: Array
    ) -> None:
        """Add each pixel's share of the gradient, which may be overwritten.

        ``share`` is memory to work in, of the gradient's shape.
        """


class MaxPool2DLayer(Pool2DLayer):
    """The working layer of a `MaxPool2D` spec."""

    kernel_number = 0

    def _pool(self, positions: Sequence[Array], output: Array) -> None:
        take_maximum(positions, output)

    def _share_out(
        self, gradient: Array, positions: Sequence[Array], share: Array
    ) -> None:
        wins = self.scratch("wins", gradient.shape, bool)
        for x, dx in zip(self._positions, positions, strict=True):
            take_winners(x, self._output, gradient, share, wins)
            np.add(dx, share, out=dx)


class AveragePool2DLayer(Pool2DLayer):
    """The working layer of an `AveragePool2D` spec."""

    kernel_number = 1

    def _pool(self, positions: Sequence[Array], output: Array) -> None:
        np.copyto(output, positions[0])
        for x in positions[1:]:
            np.add(output, x, out=output)
        np.multiply(output, 1 / len(positions), out=output)

    def _share_out(
        self, gradient: Array, positions: Sequence[Array], share: Array
    ) -> None:
        np.multiply(gradient, 1 / len(positions), out=share)
        for dx in positions:
            np.add(dx, share, out=dx)


class L2Pool2DLayer(Pool2DLayer):
    """The working layer of an `L2Pool2D` spec."""

    kernel_number = 2

    def _pool(self, positions: Sequence[Array], output: Array) -> None:
        square = self.scratch("square", output.shape)
        np.square(positions[0], out=output)
        for x in positions[1:]:
            np.add(output, np.square(x, out=square), out=output)
        np.sqrt(output, out=output)

    def _share_out(
        self, gradient: Array, positions: Sequence[Array], share: Array
    ) -> None:
        """Add ``gradient * x / norm``, and nothing where the norm is zero."""
        norm = self.scratch("norm", gradient.shape)
        np.copyto(norm, self._output)
        norm[norm == 0] = 1  # where x is 0, or its square is
        np.divide(gradient, norm, out=gradient)
        for x, dx in zip(self._positions, positions, strict=True):
            np.add(dx, np.multiply(gradient, x, out=share), out=dx)


@dataclass(frozen=True)
class Pool2D(LayerSpec):
    """Base class of the specs of pooling layers.

    Parameters
    ----------
    pool_size : int or (int, int), default=2
        Height and width of the window.
    stride : int or (int, int), default=None
        How far apart windows are, down and across; by default side by side, and less
        makes them overlap. Pixels at the lower and right edges that fill no window
        are left out.
    """

    pool_size: OneOrTwo = 2
    stride: OneOrTwo | None = None

    #: The layer that does the work.
    layer: ClassVar[type[Pool2DLayer]]

    def build(self, input_shape: Shape, dtype: npt.DTypeLike) -> Pool2DLayer:
        """Return the working layer for images of this shape."""
        window = as_pair(self, "pool_size")
        stride = window if self.stride is None else as_pair(self, "stride")
        check_is_image(self, input_shape)
        height, width, channels = input_shape
        if window[0] > height or window[1] > width:
            raise ValueError(
                f"pool_size {window[0]}x{window[1]} does not fit the {height}x{width} "
                f"feature maps that {self} gets: take a smaller one, or fewer layers."
            )
        down, across = count_windows((height, width), window, stride)
        return self.layer(input_shape, (down, across, channels), dtype, window, stride)


class MaxPool2D(Pool2D):
    """Max-pooling: the largest value of each window.

    The gradient goes to the first of the largest, from left to right and top to
    bottom.

    Parameters
    ----------
    pool_size : int or (int, int), default=2
        Height and width of the window.
    stride : int or (int, int), default=None
        How far apart windows are, down and across; by default side by side, and less
        makes them overlap. Pixels at the lower and right edges that fill no window
        are left out.

    Examples
    --------
    >>> import numpy as np
    >>> from sknnadl.network import MaxPool2D, Network
    >>> network = Network([MaxPool2D(2)], input_shape=(2, 4, 1))
    >>> image = np.array([[1, 2, 5, 6], [3, 4, 7, 8]], np.float32)
    >>> network.forward(image.reshape(1, 2, 4, 1)).ravel().tolist()
    [4.0, 8.0]
    """

    layer = MaxPool2DLayer


class AveragePool2D(Pool2D):
    """Average-pooling: the mean of each window.

    Parameters
    ----------
    pool_size : int or (int, int), default=2
        Height and width of the window.
    stride : int or (int, int), default=None
        How far apart windows are, down and across; by default side by side, and less
        makes them overlap. Pixels at the lower and right edges that fill no window
        are left out.

    Examples
    --------
    >>> import numpy as np
    >>> from sknnadl.network import AveragePool2D, Network
    >>> network = Network([AveragePool2D(2)], input_shape=(2, 4, 1))
    >>> image = np.array([[1, 2, 5, 6], [3, 4, 7, 8]], np.float32)
    >>> network.forward(image.reshape(1, 2, 4, 1)).ravel().tolist()
    [2.5, 6.5]
    """

    layer = AveragePool2DLayer


class L2Pool2D(Pool2D):
    """L2 pooling: the square root of the sum of squares of each window.

    Its gradient where all values of a window are zero is taken as 0. The book names
    it as an alternative to max-pooling (Nielsen 2015, chapter 6).

    Parameters
    ----------
    pool_size : int or (int, int), default=2
        Height and width of the window.
    stride : int or (int, int), default=None
        How far apart windows are, down and across; by default side by side, and less
        makes them overlap. Pixels at the lower and right edges that fill no window
        are left out.

    Examples
    --------
    >>> import numpy as np
    >>> from sknnadl.network import L2Pool2D, Network
    >>> network = Network([L2Pool2D((1, 2))], input_shape=(1, 2, 1))
    >>> image = np.array([3, 4], np.float32)
    >>> network.forward(image.reshape(1, 1, 2, 1)).ravel().tolist()
    [5.0]
    """

    layer = L2Pool2DLayer
