"""From specs to working layers, and where their parameters lie in one vector."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy.typing as npt

from sknnadl.network.arrays import Shape
from sknnadl.network.layers import LAYERS
from sknnadl.network.layers.batch_norm import BatchNormLayer
from sknnadl.network.layers.layer import Layer, LayerSpec, Role


def from_plain(layers: Iterable[dict[str, Any]]) -> list[LayerSpec]:
    """Return the specs that `LayerSpec.to_plain` has described."""
    return [
        LAYERS[layer["layer"]](**{k: v for k, v in layer.items() if k != "layer"})
        for layer in layers
    ]


def to_plain(specs: Iterable[LayerSpec]) -> list[dict[str, Any]]:
    """Describe specs for `from_plain`, without functions, which have drawn weights."""
    described = [spec.to_plain() for spec in specs]
    return [{k: v for k, v in layer.items() if not callable(v)} for layer in described]


def build_layers(
    specs: Sequence[LayerSpec], shape: Shape, dtype: npt.DTypeLike
) -> list[Layer]:
    """Build the layers one after the other, each on the shape before it."""
    if not specs:
        raise ValueError("A network needs at least one layer, got none.")
    layers: list[Layer] = []
    for number, spec in enumerate(specs, start=1):
        try:
            layer = spec.build(shape, dtype)
        except ValueError as error:
            raise ValueError(f"Layer {number} of {len(specs)}: {error}") from None
        layers.append(layer)
        shape = layer.output_shape
    return layers


def fuse(layers: Sequence[Layer]) -> list[Layer]:
    """Join neighbours that are faster as one layer."""
    joined = list(layers[:1])
    for layer in layers[1:]:
        both = joined[-1].fuse(layer) if joined[-1].may_fuse else None
        if both is None:
            joined.append(layer)
        else:
            joined[-1] = both
    return joined


def find_ends(layers: Sequence[Layer]) -> list[int]:
    """Return where each layer with parameters ends: where the next one begins.

    Pooling and dropout after it are a part of it, and so is batch normalization.
    """
    starts = [
        i
        for i, layer in enumerate(layers)
        if layer.parameters and not isinstance(layer, BatchNormLayer)
    ]
    return [*starts[1:], len(layers)]


class Layout(NamedTuple):
    """Where the parameters of layers lie in one vector.

    Parameters
    ----------
    slices : list of dict of str to slice
        For each layer the places of its parameters, by name.
    first_weight, n_weights : int
        Where weights that are not frozen begin, and end.
    n_trained : int
        Where steps end; the running statistics that follow mini-batches come after.
    n_parameters : int
        The length of the vector.
    """

    slices: list[dict[str, slice]]
    first_weight: int
    n_weights: int
    n_trained: int
    n_parameters: int

    def of_first(self, layers: Sequence[Layer]) -> Layout:
        """Return the layout with the places of the first layers alone."""
        places = iter([slices for slices in self.slices if slices])
        own = [next(places) if layer.parameters else {} for layer in layers]
        return self._replace(slices=own)


def lay_out(layers: Sequence[Layer], n_frozen: int = 0) -> Layout:
    """Say where each parameter lies: those of a role together, layer by layer.

    So frozen layers, the first ones, have the first of each role. Steps begin after
    their weights, and pass over their other parameters, whose gradient is 0.
    """
    slices: list[dict[str, slice]] = [{} for _ in layers]
    ends, of_frozen, stop = [], [], 0
    for role in Role:
        n_of_frozen = 0
        for i, layer in enumerate(layers):
            for name, parameter in layer.parameters.items():
                if parameter.role == role:
                    start, stop = stop, stop + math.prod(parameter.shape)
                    slices[i][name] = slice(start, stop)
                    n_of_frozen += stop - start if i < n_frozen else 0
        ends.append(stop)
        of_frozen.append(n_of_frozen)
    n_weights, n_trained, n_parameters = ends
    n_trained += of_frozen[Role.STATISTIC]
    return Layout(slices, of_frozen[Role.PENALIZED], n_weights, n_trained, n_parameters)
