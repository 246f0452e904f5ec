"""The estimators that train a network as ONNX operators."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from sknnadl.estimators.class_outputs import MULTILABEL
from sknnadl.export.layer_nodes import (
    FittedLayer,
    add_layer,
    channels_first,
    channels_last,
    fitted_layers,
)
from sknnadl.export.onnx_graph import FLOAT, OnnxGraph, Value
from sknnadl.export.output_nodes import Output, add_class_outputs, add_value_outputs
from sknnadl.export.table_nodes import add_table
from sknnadl.network.layers import Flatten

#: The output of each layer.
Walk = list[tuple[FittedLayer, str]]


def add_network(
    graph: OnnxGraph,
    estimator: Any,
    inputs: Sequence[Value],
    n_layers: int | None = None,
) -> Walk:
    """Return what each of the first layers gives, by default of all.

    Parameters
    ----------
    graph : OnnxGraph
        What nodes are added to.
    estimator : estimator
        A fitted one with a network.
    inputs : sequence of Value
        The rows: all columns of them, or some each.
    n_layers : int, default=None
        How many layers.

    Returns
    -------
    walk : list of (FittedLayer, str)
        Each layer and the name of its output.
    """
    network = estimator._network()
    x = _add_inputs(graph, estimator, inputs, network.input_shape)
    walk = []
    for layer in fitted_layers(network)[:n_layers]:
        x = add_layer(graph, x, layer)
        walk.append((layer, x))
    return walk


def _add_inputs(
    graph: OnnxGraph,
    estimator: Any,
    inputs: Sequence[Value],
    input_shape: tuple[int, ...],
) -> str:
    """Return the inputs of the network, of images with the channels first."""
    if hasattr(estimator, "encoding_"):
        return add_table(graph, inputs, estimator.encoding_)
    x = graph.join(inputs, FLOAT)
    if len(input_shape) == 3:
        return channels_first(graph, graph.reshape(x, *input_shape))
    is_image = len(inputs[0].shape) > 1
    return graph.reshape(x, *input_shape) if is_image else x


def add_classifier(
    graph: OnnxGraph, estimator: Any, walk: Walk, classes: NDArray[Any] | None = None
) -> list[Output]:
    """Return labels, of ``classes`` or of other ones, and probabilities."""
    return add_class_outputs(
        graph,
        walk[-1][1],
        estimator.n_outputs_,
        estimator.classes_ if classes is None else classes,
        estimator.out_activation_,
        estimator.target_type_ == MULTILABEL,
    )


def add_regressor(graph: OnnxGraph, estimator: Any, walk: Walk) -> list[Output]:
    """Return the values of each row, as they were before they were scaled."""
    values = add_value_outputs(graph, walk[-1][1], estimator.out_activation_)
    if estimator.target_mean_ is not None:
        values = graph.add("Mul", values, graph.constant(estimator.target_scale_))
        values = graph.add("Add", values, graph.constant(estimator.target_mean_))
    return [Output(Value("variable", FLOAT, (estimator.n_outputs_,)), values)]


def add_codes(estimator: Any, walk: Walk) -> Output:
    """Return the codes of an autoencoder."""
    layer, codes = walk[estimator.n_encoder_layers_ - 1]
    return Output(Value("codes", FLOAT, layer.output_shape), codes)


def add_reconstruction(
    graph: OnnxGraph, estimator: Any, walk: Walk, shape: tuple[int, ...]
) -> Output:
    """Return rows restored, in the shape in which they are given."""
    restored = add_value_outputs(graph, walk[-1][1], estimator.out_activation_)
    if len(shape) > 1:
        restored = graph.reshape(restored, *shape)
    return Output(Value("reconstruction", FLOAT, shape), restored)


def add_features(
    graph: OnnxGraph, estimator: Any, walk: Walk, feature_layer: int
) -> Output:
    """Return the output of a hidden layer; feature maps as they are."""
    end = estimator._features_end(estimator._network(), feature_layer)
    layer, features = next(
        (one, x) for one, x in walk[end - 1 :: -1] if not isinstance(one.spec, Flatten)
    )
    if len(layer.output_shape) == 3:
        features = channels_last(graph, features)
    return Output(Value("features", FLOAT, layer.output_shape), features)
