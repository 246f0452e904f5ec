"""Holm's method: by hand, and against statsmodels."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from sknnadl.significance import holm

P_VALUES = st.lists(st.floats(0, 1) | st.just(math.nan))


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
