"""The command on files as people have them: no tracebacks, and models that fit."""

import json
import os
import shlex
import signal
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_diabetes
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknnadl import MLPRegressor, compare
from sknnadl.cli import main
from sknnadl.cli.models import table_models
from sknnadl.rbf import RBFRegressor

COMMAND = [sys.executable, "-m", "sknnadl", "compare"]

PIPES = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}


@pytest.fixture(scope="module")
def diabetes(tmp_path_factory):
    path = tmp_path_factory.mktemp("data") / "diabetes.csv"
    X, y = load_diabetes(return_X_y=True, as_frame=True)
    X.assign(target=y.astype(int)).to_csv(path, index=False)
    return path


def run(*arguments):
    return main(["compare", *map(str, arguments)])


def test_whole_numbers_that_may_be_amounts_are_asked_about(diabetes, capsys):
    options = ["--dataset", diabetes, "--target", "target", "--estimators", "SVM"]
    assert run(*options) == 2
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1
    assert "The targets have 214 distinct whole numbers in 442 rows" in captured.err
    typed = shlex.join(["sknnadl", "compare", *map(str, options)])
    assert f"{typed} --task regression" in captured.err
    assert f"{typed} --task classification" in captured.err
    assert run(*options, "--task", "regression") == 0
    assert capsys.readouterr().out.split()[:2] == ["model", "r2"]


@pytest.mark.parametrize(
    ("y", "task", "expected"),
    [
        (list("abcd") * 10, "auto", "accuracy"),
        ([True, False], "auto", "accuracy"),
        ([10, 20, 30], "auto", "accuracy"),
        ([10, 20, 30], "regression", "r2"),
        ([True, False], "regression", "r2"),
        ([0.5, 1.5, 2.5], "auto", "r2"),
        (range(40), "classification", "accuracy"),
        ([1.0, 2.0], "auto", "accuracy"),
    ],
)
def test_classes_or_numbers(y, task, expected, tmp_path, capsys):
    y = np.resize(np.asarray(list(y)), 400)
    np.savez(tmp_path / "a.npz", X=np.arange(400.0).reshape(400, 1), y=y)
    options = ["--estimators", "mean" if expected == "r2" else "most frequent"]
    assert run("--dataset", tmp_path / "a.npz", "--task", task, *options) == 0
    assert capsys.readouterr().out.split()[1] == expected


@pytest.mark.parametrize(
    ("y", "task", "message"),
    [
        (["a", "b"], "regression", "needs numbers as targets, got 'a'"),
        ([0.5, 1.5], "classification", "they have fractions"),
        (range(31), "auto", "31 distinct whole numbers"),
        ([1, 2, 3], "auto", "3 distinct whole numbers in 3 rows"),
    ],
)
def test_targets_that_are_not_what_the_task_says(y, task, message, tmp_path, capsys):
    y = np.asarray(list(y))
    y = np.resize(y, 2000) if len(y) == 31 else y
    np.savez(tmp_path / "a.npz", X=np.zeros((len(y), 1)), y=y)
    assert run("--dataset", tmp_path / "a.npz", "--task", task) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


@pytest.fixture(scope="module")
def mixed(tmp_path_factory):
    """A table with words, flags, missing values, and an empty column."""
    rng = np.random.default_rng(0)
    n = 120
    size, kind = rng.normal(50, 10, n), rng.choice(["a", "b", "c"], n)
    flag = rng.choice(["True", "False"], n)
    frame = pd.DataFrame({"size": size, "kind": kind, "flag": flag})
    frame["price"] = 1000 * (size + 30 * (kind == "b")) + rng.normal(0, 100, n)
    frame["dear"] = np.where(frame["price"] > 60_000, "yes", "no")
    frame.loc[::9, "size"] = np.nan
    frame.loc[::7, ["kind", "flag"]] = None
    frame["empty"] = np.nan
    path = tmp_path_factory.mktemp("data") / "mixed.csv"
    frame.to_csv(path, index=False)
    return path


@pytest.mark.parametrize(
    ("target", "names", "at_least"),
    [
        ("dear", ["logistic", "SVM", "gradient", "MLP"], 0.8),
        ("price", ["linear", "SVM", "gradient", "MLP"], 0.6),
    ],
)
def test_every_model_takes_a_table_as_it_is(target, names, at_least, mixed, tmp_path):
    # Of the rows with a hole it cannot be said; the others all but have the answer.
    page = tmp_path / "report.html"
    json_path = tmp_path / "report.json"
    options = ["--target", target, "--cv", "3", "--out", page, "--out", json_path]
    assert run("--dataset", mixed, *options) == 0
    table = json.loads(json_path.read_text())["models"]
    scores = {one["name"].split()[0]: one for one in table}
    for name in names:
        score = scores[name].get("accuracy", scores[name].get("r2"))
        assert score > at_least, name


