"""Which of two models is better, on folds and on one test set."""

import json
import re

import numpy as np
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.model_selection import StratifiedKFold
from sklearn.naive_bayes import GaussianNB
from sklearn.svm import SVC

from sknnadl import compare
from sknnadl.significance import bayesian_t_test, corrected_t_test, mcnemar_test

MODELS = {"guess": DummyClassifier(), "Bayes": GaussianNB(), "SVM": SVC()}


@pytest.fixture(scope="module")
def folds():
    return StratifiedKFold(5, shuffle=True, random_state=0)


@pytest.fixture(scope="module")
def report(iris, folds):
    return compare(MODELS, *iris, cv=folds, scoring=["accuracy", "f1_macro"])


def values(rows, pair):
    return [rows[pair[name]]["f1_macro_values"] for name in "ab"]


def test_pairs_on_folds(report):
    pairs = report.pairwise("f1_macro")
    assert [(p["a"], p["b"]) for p in pairs][:2] == [
        ("Bayes", "guess"),
        ("SVM", "guess"),
    ]
    rows = {row["name"]: row for row in report.table}
    for pair in pairs:
        test = corrected_t_test(*values(rows, pair), 120, 30)
        assert pair["p_value"] == test.p_value
        assert (pair["low_alone"], pair["high_alone"]) == (test.low, test.high)
        assert pair["p_corrected"] == min(1, 3 * test.p_value)
        assert pair["low"] < pair["low_alone"] < pair["high_alone"] < pair["high"]
        together = corrected_t_test(*values(rows, pair), 120, 30, 1 - 0.05 / 3)
        assert (pair["low"], pair["high"]) == pytest.approx(
            (together.low, together.high)
        )
        assert ("beats" in pair["text"]) == (pair["low"] > 0)
    assert pairs[0]["text"].startswith("Bayes beats guess: +0.")
    assert "cannot be told apart on this data" in pairs[2]["text"]
    by_accuracy = report.pairwise()[0]["text"]
    assert re.match(r"Bayes beats guess: \+\d+\.\d\d points, 95% in", by_accuracy)
    with pytest.raises(ValueError, match="scorer must be one of"):
        report.pairwise("roc_auc")


def test_pairs_on_one_test_set(digits):
    models = {"Bayes": GaussianNB(), "SVM": SVC()}
    test = digits.X_test, digits.y_test
    data = digits.X_train, digits.y_train
    report = compare(models, *data, test=test)
    right = [m.fit(*data).predict(test[0]) == test[1] for m in models.values()]
    expected = mcnemar_test(*right[::-1])
    (pair,) = report.pairwise()
    assert (pair["a"], pair["b"]) == ("SVM", "Bayes")
    assert pair["difference"] == expected.difference
    assert pair["p_value"] == pair["p_corrected"] == expected.p_value
    with pytest.raises(ValueError, match="rope needs the scores of folds"):
        report.pairwise(rope=0.01)


def test_folds_without_spread_are_no_certainty(iris):
    # A difference of accuracy that is one row of 10 in both folds
    class Shifted(GaussianNB):
        def predict(self, X):
            answers = super().predict(X)
            answers[0] = (answers[0] + 1) % 3
            return answers

    cv = [(np.arange(0, 150, 2), np.arange(1, 21, 2))] * 2
    models = {"one": GaussianNB(), "other": Shifted()}
    report = compare(models, *iris, cv=cv)
    (pair,) = report.pairwise()
    assert pair["difference"] == pytest.approx(0.1)
    assert pair["low"] < 0 < pair["high"]
    assert pair["p_value"] > 0.05
    row = report.table[0]
    assert row["accuracy_values"] == [1, 1]
    assert row["accuracy_low"] < row["accuracy_high"] == 1
    (pair,) = compare(models, *iris, cv=cv, scoring="f1_macro").pairwise()
    assert np.isnan([pair["p_value"], pair["low"], pair["p_corrected"]]).all()
    assert pair["text"].endswith("of f1_macro, no spread to judge by.")


def test_practically_the_same(report):
    for pair in report.pairwise("f1_macro", rope=0.05):
        rows = {row["name"]: row for row in report.table}
        odds = bayesian_t_test(*values(rows, pair), 120, 30, rope=0.05)
        assert (pair["p_a_better"], pair["p_equal"]) == (odds.first, odds.equal)
        assert pair["p_b_better"] == odds.second
    wide = report.sentences(rope=0.2)
    assert "are practically the same: +" in wide[2]
    assert "less than 20 points with probability 1.000" in wide[2]
    assert wide[0].startswith("Bayes beats guess")
    assert report.pairwise()[0]["p_equal"] is None


def test_a_comparison_that_knows_what_does_not_matter(iris, folds, report):
    scoring = ["f1_macro", "accuracy"]
    told = compare(MODELS, *iris, cv=folds, scoring=scoring, rope=0.2)
    assert told.sentences() == [
        pair["text"] for pair in report.pairwise("f1_macro", rope=0.2)
    ]
    assert "are practically the same" in told.sentences()[2]
    assert "are practically the same" in told.to_html()
    assert json.loads(told.to_json())["rope"] == 0.2
    assert told.pairwise()[0]["p_equal"] == told.pairwise(rope=0.2)[0]["p_equal"]
    assert told.pairwise("accuracy")[0]["p_equal"] is None  # it has a unit of its own
    assert "practically" not in told.sentences(rope=0)[2]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"rope": 0.01}, "rope needs the scores of folds: give cv"),
        ({"rope": -1, "cv": 3}, "rope must be the largest difference"),
    ],
)
def test_what_does_not_matter_is_checked_first(options, message, iris):
    with pytest.raises(ValueError, match=message):
        compare(MODELS, *iris, **options)


def test_a_pair_without_spread_beside_others(iris):
    models = {"a": DummyClassifier(), "b": DummyClassifier(), "Bayes": GaussianNB()}
    report = compare(models, *iris, random_state=0, scoring="recall_macro")
    same, *others = report.pairwise()
    assert np.isnan([same["p_value"], same["p_corrected"], same["low"]]).all()
    assert same["text"].endswith("of recall_macro, no spread to judge by.")
    assert all(pair["p_corrected"] < 0.05 for pair in others)
