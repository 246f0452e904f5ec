"""From specs to working layers, and where their parameters lie in one vector."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy.typing as npt

from sknnadl.network.arrays import Shape
from sknnadl.network.layers import LAYERS
from sknnadl.network.layers.layer import Layer, LayerSpec, Role


def from_plain(layers: Iterable[dict[str, Any]]) -> list[LayerSpec]:
    """Return the specs that `LayerSpec.to_plain` has described."""
    return [
        LAYERS[layer["layer"]](**{k: v for k, v in layer.items() if k != "layer"})
        for layer in layers
    ]


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
    joined = [layers[0]]
    for layer in layers[1:]:
        both = joined[-1].fuse(layer) if joined[-1].may_fuse else None
        if both is None:
            joined.append(layer)
        else:
            joined[-1] = both
    return joined


def lay_out(layers: Sequence[Layer]) -> tuple[list[dict[str, slice]], list[int]]:
    """Return where each parameter lies, and where those of each role end."""
    slices: list[dict[str, slice]] = [{} for _ in layers]
    ends = []
    stop = 0
    for role in Role:
        for places, layer in zip(slices, layers, strict=True):
            for name, parameter in layer.parameters.items():
                if parameter.role == role:
                    start, stop = stop, stop + math.prod(parameter.shape)
                    places[name] = slice(start, stop)
        ends.append(stop)
    return slices, ends
