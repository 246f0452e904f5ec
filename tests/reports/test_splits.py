"""Comparisons on folds: splits, scores, weights, names, pairs, and what is saved."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.datasets import (
    load_diabetes,
    load_iris,
    make_multilabel_classification,
)
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    KFold,
    StratifiedKFold,
    cross_validate,
)
from sklearn.naive_bayes import GaussianNB, MultinomialNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.svm import SVC

from sknnadl import compare
from sknnadl.reports.folds import corrected_t_test
from sknnadl.reports.mcnemar import mcnemar_test
from sknnadl.reports.statistics import holm

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
            assert row[f"{name}_low"] <= row[name] <= row[f"{name}_high"]


def test_the_table_of_folds(report):
    lines = str(report).splitlines()
    assert lines[0].split()[:5] == ["model", "accuracy", "95%", "interval", "f1_macro"]
    assert lines[-1] == "5 folds of 120 rows to train, 30 to test."
    frame = report.to_frame()
    assert list(frame.index) == list(MODELS)
    assert frame.loc["SVM", "accuracy"] > 0.9


def test_two_processes_find_the_same(report, iris, folds):
    scoring = ["accuracy", "f1_macro"]
    parallel = compare(MODELS, *iris, cv=folds, scoring=scoring, n_jobs=2)
    for ours, theirs in zip(parallel.table, report.table, strict=True):
        assert ours["name"] == theirs["name"]
        assert ours["accuracy_values"] == theirs["accuracy_values"]


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


def test_regressors():
    X, y = load_diabetes(return_X_y=True)
    models = [DummyRegressor(), LinearRegression()]
    report = compare(models, X, y, cv=5)
    guess, line = report.table
    assert guess["r2"] < 0.1 < line["r2"]
    assert report.pairwise()[0]["text"].startswith("linearregression beats dummy")


class NanRegressor(RegressorMixin, BaseEstimator):
    def fit(self, X, y):
        return self

    def predict(self, X):
        return np.zeros(len(X))


def test_a_score_that_is_nan_is_an_error():
    X, y = load_diabetes(return_X_y=True)
    models = {"nan": NanRegressor(), "line": LinearRegression()}
    scoring = {"odd": lambda model, X, y: np.nan if model.predict(X)[0] == 0 else 1.0}
    report = compare(models, X, y, cv=3, scoring=scoring)
    assert report.table[0]["error"] == (
        "ValueError: The score 'odd' of the predictions is nan. (fold 1)"
    )
    assert report.table[1]["odd"] == 1
    assert report.pairwise("odd") == []


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.UndefinedMetricWarning")
def test_a_class_missing_from_a_fold(iris):
    X, y = (
        iris  # ordered by class, so that each fold lacks the one that it is tested on
    )
    report = compare({"Bayes": GaussianNB()}, X, y, cv=[(range(100), range(100, 150))])
    assert report.table[0]["accuracy"] == 0
    scoring = ["accuracy", "roc_auc_ovr"]
    rows = compare(MODELS, X, y, cv=KFold(3), scoring=scoring).table
    assert "'roc_auc_ovr' of the predictions is nan" in rows[1]["error"]
    assert "predict_proba" in rows[2]["error"]  # which an SVC has not


def test_images_with_channels(iris):
    X = np.random.default_rng(0).random((40, 4, 4, 1))
    y = np.arange(40) % 2
    models = {"flat": SVC(), "guess": DummyClassifier()}
    flat, guess = compare(models, X, y, cv=2).table
    assert "dim 4" in flat["error"]
    assert flat["error"].endswith("(fold 1)")
    assert guess["accuracy"] == 0.5


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


def test_weights_reach_the_fit_and_the_score(iris):
    X, y = iris
    weights = np.where(y == 0, 1.0, 0.0)
    models = {
        "alone": DummyClassifier(),
        "in a pipeline": make_pipeline(StandardScaler(), DummyClassifier()),
        "in a search": GridSearchCV(
            make_pipeline(StandardScaler(), DummyClassifier()),
            {"dummyclassifier__strategy": ["prior"]},
        ),
        "takes none": KNeighborsClassifier(),
    }
    rows = compare(models, X, y, sample_weight=weights, random_state=0).table
    for row in rows[:3]:
        assert row["accuracy"] == 1
        assert row["accuracy_low"] is None
    assert rows[3]["error"] == "TypeError: KNeighborsClassifier takes no sample_weight."


def test_what_a_search_chose_and_cost(iris):
    search = GridSearchCV(SVC(), {"C": [0.001, 1.0]}, cv=2)
    (row,) = compare([search], *iris, cv=2).table
    assert row["best_params"] == [{"C": "1.0"}, {"C": "1.0"}]
    assert 0 < row["search_seconds"] < row["fit_seconds"]


class Counted(ClassifierMixin, BaseEstimator):
    """Writes a line into a file at each fit."""

    def __init__(self, path, name, seconds=0.0):
        self.path = path
        self.name = name
        self.seconds = seconds

    def fit(self, X, y):
        time.sleep(self.seconds)  # a long fit, for a test to be stopped in
        with open(self.path, "a") as file:
            file.write(f"{self.name}\n")
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.full(len(X), self.classes_[0])


def test_what_is_done_is_not_done_again(iris, tmp_path):
    log, saved = tmp_path / "log", tmp_path / "saved.json"
    models = {name: Counted(str(log), name) for name in "abc"}
    first = compare(dict(list(models.items())[:2]), *iris, cv=2, save=saved)
    report = compare(models, *iris, cv=2, save=saved)
    assert log.read_text().split() == ["a", "a", "b", "b", "c", "c"]
    assert report.table[:2] == first.table
    models["a"].set_params(seconds=0.001)  # another model under the same name
    compare(models, *iris, cv=2, save=saved)
    assert log.read_text().split()[6:] == ["a", "a"]
    compare(models, *iris, cv=3, save=saved)  # other folds
    assert len(log.read_text().split()) == 8 + 9
    by_chance = StratifiedKFold(2, shuffle=True)
    first = compare(MODELS, *iris, cv=by_chance, save=saved)
    again = compare(MODELS, *iris, cv=by_chance, save=saved)
    assert again.table == first.table
    models = dict.fromkeys("abc", MODELS["guess"])
    assert compare(models, *iris, cv=3, save=saved, n_jobs=2).table[1]["error"] is None


PROGRAM = """
import sys
from sklearn.datasets import load_iris
sys.path.insert(0, {folder!r})
from test_splits import Counted
from sknnadl import compare
models = {{name: Counted({log!r}, name) for name in "abcde"}}
if {slow}:
    models["c"].seconds = 30.0
