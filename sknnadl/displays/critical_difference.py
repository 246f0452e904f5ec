"""The mean ranks of models on many data sets, and which of them are told apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, Protocol, Self

from sknnadl.displays.axes import FIRST, QUIET, find_figure, make_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D
    from matplotlib.text import Text

#: The size of a figure in inches: its width, a line of names, and what is above them.
_WIDTH, _LINE, _REST = 7.5, 0.25, 1.1
#: How far a bar is from the next, in lines of names.
_BAR = 0.4


class RankedModels(Protocol):
    """What the display asks of a report."""

    @property
    def scorers(self) -> list[str]:
        """The names of the scores."""
        ...

    def diagram(
        self, scorer: str, *, method: Literal["nemenyi", "wilcoxon"]
    ) -> dict[str, Any]:
        """Return the names, ranks, groups and critical difference."""
        ...


class CriticalDifferenceDisplay:
    """Models on a line by their mean ranks, with bars over those not told apart.

    It is best made by `from_report`. The picture is that of Demsar (2006): the best
    model is on the left, and a bar with a dot for each joins models of which no two are
    told apart. Below is the critical difference, where the test has one.

    See :doc:`/displays`.

    Parameters
    ----------
    names : list of str
        The models, the best first.
    ranks : list of float
        Their mean ranks, from the smallest to the largest.
    groups : list of list of str
        The names of models of which no two are told apart.
    critical_difference : float, default=None
        From which difference on mean ranks tell models apart, where there is one.
    label : str, default=None
        What the ranks are of.

    Attributes
    ----------
    figure_ : Figure
        The figure drawn on.
    ax_ : Axes
        The Axes drawn on.
    labels_ : list of Text
        The names with their ranks.
    bars_ : list of Line2D
        The bars, one for each group.
    difference_ : Line2D or None
        The critical difference.

    References
    ----------
    Demsar, J. (2006). Statistical comparisons of classifiers over multiple data sets.
    Journal of Machine Learning Research, 7, 1-30.

    Examples
    --------
    >>> from sknnadl.reports import CriticalDifferenceDisplay
    >>> names, ranks = ["MLP", "SVM", "guess"], [1.4, 1.6, 3.0]
    >>> display = CriticalDifferenceDisplay(names, ranks, [["MLP", "SVM"]], 1.05).plot()
    >>> [label.get_text() for label in display.labels_]
    ['MLP  1.40', 'SVM  1.60', '3.00  guess']
    """

    figure_: Figure
    ax_: Axes
    labels_: list[Text]
    bars_: list[Line2D]
    difference_: Line2D | None

    def __init__(
        self,
        names: Sequence[str],
        ranks: Sequence[float],
        groups: Sequence[Sequence[str]],
        critical_difference: float | None = None,
        *,
        label: str | None = None,
    ) -> None:
        self.names = names
        self.ranks = ranks
        self.groups = groups
        self.critical_difference = critical_difference
        self.label = label

    @classmethod
    def from_report(
        cls,
        report: RankedModels,
        *,
        scorer: str | None = None,
        method: Literal["nemenyi", "wilcoxon"] = "nemenyi",
        ax: Axes | None = None,
        bar_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw what a report on many data sets says.

        Parameters
        ----------
        report : JoinedReport
            What `compare` returned for several data sets, or `join_reports`.
        scorer : str, default=None
            The score to draw; by default the first.
        method : {"nemenyi", "wilcoxon"}, default="nemenyi"
            The test of pairs, as in `JoinedReport.pairwise`.
        ax : Axes, default=None
            Where to draw; by default in a new figure.
        bar_kw : dict, default=None
            Arguments for `matplotlib.axes.Axes.plot`, which draws the bars.

        Returns
        -------
        display : CriticalDifferenceDisplay
            The display, drawn.

        Raises
        ------
        ValueError
            If the score was not measured, or there is no such method.
        """
        scorer = report.scorers[0] if scorer is None else scorer
        drawn = report.diagram(scorer, method=method)
        display = cls(**drawn, label=f"mean rank by {scorer}")
        return display.plot(ax=ax, bar_kw=bar_kw)

    def plot(
        self, *, ax: Axes | None = None, bar_kw: dict[str, Any] | None = None
    ) -> Self:
        """Draw the line, the bars and the names.

        Parameters
        ----------
        ax : Axes, default=None
            Where to draw; by default in a new figure.
        bar_kw : dict, default=None
            Arguments for `matplotlib.axes.Axes.plot`, which draws the bars.

        Returns
        -------
        display : CriticalDifferenceDisplay
            The display itself.
        """
        n_models = len(self.names)
        first = _BAR * (len(self.groups) + 2) + 0.3  # where the first name is
        last = first + (n_models + 1) // 2 - 1
        self.ax_ = ax = make_axes(ax, (_WIDTH, _LINE * last + _REST))
        self.figure_ = find_figure(ax)
        self._draw_axis(n_models, last)
        self.labels_ = [self._draw_name(i, first) for i in range(n_models)]
        self.difference_ = self._draw_difference()
        style: dict[str, Any] = {"color": FIRST, "linewidth": 3, "marker": "o"}
        style |= {"markersize": 4, "solid_capstyle": "round"} | (bar_kw or {})
        of_names = dict(zip(self.names, self.ranks, strict=True))
        self.bars_ = []
        for number, group in enumerate(self.groups, start=1):
            xs = [of_names[name] for name in group]
            self.bars_ += ax.plot(xs, [_BAR * (number + 0.5)] * len(xs), **style)
        return self

    def _draw_axis(self, n_models: int, last: float) -> None:
        """Let the ranks be at the top, with room for names at both sides."""
        ax, side = self.ax_, 0.75 * max(n_models - 1, 1)
        ax.set(xlim=(1 - side, n_models + side), ylim=(last + 0.6, 0))
        ax.xaxis.tick_top()
        ax.xaxis.set_label_position("top")
        ax.set_xticks(range(1, n_models + 1))
        ax.set_yticks([])
        ax.set_xlabel(self.label or "")
        ax.spines[["left", "right", "bottom"]].set_visible(False)
        ax.spines["top"].set_bounds(1, n_models)

    def _draw_difference(self) -> Line2D | None:
        """Draw a bar of the length of the critical difference, beside the names."""
        if self.critical_difference is None:
            return None
        y = self.ax_.get_ylim()[0]
        ends = [1, 1 + self.critical_difference]
        (line,) = self.ax_.plot(ends, [y, y], color=QUIET, marker="|", clip_on=False)
        text = f"critical difference {self.critical_difference:.2f}"
        self.ax_.annotate(
            text, (1, y), (0, -6), textcoords="offset points", color=QUIET, va="top"
        )
        return line

    def _draw_name(self, number: int, first: float) -> Text:
        """Write a name at the left or at the right, with a line to its rank."""
        name, rank, n_models = self.names[number], self.ranks[number], len(self.names)
        left = number < (n_models + 1) // 2
        y = first + (number if left else n_models - 1 - number)
        gap = 0.06 * max(n_models - 1, 1)
        end = 1 - gap if left else n_models + gap
        self.ax_.plot(
            [rank, rank, end], [0, y, y], color="0.3", linewidth=0.9, zorder=1
        )
        text = f"{name}  {rank:.2f}" if left else f"{rank:.2f}  {name}"
        written = self.ax_.annotate(
            text, (end, y), (-4 if left else 4, 0), textcoords="offset points"
        )
        written.set(va="center", ha="right" if left else "left")
        return written
