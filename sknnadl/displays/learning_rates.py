"""How the loss goes at each learning rate that was tried."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike

from sknnadl.displays.axes import (
    BESIDE,
    draw_curve,
    find_figure,
    import_pyplot,
    make_axes,
    spread_colors,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

#: How many times the loss before training the picture reaches up to.
_ABOVE = 1.3


class LearningRateRangeDisplay:
    """The training loss before training and after each epoch, a curve a learning rate.

    Rates up to the threshold have a line, higher ones a broken one. The picture ends
    a little above the loss before training, and what explodes leaves it.

    It is best made by `from_result`.

    See :doc:`/displays`.

    Parameters
    ----------
    rates : array-like of shape (n_rates,)
        The learning rates, in ascending order.
    losses : array-like of shape (n_rates, n_epochs + 1)
        The loss of each rate before training and after each epoch.
    threshold : float
        The largest rate that is low enough.

    Attributes
    ----------
    figure_ : Figure
        The figure drawn on.
    ax_ : Axes
        The Axes drawn on.
    lines_ : list of Line2D
        The curve of each rate.

    See Also
    --------
    sknnadl.model_selection.learning_rate_range_test : Try the rates.

    Examples
    --------
    >>> from sknnadl import MLPClassifier
    >>> from sknnadl.datasets import load_digits_images
    >>> from sknnadl.inspection import LearningRateRangeDisplay
    >>> from sknnadl.model_selection import learning_rate_range_test
    >>> data = load_digits_images()
    >>> mlp = MLPClassifier((30,), random_state=0)
    >>> found = learning_rate_range_test(mlp, data.X_train, data.y_train)
    >>> display = LearningRateRangeDisplay.from_result(found)
    >>> len(display.lines_)
    6
    """

    figure_: Figure
    ax_: Axes
    lines_: list[Line2D]

    def __init__(self, rates: ArrayLike, losses: ArrayLike, threshold: float) -> None:
        self.rates: Any = rates
        self.losses: Any = losses
        self.threshold = threshold

    @classmethod
    def from_result(
        cls,
        result: Any,
        *,
        ax: Axes | None = None,
        line_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw what `learning_rate_range_test` has found.

        Parameters
        ----------
        result : LearningRateRange
            What it has returned.
        ax : Axes, default=None
            Where to draw; by default in a new figure.
        line_kw : dict, default=None
            Arguments for `matplotlib.axes.Axes.plot`.

        Returns
        -------
        display : LearningRateRangeDisplay
            The display, drawn.
        """
        display = cls(result.rates, result.losses, result.threshold)
        return display.plot(ax=ax, line_kw=line_kw)

    def plot(
        self, *, ax: Axes | None = None, line_kw: dict[str, Any] | None = None
    ) -> Self:
        """Draw a curve a rate.

        Parameters
        ----------
        ax : Axes, default=None
            Where to draw; by default in a new figure.
        line_kw : dict, default=None
            Arguments for `matplotlib.axes.Axes.plot`.

        Returns
        -------
        display : LearningRateRangeDisplay
            The display itself.
        """
        self.ax_ = ax = make_axes(ax, (6.5, 3.5))
        self.figure_ = find_figure(ax)
        rates, losses = np.asarray(self.rates), np.asarray(self.losses)
        colors = spread_colors(len(rates))
        self.lines_ = []
        for rate, values, color in zip(rates, losses, colors, strict=True):
            finite = np.where(np.isfinite(values), values, np.nan)
            style = {"color": color, "label": f"{rate:g}", "marker": "."}
            style["ls"] = "-" if rate <= self.threshold else "--"
            line = draw_curve(ax, finite, **style | (line_kw or {}))
            line.set_xdata(np.arange(len(values)))
            self.lines_.append(line)
        ax.relim()
        ax.autoscale(axis="x")
        top, lowest = _ABOVE * losses[:, 0].max(), losses.min()
        if lowest > 0:
            plt = import_pyplot()
            ax.set_yscale("log")
            ax.yaxis.set_major_locator(plt.LogLocator(subs=[1, 2, 5]))
            ax.yaxis.set_major_formatter("{x:g}")
            ax.yaxis.set_minor_locator(plt.NullLocator())
            ax.set_ylim(lowest / _ABOVE, top)
        else:  # a loss of one's own, say
            ax.set_ylim(lowest, top)
        ax.set(xlabel="epoch", ylabel="training loss")
        title = f"learning rate\n(threshold: {self.threshold:g})"
        ax.legend(title=title, alignment="left", **BESIDE)
        return self
