"""The hidden layers that an estimator's arguments stand for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from numbers import Real
from typing import Any

import numpy as np

from sknnadl.network.layers import (
    LAYERS,
    AveragePool2D,
    BatchNorm,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    L2Pool2D,
    Maxout,
    MaxPool2D,
)
from sknnadl.network.layers.layer import LayerSpec, as_pair

_POOLINGS: dict[str, Callable[[Any], LayerSpec]] = {
    "average": AveragePool2D,
    "l2": L2Pool2D,
    "max": MaxPool2D,
}


def make_dense_layers(arguments: Any) -> list[LayerSpec]:
    """Return the specs of the dense hidden layers, each with its dropout."""
    sizes = _dense_sizes(arguments)
    return _make_dense(arguments, sizes, _arguments_of_layers(arguments, len(sizes)))


def make_autoencoder_layers(arguments: Any) -> tuple[list[Dense], list[Dense]]:
    """Return the specs of the encoder, and those of the decoder but for the outputs."""
    of_what = "a layer of the encoder"
    sizes = _check_sizes("hidden_layer_sizes", arguments.hidden_layer_sizes, of_what)
    if not sizes:
        raise ValueError(
            "hidden_layer_sizes must have one size at least, that of the codes, got "
            f"{arguments.hidden_layer_sizes!r}."
        )
    *outer, code = sizes
    back = arguments.decoder_layer_sizes
    if back is None:
        back = outer[::-1]
    back = _check_sizes("decoder_layer_sizes", back, "a layer of the decoder")
    function = arguments.activation
    starts = arguments.weight_init, arguments.bias_init
    encoder = [Dense(units, function, *starts) for units in outer]
    encoder.append(Dense(code, arguments.code_activation, *starts))
    return encoder, [Dense(units, function, *starts) for units in back]


def make_conv_layers(arguments: Any) -> list[LayerSpec]:
    """Return the specs of the convolutional layers, and those of the dense ones."""
    layers: list[LayerSpec] = []
    sizes = _check_sizes("n_filters", arguments.n_filters, "a convolutional layer")
    dense_sizes = _dense_sizes(arguments)
    own = _arguments_of_layers(arguments, len(sizes) + len(dense_sizes))
    for filters, options in zip(sizes, own, strict=False):
        size, stride = arguments.kernel_size, arguments.stride
        conv = Conv2D(filters, size, stride, arguments.padding, **options)
        pool = _POOLINGS[arguments.pooling](arguments.pool_size)
        pooling = [] if as_pair(pool, "pool_size") == (1, 1) else [pool]
        layers += _normalize(arguments, conv, *pooling)
    dense = _make_dense(arguments, dense_sizes, own[len(sizes) :])
    return [*layers, Flatten(), *dense]


def make_output_layer(arguments: Any, n_outputs: int) -> LayerSpec:
    """Return the spec of the output layer, whose start is the last of all layers'."""
    starts = arguments.weight_init, arguments.bias_init
    weights, biases = (one if _is_one(one) else list(one)[-1] for one in starts)
    return Dense(n_outputs, "identity", weights, biases)


def check_layers(layers: Sequence[LayerSpec]) -> Sequence[LayerSpec]:
    """Return layers that a user has named, the last of which gives rows."""
    for number, layer in enumerate(layers, start=1):
        if type(layer) not in LAYERS.values():
            raise ValueError(
                "layers must be layers of sknnadl.network, such as Dense(100), "
                f"got {layer!r} as layer {number}."
            )
    if any(isinstance(layer, Dense | Flatten | Maxout) for layer in layers):
        return layers
    return [*layers, Flatten()]


def count_named(layers: Sequence[LayerSpec], specs: Sequence[LayerSpec]) -> int:
    """Return how many of a fitted network's layers a user has named.

    They are all but the output layer and a `Flatten` that `check_layers` has added,
    whatever the layers that the user names by now.
    """
    n_hidden = len(specs) - 1
    is_longer = len(layers) < n_hidden
    return n_hidden - (is_longer and isinstance(specs[n_hidden - 1], Flatten))


