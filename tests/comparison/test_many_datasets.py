"""Models on each of several data sets: what is fitted, kept, and checked before."""

import json
from pathlib import Path

import joblib
import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import make_blobs
from sklearn.dummy import DummyClassifier
from sklearn.model_selection import ShuffleSplit
from sklearn.naive_bayes import GaussianNB

from sknnadl import compare
from sknnadl.reports import join_reports

DATASETS = {
    name: make_blobs(40 + seed, centers=2, cluster_std=4.0, random_state=seed)
    for seed, name in enumerate(["one", "two/2", "three: ä"])
}
MODELS = {"guess": DummyClassifier(), "Bayes": GaussianNB()}


class Noted(ClassifierMixin, BaseEstimator):
    """Writes a line into a file at each fit, and stops where it is told to."""

    def __init__(self, path, name, stop_at=None):
        self.path = path
        self.name = name
        self.stop_at = stop_at

    def get_params(self, deep=True):
        return {"name": self.name, "path": self.path}  # where to stop is no argument

    def __sklearn_clone__(self):
        return Noted(self.path, self.name, self.stop_at)

    def fit(self, X, y):
        line = f"{self.name}-{len(X)}"
        if line == self.stop_at:
            raise KeyboardInterrupt
        with open(self.path, "a") as file:
            file.write(f"{line}\n")
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.full(len(X), self.classes_[0])


def test_what_is_done_is_not_done_again(tmp_path):
    log, folder = tmp_path / "log", tmp_path / "saved"
    options = {"datasets": DATASETS, "cv": 2, "save": folder}
    models = {name: Noted(str(log), name) for name in "ab"}
    stopping = {name: Noted(str(log), name, "b-20") for name in "ab"}
    with pytest.raises(KeyboardInterrupt):
        compare(stopping, **options)
    before = log.read_text().split()
    assert before == ["a-20", "a-20"]
    report = compare(models, **options)
    after = log.read_text().split()[2:]
    assert after[:2] == ["b-20", "b-20"]
    assert len(after) == 2 + 8
    names = ["one.json", "three%3A %C3%A4.json", "two%2F2.json"]
    assert sorted(path.name for path in folder.glob("*.json")) == names
    compare(models, **options)
    assert log.read_text().split()[2:] == after
    with_one_more = models | {"c": Noted(str(log), "c")}
    compare(with_one_more, **options)
    assert len(log.read_text().split()) == 2 + 10 + 6
    through = compare(models, datasets=DATASETS, cv=2)
    assert report.to_json() == through.to_json()


@pytest.mark.parametrize("kind", ["test", "folds"])
def test_what_is_drawn_does_not_depend_on_what_is_done(kind, tmp_path):
    def options():
        state = np.random.RandomState(3)
        if kind == "test":
            return {"random_state": state, "save": tmp_path}
        return {"cv": ShuffleSplit(2, random_state=state), "save": tmp_path}

    first = compare(MODELS, datasets=DATASETS, **options())
    assert not np.array_equal(*first.scores()[:2])
    (tmp_path / "two%2F2.json").unlink()
    again = compare(MODELS, datasets=DATASETS, **options())
    assert again.to_json() == first.to_json()


def test_fits_at_a_time_change_nothing():
    one = compare(MODELS, datasets=DATASETS, cv=2)
    with joblib.parallel_config("threading"):
        two = compare(MODELS, datasets=DATASETS, cv=2, n_jobs=2)
    assert two.to_json() == one.to_json()


def test_progress_names_the_data_set(capsys):
    compare(MODELS, datasets=DATASETS, cv=2, verbose=1)
    told = capsys.readouterr().err.splitlines()
    assert [line for line in told if line.startswith("Data set")] == [
        f"Data set {number} of 3: {name}" for number, name in enumerate(DATASETS, 1)
    ]


X, Y = DATASETS["one"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"datasets": {"a": (X, Y)}}, "datasets must be a dict of at least two"),
        ({"datasets": [(X, Y)] * 2}, "datasets must be a dict of at least two"),
        ({"datasets": {"a": (X, Y), "b": [X, Y]}}, r"datasets\['b'\] must be a tuple"),
        ({"datasets": {"a": (X, Y), "b": (X, Y, X)}}, r"datasets\['b'\] must be"),
        ({"datasets": {"a": (X, Y), "b": (X, Y[1:])}}, r"datasets\['b'\]: Found input"),
        ({"datasets": {"a": (X, Y), "b": (X, None)}}, r"datasets\['b'\] must be"),
        ({"datasets": {"a": (X, Y), 2: (X, Y)}}, "names of datasets must be str"),
        ({"datasets": DATASETS, "X": X}, "X is of one data set"),
        ({"datasets": DATASETS, "test": (X, Y)}, "test is of one data set"),
        ({"datasets": DATASETS, "groups": Y}, "groups is of one data set"),
        ({"datasets": DATASETS, "sample_weight": Y}, "sample_weight is of one"),
        ({"datasets": DATASETS, "cv": [(Y, Y)]}, "cv must be a number of folds"),
        ({"datasets": DATASETS, "scoring": []}, "^scoring must name"),
        ({"datasets": DATASETS, "cv": 100}, r"datasets\['one'\]: .*n_splits=100"),
        ({"datasets": DATASETS, "save": Path(__file__)}, "save must be a folder"),
        ({}, "Give the rows X and their targets y, or datasets"),
        ({"X": X}, "Give the rows X and their targets y, or datasets"),
    ],
)
def test_what_is_given_is_checked_before_any_fit(options, message, tmp_path):
    log = tmp_path / "log"
    with pytest.raises(ValueError, match=message):
        compare({"noted": Noted(str(log), "noted")}, **options)
    assert not log.exists()


def test_wrong_models_are_no_fault_of_a_data_set(tmp_path):
    with pytest.raises(ValueError, match=r"^estimators\['a'\] must be a classifier"):
        compare({"a": 3}, datasets=DATASETS)
    nowhere = tmp_path / "nowhere" / "folder"
    with pytest.raises(ValueError, match="save must be a folder with datasets"):
        compare(MODELS, datasets=DATASETS, save=nowhere)


def test_the_files_are_those_of_one_data_set(tmp_path):
    compare(MODELS, datasets=DATASETS, cv=2, save=tmp_path)
    content = json.loads((tmp_path / "one.json").read_text())
    assert set(content["models"]) == set(MODELS)


def test_scores_may_come_from_an_iterator_and_json_has_no_infinity():
    names = (name for name in ["accuracy", "f1_macro"])
    models = MODELS | {"other": DummyClassifier(strategy="uniform", random_state=0)}
    report = compare(models, datasets=DATASETS, cv=2, scoring=names)
    assert report.scorers == ["accuracy", "f1_macro"]

    def refuse(constant):
        raise AssertionError(constant)

    json.loads(report.to_json(), parse_constant=refuse)


@pytest.mark.parametrize("rope", [-1, np.nan, "x"])
def test_a_rope_is_a_number(rope):
    with pytest.raises(ValueError, match="rope must be"):
        compare(MODELS, datasets=DATASETS, cv=2, rope=rope)
    reports = {name: compare(MODELS, *rows) for name, rows in DATASETS.items()}
    with pytest.raises(ValueError, match="rope must be"):
        join_reports(reports, rope=rope)
