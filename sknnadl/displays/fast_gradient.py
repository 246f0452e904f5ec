"""Small changes that a network takes for large ones."""

from __future__ import annotations

from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import issparse


def fast_gradient_sign(
    estimator: Any,
    X: ArrayLike,
    y: ArrayLike,
    eps: float,
    *,
    clip: tuple[float, float] | None = None,
) -> NDArray[Any]:
    """Change each value of each row by the same little, so that the cost rises most.

    The fast gradient sign method: ``X + eps * sign(gradient)``, with the gradient of
    the cost with respect to the row [1]_. A network that is nearly always right can be
    wrong about most images after a change that is hardly seen.

    See :doc:`/displays`.

    Parameters
    ----------
    estimator : object
        A fitted classifier or regressor of this package that trains a network.
    X : array-like of shape (n_samples, n_features)
        The rows, or images as the estimator takes them.
    y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        Their targets, whose cost is to rise.
    eps : float
        By how much each value is changed, in the units of ``X``; at least 0.
    clip : (float, float), default=None
        The least and the largest value of a changed row, such as ``(0, 1)`` for
        pixels that are from 0 to 1. By default changed values may be any.

    Returns
    -------
    changed : ndarray of the shape of X
        The changed rows, in the dtype of ``X`` or, where that is of integers, in that
        of the network.

    Raises
    ------
    TypeError
        If the estimator has no ``input_gradient``.
    ValueError
        If ``eps`` or ``clip`` is not as above, or if ``X`` is sparse or has values
        outside ``clip``.

    See Also
    --------
    AdversarialDisplay : Draws images that fool a classifier.

    References
    ----------
    .. [1] Goodfellow, I. J., Shlens, J. and Szegedy, C. (2015). Explaining and
       harnessing adversarial examples. ICLR.

    Examples
    --------
    >>> from sknnadl import MLPClassifier
    >>> from sknnadl.datasets import load_digits_images
    >>> from sknnadl.inspection import fast_gradient_sign
    >>> data = load_digits_images()
    >>> X, y = data.X_test, data.y_test
    >>> net = MLPClassifier(random_state=0).fit(data.X_train, data.y_train)
    >>> net.score(X, y) > 0.95
    True
    >>> changed = fast_gradient_sign(net, X, y, eps=0.2, clip=(0, 1))
    >>> net.score(changed, y) < 0.5
    True
    """
    if not hasattr(estimator, "input_gradient"):
        raise TypeError(
            "estimator must be one of sknnadl that trains a network, such as "
            "MLPClassifier, which has an input_gradient, got "
            f"{type(estimator).__name__}: of a search give best_estimator_, of a "
            "pipeline the last step, and the rows as they come to it."
        )
    if not (isinstance(eps, Real) and 0 <= eps < np.inf):
        raise ValueError(f"eps must be a finite number of at least 0, got {eps!r}.")
    if issparse(X):
        raise ValueError("X is sparse, and changed rows are not: give X.toarray().")
    rows = np.asarray(X)
    low, high = _check_clip(clip, rows)
    gradient = np.asarray(estimator.input_gradient(X, y))
    dtype = rows.dtype if rows.dtype.kind == "f" else gradient.dtype
    changed = rows.astype(dtype)
    changed += dtype.type(eps) * np.sign(gradient).astype(dtype)
    return np.clip(changed, low, high, out=changed)


def _check_clip(
    clip: tuple[float, float] | None, rows: NDArray[Any]
) -> tuple[float, float]:
    """Return the least and the largest value, once no row is outside."""
    if clip is None:
        return -np.inf, np.inf
    is_pair = isinstance(clip, tuple | list) and len(clip) == 2
    if not is_pair or not all(isinstance(value, Real) for value in clip):
        raise ValueError(f"clip must be (least, largest) or None, got {clip!r}.")
    low, high = clip
    if not low < high:
        raise ValueError(f"The first of clip must be below the second, got {clip!r}.")
    if rows.dtype.kind in "biuf" and ((rows < low) | (rows > high)).any():
        raise ValueError(
            f"X has values from {np.nanmin(rows):.4g} to {np.nanmax(rows):.4g}, some "
            f"outside clip={clip!r}: give the range that values of X can have, or None."
        )
    return low, high
