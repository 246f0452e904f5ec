"""The hidden layer: where Gaussian units are, how wide, and what they answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.sparse import issparse
from scipy.spatial.distance import cdist
from scipy.special import softmax
from sklearn.cluster import KMeans
from sklearn.metrics.pairwise import euclidean_distances
from threadpoolctl import threadpool_limits

#: An array of real numbers.
Floats: TypeAlias = npt.NDArray[np.float64]

#: Where k-means puts centres it looks at so many rows a centre at most, so many times:
#: more moves them little, and takes the longest of all that a fit does.
_ROWS_PER_CENTER, _MAX_ROUNDS = 50, 30
#: How many numbers a block of rows has, with the activations of the units.
_BLOCK_SIZE = 2**21
#: The logarithm of an activation that is zero.
_NOTHING = -np.finfo(np.float64).max


def place_centers(
    X: Any,
    weights: Floats | None,
    n_centers: int,
    how: str,
    random_state: np.random.RandomState,
) -> Floats:
    """Return centres for units, shape (n_centers, n_features).

    Rows without weight count for nothing. Where there are no more others than centres,
    or k-means sees no more different ones, each that differs from the rest is one.
    """
    rows = np.arange(X.shape[0]) if weights is None else np.flatnonzero(weights)
    if len(rows) <= n_centers:
        return np.unique(_dense(X[rows]), axis=0)
    if how == "random":
        shares = None if weights is None else weights[rows] / weights[rows].sum()
        chosen = random_state.choice(rows, n_centers, replace=False, p=shares)
        return _dense(X[chosen])
    if len(rows) > _ROWS_PER_CENTER * n_centers:
        n_rows = _ROWS_PER_CENTER * n_centers
        rows = np.sort(random_state.choice(rows, n_rows, replace=False))
    if not _are_more(X, rows, n_centers):
        return np.unique(_dense(X[rows]), axis=0)
    kmeans = KMeans(
        n_centers, n_init=1, max_iter=_MAX_ROUNDS, random_state=random_state
    )
    # Several threads would add up in the order in which they come to an end.
    with threadpool_limits(1, user_api="openmp"):
        kmeans.fit(
            X[rows].astype(np.float64),
            sample_weight=None if weights is None else weights[rows],
        )
    centers: Floats = kmeans.cluster_centers_
    return centers


def _are_more(X: Any, rows: npt.NDArray[np.intp], n_different: int) -> bool:
    """Return whether there are more different rows than so many."""
    different: set[bytes] = set()
    for row in rows:
        different.add(_dense(X[[row]]).tobytes())
        if len(different) > n_different:
            return True
    return False


def find_widths(centers: Floats, width: str | float, n_neighbors: int) -> Floats:
    """Return the width of each unit, shape (n_centers,).

    Distances are those between centres at different places; of a single one the width
    is 1.
    """
    if not isinstance(width, str):
        return np.full(len(centers), float(width))
    places, place = np.unique(centers, axis=0, return_inverse=True)
    if len(places) == 1:
        return np.ones(len(centers))
    distances = cdist(places, places)
    if width == "max_distance":
        return np.full(len(centers), distances.max() / np.sqrt(2 * len(centers)))
    np.fill_diagonal(distances, np.inf)  # no centre is its own neighbour
    distances.sort(axis=1)
    nearest = distances[:, : min(n_neighbors, len(places) - 1)]
    widths: Floats = np.sqrt(np.mean(nearest**2, axis=1))[place.ravel()]
    return np.full(len(centers), widths.mean()) if width == "mean_neighbors" else widths


def activate(
    X: Floats, centers: Floats, widths: Floats, normalize: bool
) -> npt.NDArray[np.float64]:
    """Return what each unit answers to each row, shape (n_samples, n_centers).

    ``exp(-||x - center||**2 / (2 * width**2))``, normalized divided by the sum over the
    units, which is computed without dividing 0 by 0 far from all of them.
    """
    # The squares are differences of large numbers, far from the origin.
    origin = centers.mean(axis=0)
    with np.errstate(over="ignore", invalid="ignore"):  # infinitely far is far
        squares = euclidean_distances(X - origin, centers - origin, squared=True)
        logs = np.nan_to_num(
            squares / (-2 * widths**2), copy=False, nan=_NOTHING, neginf=_NOTHING
        )
    activations: Floats = softmax(logs, axis=1) if normalize else np.exp(logs)
    return activations


def activate_blocks(
    X: Any, centers: Floats, widths: Floats, normalize: bool
) -> Iterator[tuple[slice, Floats]]:
    """Yield the activations for some rows after others, and which rows these are."""
    n_rows = max(1, _BLOCK_SIZE // (len(centers) + X.shape[1]))
    for start in range(0, X.shape[0], n_rows):
        rows = slice(start, start + n_rows)
        yield rows, activate(_dense(X[rows]), centers, widths, normalize)


def _dense(X: Any) -> Floats:
    """Return rows as an array of real numbers."""
    X = X.toarray() if issparse(X) else X
    # In one order, as the order of products and sums goes by it.
    return np.ascontiguousarray(X, dtype=np.float64)
