"""Uncertainty of any score on one test set."""

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknnadl import compare
from sknnadl.significance import bca_interval, bootstrap_test, resample

MODELS = {
    "line": make_pipeline(StandardScaler(), LogisticRegression()),
    "Bayes": GaussianNB(),
    "guess": DummyClassifier(),
}


@pytest.fixture(scope="module")
def data():
    X, y = load_breast_cancer(return_X_y=True)
    return train_test_split(X, y, test_size=60, random_state=0, stratify=y)


@pytest.mark.slow  # 50,000 areas
def test_the_area_under_the_curve_by_hand(data):
    X, X_test, y, y_test = data
    test = X_test, y_test
    report = compare(MODELS, X, y, test=test, scoring="roc_auc")
    by_hand = {}
    for name, model in MODELS.items():
        values = model.fit(X, y).predict_proba(X_test)[:, 1]

        def area(rows, values=values):
            return roc_auc_score(y_test[rows], values[rows])

        by_hand[name] = resample(area, len(y_test), classes=y_test)
    for row in report.table[:2]:
        low, high = bca_interval(by_hand[row["name"]])
        assert row["roc_auc_low"] == pytest.approx(low)
        assert row["roc_auc_high"] == pytest.approx(high)
        assert low < row["roc_auc"] < high <= 1
    assert report.table[2]["roc_auc_low"] is None  # always 0.5
    pair = report.pairwise()[0]
    test = bootstrap_test(by_hand["line"], by_hand["Bayes"])
    assert pair["p_value"] == pytest.approx(test.p_value)
    assert (pair["low_alone"], pair["high_alone"]) == pytest.approx(
        (test.low, test.high)
    )
    assert pair["low"] < pair["low_alone"]


def test_regressors_on_one_test_set():
    X, y = load_diabetes(return_X_y=True)
    models = {"line": LinearRegression(), "mean": DummyRegressor()}
    scoring = ["r2", "neg_mean_absolute_error"]
    report = compare(models, X, y, scoring=scoring, random_state=0)
    for row in report.table[:1]:
        for name in scoring:
            assert row[f"{name}_low"] < row[name] < row[f"{name}_high"]
    assert report.sentences()[0].startswith("line beats mean: +0.")
    same = compare({"a": Ridge(), "b": Ridge()}, X, y, random_state=0)
    assert same.sentences() == [
        "a and b cannot be told apart on this data: +0.0000 of r2, no spread to judge "
        "by."
    ]


def test_results_of_a_file_have_the_same_intervals(data, tmp_path):
    X, X_test, y, y_test = data
    options = {"test": (X_test, y_test), "scoring": "f1", "save": tmp_path / "saved"}
    models = dict(list(MODELS.items())[:2])
    first = compare(models, X, y, **options)
    again = compare(models, X, y, **options)
    assert again.table == first.table
    assert again.pairwise() == first.pairwise()


def test_weights_are_drawn_with_their_rows(data):
    X, _, y, _ = data
    weights = np.linspace(1, 2, len(y))
    models = {"Bayes": GaussianNB(), "guess": DummyClassifier()}
    report = compare(models, X, y, sample_weight=weights, random_state=0)
    row = report.table[0]
    assert row["accuracy_low"] < row["accuracy"] < row["accuracy_high"]
    assert report.sentences()[0].startswith("Bayes beats guess")


def test_a_scorer_of_ones_own(data):
    X, _, y, _ = data
    scoring = {
        "of answers": lambda model, X, y: np.mean(model.predict(X) == y),
        "of rows": lambda model, X, y: X[:, 0].mean(),
    }
    models = [GaussianNB(), DummyClassifier()]
    report = compare(models, X[:99], y[:99], scoring=scoring, random_state=0)
    row = report.table[0]
    assert row["of answers_low"] < row["of answers"] < row["of answers_high"]
    assert row["of rows_low"] is None
    with pytest.raises(ValueError, match="'of rows' cannot be compared on one test"):
        report.pairwise("of rows")
