"""Images for networks of rows, which give images back."""

import math

import numpy as np
from scipy.sparse import issparse

from sknnadl.estimators.inputs import TakesRows


class FlattensImages(TakesRows):
    """Mixin of the estimators whose networks see images as rows of numbers."""

    image_shape_: tuple[int, ...] | None

    def _to_rows(self, X):
        """Return X as rows, and the shape of an image or None where it has rows."""
        if isinstance(X, list | tuple):
            X = np.asarray(X)
        if getattr(X, "ndim", 2) < 3 or issparse(X):
            return X, None
        X = np.asarray(X)
        shape = X.shape[1:]
        expected = getattr(self, "image_shape_", None)
        if expected not in (None, shape):
            raise ValueError(
                f"X has shape {X.shape}, and images of shape {expected} are expected, "
                f"or flat rows of {math.prod(expected)}."
            )
        return X.reshape(len(X), math.prod(shape)), shape

    def _learn_input_shape(self, image_shape):
        """Set ``image_shape_``, given what `_to_rows` found."""
        if not hasattr(self, "image_shape_"):
            self.image_shape_ = image_shape

    def _to_images(self, rows, image_shape):
        """Return rows as images of this shape, or as they are where it is None."""
        return rows if image_shape is None else rows.reshape(-1, *image_shape)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        return tags
