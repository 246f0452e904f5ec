"""A fitted estimator as a model of ONNX."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sklearn.utils.validation import check_is_fitted

from sknnadl.estimators.features import HiddenFeatures
from sknnadl.export.estimator_nodes import EXPORTED, add_predictions
from sknnadl.export.onnx_graph import FLOAT, OPSETS, OnnxGraph, Value, import_onnx
from sknnadl.export.output_nodes import OUTPUT_NAMES
from sknnadl.export.table_nodes import table_inputs

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

    See :doc:`/onnx`.

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
    _check_exportable(estimator, feature_layer)
    inputs = _describe_inputs(estimator, input_shape)
    graph = OnnxGraph()
    outputs = add_predictions(graph, estimator, inputs, feature_layer=feature_layer)
    for value, tensor in outputs:
        graph.add("Identity", tensor, name=value.name)
    domains = {"", *(node.domain for node in graph.nodes)}
    opsets = [onnx.helper.make_opsetid(name, OPSETS[name]) for name in sorted(domains)]
    model: ModelProto = onnx.helper.make_model(
        onnx.helper.make_graph(
            graph.nodes,
            type(estimator).__name__,
            [_as_info(value) for value in inputs],
            [_as_info(value) for value, _ in outputs],
            graph.constants,
        ),
        producer_name="sknnadl",
        opset_imports=opsets,
        ir_version=onnx.helper.find_min_ir_version_for(opsets),
    )
    return model


def _check_exportable(estimator: Any, feature_layer: int | None) -> None:
    """Refuse what is no fitted estimator of this package."""
    if not isinstance(estimator, EXPORTED):
        raise TypeError(
            "estimator must be a fitted estimator of sknnadl, got "
            f"{type(estimator).__name__}: a pipeline or ensemble with one inside is "
            "converted by skl2onnx.to_onnx, after sknnadl.register_onnx()."
        )
    check_is_fitted(estimator)
    if feature_layer is not None and not isinstance(estimator, HiddenFeatures):
        raise ValueError(
            "feature_layer is for classifiers and regressors that train a network, got "
            f"{type(estimator).__name__}: leave it out."
        )


def _describe_inputs(estimator: Any, input_shape: Sequence[int] | None) -> list[Value]:
    """Return what the model takes."""
    if hasattr(estimator, "encoding_"):
        own = [f"x{i}" for i in range(estimator.n_features_in_)]
        names = getattr(estimator, "feature_names_in_", own)
        columns = table_inputs(estimator.encoding_, list(names))
        if columns:
            _check_columns(columns, input_shape)
            return columns
    allowed = _row_shapes(estimator)
    shape = allowed[-1] if input_shape is None else tuple(input_shape)
    if shape not in allowed:
        texts = " or ".join(map(str, allowed))
        raise ValueError(f"input_shape must be {texts}, got {input_shape!r}.")
    return [Value("X", FLOAT, shape)]


def _row_shapes(estimator: Any) -> list[tuple[int, ...]]:
    """Return the shapes in which the estimator takes a row, its own at last."""
    shapes: list[tuple[int, ...]] = [(estimator.n_features_in_,)]
    image = getattr(estimator, "input_shape_", None)
    image = image or getattr(estimator, "image_shape_", None)
    if image is not None and image != shapes[0]:
        if len(image) == 3 and image[2] == 1:
            shapes.append(image[:2])
        shapes.append(image)
    return shapes


def _check_columns(columns: Sequence[Value], input_shape: object) -> None:
    """Refuse what a model of a table with text cannot have."""
    if input_shape is not None:
        raise ValueError(
            "A table with text has an input for each column in ONNX, and no shape: "
            f"leave input_shape out, got {input_shape!r}."
        )
    taken = sorted({value.name for value in columns} & OUTPUT_NAMES)
    if taken:
        raise ValueError(
            f"The columns {taken} have the names of outputs of ONNX's models: rename "
            "them before fit."
        )


def _as_info(value: Value) -> Any:
    """Return a value as ONNX describes it."""
    make = import_onnx().helper.make_tensor_value_info
    return make(value.name, value.kind, ["n", *value.shape])
