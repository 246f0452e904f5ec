"""The bootstrap beside SciPy's, and its test beside its interval."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import bootstrap, ttest_rel

from sknnadl.significance import Resampled, bca_interval, bootstrap_test, resample


def mean_of(values):
    return lambda rows: values[rows].mean()


@pytest.mark.parametrize("level", [0.8, 0.95])
def test_the_interval_is_that_of_scipy(level):
    values = np.random.default_rng(0).exponential(size=40)
    theirs = bootstrap((values,), np.mean, confidence_level=level, random_state=1)
    without = np.array([np.delete(values, i).mean() for i in range(40)])
    draws = theirs.bootstrap_distribution
    ours = bca_interval(Resampled(values.mean(), draws, without), level)
    # A quantile among 9,999 draws is read off a little differently by each.
    assert ours == pytest.approx(tuple(theirs.confidence_interval), abs=2e-3)
    own = resample(mean_of(values), 40, n_draws=9999)
    np.testing.assert_allclose(np.sort(own.without), np.sort(without))
    # Two samples of 9,999 draws differ by about 0.02 deviations at a bound.
    assert bca_interval(own, level) == pytest.approx(ours, abs=0.1 * draws.std())


def test_classes_keep_their_rows_and_the_same_seed_draws_the_same():
    classes = np.array([0] * 7 + [1] * 3)
    share = resample(mean_of(classes), 10, classes=classes, n_draws=50)
    np.testing.assert_array_equal(share.draws, 0.3)
    assert np.isnan(bca_interval(share)).all()
    values = np.arange(10.0)
    one, same = (resample(mean_of(values), 10, n_draws=50) for _ in range(2))
    np.testing.assert_array_equal(one.draws, same.draws)
    other = resample(mean_of(values), 10, n_draws=50, random_state=1)
    assert (one.draws != other.draws).any()


def test_many_rows_are_left_out_in_groups():
    values = np.random.default_rng(0).exponential(size=1001)
    assert len(resample(mean_of(values), 1001, n_draws=1).without) == 100


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(5, 60), st.floats(0.8, 0.9999))
def test_the_p_value_agrees_with_the_interval(seed, n_rows, level):
    rng = np.random.default_rng(seed)
    right = rng.random((2, n_rows)) < [[0.5], [0.8]]  # many draws are alike
    a, b = (resample(mean_of(row), n_rows, n_draws=200) for row in right)
    found, swapped = bootstrap_test(a, b, level), bootstrap_test(b, a, level)
    assert found.difference == pytest.approx(right[0].mean() - right[1].mean())
    if math.isnan(found.p_value):
        assert (right[0] == right[1]).all()
        return
    expected = found.p_value, -found.high, -found.low
    assert (swapped.p_value, swapped.low, swapped.high) == pytest.approx(expected)
    if abs(found.p_value - (1 - level)) > 1e-9:
        holds_zero = found.low <= 0 <= found.high
        assert holds_zero == (found.p_value > 1 - level)


def test_a_mean_of_many_rows_is_tested_as_by_student():
    a, b = np.random.default_rng(0).normal(size=(2, 400)) + [[0.1], [0.0]]
    of_a, of_b = (resample(mean_of(one), 400, n_draws=4000) for one in (a, b))
    found, theirs = bootstrap_test(of_a, of_b), ttest_rel(a, b)
    # 4,000 draws tell a share of 10 percent to half a percent.
    assert found.p_value == pytest.approx(theirs.pvalue, abs=0.02)
    interval = theirs.confidence_interval()
    assert (found.low, found.high) == pytest.approx(
        (interval.low, interval.high), abs=0.01
    )


def test_far_beyond_the_draws_the_tail_is_normal():
    draws = np.random.default_rng(0).normal(size=1000) + 5
    far = Resampled(5.0, draws, np.zeros(3))
    none = Resampled(0.0, np.zeros(1000), np.zeros(3))
    found = bootstrap_test(far, none, 1 - 1e-5)
    assert found.p_value < 1e-5  # of a normal one 6e-7
    assert 0 < found.low < 1.2  # of a normal one 5 - 4.42
    # One model's interval stays among the draws.
    assert bca_interval(far, 1 - 1e-9) == (draws.min(), draws.max())
    of_ties = Resampled(0.9, np.array([0.8, 0.9, 0.9, 1.0, 1.0, 1.0]), np.zeros(3))
    assert bca_interval(of_ties)[1] == 1


def test_scores_that_cannot_be_calculated_are_left_out():
    values = np.array([0.1, 0.5, 0.3, 0.8, 0.9])
    resampled = resample(
        lambda rows: math.nan if (rows == 0).all() else values[rows].mean(), 5
    )
    sound = Resampled(
        resampled.score,
        np.append(resampled.draws, np.nan),
        np.append(resampled.without, np.nan),
    )
    assert bca_interval(sound) == bca_interval(resampled)
    assert np.isnan(bca_interval(Resampled(math.nan, values, values))).all()
