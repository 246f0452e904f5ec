import numpy as np
import pytest

pytest.importorskip("matplotlib")

import matplotlib.pyplot as plt
from drawing import count_pixels
from sklearn.datasets import make_blobs
from sklearn.dummy import DummyClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.svm import SVC

from sknnadl import compare
from sknnadl.reports import CriticalDifferenceDisplay


@pytest.fixture(scope="module")
def report():
    models = {"guess": DummyClassifier(), "Bayes": GaussianNB(), "SVM": SVC()}
    datasets = {
        str(seed): make_blobs(40, centers=2, cluster_std=2.0, random_state=seed)
        for seed in range(6)
    }
    scoring = ["accuracy", "f1_macro"]
    return compare(models, datasets=datasets, cv=2, scoring=scoring)


@pytest.mark.parametrize("scorer", [None, "f1_macro"])
@pytest.mark.parametrize("method", ["nemenyi", "wilcoxon"])
def test_it_shows_the_diagram_of_the_report(report, scorer, method):
    display = CriticalDifferenceDisplay.from_report(
        report, scorer=scorer, method=method
    )
    drawn = report.diagram(scorer, method=method)
    ranks = dict(zip(drawn["names"], drawn["ranks"], strict=True))
    for label, (name, rank) in zip(display.labels_, ranks.items(), strict=True):
        assert sorted(label.get_text().split("  ")) == sorted([name, f"{rank:.2f}"])
    bars = [bar.get_xdata().tolist() for bar in display.bars_]
    assert bars == [[ranks[name] for name in group] for group in drawn["groups"]]
    if method == "nemenyi":
        start, end = display.difference_.get_xdata()
        assert end - start == pytest.approx(drawn["critical_difference"])
    else:
        assert display.difference_ is None
    assert display.ax_.get_xlabel() == f"mean rank by {scorer or 'accuracy'}"
    assert display.figure_.axes == [display.ax_]
    assert count_pixels(display.figure_) > 1000


def test_names_cross_no_other_line():
    ranks = np.arange(1.0, 8.0)
    names = [f"m{rank:g}" for rank in ranks]
    display = CriticalDifferenceDisplay(names, ranks, []).plot()
    # From the outside in, each line goes further down than the one before.
    ends = [label.xy for label in display.labels_]
    heights = [y for _, y in ends]
    assert heights[:4] == sorted(heights[:4])
    assert heights[4:] == sorted(heights[4:], reverse=True)
    assert all(x < 1 for x, _ in ends[:4])
    assert all(x > 7 for x, _ in ends[4:])


def test_in_axes_of_ones_own(report):
    figure, axes = plt.subplots(1, 2)
    display = CriticalDifferenceDisplay.from_report(
        report, ax=axes[1], bar_kw={"color": "red", "linewidth": 7}
    )
    assert display.ax_ is axes[1]
    assert display.figure_ is figure
    assert display.bars_[0].get_linewidth() == 7
    again = display.plot(ax=axes[0])
    assert again is display
    assert display.ax_ is axes[0]


def test_one_model_and_no_difference():
    display = CriticalDifferenceDisplay(["only"], [1.0], []).plot()
    assert display.labels_[0].get_text() == "only  1.00"
    assert display.bars_ == []
    assert display.difference_ is None
    assert count_pixels(display.figure_) > 50


def test_what_cannot_be_drawn(report):
    with pytest.raises(ValueError, match="scorer must be one of"):
        CriticalDifferenceDisplay.from_report(report, scorer="r2")
    with pytest.raises(ValueError, match="method must be one of"):
        CriticalDifferenceDisplay.from_report(report, method="tukey")
