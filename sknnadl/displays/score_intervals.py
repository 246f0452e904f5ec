"""The scores of models, or their differences, with intervals."""

import numpy as np

from sknnadl.displays.axes import FIRST, QUIET, make_axes

#: The size of a figure in inches: its width, a row, and what else stands above them.
_WIDTH, _ROW, _REST = 6.5, 0.32, 0.8
_KINDS = "scores", "differences"


class ComparisonDisplay:
    """A dot for each model, or pair of models, on a line that is its interval.

    It is best made by `from_report`.

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

    def __init__(self, names, values, lows, highs, *, label=None, reference=None):
        self.names = names
        self.values = values
        self.lows = lows
        self.highs = highs
        self.label = label
        self.reference = reference

    @classmethod
    def from_report(cls, report, *, scorer=None, kind="scores", ax=None, line_kw=None):
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
        if kind not in _KINDS:
            raise ValueError(f"kind must be one of {_KINDS}, got {kind!r}.")
        scorer = report.scorers[0] if scorer is None else scorer
        if scorer not in report.scorers:
            raise ValueError(f"scorer must be one of {report.scorers}, got {scorer!r}.")
        if kind == "scores":
            found = [
                (row["name"], row[scorer], row[f"{scorer}_low"], row[f"{scorer}_high"])
                for row in report.table
                if row["error"] is None
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

    def plot(self, *, ax=None, line_kw=None):
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
        self.figure_ = ax.figure
        rows = np.arange(n)
        if self.reference is not None:
            ax.axvline(self.reference, color=QUIET, linewidth=0.8, linestyle=":")
        style = {"color": FIRST, "linestyle": "none", "marker": "o"} | (line_kw or {})
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
