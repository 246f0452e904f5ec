"""Images that fool a network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import is_classifier
from sklearn.utils.validation import check_is_fitted, column_or_1d

from sknnadl.displays.axes import (
    QUIET,
    SECOND,
    find_figure,
    make_axes,
    write_alone,
)
from sknnadl.displays.fast_gradient import fast_gradient_sign
from sknnadl.displays.tiles import Tiles, symmetric_limits, take_images

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage
    from matplotlib.text import Text

#: The size and the width of letters beside an image, as fractions of its height.
_SIZE, _LETTER = 0.2, 0.13
#: The least width of a figure in inches, which the title needs.
_LEAST = 4.6
#: What stands above the columns.
_COLUMNS = "image", "change", "image + change"


class AdversarialDisplay:
    """Images that fool a network: what it was given, the change, and both together.

    On the right of each image stands what the network says of it, and below how sure
    it is: the probability of that class. The colours of a change go from blue for less
    to red for more.

    It is best made by `from_estimator`.

    See :doc:`/displays`.

    Parameters
    ----------
    images : array-like of shape (n, height, width) or (n, height, width, channels)
        The images.
    changed : array-like of the shape of images
        The changed images.
    y_pred : array-like of shape (n,)
        What the network says of the images.
    y_changed : array-like of shape (n,)
        What it says of the changed ones.
    confidence : array-like of shape (n,)
        The probability that it gives what it says of the images.
    confidence_changed : array-like of shape (n,)
        That of what it says of the changed ones.
    n_fooled : int, default=None
        How many images fool it, these and others.
    n_samples : int, default=None
        How many images it was right about before.

    Attributes
    ----------
    figure_ : Figure
        The figure drawn on.
    ax_ : Axes
        The Axes drawn on.
    images_ : list of (AxesImage, AxesImage, AxesImage)
        The image, the change and the changed image of each row.
    text_ : list of (Text, Text)
        What is said of each image and of the changed one.

    See Also
    --------
    fast_gradient_sign : Makes the changes.
    sknnadl.reports.MisclassifiedDisplay : Images that it gets wrong as they are.

    Examples
    --------
    >>> from sknnadl import MLPClassifier
    >>> from sknnadl.datasets import load_digits_images
    >>> from sknnadl.inspection import AdversarialDisplay
    >>> data = load_digits_images()
    >>> net = MLPClassifier(random_state=0).fit(data.X_train, data.y_train)
    >>> display = AdversarialDisplay.from_estimator(
    ...     net, data.X_test, data.y_test, eps=0.2, clip=(0, 1)
    ... )
    >>> display.n_fooled > display.n_samples / 2
    True
    """

    figure_: Figure
    ax_: Axes
    images_: list[tuple[AxesImage, AxesImage, AxesImage]]
    text_: list[tuple[Text, Text]]

    def __init__(
        self,
        images: ArrayLike,
        changed: ArrayLike,
        y_pred: ArrayLike,
        y_changed: ArrayLike,
        confidence: ArrayLike,
        confidence_changed: ArrayLike,
        *,
        n_fooled: int | None = None,
        n_samples: int | None = None,
    ) -> None:
        self.images: Any = images
        self.changed: Any = changed
        self.y_pred: Any = y_pred
        self.y_changed: Any = y_changed
        self.confidence: Any = confidence
        self.confidence_changed: Any = confidence_changed
        self.n_fooled = n_fooled
        self.n_samples = n_samples

    @classmethod
    def from_estimator(
        cls,
        estimator: Any,
        X: ArrayLike,
        y: ArrayLike,
        *,
        eps: float = 0.1,
        clip: tuple[float, float] | None = None,
        n_images: int = 5,
        image_shape: Sequence[int] | None = None,
        cmap: str | Colormap = "gray_r",
        ax: Axes | None = None,
        im_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Change images by `fast_gradient_sign`, and draw some that fool a classifier.

        Those are images that it is right about, and wrong after the change.

        Parameters
        ----------
        estimator : object
            A fitted classifier of this package that trains a network.
        X : array-like
            Images of shape (n, height, width) or (n, height, width, channels), or rows
            that hold them, as the classifier takes them.
        y : array-like of shape (n,)
            Their labels.
        eps : float, default=0.1
            By how much each value is changed.
        clip : (float, float), default=None
            The least and the largest value of a changed image.
        n_images : int, default=5
            How many images to show at the most, the first ones that fool it.
        image_shape : tuple of int, default=None
            Height and width, or height, width and channels, of the images that rows
            hold; by default rows are square grey images.
        cmap : str or Colormap, default="gray_r"
            The colours of images without channels of colour.
        ax : Axes, default=None
            Where to draw; by default in a new figure.
        im_kw : dict, default=None
            Arguments for `matplotlib.axes.Axes.imshow`, for images and not for changes.

        Returns
        -------
        display : AdversarialDisplay
            The display, drawn.
        """
        if n_images < 1:
            raise ValueError(f"n_images must be at least 1, got {n_images!r}.")
        if not is_classifier(estimator):
            raise ValueError(
                f"Only a classifier can be fooled, got {type(estimator).__name__}."
            )
        check_is_fitted(estimator)
        labels = column_or_1d(y)
        changed = fast_gradient_sign(estimator, X, labels, eps, clip=clip)
        before, after = estimator.predict(X), estimator.predict(_named(changed, X))
        is_right = before == labels
        fooled = np.flatnonzero(is_right & (after != labels))
        shown, rows = fooled[:n_images], np.asarray(X)
        display = cls(
            take_images(rows, shown, image_shape),
            take_images(changed, shown, image_shape),
            before[shown],
            after[shown],
            _find_confidence(estimator, _named(rows[shown], X)),
            _find_confidence(estimator, _named(changed[shown], X)),
            n_fooled=len(fooled),
            n_samples=int(is_right.sum()),
        )
        return display.plot(cmap=cmap, ax=ax, im_kw=im_kw)

    def plot(
        self,
        *,
        cmap: str | Colormap = "gray_r",
        ax: Axes | None = None,
        im_kw: dict[str, Any] | None = None,
    ) -> Self:
        """Draw the images, or say that there are none.

        Parameters
        ----------
        cmap : str or Colormap, default="gray_r"
            The colours of images without channels of colour.
        ax : Axes, default=None
            Where to draw; by default in a new figure.
        im_kw : dict, default=None
            Arguments for `matplotlib.axes.Axes.imshow`, for images and not for changes.

        Returns
        -------
        display : AdversarialDisplay
            The display itself.
        """
        images, changed = np.asarray(self.images), np.asarray(self.changed)
        self.images_, self.text_ = [], []
        if not len(images):
            self.ax_ = make_axes(ax, (4, 1))
            self.figure_ = find_figure(self.ax_)
            write_alone(self.ax_, "No image fools the network.")
            return self
        shape, n = images.shape[1:3], len(images)
        said = zip(self.y_pred, self.confidence, strict=True)
        said_after = zip(self.y_changed, self.confidence_changed, strict=True)
        texts = [f"{label}\n{share:.0%}" for label, share in (*said, *said_after)]
        longest = max(len(line) for text in texts for line in text.splitlines())
        beside = (0.35 + _LETTER * longest) * shape[0]
        tiles = Tiles(3 * n, 3, shape, gap_across=beside)
        self.ax_ = make_axes(ax, tiles.figsize(beside, least=_LEAST))
        self.figure_ = find_figure(self.ax_)
        size = _SIZE * tiles.measure(self.figure_ if ax is None else ax, beside)
        self._draw(tiles, images, changed, {"cmap": cmap} | (im_kw or {}))
        tiles.show(self.ax_, right=beside)
        self._write(tiles, texts, min(max(size, 6), 12))
        if self.n_fooled is not None and self.n_samples is not None:
            title = f"{self.n_fooled} of {self.n_samples} images fool the network"
            title += f", the first {n}" if n < self.n_fooled else ""
            style: dict[str, Any] = {"color": QUIET, "fontsize": "medium", "pad": 20}
            self.ax_.set_title(title, loc="left", **style)
        return self

    def _draw(
        self,
        tiles: Tiles,
        images: NDArray[Any],
        changed: NDArray[Any],
        im_kw: dict[str, Any],
    ) -> None:
        """Draw the three columns."""
        change = changed.astype(float) - images
        if images.ndim == 4:  # of colour, from 0 to 1 or of bytes
            most = 255 if images.dtype.kind in "iu" else 1
            images, changed = images / most, np.clip(changed / most, 0, 1)
            change = 0.5 + change / (2 * np.abs(change).max() or 1)
        limits = {"vmin": min(images.min(), changed.min())}
        limits["vmax"] = max(images.max(), changed.max())
        differs = {"cmap": "RdBu_r", **symmetric_limits(change)}
        columns = (
            (images, limits | im_kw),
            (change, differs),
            (changed, limits | im_kw),
        )
        drawn = [
            tiles.draw(self.ax_, values, tiles.corners[i::3], **options)
            for i, (values, options) in enumerate(columns)
        ]
        self.images_ = list(zip(*drawn, strict=True))
        tiles.frame(self.ax_)

    def _write(self, tiles: Tiles, texts: Sequence[str], size: float) -> None:
        """Write beside the images what is said of them, and above what they are."""
        for (x, y), column in zip(tiles.corners[:3], _COLUMNS, strict=True):
            above = self.ax_.text(x, y - 0.5 * tiles.gap, column, va="bottom")
            above.set(color=QUIET, fontsize=size)
        places = [*tiles.corners[::3], *tiles.corners[2::3]]
        written = [
            self.ax_.text(
                x + tiles.width + 0.1 * tiles.height,
                y + tiles.height / 2,
                text,
                va="center",
                fontsize=size,
                color="0.2",
            )
            for text, (x, y) in zip(texts, places, strict=True)
        ]
        n = len(texts) // 2
        self.text_ = list(zip(written[:n], written[n:], strict=True))
        for _, of_changed in self.text_:
            of_changed.set(color=SECOND, fontweight="bold")


def _named(rows: NDArray[Any], X: Any) -> Any:
    """Return rows with the names of the columns that X has as a data frame, if any."""
    return type(X)(rows, columns=X.columns) if hasattr(X, "iloc") else rows


def _find_confidence(estimator: Any, rows: Any) -> NDArray[Any]:
    """Return the largest probability of each row."""
    if not len(rows):
        return np.empty(0)
    confidence: NDArray[Any] = estimator.predict_proba(rows).max(axis=1)
    return confidence
