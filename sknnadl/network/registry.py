"""The list of layers, and specs as plain values that any format can store."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from sknnadl.network.conv import Conv2D
from sknnadl.network.dense import Dense
from sknnadl.network.dropout import Dropout
from sknnadl.network.flatten import Flatten
from sknnadl.network.layer import LayerSpec
from sknnadl.network.pooling import AveragePool2D, L2Pool2D, MaxPool2D

LAYERS: dict[str, type[LayerSpec]] = {
    layer.__name__: layer
    for layer in (
        AveragePool2D,
        Conv2D,
        Dense,
        Dropout,
        Flatten,
        L2Pool2D,
        MaxPool2D,
    )
}


def to_plain(specs: Iterable[LayerSpec]) -> list[dict[str, Any]]:
    """Return the specs as dicts of strings and numbers."""
    return [
        {"layer": type(spec).__name__, **asdict(spec)}  # type: ignore[call-overload]
        for spec in specs
    ]


def from_plain(values: Iterable[dict[str, Any]]) -> list[LayerSpec]:
    """Return the specs that `to_plain` was given."""
    return [
        LAYERS[value["layer"]](**{k: v for k, v in value.items() if k != "layer"})
        for value in values
    ]
