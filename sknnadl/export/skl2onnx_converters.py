"""How skl2onnx converts the estimators inside pipelines and ensembles."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray
from sklearn.base import ClassifierMixin, is_classifier

from sknnadl import estimators
from sknnadl.estimators.autoencoder import BaseAutoencoder
from sknnadl.export.estimator_nodes import add_predictions, add_transformed
from sknnadl.export.onnx_graph import DOUBLE, INT64, OPSETS, STRING, OnnxGraph, Value
from sknnadl.export.output_nodes import Output
from sknnadl.rbf import RBFClassifier, RBFRegressor

#: The options of skl2onnx's own classifiers.
_OPTIONS = {
    "zipmap": [True, False, "columns"],
    "output_class_labels": [False, True],
    "nocl": [True, False],
}
#: What skl2onnx puts behind the last step.
_PASSING_ON = {
    "SklearnCast",
    "SklearnIdentity",
    "SklearnZipMap",
    "SklearnZipMapColumns",
}


def register_onnx(*subclasses: type) -> None:
    """Let skl2onnx convert these estimators inside pipelines and ensembles.

    skl2onnx looks a converter up in tables of its own, of the process, and cannot be
    told otherwise than by adding to them: one call does it, and a second one changes
    nothing. `AverageDarknessClassifier`, which has no probabilities, is not among
    them.

    See :doc:`/onnx`.

    Parameters
    ----------
    *subclasses : type
        Classes of one's own that inherit from them: skl2onnx goes by the exact class.

    Raises
    ------
    ImportError
        If the package skl2onnx is missing.

    See Also
    --------
    to_onnx : Export an estimator alone.

    Examples
    --------
    >>> import numpy as np
    >>> import skl2onnx
    >>> import sknnadl
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> X, y = np.array([[0.0], [1.0]], np.float32), ["no", "yes"]
    >>> net = sknnadl.MLPClassifier((4,), max_iter=30, random_state=0)
    >>> pipeline = make_pipeline(StandardScaler(), net).fit(X, y)
    >>> sknnadl.register_onnx()
    >>> exported = skl2onnx.to_onnx(pipeline, X, options={"zipmap": False})
    >>> [output.name for output in exported.graph.output]
    ['label', 'probabilities']
    """
    skl2onnx = _import_skl2onnx()
    ours = [getattr(estimators, name) for name in estimators.__all__]
    for kind in (*ours, RBFClassifier, RBFRegressor, *subclasses):
        skl2onnx.update_registered_converter(
            kind,
            f"Sknnadl{kind.__name__}",
            _set_types,
            _convert,
            options=_OPTIONS if issubclass(kind, ClassifierMixin) else None,
        )


class ContainerGraph(OnnxGraph):
    """A graph that goes into what skl2onnx makes of a whole pipeline.

    Parameters
    ----------
    scope : skl2onnx.common._topology.Scope
        What names its tensors.
    container : skl2onnx.common._container.ModelComponentContainer
        What its nodes and constants go into.
    """

    def __init__(self, scope: Any, container: Any) -> None:
        super().__init__()
        self._scope, self._container = scope, container

    def _new_name(self, stem: str) -> str:
        name: str = self._scope.get_unique_variable_name(f"sknnadl_{stem}")
        return name

    def _put_node(
        self,
        operator: str,
        inputs: list[str],
        output: str,
        domain: str,
        attributes: dict[str, Any],
    ) -> None:
        self._container.add_node(
            operator,
            inputs,
            [output],
            op_domain=domain,
            name=self._scope.get_unique_operator_name(operator),
            **attributes,
        )

    def _put_constant(self, name: str, array: NDArray[Any]) -> None:
        kind = self._onnx.helper.np_dtype_to_tensor_dtype(array.dtype)
        self._container.add_initializer(name, kind, array.shape, array.ravel())


def _import_skl2onnx() -> Any:
    """Return the package `skl2onnx`, or say how to install it."""
    try:
        import skl2onnx
        import skl2onnx.common.data_types
        import skl2onnx.common.utils_classifier
    except ImportError as error:
        raise ImportError(
            "Pipelines are converted by the package skl2onnx, which is not installed: "
            'pip install "sknnadl[onnx]".'
        ) from error
    return skl2onnx


def _set_types(operator: Any) -> None:
    """Say the types and shapes of an operator's outputs, as skl2onnx asks for them."""
    _check_is_last(operator)
    types = _import_skl2onnx().common.data_types
    by_number = {INT64: types.Int64TensorType, STRING: types.StringTensorType}
    n_rows = operator.inputs[0].get_first_dimension()
    outputs = _add(OnnxGraph(), operator)
    for variable, (value, _) in zip(operator.outputs, outputs, strict=True):
        is_double = _kind(variable) == DOUBLE
        of_numbers = types.DoubleTensorType if is_double else types.FloatTensorType
        kind = by_number.get(value.kind, of_numbers)
        variable.set_type(kind([n_rows, *value.shape]))


def _check_is_last(operator: Any) -> None:
    """Refuse a classifier or regressor whose features are what the next step takes.

    skl2onnx takes any of them for a model whose predictions are wanted.
    """
    if isinstance(operator.raw_operator, BaseAutoencoder):
        return
    given = _names(operator.outputs)
    for other in operator.scope_inst.operators.values():
        if not given & _names(other.inputs):
            continue
        if other.type not in _PASSING_ON:
            kind = type(operator.raw_operator).__name__
            raise ValueError(
                f"{kind} is a step before the last, which gives features, and skl2onnx "
                "would take its predictions for them: convert what comes after by "
                f"skl2onnx, and {kind} by sknnadl.to_onnx with feature_layer."
            )
        given |= _names(other.outputs)


def _names(variables: Any) -> set[str]:
    return {variable.full_name for variable in variables}


def _convert(scope: Any, operator: Any, container: Any) -> None:
    """Add an operator's nodes to what skl2onnx makes of a pipeline."""
    if container.target_opset_onnx < OPSETS[""]:
        raise ValueError(
            f"target_opset must be at least {OPSETS['']} for estimators of sknnadl, "
            f"got {container.target_opset_onnx}."
        )
    graph = ContainerGraph(scope, container)
    for variable, (value, tensor) in zip(
        operator.outputs, _add(graph, operator), strict=True
    ):
        own = _kind(variable)
        tensor = tensor if own == value.kind else graph.cast(tensor, own)
        graph.add("Identity", tensor, name=variable.full_name)


def _add(graph: OnnxGraph, operator: Any) -> list[Output]:
    """Return the outputs of an operator of skl2onnx."""
    estimator = operator.raw_operator
    inputs = [
        Value(one.full_name, _kind(one), tuple(one.type.shape[1:]))
        for one in operator.inputs
    ]
    if isinstance(estimator, BaseAutoencoder):
        return [add_transformed(graph, estimator, inputs)]
    classes = None
    if is_classifier(estimator):
        of_labels = _import_skl2onnx().common.utils_classifier
        classes = of_labels.get_label_classes(operator.scope_inst, estimator)
    return add_predictions(graph, estimator, inputs, classes)


def _kind(variable: Any) -> int:
    """Return the number of a tensor's type."""
    kind: int = variable.type.to_onnx_type().tensor_type.elem_type
    return kind
