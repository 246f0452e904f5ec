"""Every kind of estimator as ONNX operators, from what it takes to what it returns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknnadl.estimators.autoencoder import BaseAutoencoder
from sknnadl.estimators.base import BaseNetwork
from sknnadl.estimators.class_outputs import MULTILABEL
from sknnadl.estimators.classifier import BaseNetworkClassifier
from sknnadl.export.layer_nodes import (
    FittedLayer,
    add_layer,
    channels_first,
    channels_last,
    fitted_layers,
)
from sknnadl.export.onnx_graph import DOUBLE, FLOAT, OnnxGraph, Value
from sknnadl.export.output_nodes import Output, add_activated, add_class_outputs
from sknnadl.network.layers import Flatten


def add_estimator(
    graph: OnnxGraph,
    estimator: Any,
    inputs: Sequence[Value],
    feature_layer: int | None = None,
    classes: NDArray[Any] | None = None,
) -> list[Output]:
    """Return what a fitted estimator makes of rows.

    Parameters
    ----------
    graph : OnnxGraph
        What nodes are added to.
    estimator : estimator
        A fitted one of this package.
    inputs : sequence of Value
        The rows: all columns of them, or some each.
    feature_layer : int, default=None
        Of which hidden layer the outputs are returned too.
    classes : ndarray of shape (n_classes,), default=None
        What labels are chosen from, by default ``classes_``.

    Returns
    -------
    outputs : list of Output
        Of a classifier labels and probabilities, of a regressor values, of an
        autoencoder codes and rows restored, and the features.
    """
    network = estimator._network()
    layers = fitted_layers(network)
    x = _add_inputs(graph, estimator, inputs, network.input_shape)
    tensors = _add_layers(graph, layers, x)
    logits = tensors[-1]
    if isinstance(estimator, BaseNetworkClassifier):
        outputs = add_class_outputs(
            graph,
            logits,
            estimator.n_outputs_,
            estimator.classes_ if classes is None else classes,
            estimator.out_activation_,
            estimator.target_type_ == MULTILABEL,
        )
    elif isinstance(estimator, BaseAutoencoder):
        end = estimator.n_encoder_layers_
        restored = add_activated(graph, logits, estimator.out_activation_)
        shape = inputs[0].shape
        if len(shape) > 1:
            restored = graph.reshape(restored, *shape)
        outputs = [
            Output(
                Value("codes", FLOAT, layers[end - 1].output_shape), tensors[end - 1]
            ),
            Output(Value("reconstruction", FLOAT, shape), restored),
        ]
    else:
        outputs = [_add_values(graph, estimator, logits)]
    if feature_layer is not None:
        end = estimator._features_end(network, feature_layer)
        outputs.append(_add_features(graph, layers[:end], tensors[:end]))
    return outputs


def _add_inputs(
    graph: OnnxGraph,
    estimator: BaseNetwork,
    inputs: Sequence[Value],
    input_shape: tuple[int, ...],
) -> str:
    """Return the inputs of the network."""
    x = add_rows(graph, inputs, FLOAT)
    if len(input_shape) == 3:
        x = channels_first(graph, graph.reshape(x, *input_shape))
    elif len(inputs[0].shape) > 1:
        x = graph.reshape(x, *input_shape)
    return x


def add_rows(graph: OnnxGraph, inputs: Sequence[Value], kind: int) -> str:
    """Return all columns of the inputs as one tensor of a type."""
    parts = [
        one.name if one.kind == kind else graph.cast(one.name, kind) for one in inputs
    ]
    return parts[0] if len(parts) == 1 else graph.add("Concat", *parts, axis=1)


def _add_layers(graph: OnnxGraph, layers: Sequence[FittedLayer], x: str) -> list[str]:
    """Return the output of each layer."""
    tensors = []
    for layer in layers:
        x = add_layer(graph, x, layer)
        tensors.append(x)
    return tensors


def _add_features(
    graph: OnnxGraph, layers: Sequence[FittedLayer], tensors: Sequence[str]
) -> Output:
    """Return the output of some first layers; feature maps as they are."""
    last = max(i for i, one in enumerate(layers) if not isinstance(one.spec, Flatten))
    shape, features = layers[last].output_shape, tensors[last]
    if len(shape) == 3:
        features = channels_last(graph, features)
    return Output(Value("features", FLOAT, shape), features)


def _add_values(graph: OnnxGraph, estimator: Any, logits: str) -> Output:
    """Return the values of a regressor, as they were before they were scaled.

    That is computed as `predict` does it: in float64, as values may be far from 0.
    """
    values = add_activated(graph, logits, estimator.out_activation_)
    if estimator.target_mean_ is not None:
        scale, mean, least, most = (
            graph.constant(number, np.float64)
            for number in (
                estimator.target_scale_,
                estimator.target_mean_,
                *(np.finfo(np.float32).min, np.finfo(np.float32).max),
            )
        )
        values = graph.add("Mul", graph.cast(values, DOUBLE), scale)
        values = graph.add("Clip", graph.add("Add", values, mean), least, most)
        values = graph.cast(values, FLOAT)
    return Output(Value("variable", FLOAT, (estimator.n_outputs_,)), values)
