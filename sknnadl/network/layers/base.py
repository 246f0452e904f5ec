"""What every layer has: a spec that a user writes, and a working layer that runs."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from sknnadl.network.arrays import Array, Shape


class LayerSpec(ABC):
    """The description of a layer: immutable, comparable, hashable, picklable.

    Subclasses are frozen dataclasses.
    """

    @abstractmethod
    def build(self, input_shape: Shape, dtype: npt.DTypeLike) -> Layer:
        """Return the working layer for inputs of this shape (without the batch axis).

        Raises
        ------
        ValueError
            If the layer cannot take inputs of this shape.
        """


class Layer(ABC):
    """A working layer: ``forward`` and ``backward`` over scratch memory of its own.

    The arrays that ``forward`` and ``backward`` return belong to the layer and are
    written over at the next call. A layer is for one thread at a time and is never
    pickled.

    Parameters
    ----------
    input_shape : tuple of int
        Shape of one input, without the batch axis.
    output_shape : tuple of int
        Shape of one output, without the batch axis.
    dtype : dtype
        The dtype of every array that the layer sees.
    """

    #: Whether training draws random numbers in this layer.
    stochastic: ClassVar[bool] = False
    #: Whether compiled kernels do the layer's matrix products, if it has any.
    compiled: bool = True

    def __init__(
        self, input_shape: Shape, output_shape: Shape, dtype: npt.DTypeLike
    ) -> None:
        self.input_shape = input_shape
        self.output_shape = output_shape
        self.dtype = np.dtype(dtype)
        self._scratch: dict[tuple[str, Shape, Any], Array] = {}

    @property
    def parameter_shapes(self) -> dict[str, Shape]:
        """The shape of each parameter; a penalty applies to the one named weights."""
        return {}

    @property
    def work(self) -> int:
        """About how many multiplications one row's output takes."""
        return math.prod(self.output_shape)

    def fuse(self, following: Layer) -> Layer | None:
        """Return one layer that does the work of this and the following one.

        None where there is none. Neither of the two is bound to parameters yet.
        """
        return None

    def bind(
        self, parameters: Mapping[str, Array], gradients: Mapping[str, Array]
    ) -> None:
        """Take the views of the network's vectors that hold this layer's parameters."""

    def initialize(self, rng: np.random.Generator) -> None:
        """Draw the parameters that training starts from."""

    @abstractmethod
    def forward(self, x: Array, rng: np.random.Generator | None = None) -> Array:
        """Return the layer's output for a batch; ``rng=None`` means inference."""

    @abstractmethod
    def backward(self, gradient: Array, need_input: bool = True) -> Array | None:
        """Write the parameters' gradients and return that of the last input.

        ``gradient`` is the cost's gradient with respect to the last output, and is
        overwritten. With ``need_input=False`` the input's gradient, which the first
        layer has no use for, is not computed and None is returned.
        """

    def share_scratch(self, other: Layer) -> None:
        """Use the scratch memory of the same layer of a replica.

        Of the two only one can be between its `forward` and the `backward` after it.
        """
        self._scratch = other._scratch

    def scratch(self, name: str, shape: Shape, dtype: Any = None) -> Array:
        """Return uninitialized memory, the same at every call with the same arguments.

        Fresh large arrays cost page faults; these are paid once.
        """
        key = name, shape, dtype
        array = self._scratch.get(key)
        if array is None:
            array = np.empty(shape, self.dtype if dtype is None else dtype)
            self._scratch[key] = array
        return array
