"""What displays draw on: matplotlib where it is installed, Axes, panels and curves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

    #: One Axes, whose place panels take, or one for each panel.
    Panels = Axes | list[Axes] | tuple[Axes, ...] | NDArray[Any]

#: The colours of lines, which no kind of colour blindness takes for one another (Okabe
#: and Ito 2008); the first two are the furthest apart.
COLORS = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"
FIRST, SECOND, *_ = COLORS
#: What is said in words beside the data.
QUIET = "0.4"
#: Where a legend covers no curve: on the right of its Axes.
BESIDE: dict[str, Any] = {
    "loc": "upper left",
    "bbox_to_anchor": (1, 1),
    "borderaxespad": 0,
    "frameon": False,
}
#: With this many epochs or fewer each one has a point.
_FEW_EPOCHS = 30


def import_pyplot() -> Any:
    """Return `matplotlib.pyplot`, or say how to install it."""
    try:
        import matplotlib.pyplot as plt
    except ImportError as error:
        raise ImportError(
            "Displays are drawn by matplotlib, which is not installed: "
            'pip install "sknnadl[plot]".'
        ) from error
    return plt


def make_axes(ax: Axes | None, figsize: tuple[float, float]) -> Axes:
    """Return the Axes given, or one in a new figure."""
    plt = import_pyplot()
    if ax is not None:
        return ax
    return cast("Axes", plt.subplots(figsize=figsize, layout="constrained")[1])


def find_figure(room: Axes | Figure) -> Figure:
    """Return the figure of an Axes, or a figure itself."""
    return cast("Figure", room.figure)


def spread_colors(n_colors: int) -> NDArray[Any]:
    """Return colours that go on evenly from dark to light, for ordered curves."""
    scale = import_pyplot().get_cmap("viridis")
    return np.asarray(scale(np.linspace(0, 0.85, n_colors)))


def write_alone(ax: Axes, text: str) -> None:
    """Write in an Axes, where there is nothing to draw."""
    written = ax.text(0.5, 0.5, text, color=QUIET, transform=ax.transAxes)
    written.set(ha="center", va="center")
    ax.set_axis_off()


def make_panels(
    ax: Panels | None,
    heights: Sequence[float],
    figsize: tuple[float, float],
) -> NDArray[Any]:
    """Return Axes one below the other that share their x axis.

    They are in the place of one Axes, or are given themselves, or in a new figure.
    """
    plt = import_pyplot()
    if isinstance(ax, list | tuple | np.ndarray):
        axes = np.ravel(np.asarray(ax, dtype=object))
        if len(axes) != len(heights):
            raise ValueError(
                f"ax must be one Axes, or {len(heights)} of them for as many panels, "
                f"got {len(axes)}."
            )
        return axes
    options: dict[str, Any] = {"height_ratios": heights}
    if ax is None:
        figure = plt.figure(figsize=figsize, layout="constrained")
        grid = figure.add_gridspec(len(heights), 1, **options)
    else:
        ax.set_axis_off()
        place, among_others = ax.get_position(), ax.get_subplotspec()
        if among_others is not None:
            grid = among_others.subgridspec(len(heights), 1, **options)
        else:  # an Axes that was put somewhere by hand
            sides = dict(zip(("left", "right"), place.intervalx, strict=True))
            sides |= dict(zip(("bottom", "top"), place.intervaly, strict=True))
            grid = find_figure(ax).add_gridspec(len(heights), 1, **options, **sides)
    axes = np.ravel(grid.subplots(sharex=True))
    for panel in axes:
        panel.label_outer()
    return axes


def draw_curve(ax: Axes, values: ArrayLike, **line_kw: Any) -> Line2D:
    """Draw a value an epoch and return the line.

    Parameters
    ----------
    ax : Axes
        Where to draw.
    values : array-like of shape (n_epochs,)
        The values; there is no point where one is nan.
    **line_kw : dict
        Arguments for `matplotlib.axes.Axes.plot`.

    Returns
    -------
    line : Line2D
        What was drawn.
    """
    values = np.asarray(values)
    lonely = len(values) <= _FEW_EPOCHS or np.isnan(values).any()
    style = {"marker": "." if lonely else None, "linewidth": 1.5}
    epochs = np.arange(1, len(values) + 1)
    (line,) = ax.plot(epochs, values, **style | line_kw)
    whole = {"integer": True, "min_n_ticks": 1, "steps": [1, 2, 5, 10]}
    ax.xaxis.set_major_locator(import_pyplot().MaxNLocator("auto", **whole))
    ax.spines[["top", "right"]].set_visible(False)
    ax.grid(axis="y", color="0.9", linewidth=0.8)
    ax.set_axisbelow(True)
    return line
