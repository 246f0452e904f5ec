"""scikit-learn's bundled digits, in the form of `load_mnist`."""

from __future__ import annotations

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from sknnadl.datasets.images import ImageBunch, check_dtype, make_bunch


def load_digits_images(*, dtype: str = "float32") -> ImageBunch:
    """Load the 8x8 digits that come with scikit-learn, split like the book's MNIST.

    Nothing is downloaded. The 1,797 images are divided, always in the same way and
    with the classes in equal parts, into 1,197 to train, 300 to validate and 300 to
    test on.

    Parameters
    ----------
    dtype : {"float32", "uint8"}, default="float32"
        ``"float32"`` for pixels from 0 to 1 (the value divided by 16), ``"uint8"``
        for the raw values from 0 to 16.

    Returns
    -------
    data : Bunch
        With the arrays ``X_train`` (1197, 64), ``y_train`` (1197,), ``X_val`` (300,
        64), ``y_val`` (300,), ``X_test`` (300, 64) and ``y_test`` (300,), and
        ``image_shape``, which is ``(8, 8)``.

    See Also
    --------
    load_mnist : The 28x28 images of the book.

    Examples
    --------
    >>> from sknnadl.datasets import load_digits_images
    >>> data = load_digits_images()
    >>> data.X_train.shape, data.X_test.shape, data.image_shape
    ((1197, 64), (300, 64), (8, 8))
    """
    check_dtype(dtype)
    X, y = load_digits(return_X_y=True)
    X = X.astype(np.uint8)
    X, X_test, y, y_test = train_test_split(
        X, y, test_size=300, stratify=y, random_state=0
    )
    X_train, X_val, y_train, y_val = train_test_split(
        X, y, test_size=300, stratify=y, random_state=0
    )
    parts = ((X_train, y_train), (X_val, y_val), (X_test, y_test))
    return make_bunch(parts, (8, 8), dtype, scale=16)
