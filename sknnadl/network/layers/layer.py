"""What every layer has: a spec that a user writes, and a working layer that runs."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from enum import IntEnum
from typing import Any, ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt

from sknnadl.network.arrays import Array, Shape
from sknnadl.network.kernels import KernelLayer
from sknnadl.network.layers.activations import ACTIVATIONS, Activation

#: One number for both directions, or (height, width).
OneOrTwo = int | tuple[int, int]


class Role(IntEnum):
    """What training does with a parameter; they lie in this order in the vector."""

    #: A gradient moves it, and penalties and bounds on norms apply: weights.
    PENALIZED = 0
    #: A gradient moves it, and nothing else: biases.
    TRAINED = 1
    #: It follows what mini-batches are like, and no gradient moves it.
    STATISTIC = 2


class Parameter(NamedTuple):
    """The shape of a parameter of a layer, and its role."""

    shape: Shape
    role: Role


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

    def to_plain(self) -> dict[str, Any]:
        """Return the spec as a dict of strings, numbers and tuples of numbers.

        A start that is a function stays one.
        """
        arguments = {name: _to_plain(value) for name, value in vars(self).items()}
        return {"layer": type(self).__name__, **arguments}


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
    parameters : dict of str to Parameter, default=None
        What the layer has to learn, by name.
    work : int, default=None
        About how many multiplications one row's output takes; by default one for each
        of its numbers.

    Attributes
    ----------
    values, gradients : dict of str to ndarray
        The views of the network's vectors that hold the layer's parameters, by name.
    """

    #: Whether training draws random numbers in this layer.
    stochastic: ClassVar[bool] = False
    #: The parameter that is added to what the activation function is given: the norm of
    #: its gradient says how fast the layer learns.
    offset: ClassVar[str | None] = None
    #: Of how many values of a row a mean over the mini-batch is made; 0 is for none.
    values_per_row: int = 0
    #: Whether compiled kernels do the layer's matrix products, if it has any.
    compiled: bool = True
    #: Whether the layer changes no number, but only the shape.
    only_reshapes: ClassVar[bool] = False
    #: Whether `fuse` is worth asking.
    may_fuse: ClassVar[bool] = False

    def __init__(
        self,
        input_shape: Shape,
        output_shape: Shape,
        dtype: npt.DTypeLike,
        parameters: dict[str, Parameter] | None = None,
        work: int | None = None,
    ) -> None:
        self.input_shape = input_shape
        self.output_shape = output_shape
        self.dtype = np.dtype(dtype)
        self.parameters = parameters or {}
        self.work = math.prod(output_shape) if work is None else work
        self.values: Mapping[str, Array] = {}
        self.gradients: Mapping[str, Array] = {}
        self._scratch: dict[tuple[str, Shape, Any], Array] = {}

    def fuse(self, following: Layer) -> Layer | None:
        """Return one layer that does the work of this and the following one.

        None where there is none. Neither of the two has values yet.
        """
        return None

    def for_kernels(self, starts: Mapping[str, int]) -> KernelLayer | None:
        """Return the layer as the compiled kernels see it, if they know it.

        ``starts`` says where the parameters begin in the network's vector.
        """
        return None

    def initialize(self, rng: np.random.Generator) -> None:
        """Draw the values that training starts from."""

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

        Fresh large arrays cost page faults; these are paid once. For fewer rows it is
        the beginning of what there was for more.
        """
        n_rows, key = shape[0], (name, shape[1:], dtype)
        array = self._scratch.get(key)
        if array is None or len(array) < n_rows:
            array = np.empty(shape, self.dtype if dtype is None else dtype)
            self._scratch[key] = array
        return array if len(array) == n_rows else array[:n_rows]


class ActivatedLayer(Layer):
    """Base class of layers that end in an activation function.

    Parameters
    ----------
    input_shape, output_shape, dtype, parameters, work
        See `Layer`.
    activation : str
        The name of the function.
    """

    def __init__(
        self,
        input_shape: Shape,
        output_shape: Shape,
        dtype: npt.DTypeLike,
        activation: str,
        parameters: dict[str, Parameter],
        work: int | None = None,
    ) -> None:
        super().__init__(input_shape, output_shape, dtype, parameters, work)
        self.activation: Activation = ACTIVATIONS[activation]

    def activate(self, z: Array) -> Array:
        """Return ``f(z)``, in the place of ``z`` where that is not needed any more."""
        self._z = self._a = z
        if self.activation.needs_input:
            self._a = self.scratch("activated", z.shape)
        self.activation.forward(z, self._a)
        return self._a

    def multiply_by_slope(self, gradient: Array) -> None:
        """Multiply the gradient of what `activate` returned by ``f'(z)``."""
        shape = gradient.shape
        self.activation.backward(
            self._z.reshape(shape), self._a.reshape(shape), gradient
        )


def check_count(spec: LayerSpec, name: str) -> None:
    """Refuse an argument that is not an integer of at least 1."""
    value = getattr(spec, name)
    if not _is_count(value):
        raise ValueError(
            f"{name} of {spec} must be an integer of at least 1, got {value!r}."
        )


def check_choice(spec: LayerSpec, name: str, choices: Collection[str]) -> None:
    """Refuse an argument that is not one of the choices."""
    value = getattr(spec, name)
    if not isinstance(value, str) or value not in choices:
        raise ValueError(
            f"{name} of {spec} must be one of {sorted(choices)}, got {value!r}."
        )


def as_pair(spec: LayerSpec, name: str) -> tuple[int, int]:
    """Return an argument as (height, width)."""
    value = getattr(spec, name)
    pair = (value, value) if _is_count(value) else value
    if (
        not isinstance(pair, tuple | list)
        or len(pair) != 2
        or not all(map(_is_count, pair))
    ):
        raise ValueError(
            f"{name} of {spec} must be an integer of at least 1, or (height, width) as "
            f"two of them, got {value!r}."
        )
    return int(pair[0]), int(pair[1])


def _is_count(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        return False
    return int(value) >= 1


def _to_plain(value: Any) -> Any:
    """Return an argument without NumPy's types, as a grid may bring them."""
    if isinstance(value, tuple | list):
        return tuple(map(_to_plain, value))
    return value.item() if isinstance(value, np.generic) else value
