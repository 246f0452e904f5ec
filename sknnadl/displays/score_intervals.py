"""The scores of models, or their differences, with intervals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, Protocol, Self, get_args

import numpy as np
from numpy.typing import ArrayLike

from sknnadl.displays.axes import FIRST, QUIET, find_figure, make_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import LineCollection
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

#: The size of a figure in inches: its width, a row, and what else stands above them.
_WIDTH, _ROW, _REST = 6.5, 0.32, 0.8
_Kind = Literal["scores", "differences"]


class ReportedScores(Protocol):
    """What the display asks of a report."""

    scorers: list[str]

    @property
    def table(self) -> list[dict[str, Any]]:
        """A dict of plain values for each model."""
        ...

    def pairwise(self, scorer: str) -> Sequence[Any]:
        """Return a dict for each pair of models."""
        ...


class ComparisonDisplay:
    """A dot for each model, or pair of models, on a line that is its interval.

    It is best made by `from_report`.

    See :doc:`/displays`.

    Parameters
    ----------
    names : list of str
        The models or pairs, from top to bottom.
    values : array-like of shape (n,)
        Their scores or differences.
    lows, highs : array-like of shape (n,)
        The bounds of the intervals, nan where there is none.
    label : str, default=None
        What the values are.
    reference : float, default=None
        Where to draw a line, such as at 0 for differences.

    Attributes
    ----------
    figure_ : Figure
        The figure drawn on.
    ax_ : Axes
        The Axes drawn on.
    points_ : Line2D
        The dots.
    intervals_ : LineCollection
        The intervals.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.naive_bayes import GaussianNB
    >>> from sklearn.svm import SVC
    >>> from sknnadl import compare
    >>> from sknnadl.reports import ComparisonDisplay
    >>> report = compare([SVC(), GaussianNB()], *load_iris(return_X_y=True), cv=5)
    >>> display = ComparisonDisplay.from_report(report)
    >>> [label.get_text() for label in display.ax_.get_yticklabels()]
    ['svc', 'gaussiannb']
    """

    figure_: Figure
    ax_: Axes
    points_: Line2D
    intervals_: LineCollection

    def __init__(
        self,
        names: Sequence[str],
        values: ArrayLike,
        lows: ArrayLike,
        highs: ArrayLike,
        *,
        label: str | None = None,
        reference: float | None = None,
    ) -> None:
        self.names = names
        self.values: Any = values
        self.lows: Any = lows
        self.highs: Any = highs
        self.label = label
        self.reference = reference

    @classmethod
    def from_report(
        cls,
        report: ReportedScores,
        *,
        scorer: str | None = None,
        kind: _Kind = "scores",
        ax: Axes | None = None,
        line_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw what a report says.

        Parameters
        ----------
        report : ComparisonReport
            What `compare` returned.
        scorer : str, default=None
            The score to draw; by default the first.
        kind : {"scores", "differences"}, default="scores"
            Whether to draw the score of each model, or the difference of each pair,
            as `ComparisonReport.pairwise` finds it.
        ax : Axes, default=None
            Where to draw; by default in a new figure.
        line_kw : dict, default=None
            Arguments for `matplotlib.axes.Axes.plot`, which draws the dots.

        Returns
        -------
        display : ComparisonDisplay
            The display, drawn.

        Raises
        ------
        ValueError
            If there is nothing to draw, or no such kind or score.
        """
        if kind not in get_args(_Kind):
            raise ValueError(f"kind must be one of {get_args(_Kind)}, got {kind!r}.")
        scorer = report.scorers[0] if scorer is None else scorer
        if scorer not in report.scorers:
            raise ValueError(f"scorer must be one of {report.scorers}, got {scorer!r}.")
        if kind == "scores":
            found = [
                (row["name"], row[scorer], row[f"{scorer}_low"], row[f"{scorer}_high"])
                for row in report.table
                if row.get(scorer) is not None and not np.isnan(row[scorer])
            ]
        else:
            found = [
                (
                    f"{p['a']} \N{MINUS SIGN} {p['b']}",
                    p["difference"],
                    p["low"],
                    p["high"],
                )
                for p in report.pairwise(scorer)
            ]
        if not found:
            raise ValueError(f"The report has no {kind} of {scorer!r} to draw.")
        names, *numbers = zip(*found, strict=True)
        columns = [np.array(column, float) for column in numbers]  # None becomes nan
        of_pairs = kind == "differences"
        label = f"difference of {scorer}" if of_pairs else scorer
        display = cls(
            list(names), *columns, label=label, reference=0.0 if of_pairs else None
        )
        return display.plot(ax=ax, line_kw=line_kw)

    def plot(
        self, *, ax: Axes | None = None, line_kw: dict[str, Any] | None = None
    ) -> Self:
        """Draw the dots and their intervals.

        Parameters
        ----------
        ax : Axes, default=None
            Where to draw; by default in a new figure.
        line_kw : dict, default=None
            Arguments for `matplotlib.axes.Axes.plot`, which draws the dots.

        Returns
        -------
        display : ComparisonDisplay
            The display itself.
        """
        n = len(self.names)
        self.ax_ = ax = make_axes(ax, (_WIDTH, _ROW * n + _REST))
        self.figure_ = find_figure(ax)
        rows = np.arange(n)
        if self.reference is not None:
            ax.axvline(self.reference, color=QUIET, linewidth=0.8, linestyle=":")
        style: dict[str, Any] = {"color": FIRST, "linestyle": "none", "marker": "o"}
        style |= line_kw or {}
        self.intervals_ = ax.hlines(
            rows, self.lows, self.highs, color=style["color"], linewidth=1.8
        )
        (self.points_,) = ax.plot(self.values, rows, **style)
        ax.set_yticks(rows, self.names)
        ax.set(ylim=(n - 0.4, -0.6), xlabel=self.label)
        ax.tick_params(axis="y", length=0)
        ax.spines[["top", "right", "left"]].set_visible(False)
        ax.grid(axis="x", color="0.92", linewidth=0.8)
        ax.set_axisbelow(True)
        return self
