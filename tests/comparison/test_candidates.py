"""What may be compared, and by which names."""

import pytest
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from sknnadl import compare


def test_names():
    one, two = DummyClassifier(), DummyClassifier(strategy="uniform")
    X, y = [[0], [1]] * 4, [0, 1] * 4

    def names(estimators):
        return [row["name"] for row in compare(estimators, X, y, test=(X, y)).table]

    assert names([one, SVC()]) == ["dummyclassifier", "svc"]
    assert names([one, two]) == ["dummyclassifier-1", "dummyclassifier-2"]
    assert names([("a", one), two]) == ["a", "dummyclassifier"]
    with pytest.raises(ValueError, match="2 estimators have the name 'a'"):
        names([("a", one), ("a", two)])


def test_scoring_that_is_none(iris):
    with pytest.raises(ValueError, match="at least one score"):
        compare([DummyClassifier()], *iris, scoring=[])
    report = compare([LogisticRegression()], *iris, cv=2, scoring="neg_log_loss")
    assert report.table[0]["neg_log_loss"] < 0


@pytest.mark.parametrize("estimators", [{}, [], None, SVC()])
def test_nothing_to_compare(estimators):
    with pytest.raises(ValueError, match="estimators must be a dict"):
        compare(estimators, [[0]], [0])


@pytest.mark.parametrize("estimator", [None, "SVC", SVC])
def test_an_estimator_that_is_none_is_named(estimator):
    with pytest.raises(ValueError, match=r"estimators\['a'\] must be a classifier"):
        compare({"a": estimator}, [[0]], [0])
    with pytest.raises(ValueError, match="names of estimators must be str"):
        compare({1: SVC()}, [[0]], [0])


def test_classifiers_are_not_compared_with_regressors():
    models = {"SVM": SVC(), "line": LinearRegression()}
    with pytest.raises(ValueError, match="and 'line' predict numbers"):
        compare(models, [[0]], [0])
    with pytest.raises(
        ValueError, match=r"estimators\['scaler'\] must be a classifier"
    ):
        compare({"scaler": StandardScaler()}, [[0]], [0])
