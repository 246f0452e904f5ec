"""The convolutional layer, alone or with the max-pooling that follows it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import as_strided

from sknnadl.network.activations import ACTIVATIONS
from sknnadl.network.checks import Pair, as_pair, check_choice, check_count
from sknnadl.network.images import check_is_image, count_windows, pad_size
from sknnadl.network.initializers import INITIALIZERS, get_initializer
from sknnadl.network.layer import Layer, LayerSpec
from sknnadl.network.maximum import WindowMaximum
from sknnadl.network.pooling import MaxPool2DLayer
from sknnadl.network.typing import Array, Shape

#: Patches whose rows have fewer numbers than this are gathered a pixel at a time: the
#: runs to copy are then as long as a feature map is wide.
_SHORT_RUN = 16
#: NumPy 2 keeps the interpreter's lock during a call with at most so many results.
_LOCKED_SIZE = 500


@dataclass(frozen=True)
class Conv2D(LayerSpec):
    """A convolutional layer: ``f(x * kernels + biases)``, one feature map a kernel.

    As everywhere in the field, the convolution is a cross-correlation: kernels are not
    flipped. Images have shape (height, width, channels).

    Parameters
    ----------
    filters : int
        Number of kernels, and so of feature maps.
    kernel_size : int or (int, int)
        Height and width of the kernels, the book's local receptive field.
    stride : int or (int, int), default=1
        How far apart the receptive fields are, down and across.
    padding : {"valid", "same"}, default="valid"
        ``"valid"`` uses no pixel outside the image. ``"same"`` puts zeros around it,
        as many on each side (or one more below and on the right), so that the feature
        maps have the size of the image divided by the stride, rounded up.
    activation : str, default="relu"
        The function ``f``; see `Dense`.
    weight_init : str, default="auto"
        How the kernels and biases start; see `Dense`. The fan-in is the number of
        weights of a kernel, the fan-out that of the weights an input pixel meets.

    Examples
    --------
    >>> import numpy as np
    >>> from sknnadl.network import Conv2D, Network
    >>> network = Network([Conv2D(20, kernel_size=5)], input_shape=(28, 28, 1))
    >>> network.initialize(np.random.default_rng(0))
    >>> network.forward(np.zeros((3, 28, 28, 1), np.float32)).shape
    (3, 24, 24, 20)
    """

    filters: int
    kernel_size: Pair
    stride: Pair = 1
    padding: str = "valid"
    activation: str = "relu"
    weight_init: str = "auto"

    def build(self, input_shape: Shape, dtype: npt.DTypeLike) -> Conv2DLayer:
        """Return the working layer for images of this shape."""
        check_count(self, "filters")
        check_choice(self, "padding", ("valid", "same"))
        check_choice(self, "activation", ACTIVATIONS)
        check_choice(self, "weight_init", ("auto", *INITIALIZERS))
        check_is_image(self, input_shape)
        return Conv2DLayer(self, input_shape, dtype)


class Conv2DLayer(Layer):
    """The working layer of a `Conv2D` spec, with or without max-pooling.

    A monotone activation and a bias that is the same in the whole window do not change
    which value of a window is the largest. So pooling comes first, and bias and
    activation have only its results to work on.

    Every output pixel is a row of sums, found by one matrix product of image patches
    and kernels. The rows are ordered so that the pixels of an image which have one
    position in their pooling windows are next to each other: (image, column in the
    window, row in the window, down, across).

    Parameters
    ----------
    spec : Conv2D
        The spec.
    input_shape : tuple of int
        Height, width and channels of an image.
    dtype : dtype
        The dtype of every array.
    pool : (int, int), default=(1, 1)
        Height and width of the pooling window.
    """

    def __init__(
        self,
        spec: Conv2D,
        input_shape: Shape,
        dtype: npt.DTypeLike,
        pool: tuple[int, int] = (1, 1),
    ) -> None:
        self._spec, self._filters = spec, int(spec.filters)
        self._kernel = as_pair(spec, "kernel_size")
        self._stride = as_pair(spec, "stride")
        height, width, self._channels = input_shape
        self._before, self._padded_size = pad_size(
            (height, width), self._kernel, self._stride, spec.padding
        )
        if any(k > s for k, s in zip(self._kernel, self._padded_size, strict=True)):
            raise ValueError(
                f"kernel_size {self._kernel[0]}x{self._kernel[1]} does not fit the "
                f"{height}x{width} feature maps that {spec} gets: take a smaller one, "
                "padding='same', or fewer layers."
            )
        down, across = count_windows(self._padded_size, self._kernel, self._stride)
        self._pool = pool
        self._down, self._across = down // pool[0], across // pool[1]
        output_shape = (self._down, self._across, self._filters)
        super().__init__(input_shape, output_shape, dtype)
        self._maximum = WindowMaximum()
        self.activation = ACTIVATIONS[spec.activation]
        self._initializer = get_initializer(spec.weight_init, spec.activation)

    @property
    def parameter_shapes(self) -> dict[str, Shape]:
        """The shapes of the kernels and of the biases."""
        filters = self._filters
        return {
            "weights": (*self._kernel, self._channels, filters),
            "biases": (filters,),
        }

    @property
    def work(self) -> int:
        """The number of multiplications for one image."""
        n_weights = math.prod(self.parameter_shapes["weights"])
        return n_weights * self._down * self._across * math.prod(self._pool)

    def fuse(self, following: Layer) -> Layer | None:
        """Take in max-pooling whose windows lie side by side."""
        if (
            self._pool != (1, 1)
            or not self.activation.monotone
            or not isinstance(following, MaxPool2DLayer)
            or following.stride != following.window
        ):
            return None
        return Conv2DLayer(self._spec, self.input_shape, self.dtype, following.window)

    def bind(
        self, parameters: Mapping[str, Array], gradients: Mapping[str, Array]
    ) -> None:
        """Take the views of the network's vectors."""
        weights = parameters["weights"]  # (kernel height, width, channels, filters)
        self._weights = weights
        self._kernels = weights.reshape(-1, weights.shape[-1])  # (k, filters)
        self._biases = parameters["biases"]
        self._kernels_gradient = gradients["weights"].reshape(self._kernels.shape)
        self._biases_gradient = gradients["biases"]

    def initialize(self, rng: np.random.Generator) -> None:
        """Draw kernels and biases."""
        area = math.prod(self._kernel)
        fan_in, fan_out = area * self._channels, area * self._filters
        self._initializer(self._weights, self._biases, fan_in, fan_out, rng)

    def forward(self, x: Array, rng: np.random.Generator | None = None) -> Array:
        """Return ``f(max-pool(x * kernels) + biases)``."""
        n, (high, wide), filters = len(x), self._pool, self._filters
        patches = self._gather_patches(self._pad_images(x))  # (n, pixels, k)
        self._patches = patches.reshape(-1, patches.shape[2])
        self._sums = self.scratch("sums", (len(self._patches), filters))
        if rng is None:  # an image at a time: no image changes the bits of another
            sums = self._sums.reshape(*patches.shape[:2], filters)
            np.matmul(patches, self._kernels, out=sums)
        else:
            np.matmul(self._patches, self._kernels, out=self._sums)
        windows = self._sums.reshape(n, wide, high, -1)
        pooled = self._maximum.forward(windows, self.scratch)  # (n, pixels * filters)
        row_biases = self.scratch("row biases", (self._across * filters,))
        np.copyto(row_biases.reshape(-1, filters), self._biases)  # for each pixel
        self._output = self.scratch("output", (n * self._down, len(row_biases)))
        np.add(pooled.reshape(self._output.shape), row_biases, out=self._output)
        self.activation.forward(self._output)
        return self._output.reshape(n, *self.output_shape)

    def backward(self, gradient: Array, need_input: bool = True) -> Array | None:
        """Backpropagate: ``db = sum dz``, ``dw = patches.T @ dz``, and to the input.

        ``dz`` is ``dy * f'`` at the largest sum of each window, and 0 elsewhere.
        """
        n = len(gradient)
        gradient = gradient.reshape(n, -1)
        self.activation.backward(self._output.reshape(n, -1), gradient)
        by_pixel = np.add.reduce(gradient, axis=0).reshape(-1, self._filters)
        np.add.reduce(by_pixel, axis=0, out=self._biases_gradient)
        self._maximum.backward(gradient, self.scratch)
        dz = self._sums  # where their gradients are now: (m, filters)
        self._multiply_unlocked(self._patches.T, dz, self._kernels_gradient)
        return self._input_gradient(dz, n) if need_input else None

    def _multiply_unlocked(self, a: Array, b: Array, out: Array) -> None:
        """Write ``a @ b``, a sum over many rows, so that other threads can run.

        Few kernels have a small gradient, but two halves of the sum, found in one
        call, can be large enough.
        """
        if not _LOCKED_SIZE // 2 < out.size <= _LOCKED_SIZE or len(b) % 2:
            np.matmul(a, b, out=out)
            return
        halves = self.scratch("halves", (2, *out.shape))
        a = a.reshape(len(a), 2, -1).swapaxes(0, 1)
        np.matmul(a, b.reshape(2, -1, b.shape[1]), out=halves)
        np.add(halves[0], halves[1], out=out)

    def _pad_images(self, x: Array) -> Array:
        """Return the images with zeros around them, (n, height, width, channels)."""
        if self._padded_size == self.input_shape[:2]:
            return x
        padded = self.scratch("padded", (len(x), *self._padded_size, self._channels))
        padded.fill(0)
        self._inside(padded)[...] = x
        return padded

    def _inside(self, padded: Array) -> Array:
        """Return the view of the images without the zeros around them."""
        (top, left), (height, width, _) = self._before, self.input_shape
        return padded[:, top : top + height, left : left + width]

    def _gather_patches(self, x: Array) -> Array:
        """Return the patch that each output pixel sees as a row: (n, pixels, k)."""
        image, line, pixel, number = x.strides
        kernel: Shape = (*self._kernel, self._channels)
        steps: Shape = (line, pixel, number)
        (high, wide), (down, across) = self._pool, self._stride
        rows = len(x), wide, high, self._down, self._across
        row_steps = (
            image,
            across * pixel,
            down * line,
            high * down * line,
            wide * across * pixel,
        )
        k = math.prod(kernel)
        is_run = pixel == number * kernel[2]  # not so in a transposed image
        if not is_run or kernel[1] * kernel[2] < _SHORT_RUN:
            patches = self.scratch("patches", kernel + rows)
            np.copyto(patches, as_strided(x, kernel + rows, steps + row_steps))
            return patches.reshape(k, len(x), -1).transpose(1, 2, 0)
        # The pixels of a kernel's row lie in a row in the image too.
        kernel, steps = (kernel[0], kernel[1] * kernel[2]), (line, number)
        patches = self.scratch("patches", rows + kernel)
        np.copyto(patches, as_strided(x, rows + kernel, row_steps + steps))
        return patches.reshape(len(x), -1, k)

    def _input_gradient(self, dz: Array, n: int) -> Array:
        """Add what each sum sends to the pixels of its patch, a kernel's row at a time.

        First the rows that the patches share are added up, then the columns.
        """
        height, width = self._padded_size
        (high, wide), channels = self._pool, self._channels
        down, run = self._down * high, self._kernel[1] * channels
        lines = self.scratch("lines", (n, wide, height, self._across * run))
        lines.fill(0)
        sent = self.scratch("sent", (len(dz), run))
        for i in range(self._kernel[0]):
            np.matmul(dz, self._weights[i].reshape(run, -1).T, out=sent)
            rows = slice(i, i + self._stride[0] * (down - 1) + 1, self._stride[0])
            some = lines[:, :, rows].reshape(n, wide, self._down, high, -1)
            some = some.swapaxes(2, 3)
            np.add(some, sent.reshape(some.shape), out=some)
        padded = self.scratch("padded gradient", (n, height, width * channels))
        padded.fill(0)
        lines = lines.reshape(n, wide, height, self._across, run)
        for j in range(wide * self._across):
            start = j * self._stride[1] * channels
            columns = padded[:, :, start : start + run]
            np.add(columns, lines[:, j % wide, :, j // wide], out=columns)
        padded = padded.reshape(n, height, width, channels)
        if self._padded_size == self.input_shape[:2]:
            return padded
        dx = self.scratch("input gradient", (n, *self.input_shape))
        np.copyto(dx, self._inside(padded))
        return dx
