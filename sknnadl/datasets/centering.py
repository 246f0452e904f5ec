"""One's own pictures of digits, brought into the form of MNIST's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.ndimage import binary_dilation
from sklearn.utils import check_array

from sknnadl.datasets.images import AnyArray

FloatArray: TypeAlias = npt.NDArray[np.float64]

#: MNIST's images, and the box in them that a digit fills.
SIDE, BOX = 28, 20


def center_digit(
    image: npt.ArrayLike | Sequence[npt.ArrayLike],
    *,
    ink: str = "dark",
    threshold: float = 0.2,
) -> npt.NDArray[np.float32]:
    """Return pictures of single digits in the form of MNIST's images.

    These are the steps by which MNIST was made: the picture is cropped to its ink,
    scaled with its aspect ratio until it fills a box of 20x20 pixels, with shades of
    grey where ink covers a part of a pixel, and laid into 28x28 pixels with the centre
    of mass of its ink in the middle. A network that was trained on MNIST can then
    classify scans, photographs and drawings.

    See :doc:`/images`.

    Parameters
    ----------
    image : array-like of shape (height, width) or (n, height, width), or list of n \
            array-likes of shape (height, width)
        A grey picture with one digit in it, or several, which in a list may differ in
        size. Values may be of any range, such as 0 to 255 or 0 to 1: the median of the
        picture's border is paper, and the value furthest from it ink.
    ink : {"dark", "light"}, default="dark"
        Whether the digit is darker than what it is written on, as on paper, or
        lighter, as in MNIST itself.
    threshold : float, default=0.2
        A pixel is paper if neither it nor one of the eight around it has more than
        this share of the contrast between paper and ink, in [0, 1). Raise it where the
        paper is uneven, as in a photograph.

    Returns
    -------
    centered : ndarray of float32 of shape (28, 28) or (n, 28, 28)
        Pixels from 0, paper, to 1, the darkest ink. ``centered.reshape(-1, 784)`` has
        the form of `load_mnist`.

    Raises
    ------
    ValueError
        If a picture is no grey one or is empty, or if ``ink`` is the wrong one.

    See Also
    --------
    load_mnist : The images to train on.

    Notes
    -----
    A picture is scaled by linear interpolation, or where it becomes smaller by the mean
    of the pixels around, which weigh less the further off they are. It is moved by
    whole pixels, so that the centre of mass is half a pixel at most from the pixel
    ``[14, 14]``, counted from 0, as MNIST's are; less far only where the digit
    would leave the picture. The darkest pixel is 1 in the end: thin lines do not fade.

    References
    ----------
    LeCun, Y., Bottou, L., Bengio, Y. and Haffner, P. (1998). Gradient-based learning
    applied to document recognition. Proceedings of the IEEE, 86(11), 2278-2324.

    Examples
    --------
    >>> import numpy as np
    >>> from sknnadl.datasets import center_digit
    >>> scan = np.full((300, 200), 255)
    >>> scan[40:240, 90:110] = 20  # a one, in dark ink
    >>> centered = center_digit(scan)
    >>> centered.shape
    (28, 28)
    >>> rows, columns = np.nonzero(centered)
    >>> np.unique(rows)
    array([ 4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20,
           21, 22, 23])
    >>> np.unique(columns)
    array([13, 14])
    """
    if ink not in ("dark", "light"):
        raise ValueError(f'ink must be "dark" or "light", got {ink!r}.')
    if not 0 <= threshold < 1:
        raise ValueError(f"threshold must be in [0, 1), got {threshold!r}.")
    pictures, is_one = _as_pictures(image)
    centered = np.zeros((len(pictures), SIDE, SIDE), np.float32)
    for i, picture in enumerate(pictures):
        name = "image" if is_one else f"image[{i}]"
        centered[i] = _center(_read_ink(picture, name, ink, threshold))
    return centered[0] if is_one else centered


def _as_pictures(image: Any) -> tuple[Sequence[Any] | AnyArray, bool]:
    """Return pictures of (height, width), and whether one alone was given."""
    if isinstance(image, list | tuple) and all(np.ndim(part) == 2 for part in image):
        return image, False
    array = np.asarray(image)
    if array.ndim == 2:
        return [array], True
    if array.ndim != 3 or array.shape[-1] in (3, 4):
        raise ValueError(
            "image must be a grey picture of shape (height, width), or several of "
            f"shape (n, height, width), got an array of shape {array.shape}. Take the "
            "mean over the channels of a coloured one."
        )
    return array, False


def _read_ink(picture: Any, name: str, ink: str, threshold: float) -> FloatArray:
    """Return how much ink is where, from 0 to 1, cropped to where there is some."""
    values = check_array(picture, dtype="float64", input_name=name)
    border = np.concatenate([*values[[0, -1]], *values[1:-1, [0, -1]]])
    amounts = {"light": values - np.median(border), "dark": np.median(border) - values}
    most = {shade: amount.max() for shade, amount in amounts.items()}
    if not max(most.values()):
        raise ValueError(
            f"{name} is empty: all its pixels are {border[0]:g}. Give a picture with a "
            "digit."
        )
    other = "light" if ink == "dark" else "dark"
    if most[ink] < most[other]:
        raise ValueError(
            f"{name} differs from most of its border by {other} pixels more than by "
            f'{ink} ones: give ink="{other}" if the digit is {other}, or leave some '
            "paper around it."
        )
    amount: FloatArray = np.maximum(0, amounts[ink] / most[ink])
    # The edges of lines, where a pixel is ink in part, stay.
    amount *= binary_dilation(amount > threshold, np.ones((3, 3)))
    rows, columns = (np.nonzero(amount.any(axis=axis))[0] for axis in (1, 0))
    return amount[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _center(amount: FloatArray) -> FloatArray:
    """Return a cropped digit as an image of MNIST's."""
    height, width = (max(1, _round(n * BOX / max(amount.shape))) for n in amount.shape)
    down = _resampling(amount.shape[0], height)
    across = _resampling(amount.shape[1], width)
    box = down @ amount @ across.T  # (height, width), the larger of which is 20
    box /= box.max()
    top = _first(box.sum(axis=1))
    left = _first(box.sum(axis=0))
    centered = np.zeros((SIDE, SIDE))
    centered[top : top + height, left : left + width] = box
    return centered


def _resampling(n_from: int, n_to: int) -> FloatArray:
    """Return the weights of old pixels in new ones, of shape (n_to, n_from)."""
    scale = n_from / n_to
    middles = (np.arange(n_to) + 0.5) * scale - 0.5
    distances = np.abs(np.arange(n_from) - middles[:, np.newaxis])
    weights = np.maximum(0, 1 - distances / max(1, scale))
    total: FloatArray = weights.sum(axis=1, keepdims=True)
    return weights / total


def _first(mass: FloatArray) -> int:
    """Return where a box begins whose rows or columns have this mass."""
    center = np.arange(len(mass)) @ mass / mass.sum()
    return min(max(0, _round(SIDE / 2 - center)), SIDE - len(mass))


def _round(value: float) -> int:
    """Round, and always down what is half but for rounding."""
    return int(np.ceil(value - 0.5 - 1e-5))
