"""Every layer as ONNX operators.

A new layer is a function here and a line in `LAYER_NODES`. Inside an exported network
channels are on the first axis after that of the rows, as ONNX's operators want them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from sknnadl.export.activation_nodes import add_activation
from sknnadl.export.onnx_graph import OnnxGraph
from sknnadl.network.arrays import Array, Shape
from sknnadl.network.building import build_layers
from sknnadl.network.layers import (
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
from sknnadl.network.layers.activations import ACTIVATIONS
from sknnadl.network.layers.layer import LayerSpec, as_pair
from sknnadl.network.layers.windows import pad_size
from sknnadl.network.network import Network


class FittedLayer(NamedTuple):
    """A layer of a fitted network.

    Parameters
    ----------
    spec : LayerSpec
        What the user wrote.
    input_shape, output_shape : tuple of int
        The shapes of one input and one output, with channels last.
    values : mapping of str to ndarray
        The parameters by name.
    """

    spec: Any
    input_shape: Shape
    output_shape: Shape
    values: Mapping[str, Array]


def fitted_layers(network: Network) -> list[FittedLayer]:
    """Return the layers of a network's specs, also where one does the work of two."""
    alone = build_layers(network.specs, network.input_shape, network.dtype)
    values = iter([values for values in network.layer_parameters if values])
    return [
        FittedLayer(
            spec,
            one.input_shape,
            one.output_shape,
            next(values) if one.parameters else {},
        )
        for spec, one in zip(network.specs, alone, strict=True)
    ]


def add_layer(graph: OnnxGraph, x: str, layer: FittedLayer) -> str:
    """Return a layer's output, as in inference.

    Raises
    ------
    TypeError
        If nobody has said how it is exported.
    """
    add_nodes = LAYER_NODES.get(type(layer.spec))
    if add_nodes is None:
        raise TypeError(
            f"The layer {layer.spec} has no ONNX operators: add a function of them to "
            "sknnadl.export.layer_nodes.LAYER_NODES."
        )
    return add_nodes(graph, x, layer)


def channels_first(graph: OnnxGraph, x: str) -> str:
    """Return images, (n, height, width, channels), as (n, channels, height, width)."""
    return graph.add("Transpose", x, perm=[0, 3, 1, 2])


def channels_last(graph: OnnxGraph, x: str) -> str:
    """Return images as the estimators have them, (n, height, width, channels)."""
    return graph.add("Transpose", x, perm=[0, 2, 3, 1])


def _dense(graph: OnnxGraph, x: str, layer: FittedLayer) -> str:
    z = _product(graph, x, layer.values["weights"], layer.values["biases"])
    return add_activation(graph, z, ACTIVATIONS[layer.spec.activation])


def _maxout(graph: OnnxGraph, x: str, layer: FittedLayer) -> str:
    pieces = (
        np.split(layer.values[name], layer.spec.pieces, axis=-1)
        for name in ("weights", "biases")
    )
    products = [_product(graph, x, *piece) for piece in zip(*pieces, strict=True)]
    return graph.add("Max", *products)


def _product(graph: OnnxGraph, x: str, weights: Array, biases: Array) -> str:
    return graph.add("Gemm", x, graph.constant(weights), graph.constant(biases))


def _conv(graph: OnnxGraph, x: str, layer: FittedLayer) -> str:
    spec, size = layer.spec, layer.input_shape[:2]
    kernel, stride = as_pair(spec, "kernel_size"), as_pair(spec, "stride")
    before, padded = pad_size((size[0], size[1]), kernel, stride, spec.padding)
    after = np.subtract(padded, np.add(size, before))
    kernels = np.transpose(layer.values["weights"], (3, 2, 0, 1))
    z = graph.add(
        "Conv",
        x,
        graph.constant(kernels),  # (filters, channels, height, width)
        graph.constant(layer.values["biases"]),
        kernel_shape=kernel,
        strides=stride,
        pads=[*before, *after.tolist()],
    )
    return add_activation(graph, z, ACTIVATIONS[spec.activation])


def _pool(operator: str, **attributes: Any) -> AddLayer:
    """Return the function of a pooling layer, whose operator this is."""

    def add_nodes(graph: OnnxGraph, x: str, layer: FittedLayer) -> str:
        window = as_pair(layer.spec, "pool_size")
        is_apart = layer.spec.stride is None
        strides = window if is_apart else as_pair(layer.spec, "stride")
        return graph.add(
            operator, x, kernel_shape=window, strides=strides, **attributes
        )

    return add_nodes


def _batch_norm(graph: OnnxGraph, x: str, layer: FittedLayer) -> str:
    """Normalize by operators that centre first.

    Runtimes compute ONNX's own as ``factor * x + constant``, which has no digits left
    where a mean is far from 0.
    """
    own = {name: values.astype(np.float64) for name, values in layer.values.items()}
    factor = own["scale"] / np.sqrt(own["running_variance"] + layer.spec.epsilon)
    shape = (-1, *(1 for _ in layer.input_shape[1:]))  # the axes after the channels
    mean, factor, shift = (
        graph.constant(values.reshape(shape))
        for values in (own["running_mean"], factor, own["shift"])
    )
    scaled = graph.add("Mul", graph.add("Sub", x, mean), factor)
    z = graph.add("Add", scaled, shift)
    return add_activation(graph, z, ACTIVATIONS[layer.spec.activation])


def _dropout(graph: OnnxGraph, x: str, layer: FittedLayer) -> str:
    return x


def _flatten(graph: OnnxGraph, x: str, layer: FittedLayer) -> str:
    if len(layer.input_shape) == 3:
        x = channels_last(graph, x)
    return graph.reshape(x, math.prod(layer.input_shape))


AddLayer = Callable[[OnnxGraph, str, FittedLayer], str]
#: How each layer is computed, by the class of its spec.
LAYER_NODES: dict[type[LayerSpec], AddLayer] = {
    AveragePool2D: _pool("AveragePool"),
    BatchNorm: _batch_norm,
    Conv2D: _conv,
    Dense: _dense,
    Dropout: _dropout,
    Flatten: _flatten,
    L2Pool2D: _pool("LpPool", p=2),
    MaxPool2D: _pool("MaxPool"),
    Maxout: _maxout,
}
