"""A fitted estimator as a model of ONNX."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sklearn.utils.validation import check_is_fitted

from sknnadl.export.estimator_nodes import add_estimator
from sknnadl.export.onnx_graph import FLOAT, OPSETS, OnnxGraph, Value, import_onnx

if TYPE_CHECKING:
    from onnx import ModelProto


def to_onnx(
    estimator: Any,
    *,
    input_shape: Sequence[int] | None = None,
    feature_layer: int | None = None,
) -> ModelProto:
    """Return a fitted estimator as a model of ONNX, which runs without Python.

    The model computes in float32, whatever the estimator was trained in, and takes any
    number of rows at once. It has no checks: rows that the estimator would refuse, of
    which it says why, are computed with.

    Parameters
    ----------
    estimator : estimator
        A fitted one of this package.
    input_shape : sequence of int, default=None
        The shape in which a row is given, such as ``(784,)``, ``(28, 28)`` or ``(28,
        28, 1)`` for the same image. By default rows are flat, and images ``(height,
        width, channels)``.
    feature_layer : int, default=None
        A hidden layer, as in the argument of the estimators, whose outputs the model
        gives too: of images its feature maps.

    Returns
    -------
    model : onnx.ModelProto
        Its input is ``X``. The outputs are named as skl2onnx names them: of classifiers
        ``label``, text or integers, and ``probabilities``, one a class; of regressors
        ``variable``, of shape (n, n_outputs); of autoencoders ``codes`` and
        ``reconstruction``. ``features``, if asked for, come last, of shape (n, units)
        or (n, height, width, maps).

    Raises
    ------
    ImportError
        If the package onnx is missing.
    TypeError
        If it is no estimator of this package, or has a layer that nobody has said how
        to export.
    ValueError
        If it has no such layer, or rows cannot have this shape.

    Examples
    --------
    >>> from sknnadl import MLPClassifier, to_onnx
    >>> model = MLPClassifier((4,), max_iter=30, random_state=0)
    >>> exported = to_onnx(model.fit([[0.0], [1.0]], ["no", "yes"]))
    >>> [output.name for output in exported.graph.output]
    ['label', 'probabilities']
    """
    onnx = import_onnx()
    check_is_fitted(estimator)
    graph = OnnxGraph()
    inputs = [Value("X", FLOAT, tuple(input_shape or estimator._input_shape()))]
    outputs = add_estimator(graph, estimator, inputs, feature_layer)
    for value, tensor in outputs:
        graph.add("Identity", tensor, name=value.name)
    domains = {"", *(node.domain for node in graph.nodes)}
    opsets = [onnx.helper.make_opsetid(name, OPSETS[name]) for name in sorted(domains)]
    model: ModelProto = onnx.helper.make_model(
        onnx.helper.make_graph(
            graph.nodes,
            type(estimator).__name__,
            [_describe(value) for value in inputs],
            [_describe(value) for value, _ in outputs],
            graph.constants,
        ),
        producer_name="sknnadl",
        opset_imports=opsets,
        ir_version=onnx.helper.find_min_ir_version_for(opsets),
    )
    return model


def _describe(value: Value) -> Any:
    onnx = import_onnx()
    return onnx.helper.make_tensor_value_info(
        value.name, value.kind, ["n", *value.shape]
    )
