"""How training went, epoch by epoch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sknnadl.displays.axes import QUIET, draw_curve, find_figure, make_panels
from sknnadl.displays.history_curves import (
    PANELS,
    Look,
    choose_looks,
    describe,
    explain_looks,
    find_best_epoch,
    find_measured,
    new_label,
)
from sknnadl.displays.wrapped import unwrap

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

    from sknnadl.displays.axes import Panels

    #: Of one fit, or of several by their names.
    Values = ArrayLike | Mapping[str, ArrayLike]
    Sets = Mapping[str, ArrayLike] | Mapping[str, Mapping[str, ArrayLike]]
    Epochs = int | Mapping[str, int | None]

#: The parameters that have a curve each.
_CURVES = "loss", "val_loss", "val_score", "learning_rate"


class TrainingHistoryDisplay:
    """The losses, scores and learning rate of each epoch, of one fit or of several.

    Losses are in the first panel. Scores have a panel of their own where there are
    any, and so has the learning rate. Where early stopping has chosen an epoch, a line
    marks it.

    One fit has a colour for the rows that a curve is of: those to train on, to
    validate on, and each of ``eval_sets``. Of several fits each has a colour, and the
    rows have another kind of line. What is drawn into panels that have curves takes
    colours and labels that are not there yet.

    It is best made by `from_estimator` or `from_estimators`.

    See :doc:`/displays`.

    Parameters
    ----------
    loss : array-like of shape (n_epochs,), or dict of str to array-like
        The training cost of each epoch: the loss on the training rows and the penalty.
        Of several fits, here and below, a dict with an array for the name of each.
    val_loss : array-like of shape (n_epochs,), or dict, default=None
        The loss on the rows to validate on, without penalty.
    val_score : array-like of shape (n_epochs,), or dict, default=None
        The score on the rows to validate on.
    learning_rate : array-like of shape (n_epochs,), or dict, default=None
        The learning rate at the start of each epoch.
    eval_sets : dict of str to array-like, or dict of such dicts, default=None
        The losses and scores of other rows, by their names in ``history_``, such as
        ``"test_loss"`` and ``"test_score"``.
    best_epoch : int or dict of str to int, default=None
        The epoch, counted from 1, whose parameters were kept.
    name : str, default=None
        What the labels of a single fit begin with.

    Attributes
    ----------
    figure_ : Figure
        The figure drawn on.
    axes_ : ndarray of Axes
        The panels, from top to bottom.
    lines_ : dict of str to Line2D
        The curves, by the names of the parameters and those of ``eval_sets``; of
        several fits a dict of such dicts.

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
    >>> adam = MLPClassifier(solver="adam", random_state=0)
    >>> adam = adam.fit(data.X_train, data.y_train)
    >>> both = TrainingHistoryDisplay.from_estimators({"SGD": mlp, "Adam": adam})
    >>> {name: len(lines) for name, lines in both.lines_.items()}
    {'SGD': 4, 'Adam': 2}
    """

    figure_: Figure
    axes_: NDArray[Any]
    lines_: dict[str, Any]

    def __init__(
        self,
        loss: Values,
        *,
        val_loss: Values | None = None,
        val_score: Values | None = None,
        learning_rate: Values | None = None,
        eval_sets: Sets | None = None,
        best_epoch: Epochs | None = None,
        name: str | None = None,
    ) -> None:
        self.loss: Any = loss
        self.val_loss: Any = val_loss
        self.val_score: Any = val_score
        self.learning_rate: Any = learning_rate
        self.eval_sets: Any = eval_sets
        self.best_epoch: Any = best_epoch
        self.name = name

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        *,
        name: str | None = None,
        ax: Panels | None = None,
        line_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw the history of a fitted estimator.

        Parameters
        ----------
        estimator : object
            A fitted estimator of this package that trains a network, or a pipeline or
            search with one inside.
        name : str, default=None
            What the labels begin with.
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
        measured = find_measured(network.history_)
        own = {entry: measured.pop(entry) for entry in _CURVES if entry in measured}
        best = find_best_epoch(network, own)
        display = cls(**own, eval_sets=measured, best_epoch=best, name=name)
        return display.plot(ax=ax, line_kw=line_kw)

    @classmethod
    def from_estimators(
        cls,
        estimators: Mapping[str, Any],
        *,
        ax: Panels | None = None,
        line_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw the histories of several fitted estimators into one picture.

        Parameters
        ----------
        estimators : dict of str to object
            Fitted estimators as `from_estimator` takes them, by the names that they
            have in the legend.
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
        if not isinstance(estimators, Mapping) or not estimators:
            raise ValueError(
                "estimators must be a dict of fitted estimators by their names, such "
                f"as {{'SGD': net, 'Adam': other}}, got {estimators!r}."
            )
        names = *_CURVES, "eval_sets", "best_epoch"
        values: dict[str, Any] = {name: {} for name in names}
        for name, estimator in estimators.items():
            network, _ = unwrap(estimator)
            measured = find_measured(network.history_)
            values["best_epoch"][name] = find_best_epoch(network, measured)
            for entry in _CURVES:
                if entry in measured:
                    values[entry][name] = measured.pop(entry)
            values["eval_sets"][name] = measured
        return cls(**values).plot(ax=ax, line_kw=line_kw)

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
        fits = self._fits()
        entries = list(dict.fromkeys(e for curves, _ in fits.values() for e in curves))
        used = [name for name in PANELS if name in {describe(e).panel for e in entries}]
        heights = [PANELS[name][1] for name in used]
        width = 6 if len(fits) == 1 else 7.5  # with the legend beside the panels
        self.axes_ = make_panels(ax, heights, (width, 1 + 0.75 * sum(heights)))
        panels = dict(zip(used, self.axes_, strict=True))
        self.figure_ = find_figure(self.axes_[0])
        looks = choose_looks(list(fits), entries, panels["loss"])
        is_one = not isinstance(self.loss, Mapping)
        quiet = QUIET if is_one and not panels["loss"].lines else None
        lines: dict[Any, dict[str, Line2D]] = {
            look.name: self._draw(panels, look, *fits[look.name], quiet, line_kw or {})
            for look in looks
        }
        self.lines_ = lines[self.name] if is_one else lines
        if len(fits) == 1:
            panels["loss"].legend(frameon=False)
        else:
            losses = [e for e in entries if describe(e).panel == "loss"]
            best = [epoch for _, epoch in fits.values()]
            explain_looks(panels["loss"], looks, best, losses)
        self._finish(panels, entries)
        return self

    def _fits(self) -> dict[str | None, tuple[dict[str, Any], int | None]]:
        """Return for each fit its curves, by entries of the history, and best epoch."""
        if not isinstance(self.loss, Mapping):
            curves = {entry: getattr(self, entry) for entry in _CURVES}
            curves |= self.eval_sets or {}
            own = {entry: v for entry, v in curves.items() if v is not None}
            return {self.name: (own, self.best_epoch)}
        fits: dict[str | None, tuple[dict[str, Any], int | None]] = {}
        for name in self.loss:
            curves = {
                entry: (getattr(self, entry) or {}).get(name) for entry in _CURVES
            }
            curves |= (self.eval_sets or {}).get(name, {})
            own = {entry: v for entry, v in curves.items() if v is not None}
            fits[name] = own, (self.best_epoch or {}).get(name)
        return fits

    def _draw(
        self,
        panels: Mapping[str, Axes],
        look: Look,
        curves: Mapping[str, ArrayLike],
        best_epoch: int | None,
        quiet: str | None,
        line_kw: dict[str, Any],
    ) -> dict[str, Line2D]:
        """Draw the curves of a fit, and mark its best epoch.

        What is said beside the losses and scores is in a quiet colour, if there is one.
        """
        lines = {}
        beside = quiet or look.colors["training"]
        for entry, values in curves.items():
            panel, rows, label = describe(entry)
            ax = panels[panel]
            color = beside if panel == "rate" else look.colors[rows]
            style = {"color": color, "ls": look.lines[rows]}
            style["label"] = new_label(ax, look.name, label)
            lines[entry] = draw_curve(ax, values, **style | line_kw)
        for panel, ax in panels.items():
            if best_epoch is not None and panel != "rate":
                label = new_label(ax, look.name, f"best epoch: {best_epoch}")
                line = ax.axvline(best_epoch, color=beside, lw=1.2, ls=":")
                line.set(label=label, zorder=1)
        return lines

    def _finish(self, panels: Mapping[str, Axes], entries: list[str]) -> None:
        """Label the axes."""
        for name, panel in panels.items():
            panel.set(ylabel=PANELS[name][0])
        if "rate" in panels:
            rates = [np.nanmax(line.get_ydata()) for line in panels["rate"].lines]
            panels["rate"].set_ylim(0, 1.1 * max(rates))
        if "score" in panels:
            scores = [e for e in entries if describe(e).panel == "score"]
            if scores == ["val_score"]:
                panels["score"].set_ylabel("validation\nscore")
        self.axes_[-1].set_xlabel("epoch")
        self.figure_.align_ylabels(list(self.axes_))
