"""McNemar's test against statsmodels, published values, first principles."""

import math
from dataclasses import FrozenInstanceError
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.stats import norm
from statsmodels.stats.contingency_tables import mcnemar

from sknnadl.significance import PairedDifference, mcnemar_test

COUNTS = st.tuples(*[st.integers(0, 40)] * 4).filter(any)


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
    assert swapped == PairedDifference(
        -result.difference, -result.high, -result.low, result.p_value
    )
    assert mcnemar_test(a, b).p_value <= mcnemar_test(a, b, exact=True).p_value


@given(COUNTS, st.booleans(), st.floats(0.5, 0.9999))
def test_zero_is_in_the_interval_where_the_p_value_has_it(counts, exact, level):
    result = mcnemar_test(*rows(*counts), exact=exact, level=level)
    if result.difference != 0:
        assert (result.low <= 0 <= result.high) == (result.p_value >= 1 - level)


def test_at_the_edge_the_p_value_decides():
    # Of 21 rows 4 to 0: Tango's own bound is above 0, the p-value 1/16.
    result = mcnemar_test(*rows(17, 4, 0, 0))
    assert (result.p_value, result.low) == (pytest.approx(1 / 16), 0)
    # 12 to 0 at a level where Tango's interval holds 0: the p-value is 1/4096.
    result = mcnemar_test(*rows(88, 12, 0, 0), level=0.9996)
    assert result.p_value == pytest.approx(1 / 4096)
    assert 0 < result.low < 1e-9


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


def test_a_difference_stays_as_it_is():
    with pytest.raises(FrozenInstanceError):
        PairedDifference(0.1, 0, 0.2, 0.05).p_value = 1
