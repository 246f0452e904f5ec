"""What a scorer is decides, and one that fails leaves the others."""

import json
import math

import numpy as np
import pytest
from sklearn.datasets import load_diabetes
from sklearn.dummy import DummyRegressor
from sklearn.linear_model import LinearRegression
from sklearn.metrics import accuracy_score, balanced_accuracy_score, make_scorer
from sklearn.model_selection import cross_validate
from sklearn.naive_bayes import GaussianNB
from sklearn.svm import SVC

from sknnadl import compare
from sknnadl.comparison.measuring.scorers import is_accuracy, is_share

MODELS = {"Bayes": GaussianNB(), "SVM": SVC()}


@pytest.mark.parametrize("options", [{"random_state": 0}, {"cv": 3}])
@pytest.mark.parametrize(
    "scoring", [{"acc": "accuracy"}, make_scorer(accuracy_score), ["accuracy"]]
)
def test_accuracy_by_any_name(iris, scoring, options):
    expected = compare(MODELS, *iris, **options)
    report = compare(MODELS, *iris, scoring=scoring, **options)
    (name,) = report.scorers
    for ours, theirs in zip(report.table, expected.table, strict=True):
        for key in ("", "_low", "_high"):
            assert ours[name + key] == theirs["accuracy" + key]
    assert report.sentences() == expected.sentences()
    assert "%" in str(report)


def test_what_is_only_called_accuracy(iris):
    scoring = {"accuracy": make_scorer(accuracy_score, greater_is_better=False)}
    report = compare(MODELS, *iris, scoring=scoring, random_state=0)
    row = report.table[0]
    assert row["accuracy"] < row["accuracy_high"] <= 0
    assert f"{row['accuracy']:.4f}  " in str(report)


def test_kinds_of_scorers():
    count = make_scorer(accuracy_score, normalize=False)
    adjusted = make_scorer(balanced_accuracy_score, adjusted=True)
    for scorer in (count, adjusted, None, len):
        assert not is_accuracy(scorer)
        assert not is_share(scorer)
    balanced = make_scorer(balanced_accuracy_score)
    assert is_share(balanced)
    assert not is_accuracy(balanced)


@pytest.mark.filterwarnings("ignore:Scoring failed")
@pytest.mark.parametrize("options", [{"cv": 3}, {"random_state": 0}])
def test_one_failed_scorer_leaves_the_others(options):
    X, y = load_diabetes(return_X_y=True)
    y = y - 100
    scoring = ["r2", "neg_mean_squared_log_error"]
    models = {"line": LinearRegression(), "mean": DummyRegressor()}
    report = compare(models, X, y, scoring=scoring, **options)
    row = report.table[0]
    if "cv" in options:
        theirs = cross_validate(models["line"], X, y, scoring=scoring, **options)
        np.testing.assert_allclose(row["r2_values"], theirs["test_r2"])
        assert np.isnan(theirs["test_neg_mean_squared_log_error"]).all()
    assert row["error"] is None
    assert row["r2_low"] < row["r2"]
    assert math.isnan(row["neg_mean_squared_log_error"])
    assert row["neg_mean_squared_log_error_error"].startswith("ValueError: Mean Sq")
    assert report.pairwise("neg_mean_squared_log_error") == []
    assert "  nan" in str(report)
    assert json.loads(report.to_json())["models"][0][scoring[1]] is None
    assert "No model has this score" in report.to_html()


def both(model, X, y):
    right = model.predict(X) == y
    return {"share": right.mean(), "count": right.sum()}


@pytest.mark.parametrize("options", [{"cv": 3}, {"random_state": 0}])
def test_a_callable_may_return_several_scores(iris, options):
    report = compare(MODELS, *iris, scoring=both, **options)
    assert report.scorers == ["share", "count"]
    row = report.table[0]
    assert row["count"] == pytest.approx(row["share"] * report.n_test)
    assert row["share_low"] < row["share"] < row["share_high"]
    if "cv" in options:
        theirs = cross_validate(MODELS["Bayes"], *iris, scoring=both, cv=3)
        np.testing.assert_allclose(row["share_values"], theirs["test_share"])
        assert report.learning_curve([100])[0]["share"] == row["share"]


def test_a_metric_is_no_scorer(iris):
    for scoring in (accuracy_score, {"accuracy": accuracy_score}):
        with pytest.raises(ValueError, match="a metric function rather than a scorer"):
            compare(MODELS, *iris, scoring=scoring)
