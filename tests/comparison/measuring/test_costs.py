"""What mistakes cost, beside how many there are."""

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, make_multilabel_classification
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.model_selection import FixedThresholdClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier

from sknnadl import compare
from sknnadl.significance import corrected_t_test

#: To miss what is there costs ten times as much as a false alarm.
COSTS = [[0, 1], [10, 0]]


@pytest.fixture(scope="module")
def data():
    X, y = load_breast_cancer(return_X_y=True)
    return X, np.where(y == 0, "malignant", "benign")


def test_a_cost_by_hand():
    X, y = [[0]] * 4, ["b", "a", "c", "b"]
    costs = [[0, 1, 2], [4, 0, 6], [7, 8, -1]]
    model = DummyClassifier(strategy="constant", constant="b")
    report = compare([model], X, y, test=(X, y), cost_matrix=costs)
    assert report.scorers == ["accuracy", "neg_expected_cost"]
    assert report.table[0]["neg_expected_cost"] == -(0 + 1 + 8 + 0) / 4
    how = {"sample_weight": [1, 3, 0, 0], "cv": [([0, 1, 2, 3], [0, 1])]}
    report = compare([model], X, y, cost_matrix=costs, **how)
    assert report.table[0]["neg_expected_cost"] == -3 / 4


@pytest.mark.parametrize("where", [{"cv": 5}, {"random_state": 0}])
def test_what_costs_less_is_better(data, where):
    bayes = GaussianNB()
    models = {
        "cautious": FixedThresholdClassifier(
            bayes, threshold=1 / 11, pos_label="malignant"
        ),
        "misses": DummyClassifier(strategy="constant", constant="benign"),
        "alarms": DummyClassifier(strategy="constant", constant="malignant"),
    }
    report = compare(models, *data, cost_matrix=COSTS, **where)
    for row in report.table:
        low, high = row["neg_expected_cost_low"], row["neg_expected_cost_high"]
        assert low < row["neg_expected_cost"] < high
    pairs = report.pairwise("neg_expected_cost")
    assert [(pair["a"], pair["b"]) for pair in pairs] == [
        ("cautious", "misses"),
        ("cautious", "alarms"),
        ("alarms", "misses"),
    ]
    assert "cautious beats misses" in pairs[0]["text"]
    assert pairs[2]["text"].startswith("alarms beats misses: +3.")
    by_accuracy = {(pair["a"], pair["b"]) for pair in report.pairwise()}
    assert ("misses", "alarms") in by_accuracy
    if "cv" in where:
        values = [row["neg_expected_cost_values"] for row in report.table]
        rows = report.results[0].n_train, report.results[0].n_test
        test = corrected_t_test(values[0], values[1], *rows)
        assert pairs[0]["p_value"] == test.p_value


@pytest.mark.parametrize(
    ("costs", "message"),
    [
        (np.zeros((3, 3)), r"shape \(2, 2\).* of \['benign', 'malignant'\], got \(3,"),
        ([0, 1], r"the shape \(2, 2\)"),
        ([[0, "much"], [1, 0]], "numbers in it: could not convert"),
        ([[0, np.inf], [1, 0]], "finite"),
    ],
)
def test_costs_that_are_none(data, costs, message):
    with pytest.raises(ValueError, match=f"cost_matrix must have .*?{message}"):
        compare([GaussianNB()], *data, cost_matrix=costs)


def test_where_there_are_no_costs(data):
    X, Y = make_multilabel_classification(20, random_state=0)
    with pytest.raises(ValueError, match="is for targets of one class a row"):
        compare([KNeighborsClassifier()], X, Y, cost_matrix=COSTS)
    with pytest.raises(ValueError, match="is for classifiers, got regressors"):
        compare([DummyRegressor()], X, X[:, 0], cost_matrix=COSTS)
    scoring = {"neg_expected_cost": "accuracy"}
    with pytest.raises(ValueError, match="give yours another name"):
        compare([GaussianNB()], *data, cost_matrix=COSTS, scoring=scoring)


def test_a_class_that_has_no_cost(data):
    class Odd(DummyClassifier):
        def predict(self, X):
            return np.full(len(X), "unheard of")

    row = compare([Odd()], *data, cost_matrix=COSTS, random_state=0).table[0]
    assert row["accuracy"] == 0
    error = row["neg_expected_cost_error"]
    assert error.startswith("ValueError: cost_matrix has no cost of 'unheard of'")
