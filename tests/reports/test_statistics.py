"""Intervals and tests against other libraries, published values, first principles."""

import math
from dataclasses import FrozenInstanceError
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.stats import norm, t, ttest_rel
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

from sknnadl.reports.folds import corrected_t_test, mean_interval
from sknnadl.reports.mcnemar import mcnemar_test
from sknnadl.reports.statistics import Comparison, holm, wilson_interval

COUNTS = st.tuples(*[st.integers(0, 40)] * 4).filter(any)
SCORES = st.lists(
    st.tuples(*[st.floats(0, 1).map(lambda score: round(score, 6))] * 2), min_size=1
)
P_VALUES = st.lists(st.floats(0, 1) | st.just(math.nan))


def rows(both, only_a, only_b, neither):
    """Return which rows a and b get right, given how many there are of each kind."""
    counts = both, only_a, only_b, neither
    return (
        np.repeat([True, True, False, False], counts),
        np.repeat([True, False, True, False], counts),
    )


def mid_p(only_a, only_b):
    """Add up the outcomes that are further apart, and half of those as far apart."""
    n, apart = only_a + only_b, abs(only_a - only_b)
    total = sum(
        (2 if abs(2 * k - n) > apart else 1) * math.comb(n, k)
        for k in range(n + 1)
        if abs(2 * k - n) >= apart
    )
    return Fraction(total, 2 ** (n + 1))


@pytest.mark.parametrize(
    "counts", [(0, 1, 0, 0), (5, 2, 9, 1), (50, 12, 12, 3), (900, 31, 54, 15)]
)
def test_exact_mcnemar_is_that_of_statsmodels(counts):
    both, only_a, only_b, neither = counts
    expected = mcnemar([[both, only_a], [only_b, neither]], exact=True).pvalue
    result = mcnemar_test(*rows(*counts), exact=True)
    assert result.p_value == pytest.approx(expected, rel=1e-12)
    assert result.difference == pytest.approx((only_a - only_b) / sum(counts))


@given(COUNTS)
def test_mid_p_is_counted_out(counts):
    _, only_a, only_b, _ = counts
    expected = float(mid_p(only_a, only_b)) if only_a + only_b else 1
    assert mcnemar_test(*rows(*counts)).p_value == pytest.approx(expected, rel=1e-9)


def test_mcnemar_and_its_interval_in_published_examples():
    # Bentur et al. (2009), in Fagerland, Lydersen and Laake (2013): 1 and 7 of 8 pairs
    bentur = rows(1, 1, 7, 12)
    assert mcnemar_test(*bentur, exact=True).p_value == pytest.approx(18 / 256)
    assert mcnemar_test(*bentur).p_value == pytest.approx(10 / 256)
    # Cavo et al. (2012): the R package contingencytables, of the same authors
    cavo = mcnemar_test(*rows(59, 6, 16, 80))
    assert cavo.p_value == pytest.approx(0.034690, abs=5e-7)
    expected = (-0.0621, -0.1240, -0.0054)
    assert (cavo.difference, cavo.low, cavo.high) == pytest.approx(expected, abs=5e-5)


@pytest.mark.parametrize("counts", [(59, 6, 16, 80), (1, 1, 7, 12), (30, 5, 5, 2)])
@pytest.mark.parametrize("level", [0.8, 0.95])
def test_bounds_are_where_the_score_test_rejects(counts, level):
    """The nuisance parameter is found here by maximizing the likelihood itself."""
    _, only_a, only_b, _ = counts
    n = sum(counts)
    same = n - only_a - only_b
    result = mcnemar_test(*rows(*counts), level=level)
    for bound, sign in [(result.low, 1), (result.high, -1)]:

        def cost(p_b, bound=bound):
            p_a = p_b + bound
            logs = math.log(p_a), math.log(p_b), math.log(1 - p_a - p_b)
            return -np.dot((only_a, only_b, same), logs)

        limits = max(0, -bound) + 1e-12, (1 - bound) / 2 - 1e-12
        p_b = minimize_scalar(cost, bounds=limits, options={"xatol": 1e-10}).x
        deviation = math.sqrt((2 * p_b + bound - bound**2) / n)
        score = (result.difference - bound) / deviation
        assert score == pytest.approx(sign * norm.ppf((1 + level) / 2), rel=1e-6)


@given(COUNTS, st.booleans())
def test_mcnemar_of_any_counts(counts, exact):
    a, b = rows(*counts)
    result, swapped = mcnemar_test(a, b, exact=exact), mcnemar_test(b, a, exact=exact)
    assert 0 <= result.p_value <= 1
    assert -1 <= result.low <= result.difference <= result.high <= 1
    assert result.low < result.high
    assert swapped == Comparison(
        -result.difference, -result.high, -result.low, result.p_value
    )
    assert mcnemar_test(a, b).p_value <= mcnemar_test(a, b, exact=True).p_value