data = load_iris(return_X_y=True)
print(compare(models, *data, random_state=0, save={saved!r}).to_json())
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no SIGKILL here")
def test_a_killed_comparison_goes_on(tmp_path):
    log, saved = str(tmp_path / "log"), str(tmp_path / "saved.json")

    def start(slow):
        folder = os.path.dirname(__file__)
        program = PROGRAM.format(folder=folder, log=log, saved=saved, slow=slow)
        return subprocess.Popen(
            [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True
        )

    def n_saved():
        path = Path(saved)
        return len(json.loads(path.read_text())["models"]) if path.exists() else 0

    killed = start(slow=True)
    deadline = time.monotonic() + 60
    while n_saved() < 2 and time.monotonic() < deadline:
        time.sleep(0.05)  # between two looks
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    assert (tmp_path / "log").read_text().split() == ["a", "b"]
    resumed = json.loads(start(slow=False).communicate()[0])
    assert (tmp_path / "log").read_text().split() == list("abcde")
    models = {name: Counted(log, name) for name in "abcde"}
    through = compare(models, *load_iris(return_X_y=True), random_state=0).table
    for ours, theirs in zip(resumed["models"], through, strict=True):
        for key in ("name", "accuracy", "accuracy_low", "accuracy_high", "error"):
            assert ours[key] == theirs[key]


@pytest.mark.parametrize("content", ["", "[]", '{"a": 1}', "\x00"])
def test_a_file_of_another_kind_is_left_alone(content, iris, tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text(content)
    with pytest.raises(ValueError, match="is no file that save has written"):
        compare([DummyClassifier()], *iris, save=path)
    assert path.read_text() == content
    with pytest.raises(ValueError, match="no folder"):
        compare([DummyClassifier()], *iris, save=tmp_path / "nowhere" / "file")


def test_what_cannot_be_told_from_others_is_not_saved(iris, tmp_path):
    options = {"cv": 2, "scoring": lambda model, X, y: 0.5}
    assert compare([SVC()], *iris, **options).table[0]["<lambda>"] == 0.5
    with pytest.raises(ValueError, match=r"can be pickled \("):
        compare([SVC()], *iris, **options, save=tmp_path / "saved.json")


def test_several_labels_a_row():
    X, Y = make_multilabel_classification(100, random_state=0)
    models = {"near": KNeighborsClassifier(), "guess": DummyClassifier()}
    for options in ({"cv": 3}, {"random_state": 0}):
        report = compare(models, X, Y, **options)
        assert 0 < report.table[0]["accuracy"] < 1
        assert len(report.pairwise()) == 1
        assert len(report.misclassified("near")) > 0
        assert "What they get wrong" not in report.to_html()


def test_a_score_that_is_infinite_is_an_error(iris):
    scoring = {"far": lambda model, X, y: -np.inf}
    (row,) = compare([SVC()], *iris, cv=2, scoring=scoring).table
    assert "'far' of the predictions is -inf" in row["error"]


def test_a_model_that_cannot_be_pickled_has_no_size(iris):
    model = make_pipeline(FunctionTransformer(lambda X: 2 * X), SVC())
    report = compare([model], *iris, cv=2)
    (row,) = report.table
    assert row["error"] is None
    assert row["size_bytes"] is None
    assert "pipeline" in str(report)


def test_weighted_rows_are_not_compared_by_counting_them(iris):
    weights = np.linspace(1, 2, 150)
    report = compare(MODELS, *iris, sample_weight=weights, random_state=0)
    assert report.sentences() == []
    with pytest.raises(ValueError, match="rows without weights can be compared"):
        report.pairwise()


def test_folds_may_be_masks(iris):
    held_out = np.arange(150) % 3 == 0
    report = compare([SVC()], *iris, cv=[(~held_out, held_out)])
    assert (report.n_train, report.n_test) == (100, 50)
    assert set(report.misclassified()) <= set(np.flatnonzero(held_out))


def test_texts():
    texts = ["good day", "bad day", "good night", "bad night"] * 10
    model = make_pipeline(TfidfVectorizer(), MultinomialNB())
    report = compare([model], texts, ["p", "n"] * 20, cv=4)
    assert report.table[0]["accuracy"] == 1


def test_scoring_that_is_none(iris):
    with pytest.raises(ValueError, match="at least one score"):
        compare([DummyClassifier()], *iris, scoring=[])
    report = compare([LogisticRegression()], *iris, cv=2, scoring="neg_log_loss")
    assert report.table[0]["neg_log_loss"] < 0
