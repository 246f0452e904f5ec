"""What is done is kept in a file, and not done again."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import load_iris
from sklearn.dummy import DummyClassifier
from sklearn.model_selection import StratifiedKFold
from sklearn.naive_bayes import GaussianNB
from sklearn.svm import SVC

from sknnadl import compare

MODELS = {"guess": DummyClassifier(), "Bayes": GaussianNB()}


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
from test_saved import Counted
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