def test_what_is_saved_of_a_table_is_found_again(mixed, tmp_path, capsys):
    options = ["--dataset", mixed, "--target", "dear", "--estimators", "SVM"]
    options += ["--save", tmp_path / "saved.json"]
    for _ in range(2):
        command = [*COMMAND, *map(str, options)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert f", from {tmp_path / 'saved.json'}" in done.stderr


def test_svms_learn_targets_of_any_size(diabetes):
    X, y = load_diabetes(return_X_y=True)
    scores = []
    for scale in (1, 1e6):
        models = table_models(X, classify=False, random_state=0)
        some = {name: models[name] for name in ("SVM", "linear")}
        report = compare(some, X, y * scale, cv=3)
        scores.append([result["r2"] for result in report.table])
    np.testing.assert_allclose(scores[0], scores[1], rtol=1e-6)
    assert min(scores[0]) > 0.4


@pytest.mark.parametrize("model", [Ridge(), RBFRegressor(random_state=0), MLPRegressor])
def test_the_other_regressors_need_no_scaled_targets(model):
    X, y = load_diabetes(return_X_y=True)
    model = model(max_iter=30, random_state=0) if model is MLPRegressor else model
    small = make_pipeline(StandardScaler(), model).fit(X, y).predict(X)
    large = make_pipeline(StandardScaler(), model).fit(X, 1024 * y + 4096).predict(X)
    np.testing.assert_allclose(large, 1024 * small + 4096, rtol=1e-3)


def test_labels_that_are_missing_are_one_line(tmp_path, capsys):
    (tmp_path / "a.csv").write_text("a,kind\n1,x\n2,\n3,y\n")
    assert run("--dataset", tmp_path / "a.csv", "--target", "kind") == 2
    error = capsys.readouterr().err
    assert "1 of the 3 rows have no 'kind'" in error
    assert error.count("\n") == 1


def test_head_reads_some_lines_only(tmp_path):
    out = tmp_path / "report.md"
    options = ["--estimators", "random guess", "SVM", "--out", str(out)]
    with subprocess.Popen([*COMMAND, *options], **PIPES) as process:
        process.stdout.close()  # before a line is read
        error = process.stderr.read()
        assert process.wait() == 0
    assert "Traceback" not in error
    assert "BrokenPipe" not in error
    assert out.exists()


@pytest.mark.skipif(os.name != "posix", reason="interrupts are sent otherwise here")
@pytest.mark.parametrize("saved", [False, True])
@pytest.mark.parametrize("n_jobs", ["1", "2"])
def test_an_interrupt_is_one_line(saved, n_jobs, tmp_path):
    rng = np.random.default_rng(0)
    np.savez(tmp_path / "a.npz", X=rng.normal(size=(5000, 20)), y=np.arange(5000) % 2)
    options = ["--dataset", str(tmp_path / "a.npz"), "--cv", "10"]
    options += ["--estimators", "most frequent", "MLP", "SVM", "--n-jobs", n_jobs]
    options += ["--save", str(tmp_path / "s.json")] if saved else []
    with subprocess.Popen([*COMMAND, *options], **PIPES) as process:
        while "[1/3] most frequent" not in process.stderr.readline():
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        _, error = process.communicate()
    assert process.returncode == 130
    lines = error.splitlines()
    assert lines[-1].startswith("python -m sknnadl: interrupted")
    assert ("goes on from" in lines[-1]) == saved
    assert "Traceback" not in error


def test_columns_are_left_out(diabetes, tmp_path, capsys):
    frame = pd.read_csv(diabetes).assign(number=[f"N{row}" for row in range(442)])
    frame.to_csv(tmp_path / "numbered.csv", index=False)
    common = ["--target", "target", "--task", "regression", "--estimators", "linear"]
    path = tmp_path / "numbered.csv"
    scores = []
    for name, options in ((diabetes, []), (path, ["--leave-out", "number"])):
        out = tmp_path / "report.json"
        assert run("--dataset", name, *common, *options, "--out", out) == 0
        assert "leave" not in capsys.readouterr().err
        scores.append(json.loads(out.read_text())["models"][0]["r2"])
    assert scores[0] == scores[1]
    assert run("--leave-out", "number") == 2
    assert "--leave-out is for a file of your own" in capsys.readouterr().err
