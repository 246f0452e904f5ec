"""What is kept of a classifier for its curves, and what is not."""

import json

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LinearRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC

from sknnadl import compare
from sknnadl.comparison.measuring import class_scores
from sknnadl.comparison.measuring.class_scores import (
    ask_class_scores,
    read_class_scores,
)
from sknnadl.comparison.measuring.splits import Samples


class Odd(ClassifierMixin, BaseEstimator):
    """A classifier whose probabilities are what it was told."""

    def __init__(self, answer=None):
        self.answer = answer

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.full(len(X), self.classes_[0])

    def predict_proba(self, X):
        if isinstance(self.answer, Exception):
            raise self.answer
        return np.full((len(X), np.size(self.answer)), self.answer)


class Silent(Odd):
    predict_proba = property()


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("probability", [False, True])
def test_what_is_kept_is_what_the_model_says(iris, n_classes, probability):
    X, y = iris[0][: 50 * n_classes], iris[1][: 50 * n_classes]
    model = (KNeighborsClassifier() if probability else SVC()).fit(X, y)
    kept = ask_class_scores(model, Samples(X, y))
    read = read_class_scores(json.loads(json.dumps(kept)))
    assert read.are_probabilities is probability
    assert read.values.shape == (len(y), n_classes)
    answer = model.predict_proba if probability else model.decision_function
    expected = answer(X)
    last = expected[:, -1] if expected.ndim == 2 else expected
    np.testing.assert_array_equal(read.of_class(n_classes - 1), last)
    if not probability and n_classes == 2:
        np.testing.assert_array_equal(read.of_class(0), -last)
    assert read.of_class(7) is None


@pytest.mark.parametrize(
    ("model", "why"),
    [
        (LinearRegression(), "it predicts numbers"),
        (Silent(), "it has neither predict_proba nor decision_function"),
        (Odd(RuntimeError("no luck")), "RuntimeError: no luck"),
        (Odd([0.5, 0.5]), "its predict_proba has no column for each class"),
        (Odd([0.5, 0.5, np.nan]), "its predict_proba is not finite"),
        (SVC(decision_function_shape="ovo"), None),  # three pairs of three classes
    ],
)
def test_why_nothing_is_kept(iris, model, why):
    kept = ask_class_scores(model.fit(*iris), Samples(*iris))
    assert kept.get("why_none") == why
    assert read_class_scores(kept).why_none == why


def test_no_more_is_kept_than_is_allowed(iris, monkeypatch):
    monkeypatch.setattr(class_scores, "MOST_NUMBERS", 3 * 38 - 1)
    report = compare({"m": KNeighborsClassifier()}, *iris)
    (kept,) = report.results[0].class_scores
    assert kept.why_none == "no more than 113 numbers a split are kept"
    assert "m: no curve: no more than 113 numbers a split are kept." in report.to_html()


@pytest.mark.parametrize("cv", [None, 3])
def test_a_file_keeps_them(iris, cv, tmp_path):
    how = {"cv": cv, "random_state": 0, "save": tmp_path / "saved.json"}
    first, again = (compare({"m": SVC()}, *iris, **how) for _ in range(2))
    assert not again.estimators  # it was read
    for one, other in zip(
        first.results[0].class_scores, again.results[0].class_scores, strict=True
    ):
        assert one.why_none is other.why_none is None
        np.testing.assert_array_equal(one.values, other.values)
        assert one.classes == other.classes == [0, 1, 2]


def test_several_labels_a_row_and_old_files(iris):
    y = np.column_stack([iris[1] > 0, iris[1] > 1])
    model = KNeighborsClassifier().fit(iris[0], y)
    kept = ask_class_scores(model, Samples(iris[0], y))
    assert kept == {"why_none": "rows have several labels"}
    assert read_class_scores(None).why_none == "they were not kept"
