"""The output layer: linear, by least squares or row by row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from sknnadl.rbf.gaussian_units import Floats


@dataclass(frozen=True)
class LeastSquares:
    """Output weights by least squares, and what is needed to leave a row out again.

    Attributes
    ----------
    weights : ndarray of shape (n_centers + 1, n_outputs)
        A row a unit, and last the intercepts.
    means : ndarray of shape (n_centers,)
        The mean activation of each unit.
    total : float
        The sum of the weights of the rows.
    whitening : ndarray of shape (n_centers, rank)
        A factor of the inverse of the units' squares and products, with the penalty.
    """

    weights: Floats
    means: Floats
    total: float
    whitening: Floats

    def leverages(self, activations: Floats) -> Floats:
        """Return how much of an output is due to the row itself, shape (n_samples,)."""
        whitened = (activations - self.means) @ self.whitening
        leverages: Floats = 1 / self.total + np.sum(whitened**2, axis=1)
        return leverages


def solve_least_squares(
    blocks: Iterable[tuple[Floats, Floats, Floats]], alpha: float
) -> LeastSquares:
    """Return the weights of the least weighted sum of squares, and penalty.

    Of the blocks, which are activations, targets and weights of rows, the triangle R of
    a QR decomposition is kept, and not their squares and products: activations of wide
    units are nearly the same, and squared they would be so twice over.

    Parameters
    ----------
    blocks : iterable of tuple of ndarray
        Activations of shape (n, n_centers), targets of shape (n, n_outputs) and weights
        of shape (n,).
    alpha : float
        The factor of the sum of the squared weights, without the intercepts.

    Returns
    -------
    solution : LeastSquares
        Of several solutions that of the smallest weights.
    """
    triangle: Floats | None = None
    for activations, targets, row_weights in blocks:
        n_centers = activations.shape[1]
        columns = np.column_stack([np.ones(len(targets)), activations, targets])
        columns *= np.sqrt(row_weights)[:, np.newaxis]
        stacked = columns if triangle is None else np.vstack([triangle, columns])
        triangle = np.asarray(np.linalg.qr(stacked, mode="r"))
    assert triangle is not None
    # The first column is the ones': what is below its row is the rest without means.
    means = triangle[0, 1:] / triangle[0, 0]
    below = triangle[1 : n_centers + 1, 1:]
    left, values, right = np.linalg.svd(below[:, :n_centers], full_matrices=False)
    smallest = np.finfo(np.float64).eps * n_centers * values.max(initial=0)
    left, values, right = (
        part[..., values > smallest] for part in (left, values, right.T)
    )
    whitening = right / np.sqrt(values**2 + alpha)
    scale = values / np.sqrt(values**2 + alpha)
    weights = whitening @ (scale[:, np.newaxis] * (left.T @ below[:, n_centers:]))
    intercepts = means[n_centers:] - means[:n_centers] @ weights
    return LeastSquares(
        np.vstack([weights, intercepts]),
        means[:n_centers],
        float(triangle[0, 0] ** 2),
        whitening,
    )


def learn_row_by_row(
    weights: Floats,
    activations: Floats,
    targets: Floats,
    row_weights: Floats,
    rate: float,
    constant: float,
) -> None:
    """Take a step of the normalized LMS rule for one row after the other, in place.

    A step takes away the part ``rate`` of the row's error; a weight of 2 is as two
    steps. The constant is what the intercepts are multiplied by.
    """
    inputs = np.column_stack([activations, np.full(len(activations), constant)])
    steps = (1 - (1 - rate) ** row_weights) / np.sum(inputs**2, axis=1)
    for row, target, step in zip(inputs, targets, steps, strict=True):
        weights += np.outer(row, step * (target - row @ weights))
