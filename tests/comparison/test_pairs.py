"""Which of two models is better, on folds and on one test set."""

import re

import numpy as np
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.model_selection import StratifiedKFold
from sklearn.naive_bayes import GaussianNB
from sklearn.svm import SVC

from sknnadl import compare
from sknnadl.significance import corrected_t_test, holm, mcnemar_test

MODELS = {"guess": DummyClassifier(), "Bayes": GaussianNB(), "SVM": SVC()}


@pytest.fixture(scope="module")
def folds():
    return StratifiedKFold(5, shuffle=True, random_state=0)


@pytest.fixture(scope="module")
def report(iris, folds):
    return compare(MODELS, *iris, cv=folds, scoring=["accuracy", "f1_macro"])


def test_pairs_on_folds(report):
    pairs = report.pairwise("f1_macro")
    assert [(p["a"], p["b"]) for p in pairs][:2] == [
        ("Bayes", "guess"),
        ("SVM", "guess"),
    ]
    rows = {row["name"]: row for row in report.table}
    for pair in pairs:
        values = (rows[pair[name]]["f1_macro_values"] for name in "ab")
        test = corrected_t_test(*values, 120, 30)
        assert pair["p_value"] == test.p_value
        assert (pair["low"], pair["high"]) == (test.low, test.high)
    corrected = holm([pair["p_value"] for pair in pairs])
    np.testing.assert_array_equal([pair["p_corrected"] for pair in pairs], corrected)
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
    other = compare(models, *data, test=test, scoring="f1_macro")
    with pytest.raises(ValueError, match="give cv to compare"):
        other.pairwise()


def test_weighted_rows_are_not_compared_by_counting_them(iris):
    weights = np.linspace(1, 2, 150)
    report = compare(MODELS, *iris, sample_weight=weights, random_state=0)
    assert report.sentences() == []
    with pytest.raises(ValueError, match="rows without weights can be compared"):
        report.pairwise()
