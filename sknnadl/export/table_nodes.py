"""From the columns of a table to the inputs of a network, as ONNX operators.

The formulas are those of `sknnadl.estimators.encoding.encode`, and they are computed in
float64 as there: columns may be far from 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from sknnadl.estimators.encoding import BIN_REACH, FURTHEST
from sknnadl.export.onnx_graph import (
    DOUBLE,
    FLOAT,
    ML_DOMAIN,
    STRING,
    OnnxGraph,
    Value,
)


def table_inputs(encoding: dict[str, Any], names: Sequence[str]) -> list[Value]:
    """Return an input for each column of a table with text, in which types differ.

    There are none for a table of numbers, which is one tensor.

    Parameters
    ----------
    encoding : dict
        What `learn_encoding` has returned.
    names : sequence of str
        The names of the columns.

    Returns
    -------
    inputs : list of Value
        The inputs.
    """
    of_text = {place for place, known in encoding["categories"] if _is_text(known)}
    if not of_text:
        return []
    kinds = [STRING if place in of_text else FLOAT for place in range(len(names))]
    return [Value(name, kind, (1,)) for name, kind in zip(names, kinds, strict=True)]


def add_table(
    graph: OnnxGraph, inputs: Sequence[Value], encoding: dict[str, Any]
) -> str:
    """Return the inputs of the network.

    Parameters
    ----------
    graph : OnnxGraph
        What nodes are added to.
    inputs : sequence of Value
        A tensor of all columns, or one of each.
    encoding : dict
        What `learn_encoding` has returned.

    Returns
    -------
    x : str
        The tensor of the inputs, (n, n_inputs).

    Raises
    ------
    ValueError
        If there are other inputs than these, or of other types, or categories that
        ONNX cannot tell apart.
    """
    numeric, categories = encoding["numeric"], encoding["categories"]
    n_columns = len(numeric) + len(categories)
    if len(inputs) not in (1, n_columns):
        raise ValueError(
            f"The {n_columns} columns of a table are one input, or one each, got "
            f"{len(inputs)} inputs."
        )
    parts = []
    if len(numeric):
        columns = _take(graph, inputs, numeric.tolist(), DOUBLE)
        parts += _add_numbers(graph, columns, encoding)
    parts += [_add_one_hot(graph, inputs, place, known) for place, known in categories]
    return parts[0] if len(parts) == 1 else graph.add("Concat", *parts, axis=1)


def _take(
    graph: OnnxGraph, inputs: Sequence[Value], places: Sequence[int], kind: int
) -> str:
    """Return some columns as one tensor of a type."""
    if len(inputs) > 1:
        return graph.join([inputs[place] for place in places], kind)
    return graph.select(graph.join(inputs, kind), places)


def _add_numbers(graph: OnnxGraph, columns: str, encoding: dict[str, Any]) -> list[str]:
    """Return the numeric columns, scaled, and their bins if there are some."""
    if "fill" in encoding:
        missing = graph.add("IsNaN", columns)
        fill = graph.constant(encoding["fill"], np.float64)
        columns = graph.add("Where", missing, fill, columns)
    scaled = columns
    if "center" in encoding:
        center, scale = (
            graph.constant(encoding[name], np.float64) for name in ("center", "scale")
        )
        scaled = graph.add("Div", graph.add("Sub", columns, center), scale)
    if encoding["arguments"]["input_scaling"] == "robust":
        share = graph.add("Div", scaled, graph.constant(FURTHEST, np.float64))
        square = graph.add("Mul", share, share)
        root = graph.add("Sqrt", graph.add("Add", square, _number(graph, 1)))
        scaled = graph.add("Div", scaled, root)
    parts = [graph.cast(scaled, FLOAT)]
    edges = {p: one for p, one in enumerate(encoding.get("edges", ())) if len(one) > 2}
    if edges:
        parts.append(_add_bins(graph, columns, edges))
    return parts


def _add_bins(graph: OnnxGraph, columns: str, edges: dict[int, Any]) -> str:
    """Return how much of each bin of some columns is below a row's value."""
    places = [place for place, own in edges.items() for _ in own[1:]]
    lower = np.concatenate([own[:-1] for own in edges.values()])
    width = np.concatenate([np.diff(own) for own in edges.values()])
    values = graph.select(columns, places)  # (n, bins)
    above = graph.add("Sub", values, graph.constant(lower, np.float64))
    shares = graph.add("Div", above, graph.constant(width, np.float64))
    shares = graph.add("Clip", shares, _number(graph, 0), _number(graph, 1))
    spread = graph.add("Mul", shares, _number(graph, 2 * BIN_REACH))
    filled = graph.add("Sub", spread, _number(graph, BIN_REACH))
    return graph.cast(filled, FLOAT)


def _number(graph: OnnxGraph, value: float) -> str:
    return graph.constant(value, np.float64)


def _add_one_hot(
    graph: OnnxGraph, inputs: Sequence[Value], place: int, known: list[Any]
) -> str:
    """Return an input for each known value of a column, (n, n_known)."""
    if not _is_text(known):
        return _compare_numbers(graph, _take(graph, inputs, [place], FLOAT), known)
    own = inputs[place if len(inputs) > 1 else 0]
    if own.kind != STRING:
        raise ValueError(
            f"The column {place} of the table has text, and the input {own.name!r} "
            "that it is to come from is of numbers: give it as text."
        )
    column = _take(graph, inputs, [place], STRING)
    words = ["" if value is None else value for value in known]
    if len(set(words)) < len(words):
        raise ValueError(
            f"The column {place} of the table has missing values and empty text, and "
            "in ONNX the one stands for the other: fill one of them before fit."
        )
    one_hot = graph.add(
        "OneHotEncoder", column, domain=ML_DOMAIN, cats_strings=words, zeros=1
    )
    return graph.reshape(one_hot, len(words))


def _compare_numbers(graph: OnnxGraph, column: str, known: list[Any]) -> str:
    """Return where a column of numbers has each of the known values."""
    missing = np.array([value is None for value in known])
    values = np.array([np.nan if v is None else v for v in known], np.float32)
    if len(np.unique(values)) < len(known):
        raise ValueError(
            f"Some of the categories {known} are one number in float32, in which "
            "ONNX's models compute: make them text, or smaller numbers."
        )
    hits = graph.add("Equal", column, graph.constant(values))
    if missing.any():
        is_one = graph.add(
            "And", graph.add("IsNaN", column), graph.constant(missing, bool)
        )
        hits = graph.add("Or", hits, is_one)
    return graph.cast(hits, FLOAT)


def _is_text(known: list[Any]) -> bool:
    """Return whether a column's categories are text, and not numbers.

    Raises
    ------
    ValueError
        If they are both.
    """
    kinds = {isinstance(value, str) for value in known if value is not None}
    if len(kinds) > 1:
        raise ValueError(
            f"The categories {known} are text and numbers, and a tensor of ONNX has "
            "one type: make all of them text before fit."
        )
    return kinds == {True}
