"""Wilson's interval: published values, and against statsmodels."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from sknnadl.significance import wilson_interval


@given(st.integers(1, 10_000), st.data(), st.floats(0.5, 0.999))
def test_wilson_interval_is_that_of_statsmodels(n_trials, data, level):
    n_hits = data.draw(st.integers(0, n_trials))
    expected = proportion_confint(n_hits, n_trials, 1 - level, method="wilson")
    assert wilson_interval(n_hits, n_trials, level) == pytest.approx(expected, abs=1e-9)


def test_published_intervals():
    # Newcombe (1998), Statistics in Medicine 17, 857-872, table I, method 3
    for hits, n, low, high in [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ]:
        assert wilson_interval(hits, n) == pytest.approx((low, high), abs=5e-5)
    for n in range(1, 400):
        assert wilson_interval(0, n)[0] == 0
        assert wilson_interval(n, n)[1] == 1
