"""The maxout layer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from sknnadl.network.arrays import Array, Shape
from sknnadl.network.kernels import KernelLayer, take_maximum, take_winners
from sknnadl.network.layers.dense import DenseLayer
from sknnadl.network.layers.initializers import Start, check_starts
from sknnadl.network.layers.layer import LayerSpec, check_count


@dataclass(frozen=True)
class Maxout(LayerSpec):
    """A fully connected layer of neurons that are the largest of linear pieces.

    ``max over p of (x @ weights + biases)[unit + units * p]``: each neuron learns its
    own convex activation (Goodfellow et al. 2013). It is trained with `Dropout` there.

    Parameters
    ----------
    units : int
        Number of neurons.
    pieces : int, default=2
        Number of linear functions that a neuron is the maximum of. Columns 0 to
        ``units - 1`` of the weights are the first piece of each neuron.
    weight_init : str or callable, default="auto"
        How the weights start; see `Dense`. Each piece counts as a neuron, and for
        ``"fan_out"`` their maximum as one. ``"auto"`` is ``"glorot"``.
    bias_init : str, float or callable, default="auto"
        How the biases start; see `Dense`.

    Examples
    --------
    >>> import numpy as np
    >>> from sknnadl.network import Maxout, Network
    >>> network = Network([Maxout(1, pieces=2)], input_shape=(1,))
    >>> network.parameters[:] = [1, -1, 0, 0]  # x and -x
    >>> network.forward(np.array([[-3.0], [2.0]], np.float32)).ravel().tolist()
    [3.0, 2.0]
    """

    units: int
    pieces: int = 2
    weight_init: str | Start = "auto"
    bias_init: str | float | Start = "auto"

    #: That of the pieces.
    activation: ClassVar[str] = "identity"

    def build(self, input_shape: Shape, dtype: npt.DTypeLike) -> MaxoutLayer:
        """Return the working layer for rows of this shape."""
        check_count(self, "units")
        check_count(self, "pieces")
        check_starts(self)
        return MaxoutLayer(self, input_shape, dtype)


class MaxoutLayer(DenseLayer):
    """The working layer of a `Maxout` spec: a dense one, and the maximum after it."""

    def __init__(self, spec: Maxout, input_shape: Shape, dtype: npt.DTypeLike) -> None:
        super().__init__(spec, input_shape, dtype, int(spec.pieces))
        self.output_shape = (int(spec.units),)

    def for_kernels(self, starts: Mapping[str, int]) -> KernelLayer | None:
        """Return None: the compiled kernels do not know it."""
        return None

    def forward(self, x: Array, rng: np.random.Generator | None = None) -> Array:
        """Return the largest of the pieces of ``x @ weights + biases``."""
        z = super().forward(x, rng)  # (n, pieces * units)
        self._pieces = self._divide(z)
        self._largest = self.scratch("largest", (len(x), *self.output_shape))
        take_maximum(self._pieces, self._largest)
        return self._largest

    def backward(self, gradient: Array, need_input: bool = True) -> Array | None:
        """Backpropagate: ``dz = dy`` at the first of the largest pieces, and 0 else."""
        wins = self.scratch("wins", gradient.shape, bool)
        columns = self.parameters["biases"].shape
        dz = self.scratch("piece gradients", (len(gradient), *columns))
        for piece, share in zip(self._pieces, self._divide(dz), strict=True):
            take_winners(piece, self._largest, gradient, share, wins)
        return super().backward(dz, need_input)

    def _divide(self, z: Array) -> list[Array]:
        """Return the views of the pieces, each (n, units)."""
        return np.split(z, self._n_pooled, axis=1)
