"""Every kind of estimator as ONNX operators, from what it takes to what it returns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknnadl.baselines import AverageDarknessClassifier
from sknnadl.estimators.autoencoder import BaseAutoencoder
from sknnadl.estimators.base import BaseNetwork
from sknnadl.estimators.classifier import BaseNetworkClassifier
from sknnadl.estimators.regressor import BaseNetworkRegressor
from sknnadl.export.network_nodes import (
    add_classifier,
    add_codes,
    add_features,
    add_network,
    add_reconstruction,
    add_regressor,
)
from sknnadl.export.onnx_graph import DOUBLE, OnnxGraph, Value
from sknnadl.export.output_nodes import Output, add_labels
from sknnadl.export.rbf_nodes import (
    add_rbf_classifier,
    add_rbf_outputs,
    add_rbf_regressor,
)
from sknnadl.rbf import RBFClassifier, RBFRegressor

#: What can be exported.
EXPORTED = (
    BaseNetworkClassifier,
    BaseNetworkRegressor,
    BaseAutoencoder,
    RBFClassifier,
    RBFRegressor,
    AverageDarknessClassifier,
)


def add_predictions(
    graph: OnnxGraph,
    estimator: Any,
    inputs: Sequence[Value],
    classes: NDArray[Any] | None = None,
    feature_layer: int | None = None,
) -> list[Output]:
    """Return what a fitted estimator predicts.

    Parameters
    ----------
    graph : OnnxGraph
        What nodes are added to.
    estimator : estimator
        A fitted one of this package.
    inputs : sequence of Value
        The rows: all columns of them, or some each.
    classes : ndarray of shape (n_classes,), default=None
        What labels are chosen from, by default ``classes_``.
    feature_layer : int, default=None
        Of which hidden layer the outputs are returned too.

    Returns
    -------
    outputs : list of Output
        Of a classifier labels and probabilities, of a regressor values, of an
        autoencoder codes and rows restored; and the features.
    """
    if isinstance(estimator, BaseNetwork):
        walk = add_network(graph, estimator, inputs)
        if isinstance(estimator, BaseAutoencoder):
            restored = add_reconstruction(graph, estimator, walk, inputs[0].shape)
            return [add_codes(estimator, walk), restored]
        if isinstance(estimator, BaseNetworkClassifier):
            outputs = add_classifier(graph, estimator, walk, classes)
        else:
            outputs = add_regressor(graph, estimator, walk)
        if feature_layer is not None:
            outputs.append(add_features(graph, estimator, walk, feature_layer))
        return outputs
    if isinstance(estimator, RBFClassifier | RBFRegressor):
        linear = add_rbf_outputs(graph, estimator, inputs)
        if isinstance(estimator, RBFClassifier):
            return add_rbf_classifier(graph, estimator, linear, classes)
        return add_rbf_regressor(graph, estimator, linear)
    return [_add_darkness(graph, estimator, inputs)]


def add_transformed(
    graph: OnnxGraph, estimator: BaseAutoencoder, inputs: Sequence[Value]
) -> Output:
    """Return what a fitted autoencoder's `transform` returns: the codes alone."""
    n_layers = estimator.n_encoder_layers_
    return add_codes(estimator, add_network(graph, estimator, inputs, n_layers))


def _add_darkness(
    graph: OnnxGraph, estimator: AverageDarknessClassifier, inputs: Sequence[Value]
) -> Output:
    """Return the class whose mean sum is the nearest to a row's."""
    x, axis = graph.join(inputs, DOUBLE), graph.constant([1], np.int64)
    sums = graph.add("ReduceSum", x, axis, keepdims=1)
    means = graph.constant(estimator.means_, np.float64)
    distances = graph.add("Abs", graph.add("Sub", sums, means))
    return add_labels(graph, graph.add("Neg", distances), estimator.classes_)
