"""Images as rows: what shape they have, and that nobody mistakes their axes."""

import math
from numbers import Integral

import numpy as np

#: An array with this many channels or fewer on its second axis is probably
#: (n, channels, height, width), the order of PyTorch.
_MOST_CHANNELS = 4


class TakesImages:
    """Mixin of the estimators that take images as well as flat rows.

    The network sees inputs of ``input_shape_``. Everything else, from validation to
    mini-batches, works on rows: images are laid out as rows before, which takes no
    memory, and mini-batches of rows are given the shape of images after.
    """

    #: The constructor's argument that names the shape of an input.
    _shape_argument = "image_shape"

    def _to_rows(self, X):
        """Return X as rows, and the shape of an image or None where it has rows."""
        if isinstance(X, list | tuple):
            X = np.asarray(X)
        if getattr(X, "ndim", 2) < 3:
            return X, None
        X = np.asarray(X)
        if X.ndim > 4:
            raise ValueError(
                "X must be images of shape (n, height, width) or (n, height, width, "
                f"channels), or flat rows, got an array of shape {X.shape}."
            )
        shape = _as_image_shape(X.shape[1:])
        expected = self._expected_shape(math.prod(shape))
        if expected is None:
            _check_axes(X.shape)
        elif shape != expected:
            raise ValueError(_describe_mismatch(X.shape, expected))
        return X.reshape(len(X), math.prod(shape)), shape

    def _learn_input_shape(self, image_shape):
        """Set ``input_shape_``, given what `_to_rows` found."""
        if image_shape is None:
            image_shape = self._expected_shape(self.n_features_in_)
        if image_shape is None:
            image_shape = self._shape_of_rows(self.n_features_in_)
        self.input_shape_ = image_shape

    def _expected_shape(self, n_features):
        """Return the shape that inputs must have, or None before anything is known."""
        if hasattr(self, "input_shape_"):
            return self.input_shape_
        shape = getattr(self, self._shape_argument)
        if shape is None:
            return None
        return _as_image_shape(_resolve(self._shape_argument, shape, n_features))

    def _shape_of_rows(self, n_features):
        """Return the shape of flat rows that nobody has named."""
        side = math.isqrt(n_features)
        if side * side != n_features:
            raise ValueError(
                f"X has flat rows of {n_features} values, which make no square grey "
                "image: say image_shape=(height, width) or (height, width, channels)."
            )
        return side, side, 1

    def _input_shape(self):
        return self.input_shape_

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        return tags


def _resolve(name, shape, n_features):
    """Return a shape argument as a full shape, with -1 replaced by what is left."""
    is_shape = isinstance(shape, tuple | list) and all(
        isinstance(length, Integral) and (length >= 1 or length == -1)
        for length in shape
    )
    if not is_shape or not 1 <= len(shape) <= 3 or list(shape).count(-1) > 1:
        raise ValueError(
            f"{name} must be a tuple of one to three integers of at least 1, of which "
            f"one may be -1 and is then inferred, got {shape!r}."
        )
    known = math.prod(length for length in shape if length != -1)
    full = tuple(
        n_features // known if length == -1 else int(length) for length in shape
    )
    if n_features == 0 or math.prod(full) != n_features:
        raise ValueError(
            f"{name}={shape!r} does not fit X, whose rows have {n_features} values."
        )
    return full


def _as_image_shape(shape):
    """Return (height, width, channels); images without channels have one."""
    return (*shape, 1) if len(shape) == 2 else tuple(shape)


def _check_axes(shape):
    """Refuse what looks like (n, channels, height, width)."""
    if len(shape) == 4 and shape[1] <= _MOST_CHANNELS < min(shape[2:]):
        n, channels, height, width = shape
        raise ValueError(
            f"X has shape {shape}, which would be {n} images of height {channels}, "
            f"width {height} and {width} channels. Channels come last here: if X is "
            "(n, channels, height, width), give np.moveaxis(X, 1, -1); if it is what "
            f"it seems, say so with the shape {shape[1:]} as an argument."
        )


def _describe_mismatch(shape, expected):
    """Return what to say of images of another shape than the expected one."""
    text = (
        f"X has shape {shape}, and inputs of shape {expected}, which is (height, "
        "width, channels), are expected"
    )
    if len(expected) == 1:
        return f"X has shape {shape}, and flat rows of {expected[0]} are expected."
    if _as_image_shape(shape) == expected:
        return f"{text}: for a single image, give X[np.newaxis]."
    if len(shape) == 4 and (*shape[2:], shape[1]) == expected:
        return f"{text}: channels come last, so give np.moveaxis(X, 1, -1)."
    return f"{text}."
