"""Every activation as ONNX operators.

A new activation is a function here and a line in `ACTIVATION_NODES`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

from sknnadl.export.onnx_graph import OnnxGraph
from sknnadl.network.layers.activations import (
    ELU,
    GELU,
    SELU,
    Activation,
    Identity,
    LeakyReLU,
    ReLU,
    Sigmoid,
    SiLU,
    Softplus,
    Softsign,
    Tanh,
)


def add_activation(graph: OnnxGraph, x: str, activation: Activation) -> str:
    """Return ``f(x)``.

    Raises
    ------
    TypeError
        If nobody has said how it is exported.
    """
    add_nodes = ACTIVATION_NODES.get(type(activation))
    if add_nodes is None:
        raise TypeError(
            f"The activation {type(activation).__name__} has no ONNX operators: add a "
            "function of them to sknnadl.export.activation_nodes.ACTIVATION_NODES."
        )
    return add_nodes(graph, x)


def _identity(graph: OnnxGraph, x: str) -> str:
    return x


def _one(operator: str, graph: OnnxGraph, x: str, **attributes: Any) -> str:
    """Return what a single operator makes of it."""
    return graph.add(operator, x, **attributes)


def _gelu(graph: OnnxGraph, x: str) -> str:
    """Return ``x (1 + erf(x / sqrt(2))) / 2``."""
    erf = graph.add("Erf", graph.add("Mul", x, graph.constant(math.sqrt(0.5))))
    doubled = graph.add("Mul", x, graph.add("Add", erf, graph.constant(1)))
    return graph.add("Mul", doubled, graph.constant(0.5))


def _silu(graph: OnnxGraph, x: str) -> str:
    return graph.add("Mul", x, graph.add("Sigmoid", x))


#: How each activation is computed, by its class.
ACTIVATION_NODES: dict[type[Activation], Callable[[OnnxGraph, str], str]] = {
    ELU: partial(_one, "Elu", alpha=1.0),
    GELU: _gelu,
    Identity: _identity,
    LeakyReLU: partial(_one, "LeakyRelu", alpha=LeakyReLU.slope),
    ReLU: partial(_one, "Relu"),
    SELU: partial(_one, "Selu", alpha=SELU.ratio, gamma=SELU.scale),
    SiLU: _silu,
    Sigmoid: partial(_one, "Sigmoid"),
    Softplus: partial(_one, "Softplus"),
    Softsign: partial(_one, "Softsign"),
    Tanh: partial(_one, "Tanh"),
}
