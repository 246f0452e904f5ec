"""Least squares beside scikit-learn, and the rule that learns row by row."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LinearRegression, Ridge

from sknnadl.rbf.output_weights import learn_row_by_row, solve_least_squares


def make(seed, n_rows, n_centers, n_outputs=2):
    rng = np.random.default_rng(seed)
    activations = rng.random((n_rows, n_centers))
    return activations, rng.normal(size=(n_rows, n_outputs)), rng.random(n_rows) + 0.1


def solve(arrays, alpha, n_rows=7):
    """Solve with blocks of so many rows."""
    starts = range(0, len(arrays[0]), n_rows)
    blocks = (tuple(part[i : i + n_rows] for part in arrays) for i in starts)
    return solve_least_squares(blocks, alpha)


@given(
    st.integers(0, 1000),
    st.integers(1, 40),
    st.integers(1, 8),
    st.sampled_from([1e-3, 0.1, 10.0]),
)
def test_it_is_ridge_regression_in_blocks_of_any_size(seed, n_rows, n_centers, alpha):
    arrays = make(seed, n_rows, n_centers)
    ridge = Ridge(alpha, solver="svd").fit(*arrays[:2], sample_weight=arrays[2])
    for size in (3, 100):
        found = solve(arrays, alpha, size).weights
        # Their condition is that of squares of 40 numbers to 0.001 at the worst.
        np.testing.assert_allclose(found[:-1], ridge.coef_.T, atol=1e-8)
        np.testing.assert_allclose(found[-1], ridge.intercept_, atol=1e-8)


def test_without_a_penalty_it_is_the_smallest_solution():
    activations, targets, weights = make(0, 30, 4)
    twice = np.hstack([activations, activations])  # any split between the two is right
    found = solve((twice, targets, weights), 0).weights
    theirs = LinearRegression().fit(activations, targets, weights)
    np.testing.assert_allclose(found[:4], theirs.coef_.T / 2, atol=1e-10)
    np.testing.assert_allclose(found[4:8], found[:4], atol=1e-10)


def test_nearly_equal_columns_are_told_apart():
    # Condition 1e9, of which squares and products, at 1e18, know nothing in float64.
    rng = np.random.default_rng(0)
    first = rng.random(100)
    second = first + 1e-9 * rng.random(100)
    exact = 1e9 * (second - first)
    arrays = np.column_stack([first, second]), exact[:, np.newaxis], np.ones(100)
    weights = solve(arrays, 0).weights
    left = arrays[0] @ weights[:-1] + weights[-1] - arrays[1]
    # Weights of 1e9 times the rounding of numbers around 1.
    assert np.abs(left).max() < 1e-6
    assert np.abs(exact - exact.mean()).max() > 0.3


@given(st.integers(0, 1000), st.sampled_from([1e-3, 0.1, 10.0]))
def test_leverages_give_the_outputs_without_the_row(seed, alpha):
    activations, targets, _ = make(seed, 12, 4)
    solution = solve((activations, targets, np.ones(12)), alpha)
    outputs = activations @ solution.weights[:-1] + solution.weights[-1]
    left_out = 1 - solution.leverages(activations)[:, np.newaxis]
    for row in range(12):
        others = np.arange(12) != row
        ridge = Ridge(alpha, solver="svd").fit(activations[others], targets[others])
        without = ridge.predict(activations[[row]])[0]
        found = (targets - (targets - outputs) / left_out)[row]
        np.testing.assert_allclose(found, without, atol=1e-8)


@pytest.mark.parametrize("constant", [0.0, 1.0])
def test_a_step_by_hand(constant):
    weights = np.array([[1.0], [2.0], [3.0]])
    learn_row_by_row(
        weights, np.array([[1.0, 2.0]]), np.array([[0.0]]), np.ones(1), 0.5, constant
    )
    # output 5, or 8 with the intercept, half of which goes; squared length 5, or 6
    step = (5 + 3 * constant) / 2 / (5 + constant)
    expected = [[1 - step], [2 - 2 * step], [3 - step * constant]]
    np.testing.assert_allclose(weights, expected, rtol=1e-14)


@given(st.integers(0, 1000), st.floats(0.01, 1))
def test_what_is_left_of_an_error_is_what_the_rate_says(seed, rate):
    activations, targets, _ = make(seed, 1, 5)
    weights = np.random.default_rng(seed).normal(size=(6, 2))
    before = targets - np.append(activations[0], 1) @ weights
    learn_row_by_row(weights, activations, targets, np.ones(1), rate, 1.0)
    after = targets - np.append(activations[0], 1) @ weights
    np.testing.assert_allclose(after, (1 - rate) * before, atol=1e-12)


@given(st.integers(0, 1000), st.floats(0.01, 1))
def test_weights_are_rows_repeated(seed, rate):
    activations, targets, _ = make(seed, 9, 3)
    counts = np.random.default_rng(seed).integers(0, 4, 9)
    weighted, repeated = np.zeros((4, 2)), np.zeros((4, 2))
    learn_row_by_row(weighted, activations, targets, counts.astype(float), rate, 1.0)
    rows = np.repeat(np.arange(9), counts)
    parts = activations[rows], targets[rows], np.ones(len(rows))
    learn_row_by_row(repeated, *parts, rate, 1.0)
    np.testing.assert_allclose(weighted, repeated, atol=1e-12)