def test_models_that_are_right_on_the_same_rows():
    result = mcnemar_test([True, False], [True, False])
    assert (result.difference, result.p_value) == (0, 1)
    # Without discordant rows the bound solves n * d**2 = z**2 * d * (1 - d).
    z2 = norm.ppf(0.975) ** 2
    assert result.high == -result.low == pytest.approx(z2 / (2 + z2))


@pytest.mark.parametrize(
    ("correct_a", "correct_b", "message"),
    [
        ([1, 0], [True, False], "correct_a must be bool, .* got int64"),
        ([True], [[True]], r"correct_b must be bool, .* shape \(1, 1\)"),
        ([], [], "correct_a must be bool, .* at least one row"),
        (np.zeros(0, bool), [True], "correct_a must .* at least one row"),
        ([True], [True, False], "same rows, got 1 and 2 rows"),
    ],
)
def test_rows_are_checked(correct_a, correct_b, message):
    with pytest.raises(ValueError, match=message):
        mcnemar_test(correct_a, correct_b)


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
    if len(scores) == 1:
        assert np.isnan([result.low, result.high, result.p_value]).all()
        return
    assert 0 <= result.p_value <= 1
    assert (swapped.p_value, swapped.low, swapped.high) == pytest.approx(
        (result.p_value, -result.high, -result.low)
    )
    assert result.low <= result.difference <= result.high
    if abs(result.p_value - (1 - level)) > 1e-6:
        excludes_zero = result.low > 0 or result.high < 0
        assert excludes_zero == (result.p_value < 1 - level)


def test_equal_differences_leave_no_doubt():
    same = corrected_t_test([0.1] * 3, [0.1] * 3, 9, 1)
    assert same == Comparison(0, 0, 0, 1)
    # The mean of three times 0.1 is not 0.1 in floating point.
    assert np.mean([0.1] * 3) != 0.1
    better = corrected_t_test([0.1] * 3, [0.0] * 3, 9, 1)
    assert better == Comparison(0.1, 0.1, 0.1, 0)
    assert mean_interval([0.1] * 3, 9, 1) == (0.1, 0.1)


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


def test_level_is_checked():
    with pytest.raises(ValueError, match="level must be between 0 and 1, got 1"):
        mcnemar_test([True], [True], level=1)
    with pytest.raises(ValueError, match="level must be between 0 and 1, got 0"):
        mean_interval([1, 2], 9, 1, level=0)


@settings(max_examples=10)  # statsmodels is slow
@given(P_VALUES)
def test_holm_is_that_of_statsmodels(p_values):
    known = ~np.isnan(p_values)
    adjusted, p_values = holm(p_values), np.array(p_values)
    assert np.isnan(adjusted[~known]).all()
    if known.any():
        expected = multipletests(p_values[known], method="holm")[1]
        np.testing.assert_allclose(adjusted[known], expected, rtol=1e-12)


@given(st.lists(st.floats(0, 1)))
def test_holm_lifts_p_values_and_keeps_their_order(p_values):
    adjusted = holm(p_values)
    assert (adjusted >= p_values).all()
    assert (adjusted <= 1).all()
    assert (np.diff(adjusted[np.argsort(p_values)]) >= 0).all()


def test_holm_by_hand():
    # 3 * 0.01, 2 * 0.03, and 1 * 0.04, which is lifted to the one before
    adjusted = holm([0.04, math.nan, 0.01, 0.03])
    expected = [0.06, math.nan, 0.03, 0.06]
    assert adjusted == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize("p_values", [[0.5, 1.5], [-0.1], [[0.5]], 0.5])
def test_p_values_are_checked(p_values):
    with pytest.raises(ValueError, match="p_values must"):
        holm(p_values)


@given(st.integers(1, 10_000), st.data(), st.floats(0.5, 0.999))
def test_wilson_interval_is_that_of_statsmodels(n_trials, data, level):
    n_hits = data.draw(st.integers(0, n_trials))
    expected = proportion_confint(n_hits, n_trials, 1 - level, method="wilson")
    assert wilson_interval(n_hits, n_trials, level) == pytest.approx(expected, abs=1e-9)


def test_a_comparison_stays_as_it_is():
    with pytest.raises(FrozenInstanceError):
        Comparison(0.1, 0, 0.2, 0.05).p_value = 1
