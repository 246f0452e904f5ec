import numpy as np
import pytest

pytest.importorskip("matplotlib")

import matplotlib.pyplot as plt
from drawing import count_pixels

from sknnadl.inspection import LearningRateRangeDisplay
from sknnadl.model_selection import LearningRateRange

LOSSES = np.array([[2.0, 1.0, 0.5], [2.0, 0.5, 0.4], [2.0, 3.0, np.inf]])


@pytest.fixture
def result():
    rates = np.array([0.1, 0.2, 1.0])
    return LearningRateRange(rates, LOSSES, np.array([True, True, False]), 0.2)


def test_curves_are_the_losses_before_and_after_each_epoch(result):
    display = LearningRateRangeDisplay.from_result(result)
    for line, losses in zip(display.lines_, LOSSES, strict=True):
        np.testing.assert_array_equal(line.get_xdata(), [0, 1, 2])
        finite = np.isfinite(losses)
        np.testing.assert_array_equal(line.get_ydata()[finite], losses[finite])
    assert [line.get_linestyle() for line in display.lines_] == ["-", "-", "--"]
    legend = display.ax_.get_legend()
    assert [text.get_text() for text in legend.get_texts()] == ["0.1", "0.2", "1"]
    assert "threshold: 0.2" in legend.get_title().get_text()
    assert count_pixels(display.figure_) > 1000


def test_all_but_what_explodes_is_in_the_picture(result):
    ax = LearningRateRangeDisplay.from_result(result).ax_
    lowest, highest = ax.get_ylim()
    assert 0 < lowest < 0.4
    assert 2 < highest < 3
    assert ax.get_yscale() == "log"
    left, right = ax.get_xlim()
    assert left <= 0
    assert right >= 2


def test_losses_below_zero_are_drawn_too():
    losses = [[1.0, -1.0], [1.0, 2.0]]
    ax = LearningRateRangeDisplay([0.1, 1.0], losses, 0.1).plot().ax_
    assert ax.get_yscale() == "linear"
    assert ax.get_ylim()[0] <= -1


def test_the_axes_given_is_used(result):
    ax = plt.figure().add_subplot()
    options = {"ax": ax, "line_kw": {"color": "red"}}
    display = LearningRateRangeDisplay.from_result(result, **options)
    assert display.ax_ is ax
    assert display.figure_ is ax.figure
    assert {line.get_color() for line in ax.lines} == {"red"}
