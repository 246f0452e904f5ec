"""Round numbers along an axis."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sknnadl.comparison.page.ticks import find_ticks, write_ticks


@pytest.mark.parametrize(
    ("low", "high", "percent", "texts"),
    [
        (0.957, 0.991, True, ["96%", "97%", "98%", "99%"]),
        (0, 1, False, ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        (-110, 160, False, ["-100", "-50", "0", "50", "100", "150"]),
        (0.9951, 0.9969, True, ["99.55%", "99.60%", "99.65%"]),
        (1e8, 4e8, False, ["1e+08", "1.5e+08", "2e+08", "2.5e+08", "3e+08"]),
        (1e8, 1e8 + 30, False, ["100000000", "100000005", "100000010"]),
        (2, 2, False, ["2.000"]),
        (0, 0, False, ["0"]),
        (-3e30, 0, False, ["-3e+30", "-2.5e+30", "-2e+30"]),
    ],
)
def test_texts(low, high, percent, texts):
    found = write_ticks(find_ticks(low, high), percent=percent)
    assert found[: len(texts)] == texts


finite = st.floats(-1e9, 1e9)


@given(finite, finite)
def test_ticks_are_round_and_inside(one, other):
    low, high = sorted((one, other))
    if high - low < 1e-6 * max(abs(low), abs(high), 1):
        return
    ticks = find_ticks(low, high)
    assert 2 <= len(ticks) <= 7
    margin = 1e-6 * (high - low)
    assert low - margin <= ticks[0] < ticks[-1] <= high + margin
    texts = write_ticks(ticks)
    assert len(set(texts)) == len(texts)
