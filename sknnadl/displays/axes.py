"""What all displays share: matplotlib where it is installed, panels, and tiled images.

Images are tiled in one Axes, each at a place of its own, and so fit into any Axes that
a user brings.
"""

import math

import numpy as np

#: The two colours of lines, which no kind of colour blindness takes for one.
FIRST, SECOND = "#0072B2", "#D55E00"
#: What is said in words beside the data.
QUIET = "0.4"
#: The gap between tiles, as a part of their longer side, and a tile's size in inches.
_GAP, _INCHES = 0.12, 0.8
#: The most inches that tiles take across.
_WIDEST = 8


def import_pyplot():
    """Return `matplotlib.pyplot`, or say how to install it."""
    try:
        import matplotlib.pyplot as plt
    except ImportError as error:
        raise ImportError(
            "Displays are drawn by matplotlib, which is not installed: "
            'pip install "sknnadl[plot]".'
        ) from error
    return plt


def make_axes(ax, figsize):
    """Return the Axes given, or one in a new figure."""
    plt = import_pyplot()
    if ax is not None:
        return ax
    return plt.subplots(figsize=figsize, layout="constrained")[1]


def make_panels(ax, heights, figsize):
    """Return Axes one below the other that share their x axis.

    They are in the place of one Axes, or are given themselves, or in a new figure.
    """
    plt = import_pyplot()
    if isinstance(ax, list | tuple | np.ndarray):
        axes = np.ravel(np.asarray(ax, dtype=object))
        if len(axes) != len(heights):
            raise ValueError(
                f"ax must be one Axes, or {len(heights)} of them for as many panels, "
                f"got {len(axes)}."
            )
        return axes
    options = {"height_ratios": heights}
    if ax is None:
        figure = plt.figure(figsize=figsize, layout="constrained")
        grid = figure.add_gridspec(len(heights), 1, **options)
    else:
        ax.set_axis_off()
        place = ax.get_position()
        if ax.get_subplotspec() is not None:
            grid = ax.get_subplotspec().subgridspec(len(heights), 1, **options)
        else:  # an Axes that was put somewhere by hand
            sides = dict(zip(("left", "right"), place.intervalx, strict=True))
            sides |= dict(zip(("bottom", "top"), place.intervaly, strict=True))
            grid = ax.figure.add_gridspec(len(heights), 1, **options, **sides)
    axes = np.ravel(grid.subplots(sharex=True))
    for panel in axes:
        panel.label_outer()
    return axes


def choose_n_columns(n):
    """Return into how many columns so many tiles go with few empty places."""
    candidates = range(math.ceil(math.sqrt(n)), math.ceil(2 * math.sqrt(n)) + 1)
    return min(candidates, key=lambda c: (-n % c, abs(c - math.sqrt(1.5 * n))))


def check_n_columns(n_columns, n):
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

    def __init__(self, n, n_columns, shape, gap_across=None):
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

    def figsize(self, more=0, least=2):
        """Return the size of a figure for the tiles and ``more`` pixels beside them."""
        inches = _INCHES / max(self.height, self.width)
        width = self.total_width + more
        inches = min(inches, _WIDEST / width)
        return max(width * inches, least), max(self.total_height * inches, 1) + 0.3

    def draw(self, ax, images, **im_kw):
        """Draw the images and return them as artists of the Axes."""
        artists = [
            ax.imshow(image, extent=(x, x + self.width, y + self.height, y), **im_kw)
            for image, (x, y) in zip(images, self.corners, strict=True)
        ]
        self.show(ax)
        return artists

    def show(self, ax, left=0, right=0):
        """Let the Axes show all tiles, and some pixels on the left and right."""
        edge = self.gap / 4
        ax.set(
            xlim=(-edge - left, self.total_width + edge + right),
            ylim=(self.total_height + edge, -edge),
            aspect="equal",
        )
        ax.set_axis_off()

    def frame(self, ax, corners=None, height=None, width=None):
        """Draw a thin line around each tile, or around other places."""
        rectangle = import_pyplot().Rectangle
        for corner in self.corners if corners is None else corners:
            size = width or self.width, height or self.height
            style = {"fill": False, "edgecolor": "0.75", "linewidth": 0.6}
            ax.add_patch(rectangle(corner, *size, **style))

    def measure(self, room, more=0):
        """Return the height of a tile in points, in an Axes or a whole figure."""
        extent, dpi = room.get_window_extent(), room.get_figure().dpi
        width, height = extent.width / dpi, extent.height / dpi
        inches = min(width / (self.total_width + more), height / self.total_height)
        return 72 * inches * self.height

    def add_colorbar(self, ax, artist, label):
        """Draw a colour bar on the right of the tiles, as high as they are."""
        width = 0.02 * self.total_width + 0.1 * self.width
        place = (self.total_width + self.gap, 0, width, self.total_height)
        ax.set_xlim(right=self.total_width + self.gap + width)
        bar = ax.inset_axes(place, transform=ax.transData)
        return ax.figure.colorbar(artist, cax=bar, label=label)


def symmetric_limits(values):
    """Return the colour scale around zero."""
    largest = float(np.max(np.abs(values), initial=0)) or 1.0
    return {"vmin": -largest, "vmax": largest}


def find_image_shape(n_features, image_shape=None):
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
