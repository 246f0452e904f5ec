"""A part of a network as a network of its own."""

from __future__ import annotations

import numpy as np

from sknnadl.network.building import build_layers
from sknnadl.network.network import Network


def copy_part(network: Network, start: int, stop: int) -> Network:
    """Return the layers of some consecutive specs, on copies of their parameters.

    It does not matter which of them one layer does the work of.
    """
    alone = build_layers(network.specs, network.input_shape, network.dtype)
    part = Network(network.specs[start:stop], alone[start].input_shape, network.dtype)
    n_before = sum(bool(layer.parameters) for layer in alone[:start])
    theirs = [values for values in network.layer_parameters if values][n_before:]
    for own, values in zip(filter(None, part.layer_parameters), theirs, strict=False):
        for name in own:
            np.copyto(own[name], values[name])
    return part
