"""A network as a table to read."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import fields

from sknnadl.network.arrays import Shape
from sknnadl.network.building import build_layers
from sknnadl.network.layers.layer import Layer, LayerSpec, Role


class Summary(str):
    """A table that a notebook, or Python at its prompt, shows as it is printed."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def summarize(specs: Sequence[LayerSpec], input_shape: Shape) -> str:
    """Return a line a layer: what it is, the shape it gives, and its parameters.

    The running averages of `BatchNorm`, which are not trained, are counted apart.

    Parameters
    ----------
    specs : sequence of LayerSpec
        The layers, from the input to the output.
    input_shape : tuple of int
        Shape of one input, without the batch axis.

    Returns
    -------
    text : str
        The table.

    Examples
    --------
    >>> from sknnadl.network import Conv2D, Dense, Flatten, MaxPool2D
    >>> from sknnadl.network.summary import summarize
    >>> layers = [Conv2D(20, 5), MaxPool2D(2), Flatten(), Dense(10, "identity")]
    >>> print(summarize(layers, (28, 28, 1)))
    Layer                                    Output    Parameters
    input                                    28x28x1
    Conv2D(filters=20, kernel_size=5)        24x24x20         520
    MaxPool2D(pool_size=2)                   12x12x20           0
    Flatten()                                2880               0
    Dense(units=10, activation='identity')   10            28,810
    all                                                    29,330
    """
    layers = build_layers(specs, input_shape, "float32")
    counts = [_count(layer, statistics=False) for layer in layers]
    n_statistics = sum(_count(layer, statistics=True) for layer in layers)
    lines = [("Layer", "Output", "Parameters"), ("input", _text(input_shape), "")]
    for spec, layer, count in zip(specs, layers, counts, strict=True):
        lines.append((_brief(spec), _text(layer.output_shape), f"{count:,}"))
    lines.append(("all", "", f"{sum(counts):,}"))
    if n_statistics:
        lines.append(("running averages", "", f"{n_statistics:,}"))
    first, second, third = (
        max(map(len, column)) for column in zip(*lines, strict=True)
    )
    return Summary(
        "\n".join(
            f"{layer:{first}}   {output:{second}}  {count:>{third}}".rstrip()
            for layer, output, count in lines
        )
    )


def _count(layer: Layer, statistics: bool) -> int:
    """Return the number of a layer's statistics, or of its other parameters."""
    return sum(
        math.prod(parameter.shape)
        for parameter in layer.parameters.values()
        if (parameter.role == Role.STATISTIC) == statistics
    )


def _text(shape: Shape) -> str:
    return "x".join(map(str, shape))


def _brief(spec: LayerSpec) -> str:
    """Return the repr with the first argument and those that are not the default."""
    arguments = [
        f"{field.name}={getattr(spec, field.name)!r}"
        # Every spec is a dataclass, which its base class cannot say.
        for number, field in enumerate(fields(spec))  # type: ignore[arg-type]
        if number == 0 or getattr(spec, field.name) != field.default
    ]
    return f"{type(spec).__name__}({', '.join(arguments)})"
