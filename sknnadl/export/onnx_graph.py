"""The nodes and constants of an ONNX graph, and the package that makes them."""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

#: The domain of the operators of classical machine learning, and the versions of the
#: operators: the first that have all that is used, which most runtimes know.
ML_DOMAIN = "ai.onnx.ml"
OPSETS = {"": 13, ML_DOMAIN: 1}
#: The numbers of the types of tensors, as `onnx.TensorProto` has them.
FLOAT, INT64, STRING, BOOL, DOUBLE = 1, 7, 8, 9, 11


class Value(NamedTuple):
    """An input or output of a graph.

    Parameters
    ----------
    name : str
        The name of the tensor.
    kind : int
        The number of its type.
    shape : tuple of int
        The shape of a row of it.
    """

    name: str
    kind: int
    shape: tuple[int, ...]


def import_onnx() -> ModuleType:
    """Return the package `onnx`, or say how to install it."""
    try:
        import onnx
    except ImportError as error:
        raise ImportError(
            "Estimators are exported with the package onnx, which is not installed: "
            'pip install "sknnadl[onnx]".'
        ) from error
    return onnx


class OnnxGraph:
    """Nodes and constants, in the order in which they are added.

    Tensors are told by their names. The first axis of each that is no constant is that
    of the rows.

    Attributes
    ----------
    nodes : list of onnx.NodeProto
        What is computed.
    constants : list of onnx.TensorProto
        What it is computed with.
    """

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.constants: list[Any] = []
        self._onnx = import_onnx()

    def add(
        self,
        operator: str,
        *inputs: str,
        name: str | None = None,
        domain: str = "",
        **attributes: Any,
    ) -> str:
        """Add a node with one output; return the name of that.

        Parameters
        ----------
        operator : str
            The name of the operator.
        *inputs : str
            The names of its inputs.
        name : str, default=None
            The name of its output; by default a new one.
        domain : str, default=""
            What the operator belongs to.
        **attributes : object
            The attributes of the operator.

        Returns
        -------
        name : str
            The name of the output.
        """
        output = self._new_name(operator) if name is None else name
        self._put_node(operator, list(inputs), output, domain, attributes)
        return output

    def constant(self, values: ArrayLike, dtype: Any = np.float32) -> str:
        """Add a constant of a dtype, where ``str`` is for text; return its name."""
        array = np.asarray(values, dtype=object if dtype is str else dtype)
        name = self._new_name("constant")
        self._put_constant(name, array)
        return name

    def cast(self, x: str, kind: int) -> str:
        """Return a tensor's values in a type."""
        return self.add("Cast", x, to=kind)

    def join(self, inputs: Sequence[Value], kind: int) -> str:
        """Return all columns of the inputs as one tensor of a type."""
        parts = [v.name if v.kind == kind else self.cast(v.name, kind) for v in inputs]
        return parts[0] if len(parts) == 1 else self.add("Concat", *parts, axis=1)

    def select(self, x: str, columns: ArrayLike) -> str:
        """Return some columns of rows."""
        return self.add("Gather", x, self.constant(columns, np.int64), axis=1)

    def reshape(self, x: str, *shape: int) -> str:
        """Return the rows in another shape, whose first axis is left out here."""
        return self.add("Reshape", x, self.constant([-1, *shape], np.int64))

    def _new_name(self, stem: str) -> str:
        # No column of a table begins like that.
        return f"/{stem}_{len(self.nodes) + len(self.constants)}"

    def _put_node(
        self,
        operator: str,
        inputs: list[str],
        output: str,
        domain: str,
        attributes: dict[str, Any],
    ) -> None:
        self.nodes.append(
            self._onnx.helper.make_node(
                operator, inputs, [output], name=output, domain=domain, **attributes
            )
        )

    def _put_constant(self, name: str, array: NDArray[Any]) -> None:
        self.constants.append(self._onnx.numpy_helper.from_array(array, name))
