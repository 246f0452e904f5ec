"""Images side by side in one Axes, each at a place of its own.

So they fit into any Axes that a user brings.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sknnadl.displays.axes import find_figure, import_pyplot

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colorbar import Colorbar
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage

#: The gap between tiles, as a fraction of their longer side; a tile's size in inches.
_GAP, _INCHES = 0.12, 0.8
#: The most inches that tiles take across.
_WIDEST = 8


def choose_n_columns(n: int) -> int:
    """Return into how many columns so many tiles go with few empty places."""
    candidates = range(math.ceil(math.sqrt(n)), math.ceil(2 * math.sqrt(n)) + 1)
    return min(candidates, key=lambda c: (-n % c, abs(c - math.sqrt(1.5 * n))))


def check_n_columns(n_columns: int | None, n: int) -> int:
    """Return the number of columns, chosen where it is None."""
    if n_columns is None:
        return choose_n_columns(n)
    if n_columns < 1:
        raise ValueError(f"n_columns must be at least 1, or None, got {n_columns!r}.")
    return min(int(n_columns), n)


class Tiles:
    """Places of images of one size in the rows of an Axes.

    Lengths are in pixels of the images.

    Parameters
    ----------
    n : int
        How many images.
    n_columns : int
        How many of them in a row.
    shape : (int, int)
        Height and width of an image.
    gap_across : float, default=None
        The space between columns; by default as much as between rows.
    """

    def __init__(
        self,
        n: int,
        n_columns: int,
        shape: Sequence[int],
        gap_across: float | None = None,
    ) -> None:
        self.height, self.width = shape
        self.gap = _GAP * max(shape)
        across = self.width + (self.gap if gap_across is None else gap_across)
        self.corners = [
            (i % n_columns * across, i // n_columns * (self.height + self.gap))
            for i in range(n)
        ]
        self.total_width = n_columns * across - (across - self.width)
        n_rows = math.ceil(n / n_columns)
        self.total_height = n_rows * (self.height + self.gap) - self.gap

    def figsize(self, more: float = 0, least: float = 2) -> tuple[float, float]:
        """Return the size of a figure for the tiles and ``more`` pixels beside them."""
        inches = _INCHES / max(self.height, self.width)
        width = self.total_width + more
        inches = min(inches, _WIDEST / width)
        return max(width * inches, least), max(self.total_height * inches, 1) + 0.3

    def draw(
        self,
        ax: Axes,
        images: NDArray[Any],
        corners: Sequence[tuple[float, float]] | None = None,
        **im_kw: Any,
    ) -> list[AxesImage]:
        """Draw the images, at all places or at some; return them as artists."""
        places = self.corners if corners is None else corners
        artists = [
            ax.imshow(image, extent=(x, x + self.width, y + self.height, y), **im_kw)
            for image, (x, y) in zip(images, places, strict=True)
        ]
        self.show(ax)
        return artists

    def show(self, ax: Axes, left: float = 0, right: float = 0) -> None:
        """Let the Axes show all tiles, and some pixels on the left and right."""
        edge = self.gap / 4
        ax.set(
            xlim=(-edge - left, self.total_width + edge + right),
            ylim=(self.total_height + edge, -edge),
            aspect="equal",
        )
        ax.set_axis_off()

    def frame(
        self,
        ax: Axes,
        corners: Sequence[tuple[float, float]] | None = None,
        height: float | None = None,
        width: float | None = None,
    ) -> None:
        """Draw a thin line around each tile, or around other places."""
        rectangle = import_pyplot().Rectangle
        for corner in self.corners if corners is None else corners:
            size = width or self.width, height or self.height
            style = {"fill": False, "edgecolor": "0.75", "linewidth": 0.6}
            ax.add_patch(rectangle(corner, *size, **style))

    def measure(self, room: Axes | Figure, more: float = 0) -> float:
        """Return the height of a tile in points, in an Axes or a whole figure."""
        extent, dpi = room.get_window_extent(), find_figure(room).dpi
        width, height = extent.width / dpi, extent.height / dpi
        inches = min(width / (self.total_width + more), height / self.total_height)
        return 72 * inches * self.height

    def add_colorbar(self, ax: Axes, artist: AxesImage, label: str) -> Colorbar:
        """Draw a colour bar on the right of the tiles, as high as they are."""
        width = 0.02 * self.total_width + 0.1 * self.width
        place = (self.total_width + self.gap, 0, width, self.total_height)
        ax.set_xlim(right=self.total_width + self.gap + width)
        bar = ax.inset_axes(place, transform=ax.transData)
        return find_figure(ax).colorbar(artist, cax=bar, label=label)


def symmetric_limits(values: NDArray[Any]) -> dict[str, float]:
    """Return the colour scale around zero."""
    largest = float(np.max(np.abs(values), initial=0)) or 1.0
    return {"vmin": -largest, "vmax": largest}


def find_image_shape(
    n_features: int, image_shape: Sequence[int] | None = None
) -> tuple[int, ...]:
    """Return the shape of the image that so many values make."""
    if image_shape is None:
        side = math.isqrt(n_features)
        if side * side != n_features:
            raise ValueError(
                f"{n_features} values make no square grey image: say "
                "image_shape=(height, width) or (height, width, channels)."
            )
        return side, side
    shape = tuple(image_shape)
    if len(shape) not in (2, 3) or math.prod(shape) != n_features:
        raise ValueError(
            "image_shape must be (height, width) or (height, width, channels) for "
            f"{n_features} values, got {image_shape!r}."
        )
    return shape


def take_images(
    X: NDArray[Any], shown: NDArray[np.intp], image_shape: Sequence[int] | None
) -> NDArray[Any]:
    """Return some rows as images that can be drawn."""
    if X.ndim == 2:
        shape = find_image_shape(X.shape[1], image_shape)
        images = X[shown].reshape(len(shown), *shape)
    elif X.ndim in (3, 4):
        images = X[shown]
    else:
        raise ValueError(
            "X must be images of shape (n, height, width) or (n, height, width, "
            f"channels), or rows, got an array of shape {X.shape}."
        )
    if images.ndim == 4 and images.shape[3] == 1:
        images = images[..., 0]
    if images.ndim == 4 and images.shape[3] not in (3, 4):
        raise ValueError(
            "Images must have 1 channel, or 3 or 4 of colour, to be drawn, got "
            f"{images.shape[3]}."
        )
    return images
