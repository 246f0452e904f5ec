"""The fivefold expansion against its definition."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from sknnadl.datasets import expand_images

MOVES = [(0, 0), (-1, 0), (1, 0), (0, -1), (0, 1)]  # down, across


@given(
    hnp.arrays(
        st.sampled_from([np.uint8, np.float32, np.float64]),
        hnp.array_shapes(min_dims=3, max_dims=4, max_side=5),
        elements=st.integers(1, 255),
    )
)
def test_each_image_is_moved_by_a_pixel(images):
    before = images.copy()
    X, y = expand_images(images, np.arange(len(images)))
    assert X.dtype == images.dtype
    assert X.shape == (5 * len(images), *images.shape[1:])
    height, width = images.shape[1:3]
    for moved, (down, across) in zip(np.split(X, 5), MOVES, strict=True):
        for i, j in np.ndindex(height, width):
            inside = 0 <= i - down < height and 0 <= j - across < width
            expected = images[:, i - down, j - across] if inside else 0
            np.testing.assert_array_equal(moved[:, i, j], expected)
    assert y.tolist() == list(range(len(images))) * 5
    np.testing.assert_array_equal(images, before)


@pytest.mark.parametrize("n", [0, 1, 3])
def test_flat_rows_are_square_images(n):
    images = np.random.default_rng(0).integers(256, size=(n, 6, 6)).astype(np.uint8)
    labels = np.zeros((n, 10))
    flat, y = expand_images(images.reshape(n, 36), labels)
    expected, _ = expand_images(images, labels)
    np.testing.assert_array_equal(flat, expected.reshape(5 * n, 36))
    assert y.shape == (5 * n, 10)


def test_lists_and_other_orders_of_memory():
    images = np.arange(1, 19).reshape(2, 3, 3)
    expected, _ = expand_images(images, ["a", "b"])
    for same in (images.tolist(), np.asfortranarray(images)):
        np.testing.assert_array_equal(expand_images(same, ["a", "b"])[0], expected)


@pytest.mark.parametrize(
    ("shape", "n_labels", "message"),
    [
        ((9,), 9, r"flat rows of square ones, got an array of shape \(9,\)"),
        ((2, 2, 2, 2, 2), 2, r"got an array of shape \(2, 2, 2, 2, 2\)"),
        ((2, 8), 2, "X has flat rows of 8 values, which make no square grey image"),
        ((2, 9), 3, r"each of the 2 images of X, got an array of shape \(3,\)"),
    ],
)
def test_what_is_no_set_of_labelled_images_is_said(shape, n_labels, message):
    with pytest.raises(ValueError, match=message):
        expand_images(np.ones(shape), np.ones(n_labels))
    with pytest.raises(ValueError, match=r"images of X, got an array of shape \(\)"):
        expand_images(np.ones((1, 4)), 1)
