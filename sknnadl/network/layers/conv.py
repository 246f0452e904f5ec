"""The convolutional layer, alone or with the max-pooling that follows it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sknnadl.network.arrays import Array, Shape
from sknnadl.network.kernels import (
    LARGEST_WINDOW,
    Geometry,
    KernelLayer,
    Kind,
    make_convolution,
)
from sknnadl.network.layers.activations import ACTIVATIONS
from sknnadl.network.layers.initializers import Fans, Start, check_starts, initialize
from sknnadl.network.layers.layer import (
    ActivatedLayer,
    Layer,
    LayerSpec,
    OneOrTwo,
    Parameter,
    Role,
    as_pair,
    check_choice,
    check_count,
)
from sknnadl.network.layers.pooling import MaxPool2DLayer, Pool2DLayer
from sknnadl.network.layers.windows import check_is_image, count_windows, pad_size


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
    weight_init : str or callable, default="auto"
        How the kernels start; see `Dense`. The fan-in is the number of weights of a
        kernel, the fan-out that of the weights an input pixel meets; for ``"fan_out"``
        the stride of pooling right after it, down times across, divides that. A
        callable is given the shape (height, width, channels, filters).
    bias_init : str, float or callable, default="auto"
        How the biases start; see `Dense`.

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
    kernel_size: OneOrTwo
    stride: OneOrTwo = 1
    padding: str = "valid"
    activation: str = "relu"
    weight_init: str | Start = "auto"
    bias_init: str | float | Start = "auto"

    def build(self, input_shape: Shape, dtype: npt.DTypeLike) -> Conv2DLayer:
        """Return the working layer for images of this shape."""
        check_count(self, "filters")
        check_choice(self, "padding", ("valid", "same"))
        check_choice(self, "activation", ACTIVATIONS)
        check_starts(self)
        check_is_image(self, input_shape)
        return Conv2DLayer(self, input_shape, dtype)


class Conv2DLayer(ActivatedLayer):
    """The working layer of a `Conv2D` spec, with or without max-pooling.

    A monotone activation and a bias that is the same in the whole window do not change
    which value of a window is the largest. So pooling comes first, and bias and
    activation have only its results to work on.

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

    offset = "biases"
    may_fuse = True

    def __init__(
        self,
        spec: Conv2D,
        input_shape: Shape,
        dtype: npt.DTypeLike,
        pool: tuple[int, int] = (1, 1),
    ) -> None:
        kernel, stride = as_pair(spec, "kernel_size"), as_pair(spec, "stride")
        height, width, channels = input_shape
        self._before, padded = pad_size((height, width), kernel, stride, spec.padding)
        if any(k > s for k, s in zip(kernel, padded, strict=True)):
            raise ValueError(
                f"kernel_size {kernel[0]}x{kernel[1]} does not fit the "
                f"{height}x{width} feature maps that {spec} gets: take a smaller one, "
                "padding='same', or fewer layers."
            )
        down, across = count_windows(padded, kernel, stride)
        down, across = down // pool[0], across // pool[1]
        filters = int(spec.filters)
        self._spec = spec
        self._n_pooled = math.prod(pool)
        self.geometry = Geometry(
            *padded, channels, kernel, stride, filters, pool, down, across
        )
        parameters = {
            "weights": Parameter((*kernel, channels, filters), Role.PENALIZED),
            "biases": Parameter((filters,), Role.TRAINED),
        }
        shape, work = (down, across, filters), self.geometry.work
        super().__init__(input_shape, shape, dtype, spec.activation, parameters, work)
        self._convolution = make_convolution(self.geometry, dtype)
        self.compiled = self._convolution.compiled

    def fuse(self, following: Layer) -> Layer | None:
        """Take in max-pooling whose windows lie side by side; take notice of any."""
        if isinstance(following, Pool2DLayer):
            self._n_pooled = math.prod(following.stride)
        if (
            self.geometry.pool != (1, 1)
            or not self.activation.monotone
            or not isinstance(following, MaxPool2DLayer)
            or following.stride != following.window
        ):
            return None
        return Conv2DLayer(self._spec, self.input_shape, self.dtype, following.window)

    def for_kernels(self, starts: Mapping[str, int]) -> KernelLayer | None:
        """Return the layer as the compiled kernels see it, if they know it."""
        activation, sizes = self.activation.kernel_number, self.geometry
        if activation is None or math.prod(sizes.pool) > LARGEST_WINDOW:
            return None
        return KernelLayer(
            Kind.CONV,
            activation,
            math.prod(self.input_shape),
            math.prod(self.output_shape),
            starts["weights"],
            starts["biases"],
            inside=(*self._before, *self.input_shape[:2]),
            windows=sizes.windows,
        )

    def initialize(self, rng: np.random.Generator) -> None:
        """Draw kernels and biases."""
        area = math.prod(self.geometry.kernel)
        fan_in, fan_out = self.geometry.weights_per_kernel, area * self.geometry.filters
        fans = Fans(fan_in, fan_out, self._n_pooled)
        own = self.values["weights"], self.values["biases"]
        initialize(self._spec, *own, fans, self._spec.activation, rng)

    def forward(self, x: Array, rng: np.random.Generator | None = None) -> Array:
        """Return ``f(max-pool(x * kernels) + biases)``."""
        filters = self.geometry.filters
        kernels = self.values["weights"].reshape(-1, filters)  # (k, filters)
        pooled = self._convolution.forward(
            self._pad_images(x), kernels, self.scratch, rng is not None
        )
        biases = self.scratch("row biases", (self.geometry.across * filters,))
        np.copyto(biases.reshape(-1, filters), self.values["biases"])  # for each pixel
        rows = pooled.reshape(-1, len(biases))
        z = self.scratch("output", rows.shape)
        np.add(rows, biases, out=z)
        return self.activate(z).reshape(len(x), *self.output_shape)

    def backward(self, gradient: Array, need_input: bool = True) -> Array | None:
        """Backpropagate: ``db = sum dz``, ``dw = patches.T @ dz``, and to the input.

        ``dz`` is ``dy * f'`` at the largest sum of each window, and 0 elsewhere.
        """
        n, filters = len(gradient), self.geometry.filters
        gradient = gradient.reshape(n, -1)
        self.multiply_by_slope(gradient)
        by_pixel = np.add.reduce(gradient, axis=0).reshape(-1, filters)
        np.add.reduce(by_pixel, axis=0, out=self.gradients["biases"])
        dw = self.gradients["weights"].reshape(-1, filters)
        dx = self._convolution.backward(gradient, dw, self.scratch, need_input)
        if dx is None or dx.shape[1:] == self.input_shape:
            return dx
        inside = self.scratch("input gradient", (n, *self.input_shape))
        np.copyto(inside, self._inside(dx))
        return inside

    def _pad_images(self, x: Array) -> Array:
        """Return the images with zeros around them, (n, height, width, channels)."""
        sizes = self.geometry
        shape = sizes.height, sizes.width, sizes.channels
        if shape == self.input_shape:
            return x
        padded = self.scratch("padded", (len(x), *shape))
        padded.fill(0)
        self._inside(padded)[...] = x
        return padded

    def _inside(self, padded: Array) -> Array:
        """Return the view of the images without the zeros around them."""
        (top, left), (height, width, _) = self._before, self.input_shape
        return padded[:, top : top + height, left : left + width]
