"""The number that makes probabilities of outputs."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

from sknnadl.rbf.calibration import find_inverse_temperature


def cost(factor, outputs, own, weights):
    """The negative log-likelihood of the rows and of a mistaken one."""
    own_ones = log_softmax(factor * outputs, axis=1)[np.arange(len(own)), own]
    mistaken = np.full(outputs.shape[1], -1.0)
    mistaken[0] = 1
    return -weights @ own_ones - log_softmax(factor * mistaken)[1]


@given(st.integers(0, 1000), st.integers(2, 4), st.floats(0.2, 3))
def test_it_is_the_likeliest(seed, n_classes, noise):
    rng = np.random.default_rng(seed)
    own = rng.integers(0, n_classes, 60)
    outputs = 2 * np.eye(n_classes)[own] - 1 + noise * rng.normal(size=(60, n_classes))
    weights = rng.random(60)
    found = find_inverse_temperature(outputs, own, weights)
    other = minimize_scalar(
        cost, (0, 1), args=(outputs, own, weights), method="brent", tol=1e-10
    )
    if other.x > 0.01:
        # A minimum is found to the root of the precision of what is minimized.
        np.testing.assert_allclose(found, other.x, rtol=1e-5, atol=1e-6)
    else:
        assert found == 0.01


def test_rows_without_a_mistake_leave_one_of_so_many():
    own = np.arange(98) % 2
    outputs = 2.0 * np.eye(2)[own] - 1
    factor = find_inverse_temperature(outputs, own, np.ones(98))
    # 98 right and the one that is supposed to be wrong
    np.testing.assert_allclose(1 / (1 + np.exp(2 * factor)), 1 / 99, rtol=1e-10)


def test_a_weight_is_as_many_rows():
    rng = np.random.default_rng(0)
    own, outputs = rng.integers(0, 3, 30), rng.normal(size=(30, 3))
    outputs[np.arange(30), own] += 1
    counts = rng.integers(0, 4, 30)
    rows = np.repeat(np.arange(30), counts)
    weighted = find_inverse_temperature(outputs, own, counts.astype(float))
    repeated = find_inverse_temperature(outputs[rows], own[rows], np.ones(len(rows)))
    np.testing.assert_allclose(weighted, repeated, rtol=1e-10)
