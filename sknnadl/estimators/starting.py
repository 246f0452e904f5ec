"""Layers of another network, which a fit starts from."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from sklearn.frozen import FrozenEstimator

from sknnadl.network.building import build_layers, find_ends
from sknnadl.network.layers.layer import Layer, LayerSpec
from sknnadl.network.network import Network

#: What reads an estimator from a file. The room `saving`, which can, is above this one
#: and puts its function here when it is imported, as it is with the package.
load_file: Callable[[str | os.PathLike[str]], Any] | None = None

#: The working layers of a hidden layer that have parameters: itself, and the batch
#: normalization after it.
Hidden = list[Layer]


def find_layers(estimator: Any) -> list[Hidden]:
    """Return the hidden layers that an estimator's fit is to start from, if any.

    Raises
    ------
    ValueError
        If there is no fitted network, or if it has fewer hidden layers.
    FileNotFoundError
        If there is no file of the name given.
    """
    source = getattr(estimator, "init_from", None)
    if source is None:
        return []
    if isinstance(source, str | os.PathLike):
        if not os.path.isfile(source):
            raise FileNotFoundError(
                f"init_from is {str(source)!r}, where there is no file: name one that "
                "sknnadl.save has written, or give a fitted network."
            )
        assert load_file is not None
        source = load_file(source)
    if isinstance(source, FrozenEstimator):
        source = source.estimator
    if not hasattr(source, "training_state_"):
        raise ValueError(
            "init_from must be a fitted network, or a file of one, got the "
            f"{type(source).__name__} {source!r}: fit it first. In a grid, name the "
            "file, or wrap the network in sklearn.frozen.FrozenEstimator, as a search "
            "makes unfitted copies of what it is given."
        )
    layers = _hidden_layers(source._network())
    n_layers = estimator.init_layers or len(layers)
    if not 0 < n_layers <= len(layers):
        allowed = "None"
        if layers:
            allowed = f"from 1 to {len(layers)}, or None"
        raise ValueError(
            f"init_layers must be {allowed}, as the network in init_from has "
            f"{len(layers)} hidden layer{'' if len(layers) == 1 else 's'}, got "
            f"{estimator.init_layers}."
        )
    return layers[:n_layers]


def count_frozen(
    specs: Sequence[LayerSpec], input_shape: tuple[int, ...], n_layers: int
) -> int:
    """Return how many of the specs make the first hidden layers, without dropout.

    What follows them and draws nothing, such as pooling, is among them.
    """
    if not n_layers:
        return 0
    layers = build_layers(specs, input_shape, "float32")
    end = find_ends(layers)[:n_layers][-1]
    last = max(i for i in range(end) if layers[i].parameters)
    return next((i for i in range(last, end) if layers[i].stochastic), end)


def copy_layers(taken: Sequence[Hidden], network: Network) -> None:
    """Write the parameters of hidden layers into the first ones of a network.

    Raises
    ------
    ValueError
        If it has others. Nothing is written then.
    """
    own = _hidden_layers(network)
    for number, theirs in enumerate(taken):
        ours = own[number] if number < len(own) else []
        if _kinds(ours) != _kinds(theirs):
            fewer = f", or take fewer, with init_layers={number}" if number else ""
            raise ValueError(
                f"Hidden layer {number + 1} of the network in init_from is "
                f"{_describe_layers(theirs)}, and here it is "
                f"{_describe_layers(ours) or 'missing'}: ask for layers of the same "
                f"kinds and sizes{fewer}."
            )
    for ours, theirs in zip(own, taken, strict=False):
        for layer, other in zip(ours, theirs, strict=True):
            for name, values in layer.values.items():
                np.copyto(values, other.values[name])


def has_own_start(estimator: Any, network: Network) -> bool:
    """Return whether a seed alone does not tell what the network began with."""
    values = (value for spec in network.specs for value in vars(spec).values())
    n_taken = getattr(estimator, "n_init_layers_", 0)  # older files have none
    return n_taken > 0 or any(map(callable, values))


def _hidden_layers(network: Network) -> list[Hidden]:
    """Return the hidden layers that have parameters."""
    places = pairwise([0, *find_ends(network.layers)[:-1]])
    return [[n for n in network.layers[a:b] if n.parameters] for a, b in places]


def _kinds(layers: Hidden) -> list[tuple[type[Layer], Any, int]]:
    """Return what two hidden layers must share for one to start from the other.

    The size of images may differ, and of the same weights pieces make other neurons.
    """
    return [(type(n), n.parameters, n.output_shape[-1]) for n in layers]


def _describe_layers(layers: Hidden) -> str:
    """Return layers, and the shapes of their first parameters, in words."""
    texts = []
    for layer in layers:
        name = type(layer).__name__.removesuffix("Layer")
        first = next(iter(layer.parameters.values()))
        texts.append(f"{name} {'x'.join(map(str, first.shape))}")
        if layer.output_shape[-1] != first.shape[-1]:
            texts[-1] += f" of {layer.output_shape[-1]} neurons"
    return " and ".join(texts)
