"""Gaussian units and linear outputs as ONNX operators, in float64 as in `predict`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknnadl.estimators.class_outputs import MULTILABEL
from sknnadl.export.onnx_graph import DOUBLE, FLOAT, OnnxGraph, Value
from sknnadl.export.output_nodes import Output, add_class_outputs


def add_rbf_outputs(graph: OnnxGraph, estimator: Any, inputs: Sequence[Value]) -> str:
    """Return the linear outputs for rows."""
    units = _activate(graph, graph.join(inputs, DOUBLE), estimator)
    weights = graph.constant(np.atleast_2d(estimator.coef_).T, np.float64)
    outputs = graph.add("MatMul", units, weights)
    return graph.add("Add", outputs, graph.constant(estimator.intercept_, np.float64))


def add_rbf_classifier(
    graph: OnnxGraph,
    estimator: Any,
    outputs: str,
    classes: NDArray[Any] | None = None,
) -> list[Output]:
    """Return labels, of ``classes`` or of other ones, and probabilities."""
    is_indicator = estimator.target_type_ == MULTILABEL
    factor = estimator.inverse_temperature_ * (2 if is_indicator else 1)
    logits = graph.add("Mul", outputs, graph.constant(factor, np.float64))
    return add_class_outputs(
        graph,
        graph.cast(logits, FLOAT),
        len(estimator.coef_),
        estimator.classes_ if classes is None else classes,
        "softmax",
        is_indicator,
    )


def add_rbf_regressor(graph: OnnxGraph, estimator: Any, outputs: str) -> list[Output]:
    """Return the values of each row."""
    shape = (np.size(estimator.intercept_),)
    return [Output(Value("variable", FLOAT, shape), graph.cast(outputs, FLOAT))]


def _activate(graph: OnnxGraph, x: str, estimator: Any) -> str:
    """Return what each unit answers: ``exp(-||x - center||**2 / (2 width**2))``.

    The squares of distances are those of the numbers' own, less twice the products,
    about the middle of the centres: see `sknnadl.rbf.gaussian_units.activate`.
    """
    origin = estimator.centers_.mean(axis=0)
    centers = estimator.centers_ - origin
    x = graph.add("Sub", x, graph.constant(origin, np.float64))
    axis = graph.constant([1], np.int64)
    own = graph.add("ReduceSum", graph.add("Mul", x, x), axis, keepdims=1)  # (n, 1)
    products = graph.add("MatMul", x, graph.constant(-2 * centers.T, np.float64))
    squares = graph.add("Add", graph.add("Add", products, own), _of(graph, centers))
    squares = graph.add("Max", squares, graph.constant(0, np.float64))  # (n, units)
    factor = graph.constant(-2 * estimator.widths_**2, np.float64)
    logs = graph.add("Div", squares, factor)
    if estimator.normalize_:
        return graph.add("Softmax", logs, axis=1)
    return graph.add("Exp", logs)


def _of(graph: OnnxGraph, centers: NDArray[Any]) -> str:
    """Return the squared norms of the centres, (units,)."""
    return graph.constant((centers**2).sum(axis=1), np.float64)
