"""Practical equivalence: the closed form of Student's t, and its limits."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sknnadl.significance import bayesian_t_test, corrected_t_test


def student_3(x):
    """Return the share of Student's t with 3 degrees of freedom below x."""
    x /= math.sqrt(3)
    return 1 / 2 + (x / (1 + x**2) + math.atan(x)) / math.pi


def test_three_probabilities_by_hand():
    # The differences 1, 3, 2 and 6 have mean 3; the variance of their mean is
    # (1/4 + 30/90) * 14/3 = 49/18.
    found = bayesian_t_test([2, 5, 5, 9], [1, 2, 3, 3], 90, 30, rope=2)
    error = math.sqrt(49 / 18)
    first = 1 - student_3((2 - 3) / error)
    second = student_3((-2 - 3) / error)
    assert (found.first, found.second) == pytest.approx((first, second))
    assert found.equal == pytest.approx(1 - first - second)


def test_three_probabilities_are_those_of_baycomp():
    # baycomp 1.0.3: two_on_single(a, b, rope), five folds
    a = [0.7813, 0.8012, 0.7302, 0.7934, 0.7626]
    b = [0.7680, 0.7737, 0.7805, 0.8023, 0.8213]
    for rope, expected in [
        (0.01, [0.18798182, 0.23318242, 0.57883576]),
        (0.05, [0.03127830, 0.84510622, 0.12361547]),
    ]:
        found = bayesian_t_test(a, b, 80, 20, rope=rope)
        ours = found.first, found.equal, found.second
        assert ours == pytest.approx(expected, abs=1e-6)


@given(st.integers(2, 12), st.integers(0, 2**32 - 1), st.floats(0, 0.5))
def test_probabilities_of_any_scores(n_folds, seed, rope):
    a, b = np.random.default_rng(seed).random((2, n_folds))
    found = bayesian_t_test(a, b, 80, 20, rope=rope)
    swapped = bayesian_t_test(b, a, 80, 20, rope=rope)
    assert found.first + found.equal + found.second == pytest.approx(1)
    assert (swapped.first, swapped.second) == pytest.approx((found.second, found.first))
    # Without a rope, the worse one is better with half the two-sided p-value.
    none = bayesian_t_test(a, b, 80, 20, rope=0)
    p_value = corrected_t_test(a, b, 80, 20).p_value
    assert min(none.first, none.second) == pytest.approx(p_value / 2)
    assert none.equal == pytest.approx(0, abs=1e-12)


def test_without_spread_nothing_is_probable():
    found = bayesian_t_test([0.9, 0.8], [0.8, 0.7], 10, 10, rope=0.01)
    assert np.isnan([found.first, found.equal, found.second]).all()


@pytest.mark.parametrize("rope", [-0.1, math.nan, math.inf])
def test_the_rope_is_checked(rope):
    with pytest.raises(ValueError, match="rope must be the largest difference"):
        bayesian_t_test([0, 1], [1, 0], 9, 1, rope=rope)
