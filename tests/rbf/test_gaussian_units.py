"""Where the units are, how wide, and what they answer."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import sparse
from scipy.spatial.distance import cdist
from sklearn.cluster import KMeans

from sknnadl.rbf import gaussian_units
from sknnadl.rbf.gaussian_units import (
    activate,
    activate_blocks,
    find_widths,
    place_centers,
)

#: Rows and centres from far apart to the same.
POINTS = arrays(float, (7, 3), elements=st.floats(-1e3, 1e3))
WIDTHS = arrays(float, 7, elements=st.floats(1e-3, 1e3))


def draw(X, n_centers, how, weights=None, seed=0):
    return place_centers(X, weights, n_centers, how, np.random.RandomState(seed))


def test_activations_by_hand():
    centers, widths = np.array([[0.0, 0.0], [3.0, 4.0]]), np.array([1.0, 5.0])
    plain = activate(np.array([[0.0, 0.0], [0.0, 4.0]]), centers, widths, False)
    # squared distances 0 and 25 to the first centre's row, 16 and 9 to the second's
    expected = np.exp([[0, -25 / 50], [-16 / 2, -9 / 50]])
    np.testing.assert_allclose(plain, expected, rtol=1e-14)
    shares = activate(np.array([[0.0, 0.0], [0.0, 4.0]]), centers, widths, True)
    sums = expected.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(shares, expected / sums, rtol=1e-14)


@given(POINTS, POINTS, WIDTHS)
def test_activations_are_those_of_exact_distances(X, centers, widths):
    exact = np.exp(-cdist(X, centers, "sqeuclidean") / (2 * widths**2))
    # Squared distances are differences of squares: of numbers up to (4e3)**2 here.
    error = np.minimum(1, 3 * (4e3) ** 2 * 1e-14 / (2 * widths**2))
    plain = activate(X, centers, widths, False)
    assert (np.abs(plain - exact) <= error + 1e-14).all()


@given(POINTS, POINTS, WIDTHS)
def test_normalized_activations_sum_to_one(X, centers, widths):
    shares = activate(X, centers, widths, True)
    assert (shares >= 0).all()
    np.testing.assert_allclose(shares.sum(axis=1), 1, rtol=1e-13)


@pytest.mark.parametrize("normalize", [False, True])
def test_infinitely_far_rows_have_answers(normalize):
    X = np.array([[1e200, 0.0], [-1e200, 1e200]])
    found = activate(X, np.eye(2), np.ones(2), normalize)
    assert np.isfinite(found).all()
    np.testing.assert_allclose(found.sum(axis=1), float(normalize))


def test_far_from_the_origin_distances_are_as_exact():
    rng = np.random.default_rng(0)
    X, centers = rng.random((50, 4)), rng.random((5, 4))
    near = activate(X, centers, np.full(5, 0.3), False)
    far = activate(X + 1e6, centers + 1e6, np.full(5, 0.3), False)
    # What 1e6 leaves of a number around 1, squared widths of 0.09 under it.
    np.testing.assert_allclose(far, near, atol=1e-8)


def test_blocks_are_the_rows_in_order(monkeypatch):
    rng = np.random.default_rng(0)
    X, centers, widths = rng.random((23, 3)), rng.random((4, 3)), rng.random(4) + 0.1
    monkeypatch.setattr(gaussian_units, "_BLOCK_SIZE", 5 * (3 + 4))
    whole = activate(X, centers, widths, False)
    for rows in (X, sparse.csr_array(X)):
        found = list(activate_blocks(rows, centers, widths, False))
        assert [block.start for block, _ in found] == [0, 5, 10, 15, 20]
        np.testing.assert_allclose(np.vstack([a for _, a in found]), whole, rtol=1e-13)


def test_widths_by_hand():
    # a square of side 3 and 4, whose diagonals are 5
    centers = np.array([[0.0, 0], [3, 0], [0, 4], [3, 4]])
    one = np.full(4, 5 / np.sqrt(8))  # Haykin: the largest distance over sqrt(2 M)
    np.testing.assert_allclose(find_widths(centers, "max_distance", 2), one)
    np.testing.assert_allclose(find_widths(centers, "neighbors", 1), 3)
    np.testing.assert_allclose(find_widths(centers, "neighbors", 2), np.sqrt(25 / 2))
    np.testing.assert_allclose(find_widths(centers, "neighbors", 9), np.sqrt(50 / 3))
    np.testing.assert_array_equal(find_widths(centers, 0.25, 2), 0.25)
    centers[3] = 30, 4
    each = find_widths(centers, "neighbors", 1)
    np.testing.assert_allclose(each, [3, 3, 4, np.sqrt(27**2 + 4**2)])
    np.testing.assert_allclose(find_widths(centers, "mean_neighbors", 1), each.mean())


def test_a_centre_at_the_same_place_is_no_neighbour():
    centers = np.array([[0.0], [2], [0], [6]])
    np.testing.assert_allclose(find_widths(centers, "neighbors", 1), [2, 2, 2, 4])
    assert find_widths(np.zeros((3, 2)), "neighbors", 1).tolist() == [1, 1, 1]


def test_random_centres_are_rows_and_each_once():
    X = np.arange(60.0).reshape(30, 2)
    centers = draw(X, 12, "random")
    assert len({tuple(c) for c in centers} & {tuple(x) for x in X}) == 12
    weights = np.repeat([0.0, 1.0], 15)
    assert (draw(X, 12, "random", weights) >= 30).all()


def test_heavy_rows_are_drawn_more_often():
    X, weights = np.array([[0.0], [1], [2]]), np.array([1.0, 1, 8])
    first = [draw(X, 1, "random", weights, seed)[0, 0] for seed in range(300)]
    # 240 are expected, with a deviation of 7
    assert 210 < first.count(2) < 270


def test_few_rows_are_centres_themselves():
    X = np.array([[2.0], [1], [2], [3]])
    for how in ("kmeans", "random"):
        assert draw(X, 4, how).ravel().tolist() == [1, 2, 3]
        assert draw(X, 2, how, np.array([0.0, 1, 1, 0])).ravel().tolist() == [1, 2]


@pytest.mark.parametrize("kind", [np.array, sparse.csr_array])
def test_few_different_rows_are_centres_themselves(kind):
    X = kind(np.repeat([[2.0], [0], [3]], 20, axis=0))
    for n_centers in (3, 10):  # of which k-means would warn
        assert draw(X, n_centers, "kmeans").ravel().tolist() == [0, 2, 3]
    assert len(draw(X, 2, "kmeans")) == 2


def test_k_means_is_scikit_learns():
    X = np.random.default_rng(0).random((200, 2))
    weights = np.random.default_rng(1).integers(0, 3, 200).astype(float)
    theirs = KMeans(4, n_init=1, max_iter=30, random_state=np.random.RandomState(0))
    theirs.fit(X[weights > 0], sample_weight=weights[weights > 0])
    found = draw(X, 4, "kmeans", weights)
    np.testing.assert_allclose(found, theirs.cluster_centers_, rtol=1e-12)


def test_k_means_looks_at_so_many_rows_a_centre(monkeypatch):
    seen = []

    class Counting(KMeans):
        def fit(self, X, y=None, sample_weight=None):
            seen.append((len(X), len(sample_weight)))
            return super().fit(X, y, sample_weight)

    monkeypatch.setattr(gaussian_units, "KMeans", Counting)
    X = np.random.default_rng(0).random((1000, 2))
    draw(X, 3, "kmeans", np.ones(1000))
    assert seen == [(150, 150)]
