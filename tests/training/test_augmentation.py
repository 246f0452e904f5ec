"""Augmentations against slices, np.rot90 and SciPy."""

import copy
import pickle
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter, map_coordinates, rotate

from sknnadl.training.augmentation import (
    Elastic,
    Rotate,
    Shift,
    as_augmentations,
    augment,
)

AUGMENTATIONS = [Shift(), Shift(3), Rotate(), Rotate(180), Elastic(), Elastic(9, 0.5)]


@st.composite
def image_batches(draw):
    """Return images of any shape and of both dtypes."""
    shape = [draw(st.integers(1, 5)), *(draw(st.integers(4, 9)) for _ in "hw")]
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    images = rng.normal(size=(*shape, draw(st.integers(1, 3))))
    return images.astype(draw(st.sampled_from([np.float32, np.float64])))


def fixed(**draws):
    """Return a generator that draws the same for all images, and keeps the ranges."""

    def draw(name, value):
        def answer(low, high, *, size, endpoint=False):
            generator.asked[name] = low, high, endpoint
            return np.broadcast_to(value, size)

        return answer

    generator = SimpleNamespace(asked={})
    for name, value in draws.items():
        setattr(generator, name, draw(name, value))
    return generator


@given(image_batches(), st.integers(-3, 3), st.integers(-3, 3))
def test_a_shift_is_a_slice(images, down, across):
    rng = fixed(integers=[down, across])
    shifted = Shift(3).apply(images, rng)
    height, width = images.shape[1:3]
    for i, j in np.ndindex(height, width):
        inside = 0 <= i - down < height and 0 <= j - across < width
        expected = images[:, i - down, j - across] if inside else 0
        np.testing.assert_array_equal(shifted[:, i, j], expected)
    assert rng.asked == {"integers": (-3, 3, True)}


def test_shifts_are_drawn_uniformly_and_apart():
    images = np.zeros((9000, 5, 5, 1), np.float32)
    images[:, 2, 2] = 1
    shifted = Shift(np.uint8(1)).apply(images, np.random.default_rng(0))
    counts = shifted.sum(axis=(0, 3))
    assert counts.sum() == 9000
    assert not counts[[0, 4]].any()
    assert not counts[:, [0, 4]].any()
    # each of 9 moves: 1000 expected, with a standard deviation of 30
    assert abs(counts[1:4, 1:4] - 1000).max() < 120


@pytest.mark.parametrize("size", [(6, 6), (7, 7), (1, 1)])
@pytest.mark.parametrize(("angle", "quarters"), [(90, 1), (-90, -1), (180, 2)])
def test_quarter_turns(size, angle, quarters):
    images = np.random.default_rng(0).normal(size=(3, *size, 2))
    rng = fixed(uniform=angle)
    turned = Rotate(180).apply(images, rng)
    expected = np.rot90(images, quarters, axes=(1, 2))
    np.testing.assert_allclose(turned, expected, atol=1e-12)
    assert rng.asked == {"uniform": (-180, 180, False)}


@pytest.mark.parametrize("size", [(8, 8), (9, 9), (6, 11)])
@pytest.mark.parametrize("angle", [-140.0, -10.0, 3.0, 45.0])
def test_rotation_is_that_of_scipy(size, angle):
    images = np.random.default_rng(0).normal(size=(4, *size, 3))
    options = {"reshape": False, "order": 1, "mode": "grid-constant"}
    expected = rotate(images, angle, axes=(1, 2), **options)
    turned = Rotate(180).apply(images, fixed(uniform=angle))
    np.testing.assert_allclose(turned, expected, atol=1e-12)


@pytest.mark.parametrize(("dtype", "atol"), [(np.float64, 1e-10), (np.float32, 1e-4)])
@pytest.mark.parametrize("spec", [Elastic(), Elastic(50, 1.5), Elastic(3, 0.01)])
@pytest.mark.parametrize("size", [(28, 28), (5, 12)])
def test_elastic_is_its_formula(spec, size, dtype, atol):
    images = np.random.default_rng(0).random((3, *size, 2)).astype(dtype)
    distorted = spec.apply(images, np.random.default_rng(1))
    draws = np.random.default_rng(1).random((3, 2, *size), dtype=dtype)
    for image, result, fields in zip(images, distorted, draws, strict=True):
        moves = [
            spec.alpha * gaussian_filter(2.0 * u - 1, spec.sigma, mode="constant")
            for u in fields
        ]
        for k in range(2):
            expected = map_coordinates(
                image[:, :, k].astype(float),
                np.indices(size) + moves,
                order=1,
                mode="grid-constant",
            )
            np.testing.assert_allclose(result[:, :, k], expected, atol=atol)


def test_the_size_of_elastic_displacements():
    # The value of each pixel is its column, so it tells where it was taken from.
    columns = np.broadcast_to(np.arange(64.0)[:, np.newaxis], (200, 64, 64, 1))
    distorted = Elastic().apply(columns, np.random.default_rng(0))
    moves = (distorted - columns)[:, 20:44, 20:44]
    assert abs(moves.mean()) < 0.05
    expected = 34 / (4 * np.sqrt(12 * np.pi))
    assert np.sqrt(np.square(moves).mean()) == pytest.approx(expected, rel=0.03)


