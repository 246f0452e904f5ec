"""The list of layers.

A new layer is a file here, and its name in the three places below.
"""

from __future__ import annotations

from sknnadl.network.layers.batch_norm import BatchNorm
from sknnadl.network.layers.conv import Conv2D
from sknnadl.network.layers.dense import Dense
from sknnadl.network.layers.dropout import Dropout
from sknnadl.network.layers.flatten import Flatten
from sknnadl.network.layers.layer import LayerSpec
from sknnadl.network.layers.maxout import Maxout
from sknnadl.network.layers.pooling import AveragePool2D, L2Pool2D, MaxPool2D

__all__ = [
    "AveragePool2D",
    "BatchNorm",
    "Conv2D",
    "Dense",
    "Dropout",
    "Flatten",
    "L2Pool2D",
    "MaxPool2D",
    "Maxout",
]

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
        Maxout,
    )
}
