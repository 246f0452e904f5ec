"""Pooling against its definition."""

import numpy as np
import pytest
from gradients import check_gradients
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sknnadl.network import AveragePool2D, L2Pool2D, MaxPool2D, Network

pairs = st.tuples(st.integers(1, 4), st.integers(1, 4))
FORMULAS = {
    MaxPool2D: np.max,
    AveragePool2D: np.mean,
    L2Pool2D: lambda window, axis: np.sqrt((window**2).sum(axis=axis)),
}


@st.composite
def pooled_images(draw):
    """Return a pooling spec, windows side by side or not, and images that fit."""
    window = draw(pairs)
    spec = draw(st.sampled_from(list(FORMULAS)))(window, draw(st.none() | pairs))
    height, width = (draw(st.integers(length, 9)) for length in window)
    shape = draw(st.integers(1, 3)), height, width, draw(st.integers(1, 3))
    # All values differ by 0.1 or more, so no small step changes a maximum.
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    return spec, (rng.permutation(np.prod(shape)) / 10 - 3).reshape(shape) + 0.01


@given(pooled_images())
@settings(max_examples=200)
def test_forward_is_the_definition(case):
    spec, x = case
    (high, wide), stride = spec.pool_size, spec.stride or spec.pool_size
    y = Network([spec], x.shape[1:], "float64").forward(x)
    assert y.shape[1] == (x.shape[1] - high) // stride[0] + 1
    assert y.shape[2] == (x.shape[2] - wide) // stride[1] + 1
    for i, j in np.ndindex(y.shape[1:3]):
        top, left = i * stride[0], j * stride[1]
        window = x[:, top : top + high, left : left + wide]
        expected = FORMULAS[type(spec)](window, axis=(1, 2))
        np.testing.assert_allclose(y[:, i, j], expected, rtol=1e-13)


@given(pooled_images())
@settings(max_examples=60)
def test_gradients(case):
    spec, x = case
    assume(x.size <= 300)
    check_gradients(
        Network([spec], x.shape[1:], "float64"), x, np.random.default_rng(0)
    )


@pytest.mark.parametrize("spec", [MaxPool2D(2), AveragePool2D(2), L2Pool2D(2)])
def test_pixels_in_no_window_get_no_gradient(spec):
    network = Network([spec], (5, 3, 1), "float64")
    y = network.forward(np.ones((1, 5, 3, 1)))
    dx = network.backward(np.ones_like(y), need_input=True)
    assert not dx[:, 4].any()
    assert not dx[:, :, 2].any()
    assert dx[:, :4, :2].any()


def test_the_first_of_equal_values_is_the_maximum():
    network = Network([MaxPool2D(2, stride=1)], (2, 3, 1), "float64")
    network.forward(np.zeros((1, 2, 3, 1)))
    dx = network.backward(np.array([1.0, 10.0]).reshape(1, 1, 2, 1), need_input=True)
    np.testing.assert_array_equal(dx[0, :, :, 0], [[1, 10, 0], [0, 0, 0]])


def test_the_gradient_of_l2_pooling_at_zero_is_zero():
    network = Network([L2Pool2D(2)], (2, 4, 1), "float64")
    x = np.zeros((1, 2, 4, 1))
    x[0, 0, 2:, 0] = 3, 4
    network.forward(x)
    dx = network.backward(np.ones((1, 1, 2, 1)), need_input=True)
    expected = [[0, 0, 0.6, 0.8], [0, 0, 0, 0]]
    np.testing.assert_allclose(dx[0, :, :, 0], expected, rtol=1e-15)
