"""What a convolutional layer makes of an image."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sknnadl.displays.axes import find_figure, make_axes
from sknnadl.displays.tiles import Tiles, check_n_columns, symmetric_limits
from sknnadl.displays.wrapped import check_layer, unwrap
from sknnadl.network.building import from_plain
from sknnadl.network.layers.conv import Conv2DLayer
from sknnadl.network.network import Network

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colorbar import Colorbar
    from matplotlib.colors import Colormap
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage


class FeatureMapDisplay:
    """The feature maps of a convolutional layer for one image.

    They are what the next layer sees: after the activation and, where the layer is
    followed by pooling or batch normalization, after these. All have one colour scale,
    with zero in its middle where there are negative values.

    It is best made by `from_estimator`.

    See :doc:`/displays`.

    Parameters
    ----------
    feature_maps : array-like of shape (n_maps, height, width)
        The feature maps.
    image : array-like of shape (height, width) or (height, width, channels), \
default=None
        The image, which is drawn on their left.

    Attributes
    ----------
    figure_ : Figure
        The figure drawn on.
    ax_ : Axes
        The Axes drawn on.
    images_ : list of AxesImage
        The image of each feature map.
    image_ : AxesImage
        The image that they were made of, or None.
    colorbar_ : Colorbar
        The colour bar of the feature maps, or None.

    See Also
    --------
    KernelDisplay : The kernels that make the feature maps.

    Examples
    --------
    >>> from sknnadl import ConvNetClassifier
    >>> from sknnadl.datasets import load_digits_images
    >>> from sknnadl.inspection import FeatureMapDisplay
    >>> data = load_digits_images()
    >>> net = ConvNetClassifier((8,), kernel_size=3, random_state=0)
    >>> net = net.fit(data.X_train, data.y_train)
    >>> display = FeatureMapDisplay.from_estimator(net, data.X_test[0])
    >>> display.feature_maps.shape
    (8, 3, 3)
    """

    figure_: Figure
    ax_: Axes
    images_: list[AxesImage]
    image_: AxesImage | None
    colorbar_: Colorbar | None

    def __init__(
        self, feature_maps: ArrayLike, *, image: ArrayLike | None = None
    ) -> None:
        self.feature_maps: Any = feature_maps
        self.image: Any = image

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        image: ArrayLike,
        *,
        layer: int = 0,
        n_columns: int | None = None,
        cmap: str | Colormap | None = None,
        colorbar: bool = True,
        ax: Axes | None = None,
        im_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw the feature maps of a fitted estimator.

        Parameters
        ----------
        estimator : object
            A fitted estimator of this package with a convolutional layer, or a
            pipeline or search with one inside.
        image : array-like
            An image, or a row that holds one, as the estimator takes it; that of a
            pipeline goes through its steps.
        layer : int, default=0
            Which convolutional layer.
        n_columns : int, default=None
            How many images in a row; by default a number that leaves few places empty.
        cmap : str or Colormap, default=None
            The colours; by default ``"viridis"``, or ``"RdBu_r"`` where there are
            negative values.
        colorbar : bool, default=True
            Whether to draw the colour bar.
        ax : Axes, default=None
            Where to draw; by default in a new figure.
        im_kw : dict, default=None
            Arguments for `matplotlib.axes.Axes.imshow`.

        Returns
        -------
        display : FeatureMapDisplay
            The display, drawn.

        Raises
        ------
        ValueError
            If there is no such layer, or the image has not the size of those that the
            network was trained on.
        """
        network, before = unwrap(estimator)
        convolutional = [one for one in network.layers_ if one["layer"] == "Conv2D"]
        if not convolutional:
            raise ValueError(
                f"This {type(network).__name__} has no convolutional layer, and so no "
                "feature maps."
            )
        layer = check_layer(layer, len(convolutional), "convolutional layer")
        image = _transform(image, before, network.input_shape_)
        return cls(_compute_maps(network, image, layer), image=image).plot(
            n_columns=n_columns, cmap=cmap, colorbar=colorbar, ax=ax, im_kw=im_kw
        )

    def plot(
        self,
        *,
        n_columns: int | None = None,
        cmap: str | Colormap | None = None,
        colorbar: bool = True,
        ax: Axes | None = None,
        im_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw the image and the feature maps.

        Parameters
        ----------
        n_columns : int, default=None
            How many images in a row; by default a number that leaves few places empty.
        cmap : str or Colormap, default=None
            The colours; by default ``"viridis"``, or ``"RdBu_r"`` where there are
            negative values.
        colorbar : bool, default=True
            Whether to draw the colour bar.
        ax : Axes, default=None
            Where to draw; by default in a new figure.
        im_kw : dict, default=None
            Arguments for `matplotlib.axes.Axes.imshow`.

        Returns
        -------
        display : FeatureMapDisplay
            The display itself.
        """
        maps = np.asarray(self.feature_maps)
        n_columns = check_n_columns(n_columns, len(maps))
        tiles = Tiles(len(maps), n_columns, maps.shape[1:])
        beside = 0 if self.image is None else _size_beside(tiles, self.image)[1]
        self.ax_ = make_axes(ax, tiles.figsize(more=beside + 1.5 * maps.shape[2]))
        self.figure_ = find_figure(self.ax_)
        scale = _choose_scale(maps, cmap) | (im_kw or {})
        self.images_ = tiles.draw(self.ax_, maps, **scale)
        tiles.frame(self.ax_)
        self.image_ = None
        if self.image is not None:
            self._draw_image(tiles)
        self.colorbar_ = None
        if colorbar:
            self.colorbar_ = tiles.add_colorbar(self.ax_, self.images_[0], "activation")
        return self

    def _draw_image(self, tiles: Tiles) -> None:
        """Draw the image on the left of the tiles."""
        image = np.asarray(self.image)
        if image.ndim == 3 and image.shape[2] not in (3, 4):
            image = image.mean(axis=2)
        height, width = _size_beside(tiles, image)
        right, top = -3 * tiles.gap, (tiles.total_height - height) / 2
        place = (right - width, right, top + height, top)
        self.image_ = self.ax_.imshow(image, extent=place, cmap="gray_r")
        tiles.frame(self.ax_, [(right - width, top)], height, width)
        tiles.show(self.ax_, left=width + 3 * tiles.gap)


def _transform(
    image: ArrayLike, before: Sequence[Any], shape: tuple[int, ...]
) -> NDArray[Any]:
    """Return the image as the network sees it, (height, width, channels)."""
    rows = np.asarray(image)[np.newaxis]
    for steps in before:
        rows = steps.transform(rows)
    rows = np.asarray(rows)
    if rows.size != math.prod(shape):
        raise ValueError(
            f"The network takes one image of shape {shape}, which is (height, width, "
            f"channels), or a row of {math.prod(shape)} values, got an array of shape "
            f"{rows.shape[1:]}."
        )
    image = rows.reshape(shape)
    return image[:, :, 0] if shape[2] == 1 else image


def _compute_maps(network: Any, image: NDArray[Any], number: int) -> NDArray[Any]:
    """Return the feature maps of a convolutional layer, (maps, height, width)."""
    layers = Network(
        from_plain(network.layers_),
        network.input_shape_,
        network.parameters_.dtype,
        network.parameters_,
    ).layers
    x = image.reshape(1, *network.input_shape_).astype(network.parameters_.dtype)
    n_seen = -1
    for layer in layers:
        n_seen += isinstance(layer, Conv2DLayer)
        is_map = len(layer.output_shape) == 3
        if n_seen > number or (n_seen == number and not is_map):
            break
        x = layer.forward(x)
    maps: NDArray[Any] = np.moveaxis(x[0], -1, 0).copy()
    return maps


def _choose_scale(maps: NDArray[Any], cmap: str | Colormap | None) -> dict[str, Any]:
    """Return the colours and their limits."""
    if maps.min() < 0:
        return {"cmap": cmap or "RdBu_r", **symmetric_limits(maps)}
    return {"cmap": cmap or "viridis", "vmin": 0, "vmax": float(maps.max()) or 1.0}


def _size_beside(tiles: Tiles, image: ArrayLike) -> tuple[float, float]:
    """Return the height and width at which an image stands beside the tiles."""
    height = min(tiles.total_height, 2 * tiles.height + tiles.gap)
    return height, height * np.shape(image)[1] / np.shape(image)[0]
