"""Pictures of digits in the form of MNIST's."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from scipy.ndimage import center_of_mass

from sknnadl import MLPClassifier
from sknnadl.datasets import center_digit

#: Pictures of light ink, of which some is there.
PICTURES = arrays(np.uint8, array_shapes(min_dims=2, max_dims=2, max_side=40)).filter(
    lambda picture: picture.any()
)
MARGIN = (1, 1, 1, 1)
MARGINS = st.tuples(*4 * [st.integers(1, 30)])


def on_ground(picture, margins=MARGIN):
    """Return a picture with so many zeros above, below, left and right."""
    top, bottom, left, right = margins
    return np.pad(picture, ((top, bottom), (left, right)))


def extent(image, axis):
    """Return the first and the last row (axis 1) or column (axis 0) that has ink."""
    return np.nonzero(image.any(axis=axis))[0][[0, -1]]


@given(PICTURES)
def test_a_box_of_20_by_20_has_its_mass_in_the_middle(picture):
    image = center_digit(on_ground(picture), ink="light")
    assert image.shape == (28, 28)
    assert image.dtype == np.float32
    assert image.min() == 0
    assert image.max() == 1
    sides = []
    for axis, center in zip((1, 0), center_of_mass(image), strict=True):
        first, last = extent(image, axis)
        sides.append(last - first + 1)
        # where the digit would leave the image it is moved less far
        assert abs(center - 14) < 0.501 or (first, last)[int(center < 14)] in (0, 27)
    assert max(sides) == 20


@given(PICTURES, MARGINS)
def test_where_the_digit_stands_is_no_matter(picture, margins):
    image = center_digit(on_ground(picture), ink="light")
    elsewhere = center_digit(on_ground(picture, margins), ink="light")
    np.testing.assert_array_equal(elsewhere, image)


@given(PICTURES, st.floats(0.01, 1000), st.floats(-1000, 1000))
def test_neither_is_the_range_of_values_nor_which_is_ink(picture, scale, zero):
    ground = on_ground(picture)
    image = center_digit(ground, ink="light")
    for other, ink in ((scale, "light"), (-scale, "dark")):
        again = center_digit(zero + other * ground, ink=ink, threshold=0.2)
        np.testing.assert_allclose(again, image, atol=1e-4)


@given(PICTURES)
def test_an_image_of_this_form_stays_as_it_is(picture):
    image = center_digit(on_ground(picture), ink="light")
    again = center_digit(on_ground(image), ink="light", threshold=0)
    np.testing.assert_allclose(again, image, atol=1e-6)


def test_blurred_digits_stay_nearly_as_they_are(digits):
    images = center_digit(digits.X_test.reshape(-1, 8, 8), ink="light")
    again = center_digit(images, ink="light")  # a shade further off lines is lost
    assert np.mean(np.abs(again - images).max(axis=(1, 2)) < 0.1) > 0.85


def test_a_bar_by_hand():
    bar = np.zeros((100, 100))
    bar[10:50, 30:40] = 1  # becomes 20 rows of 5 columns
    image = center_digit(bar, ink="light")
    expected = np.zeros((28, 28), np.float32)
    expected[4:24, 12:17] = 1  # with its middle at 13.5, which is half off 14, and 14
    np.testing.assert_array_equal(image, expected)


def test_pixels_that_ink_covers_in_part_are_grey():
    picture = np.zeros((44, 44))
    picture[2:42, 2:21] = 1  # 40 rows of 19 columns, which become 20 of 9.5
    picture[2, 2:42] = 1
    image = center_digit(picture, ink="light")
    # Of the first new row two old ones are 0.5 off and one 1.5: they weigh 3, 3 and 1.
    top, right = extent(image, 1)[0], extent(image, 0)[1]
    np.testing.assert_allclose(image[top : top + 2, right], [3 / 7, 0], rtol=1e-6)
    assert image[top, right - 19] == 1


def test_thin_lines_do_not_fade():
    page = np.full((600, 400), 250, np.uint8)
    page[100:500, 200:202] = 90  # a pencil's line, far thinner than a pixel will be
    assert center_digit(page).max() == 1


def test_noise_of_the_paper_is_no_ink():
    rng = np.random.default_rng(0)
    paper = rng.normal(0.8, 0.02, (200, 200))
    paper[50:150, 90:110] = 0.1
    rows = extent(center_digit(paper) > 0.5, 1)
    assert rows.tolist() == [4, 23]


def test_several_at_once():
    rng = np.random.default_rng(0)
    pictures = [on_ground(rng.random((n, 9))) for n in (4, 4, 30)]
    alone = np.stack([center_digit(picture, ink="light") for picture in pictures])
    np.testing.assert_array_equal(center_digit(pictures, ink="light"), alone)
    stack = np.stack(pictures[:2])
    np.testing.assert_array_equal(center_digit(stack, ink="light"), alone[:2])
    nested = pictures[0].tolist()
    np.testing.assert_array_equal(center_digit(nested, ink="light"), alone[0])
    assert center_digit([]).shape == (0, 28, 28)


@pytest.mark.parametrize(
    ("image", "options", "match"),
    [
        (np.zeros((9, 9)), {}, "image is empty: all its pixels are 0"),
        ([np.eye(3), np.ones((2, 2))], {"ink": "light"}, r"image\[1\] is empty"),
        (np.zeros((0, 5)), {}, "0 sample"),
        (np.full((5, 5), np.nan), {}, "image contains NaN"),
        (np.zeros((5, 5, 3)), {}, r"\(5, 5, 3\). Take the mean over the channels"),
        (np.zeros(784), {}, r"image must be a grey picture.*\(784,\)"),
        (np.eye(9), {"ink": "black"}, 'ink must be "dark" or "light", got \'black\''),
        (np.eye(9), {"threshold": 1}, r"threshold must be in \[0, 1\), got 1"),
        (on_ground(np.eye(9)), {}, 'light pixels more than by dark ones: give ink="li'),
    ],
)
def test_what_is_no_digit_is_refused(image, options, match):
    with pytest.raises(ValueError, match=match):
        center_digit(image, **options)


def test_mnist_stays_as_it_is_and_is_classified_as_well(mnist):
    images, y = mnist.X_test[:2000].reshape(-1, 28, 28), mnist.y_test[:2000]
    centered = center_digit(images, ink="light")
    same = np.abs(centered - images).max(axis=(1, 2)) < 0.01
    assert same.mean() > 0.98
    model = MLPClassifier(max_iter=1, random_state=0).fit(mnist.X_train, mnist.y_train)
    before, after = (model.score(x.reshape(-1, 784), y) for x in (images, centered))
    print(f"{before:.4f} of MNIST's test images, {after:.4f} of them centred anew")
    assert abs(after - before) < 0.002
