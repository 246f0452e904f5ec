"""A model that hangs is ended, with all that it started, and the others go on."""

import json
import os
import threading
from concurrent.futures import BrokenExecutor

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.dummy import DummyClassifier
from sklearn.naive_bayes import GaussianNB

from sknnadl import compare
from sknnadl.cli import command, main
from sknnadl.comparison.measuring.deadlines import run_in_time

psutil = pytest.importorskip("psutil")


def make_hanging(log):
    """Return a model that writes its process and a child's, and waits for the child.

    A class of a function is sent to other processes whole.
    """

    class Hanging(ClassifierMixin, BaseEstimator):
        def __init__(self, log):
            self.log = log

        def fit(self, X, y):
            import os
            import subprocess
            import sys

            waits = "import time; time.sleep(600)"
            child = subprocess.Popen([sys.executable, "-S", "-c", waits])
            with open(self.log, "a") as file:
                file.write(f"{os.getpid()} {child.pid}\n")
            child.wait()

    return Hanging(str(log))


def find_workers():
    """Return the processes of this one that do what joblib's do."""
    children = psutil.Process().children(recursive=True)
    return {one.pid for one in children if "LokyProcess" in " ".join(one.cmdline())}


@pytest.mark.parametrize("where", [{"random_state": 0}, {"n_jobs": 2, "cv": 3}])
def test_the_others_go_on(where, iris, tmp_path):
    log, saved, before = tmp_path / "log", tmp_path / "saved.json", find_workers()
    models = {"hangs": make_hanging(log), "Bayes": GaussianNB()}
    if "cv" in where:  # at the end, so that no new process is started
        models = dict(reversed(models.items()))
    report = compare(models, *iris, timeout=4, save=saved, **where)
    rows = {row["name"]: row for row in report.table}
    assert rows["hangs"]["error"].startswith("TimeoutError: not done after 4 s")
    alone = {key: value for key, value in where.items() if key != "n_jobs"}
    (expected,) = compare({"Bayes": GaussianNB()}, *iris, **alone).table
    assert rows["Bayes"]["accuracy_values"] == expected["accuracy_values"]
    assert rows["Bayes"]["warnings"] == {}
    assert list(report.estimators) == ([] if "cv" in where else ["Bayes"])
    assert list(json.loads(saved.read_text())["models"]) == ["Bayes"]
    lines = log.read_text().splitlines()
    assert 1 <= len(lines) <= where.get("n_jobs", 1)  # and no more folds of it
    for pid in map(int, " ".join(lines).split()):
        assert not psutil.pid_exists(pid) or is_dead(pid)
    assert find_workers() <= before


def is_dead(pid):
    """Return whether a process has ended, and nobody has asked how."""
    return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_a_model_that_ends_its_process(iris):
    class Ends(DummyClassifier):
        def fit(self, X, y):
            os._exit(1)

    class Locked(DummyClassifier):
        def fit(self, X, y):
            self.lock_ = threading.Lock()
            return super().fit(X, y)

    models = {"cannot be sent": Locked(), "ends": Ends()}
    report = compare(models, *iris, timeout=60, random_state=0)
    locked, ends = report.table
    assert ends["error"].startswith("TerminatedWorkerError: A worker process")
    assert locked["error"] is None
    (text,) = locked["warnings"]
    assert text.startswith("UserWarning: report.estimators lacks the fitted model: ")


def test_what_cannot_be_sent_or_is_no_time_is_refused_at_once(iris, tmp_path):
    model = DummyClassifier(constant=threading.Lock())
    message = r"to which estimators\['a'\] cannot be sent, as it cannot be pickled \("
    with pytest.raises(ValueError, match=message):
        compare({"a": model}, *iris, timeout=1, save=tmp_path / "saved.json")
    assert not list(tmp_path.iterdir())
    for timeout in (0, -1, np.nan, np.inf, "1"):
        with pytest.raises(ValueError, match="timeout must be a number of seconds ab"):
            compare([DummyClassifier()], *iris, timeout=timeout)


@pytest.mark.parametrize("option", ["timeout", "rope"])
def test_the_command_has_it_too(option, capsys, monkeypatch):
    told = {}

    def remember(*args, **options):
        told.update(options)
        raise ValueError("that is enough")

    monkeypatch.setattr(command, "compare", remember)
    assert main(["compare", "--cv", "3", f"--{option}", "0.5"]) == 2
    assert told[option] == 0.5
    for text in ("0", "nan", "x"):
        with pytest.raises(SystemExit):
            main(["compare", f"--{option}", text])
        assert "must be a number above 0" in capsys.readouterr().err


class Unreadable:
    """Ends the process that receives it."""

    def __reduce__(self):
        return os._exit, (1,)


def test_a_process_that_ends_before_its_work():
    tasks = iter([("a", ()), ("b", ())])
    shared = (Unreadable(),)
    done = dict(run_in_time(print, shared, tasks, timeout=20, n_workers=2))
    assert set(done) == {"a", "b"}
    assert all(isinstance(found, BrokenExecutor) for found in done.values())
