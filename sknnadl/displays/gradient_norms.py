"""How fast each layer learns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike

from sknnadl.displays.axes import (
    BESIDE,
    draw_curve,
    find_figure,
    make_axes,
    spread_colors,
)
from sknnadl.displays.wrapped import unwrap

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

#: What the layers are called that have a norm.
_KINDS = {"Conv2D": "convolutional", "Dense": "dense"}


class GradientNormDisplay:
    """The norm of each layer's gradient before each epoch.

    In deep networks of sigmoid neurons it falls from layer to layer towards the input:
    the vanishing gradient of the book's chapter 5 [1]_. The norm is that of the
    gradient with respect to the layer's biases, over all training rows.

    It is best made by `from_estimator`.

    See :doc:`/displays`.

    Parameters
    ----------
    gradient_norms : array-like of shape (n_epochs, n_layers)
        The norms; nan for epochs that were not measured.
    layer_names : list of str, default=None
        What the layers are called.

    Attributes
    ----------
    figure_ : Figure
        The figure drawn on.
    ax_ : Axes
        The Axes drawn on.
    lines_ : list of Line2D
        The curve of each layer.

    See Also
    --------
    TrainingHistoryDisplay : The losses, score and learning rate of each epoch.

    References
    ----------
    .. [1] Nielsen, M. A. (2015). Neural Networks and Deep Learning. Determination
       Press.

    Examples
    --------
    >>> from sknnadl import MLPClassifier
    >>> from sknnadl.datasets import load_digits_images
    >>> from sknnadl.inspection import GradientNormDisplay
    >>> data = load_digits_images()
    >>> mlp = MLPClassifier((30, 30), gradient_norms=True, random_state=0)
    >>> mlp = mlp.fit(data.X_train, data.y_train)
    >>> display = GradientNormDisplay.from_estimator(mlp)
    >>> display.layer_names
    ['1: dense', '2: dense', '3: output']
    """

    figure_: Figure
    ax_: Axes
    lines_: list[Line2D]

    def __init__(
        self, gradient_norms: ArrayLike, *, layer_names: Sequence[str] | None = None
    ) -> None:
        self.gradient_norms: Any = gradient_norms
        self.layer_names = layer_names

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        *,
        ax: Axes | None = None,
        line_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw the gradient norms of a fitted estimator.

        Parameters
        ----------
        estimator : object
            An estimator of this package that was fitted with ``gradient_norms=True``,
            or a pipeline or search with one inside.
        ax : Axes, default=None
            Where to draw; by default in a new figure.
        line_kw : dict, default=None
            Arguments for `matplotlib.axes.Axes.plot`.

        Returns
        -------
        display : GradientNormDisplay
            The display, drawn.

        Raises
        ------
        ValueError
            If the gradients were not measured.
        """
        network, _ = unwrap(estimator)
        entries = network.history_.get("gradient_norms")
        if entries is None:
            raise ValueError(
                f"This {type(network).__name__} has no gradient norms in history_: fit "
                "it with gradient_norms=True."
            )
        n_layers = max(np.size(entry) for entry in entries)
        norms = np.full((len(entries), n_layers), np.nan)
        for row, entry in zip(norms, entries, strict=True):
            row[:] = entry  # nan for an epoch without
        names = _name_layers(network.layers_, n_layers)
        return cls(norms, layer_names=names).plot(ax=ax, line_kw=line_kw)

    def plot(
        self, *, ax: Axes | None = None, line_kw: dict[str, Any] | None = None
    ) -> Self:
        """Draw a curve a layer.

        Parameters
        ----------
        ax : Axes, default=None
            Where to draw; by default in a new figure.
        line_kw : dict, default=None
            Arguments for `matplotlib.axes.Axes.plot`.

        Returns
        -------
        display : GradientNormDisplay
            The display itself.
        """
        self.ax_ = ax = make_axes(ax, (6.5, 3.5))
        self.figure_ = find_figure(ax)
        norms = np.asarray(self.gradient_norms)
        n_layers = norms.shape[1]
        names = self.layer_names or _name_layers([], n_layers)
        colors = spread_colors(n_layers)
        self.lines_ = [
            draw_curve(ax, values, **{"color": color, "label": name} | (line_kw or {}))
            for values, color, name in zip(norms.T, colors, names, strict=True)
        ]
        ax.set_yscale("log", nonpositive="mask")
        ax.set(xlabel="epoch", ylabel="norm of the gradient")
        ax.legend(title="layer", alignment="left", **BESIDE)
        return self


def _name_layers(layers: Sequence[dict[str, Any]], n: int) -> list[str]:
    """Return the names of the layers with a norm."""
    kinds = [_KINDS[layer["layer"]] for layer in layers if layer["layer"] in _KINDS]
    if len(kinds) != n:  # no layers given, or normalization before all of them
        return [str(number) for number in range(1, n + 1)]
    kinds[-1] = "output"
    return [f"{number}: {kind}" for number, kind in enumerate(kinds, start=1)]
