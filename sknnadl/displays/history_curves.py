"""Which curves a training history has, and how they are told apart."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sknnadl.displays.axes import BESIDE, COLORS, QUIET, import_pyplot

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: The panels that there may be: label, height.
PANELS = {
    "loss": ("loss", 3),
    "score": ("score", 2),
    "rate": ("learning\nrate", 1.5),
}
#: What the entries are that each history has: panel, what it is of, label.
_KNOWN = {
    "loss": ("loss", "training", "training cost"),
    "val_loss": ("loss", "validation", "validation loss"),
    "val_score": ("score", "validation", "validation score"),
    "learning_rate": ("rate", "training", "learning rate"),
}
#: The lines of what is measured of one fit beside others.
_LINES = "-", "--", ":", "-."


class Curve(NamedTuple):
    """Where the curve of an entry of a history belongs."""

    panel: str
    rows: str
    label: str


class Look(NamedTuple):
    """How a fit is drawn, and how its curves are."""

    name: str | None
    colors: Mapping[str, Any]
    lines: Mapping[str, str]


def describe(entry: str) -> Curve:
    """Return where an entry of a history belongs."""
    if entry in _KNOWN:
        return Curve(*_KNOWN[entry])
    rows, _, kind = entry.rpartition("_")
    return Curve(kind, rows, f"{rows} {kind}")


def find_measured(history: Mapping[str, Any]) -> dict[str, NDArray[np.float64]]:
    """Return the entries of a history that can be drawn and were measured."""
    losses = [entry for entry in history if entry.endswith("_loss")]
    others = [entry for entry in losses if entry not in _KNOWN]
    names = [entry.removesuffix("_loss") for entry in others]
    entries = [*_KNOWN, *(f"{n}_{kind}" for n in names for kind in ("loss", "score"))]
    values = {entry: np.array(history[entry], float) for entry in entries}
    return {entry: v for entry, v in values.items() if not np.isnan(v).all()}


def find_best_epoch(
    network: Any, measured: Mapping[str, NDArray[np.float64]]
) -> int | None:
    """Return the epoch whose parameters early stopping kept, the first of the best."""
    if not getattr(network, "early_stopping", False):
        return None
    if getattr(network, "scoring", None) == "loss":
        values = measured.get("val_loss")
    else:
        values = -measured["val_score"] if "val_score" in measured else None
    return None if values is None else int(np.nanargmin(values)) + 1


def choose_looks(
    names: Collection[str | None], entries: Collection[str], ax: Axes
) -> list[Look]:
    """Return how fits are drawn, as no line in an Axes is.

    One fit has a colour for the rows that a curve is of, and another kind of line
    where colours are used up; each of several has one colour, and another kind of line
    for the rows.
    """
    rows = list(dict.fromkeys(describe(entry).rows for entry in entries))
    taken = [(line.get_color(), line.get_linestyle()) for line in ax.lines]
    if len(names) == 1:
        every = [(color, line) for line in _LINES for color in COLORS]
        free = [pair for pair in every if pair not in taken] or every
        pairs = {row: free[i % len(free)] for i, row in enumerate(rows)}
        colors = {row: color for row, (color, _) in pairs.items()}
        lines = {row: line for row, (_, line) in pairs.items()}
        return [Look(name, colors, lines) for name in names]
    lines = {row: _LINES[i % len(_LINES)] for i, row in enumerate(rows)}
    own = _choose_colors(len(names), [color for color, _ in taken])
    return [
        Look(name, dict.fromkeys(rows, color), lines)
        for name, color in zip(names, own, strict=True)
    ]


def _choose_colors(n: int, taken: Collection[Any]) -> list[Any]:
    """Return so many colours, of a scale where there are not as many to choose."""
    free = [color for color in COLORS if color not in taken]
    if n <= len(free):
        return free[:n]
    return list(map(tuple, import_pyplot().get_cmap("turbo")(np.linspace(0, 1, n))))


def new_label(ax: Axes, name: str | None, text: str) -> str:
    """Return the label of a line of a fit, with a number if the Axes has it already."""
    label = text if name is None else f"{name}: {text}"
    taken = {line.get_label() for line in ax.lines}
    number, numbered = 1, label
    while numbered in taken:
        number += 1
        numbered = f"{label} ({number})"
    return numbered


def explain_looks(
    ax: Axes, looks: Collection[Look], best: Collection[int | None], losses: list[str]
) -> None:
    """Draw a legend that says what each colour and each kind of line is.

    With so many curves there is seldom room for it among them.
    """
    line = import_pyplot().Line2D
    handles = []
    for look, epoch in zip(looks, best, strict=True):
        label = look.name if epoch is None else f"{look.name}, best epoch: {epoch}"
        handles.append(line([], [], color=look.colors["training"], label=label))
    lines = next(iter(looks)).lines
    for curve in map(describe, losses if len(losses) > 1 else ()):
        style = {"color": QUIET, "ls": lines[curve.rows], "label": curve.label}
        handles.append(line([], [], **style))
    ax.legend(handles=handles, **BESIDE)
