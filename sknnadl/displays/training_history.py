"""How training went, epoch by epoch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sknnadl.displays.axes import (
    FIRST,
    QUIET,
    SECOND,
    draw_curve,
    find_figure,
    make_panels,
)
from sknnadl.displays.wrapped import unwrap

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

    from sknnadl.displays.axes import Panels

#: The panels that there may be: label, height.
_PANELS = {
    "loss": ("loss", 3),
    "score": ("validation\nscore", 2),
    "rate": ("learning\nrate", 1.5),
}


class TrainingHistoryDisplay:
    """The losses, score and learning rate of each epoch.

    Losses are in the first panel. Scores have a panel of their own where there are
    any, and so has the learning rate. Where early stopping has chosen an epoch, a line
    marks it.

    It is best made by `from_estimator`.

    Parameters
    ----------
    loss : array-like of shape (n_epochs,)
        The training cost of each epoch: the loss on the training rows and the penalty.
    val_loss : array-like of shape (n_epochs,), default=None
        The loss on the rows to validate on, without penalty.
    val_score : array-like of shape (n_epochs,), default=None
        The score on the rows to validate on.
    learning_rate : array-like of shape (n_epochs,), default=None
        The learning rate at the start of each epoch.
    best_epoch : int, default=None
        The epoch, counted from 1, whose parameters were kept.

    Attributes
    ----------
    figure_ : Figure
        The figure drawn on.
    axes_ : ndarray of Axes
        The panels, from top to bottom.
    lines_ : dict of str to Line2D
        The curves, by the names of the parameters.

    See Also
    --------
    GradientNormDisplay : How fast each layer learns.

    Examples
    --------
    >>> from sknnadl import MLPClassifier
    >>> from sknnadl.datasets import load_digits_images
    >>> from sknnadl.inspection import TrainingHistoryDisplay
    >>> data = load_digits_images()
    >>> mlp = MLPClassifier(early_stopping=True, max_iter=50, random_state=0)
    >>> mlp = mlp.fit(data.X_train, data.y_train)
    >>> display = TrainingHistoryDisplay.from_estimator(mlp)
    >>> len(display.axes_), list(display.lines_)
    (3, ['loss', 'val_loss', 'val_score', 'learning_rate'])
    """

    figure_: Figure
    axes_: NDArray[Any]
    lines_: dict[str, Line2D]

    def __init__(
        self,
        loss: ArrayLike,
        *,
        val_loss: ArrayLike | None = None,
        val_score: ArrayLike | None = None,
        learning_rate: ArrayLike | None = None,
        best_epoch: int | None = None,
    ) -> None:
        self.loss: Any = loss
        self.val_loss: Any = val_loss
        self.val_score: Any = val_score
        self.learning_rate: Any = learning_rate
        self.best_epoch = best_epoch

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        *,
        ax: Panels | None = None,
        line_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw the history of a fitted estimator.

        Parameters
        ----------
        estimator : object
            A fitted estimator of this package that trains a network, or a pipeline or
            search with one inside.
        ax : Axes or array-like of Axes, default=None
            Where to draw: one Axes, whose place the panels take, or one for each
            panel. By default a new figure.
        line_kw : dict, default=None
            Arguments for `matplotlib.axes.Axes.plot`.

        Returns
        -------
        display : TrainingHistoryDisplay
            The display, drawn.
        """
        network, _ = unwrap(estimator)
        names = "loss", "val_loss", "val_score", "learning_rate"
        values = {name: np.array(network.history_[name], float) for name in names}
        measured = {
            name: array for name, array in values.items() if not np.isnan(array).all()
        }
        best = _find_best_epoch(network, measured)
        return cls(**measured, best_epoch=best).plot(ax=ax, line_kw=line_kw)

    def plot(
        self,
        *,
        ax: Panels | None = None,
        line_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw the panels.

        Parameters
        ----------
        ax : Axes or array-like of Axes, default=None
            Where to draw: one Axes, whose place the panels take, or one for each
            panel. By default a new figure.
        line_kw : dict, default=None
            Arguments for `matplotlib.axes.Axes.plot`.

        Returns
        -------
        display : TrainingHistoryDisplay
            The display itself.
        """
        curves = {
            "loss": ("loss", "training cost", FIRST),
            "val_loss": ("loss", "validation loss", SECOND),
            "val_score": ("score", None, SECOND),
            "learning_rate": ("rate", None, QUIET),
        }
        curves = {k: v for k, v in curves.items() if getattr(self, k) is not None}
        used = [name for name in _PANELS if name in {v[0] for v in curves.values()}]
        heights = [_PANELS[name][1] for name in used]
        self.axes_ = make_panels(ax, heights, (6, 1 + 0.75 * sum(heights)))
        panels = dict(zip(used, self.axes_, strict=True))
        self.figure_ = find_figure(self.axes_[0])
        self.lines_ = {
            name: draw_curve(
                panels[panel],
                getattr(self, name),
                **{"color": color, "label": label} | (line_kw or {}),
            )
            for name, (panel, label, color) in curves.items()
        }
        self._finish(panels)
        return self

    def _finish(self, panels: Mapping[str, Axes]) -> None:
        """Mark the best epoch, and label the axes."""
        for name, panel in panels.items():
            panel.set(ylabel=_PANELS[name][0])
            if self.best_epoch is not None and name != "rate":
                line = panel.axvline(self.best_epoch, color=QUIET, lw=1.2, ls=":")
                line.set(label=f"best epoch: {self.best_epoch}", zorder=1)
        if "rate" in panels:
            panels["rate"].set_ylim(0, 1.1 * np.nanmax(self.learning_rate))
        panels["loss"].legend(frameon=False)
        self.axes_[-1].set_xlabel("epoch")
        self.figure_.align_ylabels(list(self.axes_))


def _find_best_epoch(
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