def _make_dense(
    arguments: Any, sizes: list[int], own: list[dict[str, Any]]
) -> list[LayerSpec]:
    """Return dense layers of these sizes and arguments of their own."""
    layers: list[LayerSpec] = []
    rates = _check_rates(arguments.dropout, len(sizes))
    for units, rate, options in zip(sizes, rates, own, strict=True):
        layers += _normalize(arguments, Dense(units, **options))
        if rate > 0:
            layers.append(Dropout(float(rate)))
    return layers


def _normalize(
    arguments: Any, layer: Dense | Conv2D, *pooling: LayerSpec
) -> list[LayerSpec]:
    """Return a layer, the pooling after it and the activation, with its place.

    As in the book, pooling comes before the activation; so does normalization.
    """
    if not arguments.batch_norm:
        return [layer, *pooling]
    linear = replace(layer, activation="identity")
    return [linear, *pooling, BatchNorm(layer.activation)]


def _arguments_of_layers(arguments: Any, n_hidden: int) -> list[dict[str, Any]]:
    """Return the activation and the starts of each hidden layer, by name."""
    hidden = (
        "the one hidden layer" if n_hidden == 1 else f"the {n_hidden} hidden layers"
    )
    both = n_hidden + 1, f"{hidden} and the output layer"
    entries = {
        "activation": _one_each(arguments, "activation", n_hidden, hidden),
        "weight_init": _one_each(arguments, "weight_init", *both),
        "bias_init": _one_each(arguments, "bias_init", *both),
    }
    return [{name: entries[name][i] for name in entries} for i in range(n_hidden)]


def _one_each(arguments: Any, name: str, n_layers: int, which: str) -> list[Any]:
    """Return an argument for all layers, or one each, as a list."""
    value = getattr(arguments, name)
    if _is_one(value):
        return [value] * n_layers
    entries = np.asarray(value, dtype=object)
    if entries.shape != (n_layers,) or not all(map(_is_one, entries)):
        raise ValueError(
            f"{name} must be one for all layers, or a list with one for each of "
            f"{which}, got {value!r}."
        )
    return [str(one) if isinstance(one, str) else one for one in entries]


def _is_one(value: Any) -> bool:
    """Return whether an argument is for all layers."""
    return isinstance(value, str | Real) or callable(value)


def _dense_sizes(arguments: Any) -> list[int]:
    return _check_sizes(
        "hidden_layer_sizes", arguments.hidden_layer_sizes, "a hidden layer"
    )


def _check_rates(dropout: Any, n_layers: int) -> list[float]:
    """Return one dropout rate a hidden layer."""
    try:
        rates = np.asarray(dropout)
    except ValueError:  # a ragged list
        rates = np.asarray([[np.nan]])
    if rates.ndim == 0:
        return [float(rates)] * n_layers
    is_number = rates.dtype.kind in "fiu" or not rates.size
    is_rate = is_number and ((rates >= 0) & (rates < 1)).all()
    if rates.shape != (n_layers,) or not is_rate:
        raise ValueError(
            "dropout must be a number of at least 0 and below 1, or one for each of "
            f"the {n_layers} dense hidden layers, got {dropout!r}."
        )
    return [float(rate) for rate in rates]


def _check_sizes(name: str, value: Any, of_what: str) -> list[int]:
    """Return an argument with one size a layer as a list of int."""
    sizes = np.atleast_1d(np.asarray(value))
    if sizes.ndim != 1 or (
        sizes.size and (sizes.dtype.kind not in "iu" or sizes.min() < 1)
    ):
        raise ValueError(
            f"{name} must be one or several integers of at least 1, one {of_what}, got "
            f"{value!r}."
        )
    return [int(size) for size in sizes]
