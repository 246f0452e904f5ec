"""What the outputs of a network say, as ONNX operators: labels, chances and values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sknnadl.export.onnx_graph import FLOAT, INT64, STRING, OnnxGraph, Value

#: What columns of a table cannot be called.
OUTPUT_NAMES = {
    "codes",
    "features",
    "label",
    "probabilities",
    "reconstruction",
    "variable",
}


class Output(NamedTuple):
    """What an estimator returns.

    Parameters
    ----------
    value : Value
        Its name and type for those who use it.
    tensor : str
        The name that it has in the graph.
    """

    value: Value
    tensor: str


def add_class_outputs(
    graph: OnnxGraph,
    logits: str,
    n_logits: int,
    classes: NDArray[Any],
    activation: str,
    is_indicator: bool,
) -> list[Output]:
    """Return labels and probabilities, as `predict` and `predict_proba` do.

    Parameters
    ----------
    graph : OnnxGraph
        What nodes are added to.
    logits : str
        The network's outputs before their activation function.
    n_logits : int
        How many there are: one a class, or one for two classes, or one a label.
    classes : ndarray of shape (n_classes,)
        The classes.
    activation : {"softmax", "logistic"}
        The function of the outputs.
    is_indicator : bool
        Whether a row has several labels.

    Returns
    -------
    outputs : list of Output
        ``label`` and ``probabilities``, as skl2onnx calls them.
    """
    n_classes = len(classes)
    if is_indicator:
        zero = graph.constant(0)
        label = graph.cast(graph.add("Greater", logits, zero), INT64)
        labels = Output(Value("label", INT64, (n_classes,)), label)
        probabilities = graph.add("Sigmoid", logits)
    else:
        if n_logits != n_classes:  # of two classes the second has a logit
            logits = graph.add("Concat", graph.add("Neg", logits), logits, axis=1)
        labels = add_labels(graph, logits, classes)
        scores = CLASS_OUTPUTS[activation](graph, logits)
        probabilities = graph.add("Softmax", scores, axis=1)
    shape = (n_classes,)
    return [labels, Output(Value("probabilities", FLOAT, shape), probabilities)]


def add_value_outputs(graph: OnnxGraph, logits: str, activation: str) -> str:
    """Return the outputs of a network for values, given what they are before."""
    return VALUE_OUTPUTS[activation](graph, logits)


def add_labels(graph: OnnxGraph, scores: str, classes: NDArray[Any]) -> Output:
    """Return the class of the largest score of each row."""
    best = graph.add("ArgMax", scores, axis=1, keepdims=0)
    is_text = classes.dtype.kind in "OUS"
    if is_text:
        known = graph.constant(classes.tolist(), str)
    else:
        known = graph.constant(_as_integers(classes), np.int64)
    label = Value("label", STRING if is_text else INT64, ())
    return Output(label, graph.add("Gather", known, best, axis=0))


def _as_integers(classes: NDArray[Any]) -> NDArray[np.int64]:
    """Return classes as the integers that ONNX has for labels."""
    integers = classes.astype(np.int64)
    if (integers != classes).any():
        raise ValueError(
            "Labels of ONNX are text or integers of 64 bits, got the classes "
            f"{classes.tolist()}: train on others."
        )
    return integers


def _as_they_are(graph: OnnxGraph, x: str) -> str:
    return x


def _log_sigmoid(graph: OnnxGraph, x: str) -> str:
    return graph.add("Neg", graph.add("Softplus", graph.add("Neg", x)))


def _sigmoid(graph: OnnxGraph, x: str) -> str:
    return graph.add("Sigmoid", x)


def _exp(graph: OnnxGraph, x: str) -> str:
    return graph.add("Exp", x)


AddOutputs = Callable[[OnnxGraph, str], str]
#: By the activation function of the outputs: of what the probabilities of classes are
#: the softmax, and what the values of regressors and autoencoders are.
CLASS_OUTPUTS: dict[str, AddOutputs] = {
    "logistic": _log_sigmoid,
    "softmax": _as_they_are,
}
VALUE_OUTPUTS: dict[str, AddOutputs] = {
    "exp": _exp,
    "identity": _as_they_are,
    "logistic": _sigmoid,
}
