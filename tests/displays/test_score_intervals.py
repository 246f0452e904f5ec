import numpy as np
import pytest

pytest.importorskip("matplotlib")

import matplotlib.pyplot as plt
from drawing import count_pixels
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.dummy import DummyClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.svm import SVC

from sknnadl import compare
from sknnadl.reports import ComparisonDisplay


class Failing(ClassifierMixin, BaseEstimator):
    def fit(self, X, y):
        raise ValueError("of no use")


@pytest.fixture(scope="module")
def report(iris):
    models = {"guess": DummyClassifier(), "fails": Failing(), "Bayes": GaussianNB()}
    models["SVM"] = SVC()
    return compare(models, *iris, cv=5, scoring=["accuracy", "f1_macro"])


def segments(display):
    return np.array([s[:, 0] for s in display.intervals_.get_segments() if len(s)])


@pytest.mark.parametrize("scorer", ["accuracy", "f1_macro"])
def test_scores(report, scorer):
    display = ComparisonDisplay.from_report(report, scorer=scorer)
    rows = [row for row in report.table if row["error"] is None]
    np.testing.assert_array_equal(
        display.points_.get_xdata(), [row[scorer] for row in rows]
    )
    ends = [[row[f"{scorer}_low"], row[f"{scorer}_high"]] for row in rows]
    ends = [pair for pair in ends if pair[0] is not None]  # guesses have no spread
    np.testing.assert_array_equal(segments(display), ends)
    labels = [label.get_text() for label in display.ax_.get_yticklabels()]
    assert labels == ["guess", "Bayes", "SVM"]
    assert display.ax_.get_xlabel() == scorer
    assert display.figure_.axes == [display.ax_]
    assert count_pixels(display.figure_) > 1000


def test_differences(report):
    display = ComparisonDisplay.from_report(report, kind="differences")
    pairs = report.pairwise()
    np.testing.assert_array_equal(
        display.points_.get_xdata(), [pair["difference"] for pair in pairs]
    )
    ends = [[pair["low"], pair["high"]] for pair in pairs]
    np.testing.assert_array_equal(segments(display), ends)
    assert display.names[0] == "Bayes \N{MINUS SIGN} guess"
    assert display.ax_.get_xlabel() == "difference of accuracy"


def test_scores_without_intervals(iris):
    scoring = {"of rows": lambda model, X, y: X[:, 0].max()}
    report = compare([SVC()], *iris, scoring=scoring, random_state=0)
    display = ComparisonDisplay.from_report(report)
    assert np.isnan(display.lows).all()
    assert count_pixels(display.figure_) > 100


def test_in_axes_of_ones_own(report):
    figure, axes = plt.subplots(1, 2)
    display = ComparisonDisplay.from_report(report, ax=axes[1], line_kw={"marker": "s"})
    assert display.ax_ is axes[1]
    assert display.figure_ is figure
    assert display.points_.get_marker() == "s"


def test_what_cannot_be_drawn(report, iris):
    with pytest.raises(ValueError, match="kind must be one of"):
        ComparisonDisplay.from_report(report, kind="ranks")
    with pytest.raises(ValueError, match="scorer must be one of"):
        ComparisonDisplay.from_report(report, scorer="r2")
    failed = compare([Failing()], *iris)
    with pytest.raises(ValueError, match="no scores of 'accuracy' to draw"):
        ComparisonDisplay.from_report(failed)
