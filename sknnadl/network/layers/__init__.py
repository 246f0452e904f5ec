"""The list of layers, and specs as plain values that any format can store."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from sknnadl.network.layers.base import LayerSpec
from sknnadl.network.layers.batch_norm import BatchNorm
from sknnadl.network.layers.conv import Conv2D
from sknnadl.network.layers.dense import Dense
from sknnadl.network.layers.dropout import Dropout
from sknnadl.network.layers.flatten import Flatten
from sknnadl.network.layers.pooling import AveragePool2D, L2Pool2D, MaxPool2D

LAYERS: dict[str, type[LayerSpec]] = {
    layer.__name__: layer
    for layer in (
        AveragePool2D,
        BatchNorm,
        Conv2D,
        Dense,
        Dropout,
        Flatten,
        L2Pool2D,
        MaxPool2D,
    )
}


def to_plain(specs: Iterable[LayerSpec]) -> list[dict[str, Any]]:
    """Return the specs as dicts of strings, numbers and tuples of numbers."""
    return [
        {
            "layer": type(spec).__name__,
            **{name: _to_plain(value) for name, value in vars(spec).items()},
        }
        for spec in specs
    ]


def _to_plain(value: Any) -> Any:
    """Return an argument without NumPy's types, as a grid may bring them."""
    if isinstance(value, tuple | list):
        return tuple(map(_to_plain, value))
    return value.item() if isinstance(value, np.generic) else value


def from_plain(values: Iterable[dict[str, Any]]) -> list[LayerSpec]:
    """Return the specs that `to_plain` was given."""
    return [
        LAYERS[value["layer"]](**{k: v for k, v in value.items() if k != "layer"})
        for value in values
    ]
