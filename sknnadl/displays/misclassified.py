"""What a classifier gets wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import issparse
from sklearn.base import is_classifier
from sklearn.utils.validation import (
    check_consistent_length,
    check_is_fitted,
    column_or_1d,
)

from sknnadl.displays.axes import (
    QUIET,
    SECOND,
    find_figure,
    make_axes,
    write_alone,
)
from sknnadl.displays.tiles import Tiles, check_n_columns, take_images

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage
    from matplotlib.text import Text

#: The size and the width of letters beside an image, as fractions of its height.
_SIZE = 0.2
_LETTER = 0.13
#: The least width of a figure in inches, which the title needs.
_LEAST = 3.8


class MisclassifiedDisplay:
    """The images that a classifier gets wrong.

    On the right of each image its label stands above, and what the classifier says
    below, as in the figure of the book's chapter 6 [1]_.

    It is best made by `from_estimator` or `from_predictions`.

    See :doc:`/displays`.

    Parameters
    ----------
    images : array-like of shape (n, height, width) or (n, height, width, channels)
        The images to show.
    y_true : array-like of shape (n,)
        Their labels.
    y_pred : array-like of shape (n,)
        What the classifier says.
    n_misclassified : int, default=None
        How many images it gets wrong, these and others.
    n_samples : int, default=None
        How many images it was tried on.

    Attributes
    ----------
    figure_ : Figure
        The figure drawn on.
    ax_ : Axes
        The Axes drawn on.
    images_ : list of AxesImage
        The images.
    text_ : list of (Text, Text)
        The label of each image and what the classifier says.

    See Also
    --------
    sklearn.metrics.ConfusionMatrixDisplay : Which classes are taken for which.

    References
    ----------
    .. [1] Nielsen, M. A. (2015). Neural Networks and Deep Learning. Determination
       Press.

    Examples
    --------
    >>> from sklearn.svm import SVC
    >>> from sknnadl.datasets import load_digits_images
    >>> from sknnadl.inspection import MisclassifiedDisplay
    >>> data = load_digits_images()
    >>> svc = SVC().fit(data.X_train, data.y_train)
    >>> display = MisclassifiedDisplay.from_estimator(svc, data.X_test, data.y_test)
    >>> bool((display.y_true != display.y_pred).all())
    True
    """

    figure_: Figure
    ax_: Axes
    images_: list[AxesImage]
    text_: list[tuple[Text, Text]]

    def __init__(
        self,
        images: ArrayLike,
        y_true: ArrayLike,
        y_pred: ArrayLike,
        *,
        n_misclassified: int | None = None,
        n_samples: int | None = None,
    ) -> None:
        self.images: Any = images
        self.y_true: Any = y_true
        self.y_pred: Any = y_pred
        self.n_misclassified = n_misclassified
        self.n_samples = n_samples

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: ArrayLike,
        y: ArrayLike,
        *,
        n_images: int = 30,
        image_shape: Sequence[int] | None = None,
        n_columns: int | None = None,
        cmap: str | Colormap = "gray_r",
        ax: Axes | None = None,
        im_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw the images that a fitted classifier gets wrong.

        Parameters
        ----------
        estimator : object
            Any fitted classifier.
        X : array-like
            Images of shape (n, height, width) or (n, height, width, channels), or rows
            that hold them, as the classifier takes them.
        y : array-like of shape (n,)
            Their labels.
        n_images : int, default=30
            How many images to show at the most, the first ones that are wrong.
        image_shape : tuple of int, default=None
            Height and width, or height, width and channels, of the images that rows
            hold; by default rows are square grey images.
        n_columns : int, default=None
            How many images in a row; by default a number that leaves few places empty.
        cmap : str or Colormap, default="gray_r"
            The colours of images without channels of colour.
        ax : Axes, default=None
            Where to draw; by default in a new figure.
        im_kw : dict, default=None
            Arguments for `matplotlib.axes.Axes.imshow`.

        Returns
        -------
        display : MisclassifiedDisplay
            The display, drawn.
        """
        check_is_fitted(estimator)
        if not is_classifier(estimator):
            raise ValueError(
                f"Only a classifier gets classes wrong, got {type(estimator).__name__}."
            )
        return cls.from_predictions(
            y,
            estimator.predict(X),
            X,
            n_images=n_images,
            image_shape=image_shape,
            n_columns=n_columns,
            cmap=cmap,
            ax=ax,
            im_kw=im_kw,
        )

    @classmethod
    def from_predictions(
        cls,
        y_true: ArrayLike,
        y_pred: ArrayLike,
        X: ArrayLike,
        *,
        n_images: int = 30,
        image_shape: Sequence[int] | None = None,
        n_columns: int | None = None,
        cmap: str | Colormap = "gray_r",
        ax: Axes | None = None,
        im_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw the images whose prediction is not their label.

        Parameters
        ----------
        y_true : array-like of shape (n,)
            The labels.
        y_pred : array-like of shape (n,)
            The predictions.
        X : array-like
            Images of shape (n, height, width) or (n, height, width, channels), or rows
            that hold them.
        n_images : int, default=30
            How many images to show at the most, the first ones that are wrong.
        image_shape : tuple of int, default=None
            Height and width, or height, width and channels, of the images that rows
            hold; by default rows are square grey images.
        n_columns : int, default=None
            How many images in a row; by default a number that leaves few places empty.
        cmap : str or Colormap, default="gray_r"
            The colours of images without channels of colour.
        ax : Axes, default=None
            Where to draw; by default in a new figure.
        im_kw : dict, default=None
            Arguments for `matplotlib.axes.Axes.imshow`.

        Returns
        -------
        display : MisclassifiedDisplay
            The display, drawn.
        """
        labels, said, rows = column_or_1d(y_true), column_or_1d(y_pred), _dense(X)
        check_consistent_length(labels, said, rows)
        if n_images < 1:
            raise ValueError(f"n_images must be at least 1, got {n_images!r}.")
        wrong = np.flatnonzero(labels != said)
        shown = wrong[:n_images]
        images = take_images(rows, shown, image_shape)
        display = cls(
            images,
            labels[shown],
            said[shown],
            n_misclassified=len(wrong),
            n_samples=len(labels),
        )
        return display.plot(n_columns=n_columns, cmap=cmap, ax=ax, im_kw=im_kw)

    def plot(
        self,
        *,
        n_columns: int | None = None,
        cmap: str | Colormap = "gray_r",
        ax: Axes | None = None,
        im_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw the images, or say that there are none.

        Parameters
        ----------
        n_columns : int, default=None
            How many images in a row; by default a number that leaves few places empty.
        cmap : str or Colormap, default="gray_r"
            The colours of images without channels of colour.
        ax : Axes, default=None
            Where to draw; by default in a new figure.
        im_kw : dict, default=None
            Arguments for `matplotlib.axes.Axes.imshow`.

        Returns
        -------
        display : MisclassifiedDisplay
            The display itself.
        """
        images = np.asarray(self.images)
        if not len(images):
            return self._plot_nothing(ax)
        shape, n = images.shape[1:3], len(images)
        texts = [f"{label}" for label in (*self.y_true, *self.y_pred)]
        beside = (0.25 + _LETTER * max(map(len, texts))) * shape[0]
        tiles = Tiles(n, check_n_columns(n_columns, n), shape, gap_across=beside)
        self.ax_ = make_axes(ax, tiles.figsize(beside, least=_LEAST))
        self.figure_ = find_figure(self.ax_)
        size = _SIZE * tiles.measure(self.figure_ if ax is None else ax, beside)
        options = {"cmap": cmap, "vmin": images.min(), "vmax": images.max()}
        self.images_ = tiles.draw(self.ax_, images, **options | (im_kw or {}))
        tiles.show(self.ax_, right=beside)
        tiles.frame(self.ax_)
        self._write(tiles, texts, min(max(size, 6), 12))
        return self

    def _plot_nothing(self, ax: Axes | None) -> Self:
        """Draw a message in the place of images."""
        self.ax_ = make_axes(ax, (4, 1))
        self.figure_ = find_figure(self.ax_)
        write_alone(self.ax_, "No image is misclassified.")
        self.images_ = []
        self.text_ = []
        return self

    def _write(self, tiles: Tiles, texts: Sequence[str], size: float) -> None:
        """Write beside each image, and how many there are above all."""
        n = len(tiles.corners)
        self.text_ = []
        for i, (x, y) in enumerate(tiles.corners):
            left = x + tiles.width + 0.1 * tiles.height
            style: dict[str, Any] = {"ha": "left", "fontsize": size}
            bottom = y + tiles.height
            label = self.ax_.text(left, y, texts[i], va="top", color="0.2", **style)
            said = self.ax_.text(left, bottom, texts[n + i], va="bottom", **style)
            said.set(color=SECOND, fontweight="bold")
            self.text_.append((label, said))
        if self.n_misclassified is not None and self.n_samples is not None:
            title = f"{self.n_misclassified} of {self.n_samples} images misclassified"
            if n < self.n_misclassified:
                title += f", the first {n}"
            self.ax_.set_title(title, loc="left", color=QUIET, fontsize="medium")


def _dense(X: Any) -> NDArray[Any]:
    """Return images, or rows that may be sparse, as an array."""
    return np.asarray(X.toarray() if issparse(X) else X)