@pytest.mark.parametrize("spec", [Shift(0), Rotate(0), Rotate(0.0), Elastic(0)])
@given(image_batches())
@settings(max_examples=20)
def test_no_strength_is_no_change(spec, images):
    np.testing.assert_array_equal(spec.apply(images, np.random.default_rng(0)), images)


@pytest.mark.parametrize("spec", AUGMENTATIONS, ids=repr)
@given(image_batches())
@settings(max_examples=20)
def test_what_every_augmentation_keeps(spec, images):
    spec.check(images.shape[1:])
    before = images.copy()
    images.setflags(write=False)
    changed = spec.apply(images, np.random.default_rng(3))
    assert changed.dtype == images.dtype
    assert changed.shape == images.shape
    # the same bits from the same generator, also over the images themselves
    scratch = images.copy()
    assert spec.apply(scratch, np.random.default_rng(3), scratch) is scratch
    np.testing.assert_array_equal(scratch, changed)
    np.testing.assert_array_equal(images, before)
    # a channel is changed as it is alone
    for k in range(images.shape[-1]):
        alone = spec.apply(images[..., k : k + 1], np.random.default_rng(3))
        np.testing.assert_array_equal(alone[..., 0], changed[..., k])


@pytest.mark.parametrize("spec", AUGMENTATIONS, ids=repr)
def test_draws_come_image_after_image(spec):
    images = np.random.default_rng(0).random((100, 28, 28, 1))  # several blocks
    changed = spec.apply(images, np.random.default_rng(1))
    rng = np.random.default_rng(1)
    one_by_one = [spec.apply(image[np.newaxis], rng)[0] for image in images]
    np.testing.assert_allclose(changed, one_by_one, atol=1e-12)
    assert not np.array_equal(changed[0], changed[1])


@pytest.mark.parametrize("spec", AUGMENTATIONS, ids=repr)
def test_it_is_a_value(spec):
    again = pickle.loads(pickle.dumps(spec))
    assert again == spec == copy.deepcopy(spec) == eval(repr(spec))
    assert hash(again) == hash(spec)
    with pytest.raises(AttributeError):
        spec.strength = 1


def test_augment_is_one_after_the_other():
    images = np.random.default_rng(0).random((4, 7, 7, 1), np.float32)
    before, rng = images.copy(), np.random.default_rng(1)
    changed = augment(images, [Shift(2), Rotate(30)], np.random.default_rng(1))
    expected = Rotate(30).apply(Shift(2).apply(images, rng), rng)
    np.testing.assert_array_equal(changed, expected)
    np.testing.assert_array_equal(images, before)
    same = augment(images, (), rng)
    np.testing.assert_array_equal(same, images)
    assert not np.shares_memory(same, images)


def test_as_augmentations():
    specs = Shift(), Rotate(5)
    assert as_augmentations(None) == as_augmentations([]) == ()
    assert as_augmentations(Shift()) == (Shift(),)
    assert as_augmentations(specs) == as_augmentations(list(specs)) == specs


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("shift", r"or a list of them, got 'shift'\.$"),
        (1, r"augmentation must be None, an Elastic\(\), .* got 1\.$"),
        (Shift, r"got <class '.*Shift'>\.$"),
        ([Shift(), None], r"got None in \[Shift\(pixels=1\), None\]\.$"),
        ({Shift()}, r"got {Shift\(pixels=1\)}\.$"),
    ],
)
def test_other_values_are_no_augmentations(value, message):
    with pytest.raises(TypeError, match=message):
        as_augmentations(value)


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (
            Shift(-1),
            r"^pixels of Shift\(pixels=-1\) must be an integer from 0 to 7 for",
        ),
        (Shift(8), "for images of 8x9, got 8"),
        (Shift(1.0), "pixels of .* got 1.0"),
        (Shift(True), "pixels of .* got True"),
        (Rotate(-1), r"degrees of Rotate\(degrees=-1\) must be a number from 0 to 180"),
        (Rotate(180.5), "degrees of .* got 180.5"),
        (Rotate("10"), "degrees of .* got '10'"),
        (Rotate(np.nan), "degrees of .* got nan"),
        (Elastic(-1), "alpha of .* must be a number from 0 to 1e6, got -1"),
        (Elastic(np.inf), "alpha of .* got inf"),
        (Elastic(sigma=0), "sigma of .* must be a number from 0.01 to 1000, got 0"),
        (Elastic(sigma=None), "sigma of .* got None"),
    ],
)
def test_arguments_that_are_not_allowed(spec, message):
    with pytest.raises(ValueError, match=message):
        spec.check((8, 9, 1))


@pytest.mark.parametrize("spec", AUGMENTATIONS[::2], ids=repr)
def test_what_is_no_image(spec):
    with pytest.raises(ValueError, match=r"images of shape .* of shape \(784,\)"):
        spec.check((784,))
