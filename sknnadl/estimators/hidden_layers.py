"""The hidden layers that an estimator's arguments stand for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
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
    layers: list[LayerSpec] = []
    sizes = _check_sizes(
        "hidden_layer_sizes", arguments.hidden_layer_sizes, "a hidden layer"
    )
    rates = _check_rates(arguments.dropout, len(sizes))
    for units, rate in zip(sizes, rates, strict=True):
        dense = Dense(units, weight_init=arguments.weight_init)
        layers += _normalize(arguments, dense)
        if rate > 0:
            layers.append(Dropout(float(rate)))
    return layers


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
    function, start = arguments.activation, arguments.weight_init
    encoder = [Dense(units, function, start) for units in outer]
    encoder.append(Dense(code, arguments.code_activation, start))
    return encoder, [Dense(units, function, start) for units in back]


def make_conv_layers(arguments: Any) -> list[LayerSpec]:
    """Return the specs of the convolutional layers, and those of the dense ones."""
    layers: list[LayerSpec] = []
    sizes = _check_sizes("n_filters", arguments.n_filters, "a convolutional layer")
    for filters in sizes:
        size, stride = arguments.kernel_size, arguments.stride
        conv = Conv2D(filters, size, stride, arguments.padding)
        pool = _POOLINGS[arguments.pooling](arguments.pool_size)
        pooling = [] if as_pair(pool, "pool_size") == (1, 1) else [pool]
        conv = replace(conv, weight_init=arguments.weight_init)
        layers += _normalize(arguments, conv, *pooling)
    return [*layers, Flatten(), *make_dense_layers(arguments)]


def check_layers(layers: Sequence[LayerSpec]) -> Sequence[LayerSpec]:
    """Return layers that a user has named, the last of which gives rows."""
    for number, layer in enumerate(layers, start=1):
        if type(layer) not in LAYERS.values():
            raise ValueError(
                "layers must be layers of sknnadl.network, such as Dense(100), "
                f"got {layer!r} as layer {number}."
            )
    if any(isinstance(layer, Dense | Flatten) for layer in layers):
        return layers
    return [*layers, Flatten()]


def _normalize(
    arguments: Any, layer: Dense | Conv2D, *pooling: LayerSpec
) -> list[LayerSpec]:
    """Return a layer, the pooling after it and the activation, with its place.

    As in the book, pooling comes before the activation; so does normalization.
    """
    if not arguments.batch_norm:
        return [replace(layer, activation=arguments.activation), *pooling]
    linear = replace(layer, activation="identity")
    return [linear, *pooling, BatchNorm(arguments.activation)]


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
