"""What is done is kept in a file, and not done again."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import load_iris
from sklearn.dummy import DummyClassifier
from sklearn.model_selection import StratifiedKFold
from sklearn.naive_bayes import GaussianNB
from sklearn.svm import SVC

from sknnadl import _files, compare
from sknnadl.comparison.measuring.saved import SavedResults, _checksum

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
    with pytest.warns(UserWarning, match="of another comparison.* is written over"):
        compare(models, *iris, cv=3, save=saved)  # other folds
    assert len(log.read_text().split()) == 8 + 9
    by_chance = StratifiedKFold(2, shuffle=True)
    saved.unlink()
    first = compare(MODELS, *iris, cv=by_chance, save=saved)
    again = compare(MODELS, *iris, cv=by_chance, save=saved)
    assert again.table == first.table
    models = dict.fromkeys("abc", MODELS["guess"])
    options = {"cv": by_chance, "save": saved, "n_jobs": 2}
    assert compare(models, *iris, **options).table[1]["error"] is None
    assert [path.name for path in tmp_path.iterdir()] == ["log", "saved.json"]


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


class Mended(ClassifierMixin, BaseEstimator):
    """Fails until a file is there."""

    def __init__(self, path):
        self.path = path

    def fit(self, X, y):
        if not Path(self.path).exists():
            raise MemoryError("for now")
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.full(len(X), self.classes_[0])


def test_what_failed_is_tried_again(iris, tmp_path):
    saved, path = tmp_path / "saved.json", tmp_path / "there"
    models = {"guess": DummyClassifier(), "mended": Mended(str(path))}
    row = compare(models, *iris, cv=2, save=saved).table[1]
    assert row["error"] == "MemoryError: for now (fold 1)"
    assert list(json.loads(saved.read_text())["models"]) == ["guess"]
    path.touch()
    assert compare(models, *iris, cv=2, save=saved).table[1]["error"] is None


def test_other_code_is_another_model(iris, tmp_path, monkeypatch):
    saved = tmp_path / "saved.json"

    def run(**options):
        model = Counted(str(tmp_path / "log"), "a")
        return compare([model], *iris, cv=2, save=saved, **options).table[0]

    assert run()["accuracy"] == run()["accuracy"] == 1 / 3
    assert (tmp_path / "log").read_text().split() == ["a"] * 2

    def predict(self, X):
        return np.full(len(X), -1)

    monkeypatch.setattr(Counted, "predict", predict)
    assert run()["accuracy"] == 0
    monkeypatch.setattr(np, "__version__", "0.1")
    with pytest.warns(UserWarning, match="code or versions of packages"):
        run()


def share(model, X, y):
    return 0.25


def test_other_code_is_another_score(iris, tmp_path, monkeypatch):
    saved, options = tmp_path / "saved.json", {"cv": 2, "scoring": share}
    assert compare([SVC()], *iris, **options, save=saved).table[0]["share"] == 0.25

    def other(model, X, y):
        return 0.5

    monkeypatch.setattr(share, "__code__", other.__code__)
    with pytest.warns(UserWarning, match="is written over"):
        assert compare([SVC()], *iris, **options, save=saved).table[0]["share"] == 0.5


def test_two_processes_with_one_file(tmp_path):
    pairs = [(np.arange(2), np.arange(2, 4)), (np.arange(2, 4), np.arange(2))]
    drawn = [(one[::-1], other) for one, other in pairs]
    saved = tmp_path / "saved.json"
    ours = SavedResults(saved, "data", divide=lambda: pairs)
    theirs = SavedResults(saved, "data", divide=lambda: drawn)
    for one, other in zip(theirs.index_pairs, pairs, strict=True):
        np.testing.assert_array_equal(one, other)
    evaluations = [{"scores": {}}] * 2
    ours.keep("a", SVC(), evaluations)
    theirs.keep("b", SVC(C=2), evaluations)
    ours.keep("c", SVC(C=3), evaluations)
    assert sorted(json.loads(saved.read_text())["models"]) == ["a", "b", "c"]
    again = SavedResults(saved, "data", divide=lambda: drawn)
    assert again.find("b", SVC(C=2)) == evaluations
    assert again.find("c", SVC(C=2)) is None


def write_many(path, letter):
    saved = SavedResults(path, "data")
    for number in range(10):
        saved.keep(f"{letter}{number}", SVC(), [{}])


def test_many_writers_lose_nothing(tmp_path):
    saved = tmp_path / "saved.json"
    # each opens the lock for itself, as a process does
    writers = [threading.Thread(target=write_many, args=(saved, x)) for x in "ab"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len(json.loads(saved.read_text())["models"]) == 20


def test_a_file_cut_to_fewer_folds_is_of_no_use(iris, tmp_path):
    saved = tmp_path / "saved.json"
    expected = compare([DummyClassifier()], *iris, cv=3, save=saved)
    for key in ("parts", "results"):
        content = json.loads(saved.read_text())
        of = content if key == "parts" else content["models"]["dummyclassifier"]
        of[key] = of[key][:1]
        del content["checksum"]
        saved.write_text(json.dumps({**content, "checksum": _checksum(content)}))
        warns = pytest.warns(UserWarning, match="is written over")
        with warns if key == "parts" else nullcontext():
            again = compare([DummyClassifier()], *iris, cv=3, save=saved)
        assert len(again.splits) == 3
        values = [report.table[0]["accuracy_values"] for report in (expected, again)]
        assert values[0] == values[1]


def test_a_place_that_cannot_be_written_is_found_first(iris, tmp_path, monkeypatch):
    def refuse(path, flags, *mode, **options):
        raise PermissionError(f"Permission denied: {path!r}")

    log = tmp_path / "log"
    monkeypatch.setattr(_files, "open", refuse, raising=False)
    with pytest.raises(
        ValueError, match=r"save cannot write .*saved.json': Permission"
    ):
        compare([Counted(str(log), "a")], *iris, save=tmp_path / "saved.json")
    assert not log.exists()
