"""Scores of folds: by hand, and against SciPy."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t, ttest_rel

from sknnadl.significance import corrected_t_test, mean_interval

SCORES = st.lists(
    st.tuples(*[st.floats(0, 1).map(lambda score: round(score, 6))] * 2), min_size=1
)


def test_corrected_t_test_by_hand():
    # The differences 1, 3, 2 and 6 have mean 3, and squares about it of 4, 0, 1 and 9;
    # the variance of their mean is (1/4 + 30/90) * 14/3 = 49/18.
    a, b = [0.2, 0.5, 0.5, 0.9], [0.1, 0.2, 0.3, 0.3]
    result = corrected_t_test(10 * np.array(a), 10 * np.array(b), 90, 30)
    error = math.sqrt(49 / 18)
    assert result.difference == pytest.approx(3)
    # The share of Student's t with 3 degrees of freedom below x has this closed form.
    x = 3 / error / math.sqrt(3)
    share = 1 / 2 + (x / (1 + x**2) + math.atan(x)) / math.pi
    assert result.p_value == pytest.approx(2 * (1 - share))
    reach = 3.182446305284263 * error  # of the table of Student's t: 0.975, 3 degrees
    assert (result.low, result.high) == pytest.approx((3 - reach, 3 + reach))


@given(st.integers(2, 12), st.integers(0, 2**32 - 1))
def test_without_test_rows_to_speak_of_it_is_the_paired_t_test(n_folds, seed):
    a, b = np.random.default_rng(seed).random((2, n_folds))
    result = corrected_t_test(a, b, n_train=1e18, n_test=1)
    expected = ttest_rel(a, b)
    interval = expected.confidence_interval()
    assert result.difference == pytest.approx((a - b).mean())
    assert result.p_value == pytest.approx(expected.pvalue)
    assert (result.low, result.high) == pytest.approx((interval.low, interval.high))


@given(SCORES, st.floats(0.01, 1), st.floats(0.5, 0.999))
def test_corrected_t_test_of_any_scores(scores, ratio, level):
    a, b = np.array(scores).T
    result = corrected_t_test(a, b, 1, ratio, level=level)
    swapped = corrected_t_test(b, a, 1, ratio, level=level)
    assert swapped.difference == -result.difference
    if math.isnan(result.p_value):
        assert np.ptp(a - b) <= 1e-12
        assert np.isnan([result.low, result.high, result.p_value]).all()
        return
    assert 0 <= result.p_value <= 1
    assert (swapped.p_value, swapped.low, swapped.high) == pytest.approx(
        (result.p_value, -result.high, -result.low)
    )
    assert result.low <= result.difference <= result.high
    floored = corrected_t_test(a, b, 1, ratio, level=level, min_variance=0.01)
    assert floored.high - floored.low >= result.high - result.low
    if abs(result.p_value - (1 - level)) > 1e-6:
        excludes_zero = result.low > 0 or result.high < 0
        assert excludes_zero == (result.p_value < 1 - level)


def test_without_spread_there_is_nothing_to_judge_by():
    for a, b in [([0.1] * 3, [0.1] * 3), ([0.1] * 3, [0.0] * 3)]:
        result = corrected_t_test(a, b, 9, 1)
        assert result.difference == a[0] - b[0]
        assert np.isnan([result.low, result.high, result.p_value]).all()
    assert np.isnan(mean_interval([0.1] * 3, 9, 1)).all()
    # These differences are 0.1 each, but for rounding.
    a, b = np.array([0.9, 0.8, 0.7]), np.array([0.8, 0.7, 0.6])
    assert np.ptp(a - b) > 0
    assert math.isnan(corrected_t_test(a, b, 9, 1).p_value)


def test_the_variance_has_a_floor():
    # 4.302652729696142 is Student's t with 2 degrees of freedom at 0.975.
    result = corrected_t_test([0.2] * 3, [0.1] * 3, 9, 1, min_variance=0.01)
    reach = 4.302652729696142 * 0.1
    assert (result.low, result.high) == pytest.approx((0.1 - reach, 0.1 + reach))
    # The closed form of Student's t with 2 degrees of freedom at 1
    assert result.p_value == pytest.approx(1 - 1 / math.sqrt(3))
    low, high = mean_interval([1.0] * 3, 9, 1, min_variance=0.01)
    assert (low, high) == pytest.approx((1 - reach, 1 + reach))
    with pytest.raises(ValueError, match="min_variance must be at least 0, got -1"):
        mean_interval([1, 2], 9, 1, min_variance=-1)


def test_rows_of_several_folds_count_by_their_mean():
    a, b = [0.9, 0.8, 0.7], [0.7, 0.9, 0.8]
    expected = corrected_t_test(a, b, 20, 10)
    assert corrected_t_test(a, b, [19, 20, 21], np.array([11, 10, 9])) == expected


def test_mean_interval_by_hand():
    # (1/5 + 1/4) * 2.5 is the corrected variance of the mean of 1, 2, 3, 4 and 5.
    reach = t(df=4).ppf(0.95) * math.sqrt(0.45 * 2.5)
    result = mean_interval([1, 2, 3, 4, 5], 80, 20, level=0.9)
    assert result == pytest.approx((3 - reach, 3 + reach))
    assert np.isnan(mean_interval([1], 80, 20)).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"scores_a": [0.5, math.nan]}, "scores_a must be finite, got nan"),
        ({"scores_b": [-math.inf, 0.5]}, "scores_b must be finite, got -inf"),
        ({"scores_a": []}, "scores_a must .* at least one fold"),
        ({"scores_b": [[0.5, 0.5]]}, r"scores_b must .* shape \(1, 2\)"),
        ({"scores_b": [0.5]}, "same folds, got 2 and 1 scores"),
        ({"n_train": 0}, "n_train must be a positive number .* got 0.0"),
        ({"n_test": [5, math.nan]}, r"n_test must .* got \[5.0, nan\]"),
        ({"n_test": [5, 5, 5]}, "n_test must .* each of 2 folds"),
        ({"level": 95}, "level must be between 0 and 1, got 95"),
    ],
)
def test_folds_are_checked(change, message):
    arguments = {"scores_a": [0, 1], "scores_b": [1, 0], "n_train": 9, "n_test": 1}
    with pytest.raises(ValueError, match=message):
        corrected_t_test(**{**arguments, **change})
