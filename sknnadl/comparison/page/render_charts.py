"""Charts as inline SVG: axes with ticks, lines and dots."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sknnadl.comparison.page.ticks import find_ticks, write_ticks

#: The size of a chart, and where in it the axes end: left, top, right and bottom.
_WIDTH, _HEIGHT = 340, 290
_LEFT, _TOP, _RIGHT, _BOTTOM = 52, 8, 330, 246
#: How many points a curve has at most.
MOST_POINTS = 200

_Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Axis:
    """An axis of a chart.

    Parameters
    ----------
    label : str
        What is measured along it.
    low, high : float, default=0 and 1
        Its ends.
    """

    label: str
    low: float = 0
    high: float = 1

    @classmethod
    def around(cls, label: str, values: _Numbers) -> Axis:
        """Return an axis that is a little longer than some values need."""
        low, high = float(values.min()), float(values.max())
        margin = 0.04 * (high - low) or abs(low) * 0.1 or 1.0
        return cls(label, low - margin, high + margin)

    def place(self, values: ArrayLike, start: float, end: float) -> _Numbers:
        """Return where values are between two ends."""
        shares = (np.asarray(values, float) - self.low) / (self.high - self.low)
        return start + shares * (end - start)


def draw_chart(title: str, x_axis: Axis, y_axis: Axis, marks: Iterable[str]) -> str:
    """Return a chart.

    Parameters
    ----------
    title : str
        What it shows, for who does not see it.
    x_axis, y_axis : Axis
        The axes.
    marks : iterable of str
        What is drawn: of `draw_line` and `draw_dots`, given the same axes.

    Returns
    -------
    svg : str
        An element.
    """
    parts = []
    x_ticks, y_ticks = (find_ticks(axis.low, axis.high) for axis in (x_axis, y_axis))
    xs, ys = _place(x_axis, y_axis, x_ticks, y_ticks)
    for x, text in zip(xs, write_ticks(x_ticks), strict=True):
        parts.append(f'<path class="grid" d="M{x:.1f} {_TOP}V{_BOTTOM}"/>')
        parts.append(f'<text x="{x:.1f}" y="{_BOTTOM + 14}">{text}</text>')
    for y, text in zip(ys, write_ticks(y_ticks), strict=True):
        parts.append(f'<path class="grid" d="M{_LEFT} {y:.1f}H{_RIGHT}"/>')
        parts.append(f'<text class="y" x="{_LEFT - 5}" y="{y + 4:.1f}">{text}</text>')
    middle, centre = (_LEFT + _RIGHT) // 2, (_TOP + _BOTTOM) // 2
    x_label, y_label = escape(x_axis.label), escape(y_axis.label)
    parts.append(f'<text x="{middle}" y="{_HEIGHT - 8}">{x_label}</text>')
    turned = f"rotate(-90 11 {centre})"
    parts.append(f'<text x="11" y="{centre}" transform="{turned}">{y_label}</text>')
    content = "\n".join([*parts, *marks])
    return (
        f'<svg class="chart" role="img" aria-label="{escape(title)}" '
        f'viewBox="0 0 {_WIDTH} {_HEIGHT}">\n{content}\n</svg>'
    )


def draw_line(
    x_axis: Axis, y_axis: Axis, x: ArrayLike, y: ArrayLike, kind: str, *, step: bool
) -> str:
    """Return a line through points, of which a long one has some left out.

    Parameters
    ----------
    x_axis, y_axis : Axis
        The axes.
    x, y : array-like of shape (n,)
        The points.
    kind : str
        The class of the element, for its style.
    step : bool
        Whether a value holds back to the point before, and changes there at once.

    Returns
    -------
    svg : str
        An element.
    """
    xs, ys = _place(x_axis, y_axis, x, y)
    kept = np.unique(np.linspace(0, len(xs) - 1, MOST_POINTS).round().astype(int))
    points = list(zip(xs[kept].tolist(), ys[kept].tolist(), strict=True))
    lines = [f"M{points[0][0]:.1f} {points[0][1]:.1f}"]
    for x_end, y_end in points[1:]:
        way = f"V{y_end:.1f}H{x_end:.1f}" if step else f"L{x_end:.1f} {y_end:.1f}"
        lines.append(way)
    return f'<path class="line {kind}" d="{"".join(lines)}"/>'


def draw_guide(
    x_axis: Axis, y_axis: Axis, x: tuple[float, float], y: tuple[float, float]
) -> str:
    """Return a straight line to measure others by.

    Parameters
    ----------
    x_axis, y_axis : Axis
        The axes.
    x, y : tuple of float
        Where it begins and ends.

    Returns
    -------
    svg : str
        An element.
    """
    (x_1, x_2), (y_1, y_2) = _place(x_axis, y_axis, x, y)
    return f'<path class="guide" d="M{x_1:.1f} {y_1:.1f}L{x_2:.1f} {y_2:.1f}"/>'


def draw_dots(
    x_axis: Axis,
    y_axis: Axis,
    x: ArrayLike,
    y: ArrayLike,
    kind: str,
    sizes: Sequence[float] | None = None,
) -> str:
    """Return dots: of one size as one element, or circles with the radii given.

    Parameters
    ----------
    x_axis, y_axis : Axis
        The axes.
    x, y : array-like of shape (n,)
        The points.
    kind : str
        The class of the elements, for their style.
    sizes : sequence of float, default=None
        Their radii.

    Returns
    -------
    svg : str
        The elements.
    """
    xs, ys = _place(x_axis, y_axis, x, y)
    if sizes is None:
        moves = "".join(f"M{a:.1f} {b:.1f}h0" for a, b in zip(xs, ys, strict=True))
        return f'<path class="dots {kind}" d="{moves}"/>'
    return "".join(
        f'<circle class="{kind}" cx="{a:.1f}" cy="{b:.1f}" r="{size:.1f}"/>'
        for a, b, size in zip(xs, ys, sizes, strict=True)
    )


def _place(
    x_axis: Axis, y_axis: Axis, x: ArrayLike, y: ArrayLike
) -> tuple[_Numbers, _Numbers]:
    return x_axis.place(x, _LEFT, _RIGHT), y_axis.place(y, _BOTTOM, _TOP)
