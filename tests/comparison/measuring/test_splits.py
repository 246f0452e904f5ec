"""Comparisons on folds."""

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_diabetes
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import (
    GroupKFold,
    KFold,
    StratifiedKFold,
    TimeSeriesSplit,
    cross_validate,
)
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC

from sknnadl import compare

MODELS = {"guess": DummyClassifier(), "Bayes": GaussianNB(), "SVM": SVC()}


@pytest.fixture(scope="module")
def folds():
    return StratifiedKFold(5, shuffle=True, random_state=0)


@pytest.fixture(scope="module")
def report(iris, folds):
    return compare(MODELS, *iris, cv=folds, scoring=["accuracy", "f1_macro"])


def test_scores_are_those_of_cross_validate(report, iris, folds):
    for row, model in zip(report.table, MODELS.values(), strict=True):
        theirs = cross_validate(model, *iris, cv=folds, scoring=report.scorers)
        for name in report.scorers:
            np.testing.assert_allclose(row[f"{name}_values"], theirs[f"test_{name}"])
            assert row[name] == pytest.approx(theirs[f"test_{name}"].mean())
            if np.ptp(row[f"{name}_values"]) > 0 or name == "accuracy":
                assert row[f"{name}_low"] <= row[name] <= row[f"{name}_high"]


def test_the_table_of_folds(report):
    lines = str(report).splitlines()
    assert lines[0].split()[:5] == ["model", "accuracy", "95%", "interval", "f1_macro"]
    assert lines[-1] == "5 folds of 120 rows to train, 30 to test."
    frame = report.to_frame()
    assert list(frame.index) == list(MODELS)
    assert frame.loc["SVM", "accuracy"] > 0.9


def test_folds_of_different_sizes_are_told_so():
    X, y = load_diabetes(return_X_y=True)
    report = compare([DummyRegressor()], X, y, cv=TimeSeriesSplit(5))
    line = str(report).splitlines()[-1]
    assert line == "5 folds of 77 to 369 rows to train, 73 to test."


def test_two_processes_find_the_same(report, iris, folds):
    scoring = ["accuracy", "f1_macro"]
    parallel = compare(MODELS, *iris, cv=folds, scoring=scoring, n_jobs=2)
    for ours, theirs in zip(parallel.table, report.table, strict=True):
        assert ours["name"] == theirs["name"]
        assert ours["accuracy_values"] == theirs["accuracy_values"]


def test_regressors():
    X, y = load_diabetes(return_X_y=True)
    models = [DummyRegressor(), LinearRegression()]
    report = compare(models, X, y, cv=5)
    guess, line = report.table
    assert guess["r2"] < 0.1 < line["r2"]
    assert report.pairwise()[0]["text"].startswith("linearregression beats dummy")


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.UndefinedMetricWarning")
def test_a_class_missing_from_a_fold(iris):
    X, y = (
        iris  # ordered by class, so that each fold lacks the one that it is tested on
    )
    report = compare({"Bayes": GaussianNB()}, X, y, cv=[(range(100), range(100, 150))])
    assert report.table[0]["accuracy"] == 0
    scoring = ["accuracy", "roc_auc_ovr"]
    rows = compare(MODELS, X, y, cv=KFold(3), scoring=scoring).table
    assert "'roc_auc_ovr' of the predictions is nan" in rows[1]["roc_auc_ovr_error"]
    assert "predict_proba" in rows[2]["roc_auc_ovr_error"]  # which an SVC has not
    assert all(row["error"] is None and np.isnan(row["roc_auc_ovr"]) for row in rows)


def test_groups_and_frames(iris):
    frame = pd.DataFrame(iris[0])
    groups = np.arange(150) % 5
    model = KNeighborsClassifier()
    report = compare(
        [model], frame, pd.Series(iris[1]), cv=GroupKFold(5), groups=groups
    )
    theirs = cross_validate(model, *iris, cv=GroupKFold(5), groups=groups)
    assert report.table[0]["accuracy_values"] == list(theirs["test_score"])
    with pytest.raises(ValueError, match="give cv too"):
        compare([model], *iris, groups=groups)
    with pytest.raises(ValueError, match="cv and test exclude each other"):
        compare([model], *iris, cv=3, test=iris)


def test_folds_may_be_masks(iris):
    held_out = np.arange(150) % 3 == 0
    report = compare([SVC()], *iris, cv=[(~held_out, held_out)])
    assert (report.n_train, report.n_test) == (100, 50)
    assert set(report.misclassified()) <= set(np.flatnonzero(held_out))
