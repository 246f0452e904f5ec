"""The weights of a layer as images."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sknnadl.displays.axes import find_figure, make_axes
from sknnadl.displays.tiles import (
    Tiles,
    check_n_columns,
    find_image_shape,
    symmetric_limits,
)
from sknnadl.displays.wrapped import check_layer, unwrap

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colorbar import Colorbar
    from matplotlib.colors import Colormap
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage


class KernelDisplay:
    """The kernels of a convolutional layer, or the weights of neurons, as images.

    All have one colour scale, with zero in its middle.

    It is best made by `from_estimator`.

    See :doc:`/displays`.

    Parameters
    ----------
    kernels : array-like of shape (n_kernels, height, width)
        The images.

    Attributes
    ----------
    figure_ : Figure
        The figure drawn on.
    ax_ : Axes
        The Axes drawn on.
    images_ : list of AxesImage
        The image of each kernel.
    colorbar_ : Colorbar
        The colour bar, or None.

    See Also
    --------
    FeatureMapDisplay : What the kernels make of an image.

    Examples
    --------
    >>> from sknnadl import MLPClassifier
    >>> from sknnadl.datasets import load_digits_images
    >>> from sknnadl.inspection import KernelDisplay
    >>> data = load_digits_images()
    >>> mlp = MLPClassifier((20,), random_state=0).fit(data.X_train, data.y_train)
    >>> display = KernelDisplay.from_estimator(mlp)
    >>> display.kernels.shape
    (20, 8, 8)
    """

    figure_: Figure
    ax_: Axes
    images_: list[AxesImage]
    colorbar_: Colorbar | None

    def __init__(self, kernels: ArrayLike) -> None:
        self.kernels: Any = kernels

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        *,
        layer: int = 0,
        channel: int | None = None,
        image_shape: Sequence[int] | None = None,
        n_columns: int | None = None,
        cmap: str | Colormap = "RdBu_r",
        colorbar: bool = True,
        ax: Axes | None = None,
        im_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw the kernels of a fitted estimator.

        Parameters
        ----------
        estimator : object
            A fitted estimator of this package that trains a network, or a pipeline or
            search with one inside.
        layer : int, default=0
            Which convolutional layer. A network without any shows the incoming
            weights of each neuron of its first dense layer, as layer 0.
        channel : int, default=None
            Which channel of the layer's input, whose number for a second layer is that
            of feature maps in the first. By default the mean over channels.
        image_shape : tuple of int, default=None
            Height and width, or height, width and channels, of the images that a
            first dense layer gets. By default what the estimator knows of them, or
            square grey images.
        n_columns : int, default=None
            How many images in a row; by default a number that leaves few places empty.
        cmap : str or Colormap, default="RdBu_r"
            The colours, from negative to positive.
        colorbar : bool, default=True
            Whether to draw the colour bar.
        ax : Axes, default=None
            Where to draw; by default in a new figure.
        im_kw : dict, default=None
            Arguments for `matplotlib.axes.Axes.imshow`.

        Returns
        -------
        display : KernelDisplay
            The display, drawn.

        Raises
        ------
        ValueError
            If there is no such layer or channel, or weights make no such images.
        """
        network, _ = unwrap(estimator)
        weights = _find_weights(network, layer, image_shape)
        return cls(_take_channel(weights, channel)).plot(
            n_columns=n_columns, cmap=cmap, colorbar=colorbar, ax=ax, im_kw=im_kw
        )

    def plot(
        self,
        *,
        n_columns: int | None = None,
        cmap: str | Colormap = "RdBu_r",
        colorbar: bool = True,
        ax: Axes | None = None,
        im_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw the images.

        Parameters
        ----------
        n_columns : int, default=None
            How many images in a row; by default a number that leaves few places empty.
        cmap : str or Colormap, default="RdBu_r"
            The colours, from negative to positive.
        colorbar : bool, default=True
            Whether to draw the colour bar.
        ax : Axes, default=None
            Where to draw; by default in a new figure.
        im_kw : dict, default=None
            Arguments for `matplotlib.axes.Axes.imshow`.

        Returns
        -------
        display : KernelDisplay
            The display itself.
        """
        kernels = np.asarray(self.kernels)
        n_columns = check_n_columns(n_columns, len(kernels))
        tiles = Tiles(len(kernels), n_columns, kernels.shape[1:])
        self.ax_ = make_axes(ax, tiles.figsize(more=kernels.shape[2]))
        self.figure_ = find_figure(self.ax_)
        options = {"cmap": cmap, **symmetric_limits(kernels)} | (im_kw or {})
        self.images_ = tiles.draw(self.ax_, kernels, **options)
        tiles.frame(self.ax_)
        self.colorbar_ = None
        if colorbar:
            self.colorbar_ = tiles.add_colorbar(self.ax_, self.images_[0], "weight")
        return self


def _find_weights(
    network: Any, layer: int, image_shape: Sequence[int] | None
) -> NDArray[Any]:
    """Return the weights as images, (height, width, channels, kernels)."""
    names = [one["layer"] for one in network.layers_]
    weighted = [name for name in names if name in ("Conv2D", "Dense")]
    convolutional = [i for i, name in enumerate(weighted) if name == "Conv2D"]
    if convolutional:
        number = check_layer(layer, len(convolutional), "convolutional layer")
        kernels: NDArray[Any] = network.coefs_[convolutional[number]]
        return kernels
    check_layer(layer, 1, "layer that sees the input")
    weights: NDArray[Any] = network.coefs_[0]  # (features, neurons)
    n_features = len(weights)
    known = getattr(network, "input_shape_", ())
    if image_shape is None and len(known) == 3 and math.prod(known) == n_features:
        image_shape = known
    shape = find_image_shape(n_features, image_shape)
    channels = shape[2] if len(shape) == 3 else 1
    return weights.reshape(*shape[:2], channels, -1)


def _take_channel(weights: NDArray[Any], channel: int | None) -> NDArray[Any]:
    """Return one channel of the kernels, or their mean, (kernels, height, width)."""
    n_channels = weights.shape[2]
    if channel is None:
        kernels = weights.mean(axis=2) if n_channels > 1 else weights[:, :, 0]
    elif 0 <= channel < n_channels:
        kernels = weights[:, :, channel]
    else:
        raise ValueError(
            f"channel must be from 0 to {n_channels - 1}, or None for the mean over "
            f"channels, got {channel}."
        )
    return np.moveaxis(kernels, -1, 0).copy()
