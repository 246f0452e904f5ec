import json
import runpy
import sys
from importlib.metadata import version

import numpy as np
import pandas as pd
import pytest

from sknnadl.cli import main


def test_compare_digits(capsys, tmp_path):
    paths = [tmp_path / "report.md", tmp_path / "report.json"]
    assert main(["compare", "--out", str(paths[0]), "--out", str(paths[1])]) == 0
    captured = capsys.readouterr()
    assert "[8/8] convolutional network" in captured.err
    models = json.loads(paths[1].read_text())["models"]
    accuracy = {model["name"]: model["accuracy"] for model in models}
    assert list(accuracy) == [
        "random guess",
        "average darkness",
        "logistic regression",
        "RBF network",
        "SVM",
        "SVM, tuned",
        "MLP",
        "convolutional network",
    ]
    assert accuracy["random guess"] < 0.2 < 0.95 < accuracy["MLP"]
    assert accuracy["convolutional network"] > 0.97
    assert all(name in captured.out for name in accuracy)
    assert paths[0].read_text().count("\n") == 10


def test_version(capsys):
    with pytest.raises(SystemExit) as exit_:
        main(["--version"])
    assert not exit_.value.code
    assert capsys.readouterr().out == f"sknnadl {version('sknnadl')}\n"


def test_usage_is_what_was_typed(capsys, monkeypatch):
    with pytest.raises(SystemExit):
        main(["compare", "--help"])
    assert capsys.readouterr().out.startswith("usage: sknnadl compare ")
    assert main(["compare", "--data", ""]) == 2
    assert capsys.readouterr().err.startswith("sknnadl: ")
    monkeypatch.setattr(sys, "argv", ["sknnadl", "compare", "--help"])
    with pytest.raises(SystemExit):
        runpy.run_module("sknnadl", run_name="__main__")
    assert capsys.readouterr().out.startswith("usage: python -m sknnadl compare ")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--data", "nowhere"], "There is no MNIST at 'nowhere'"),
        (["--dataset", "digits", "--data", "x.npz"], "leave out --dataset digits"),
        (["--out", "report.doc"], ".html, .md or .json file"),
        (["--out", "nowhere/report.md"], "no folder 'nowhere'"),
        (["--data", ""], "--data is empty"),
        (["--estimators", "SVC"], "no model 'SVC': there are 'random guess', "),
        (["--scoring", "precise"], "'precise'"),
        (["--target", "y"], "leave it out for digits"),
        (["--no-header"], "--no-header is for a file of your own"),
        (["--task", "regression"], "is no task for digits"),
        (["--dataset", "data.doc"], "of the kinds .npz, .csv, "),
        (["--dataset", "data.csv"], "no file 'data.csv'"),
        (["--save", "nowhere/saved.json"], "no folder 'nowhere'"),
        (["--cv", "1000"], "1000"),
    ],
)
def test_bad_input_is_one_line_and_status_2(arguments, message, capsys):
    assert main(["compare", *arguments]) == 2
    captured = capsys.readouterr()
    assert message in captured.err
    assert captured.err.count("\n") == 1
    assert captured.out == ""


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["train"],
        ["compare", "--train-rows", "0"],
        ["compare", "--train-rows", "abc"],
        ["compare", "--random-state", "-1"],
        ["compare", "--cv", "1"],
        ["compare", "--n-jobs", "0"],
    ],
)
def test_bad_arguments_have_status_2(arguments, capsys):
    with pytest.raises(SystemExit) as exit_:
        main(arguments)
    assert exit_.value.code == 2
    assert "usage" in capsys.readouterr().err


def test_the_names_of_the_models(capsys):
    assert main(["compare", "--list"]) == 0
    assert capsys.readouterr().out.splitlines()[:2] == [
        "random guess",
        "average darkness",
    ]


def test_some_models_on_folds(capsys, tmp_path):
    options = ["--cv", "3", "--scoring", "f1_macro", "--train-rows", "300"]
    options += ["--save", str(tmp_path / "saved.json"), "--n-jobs", "2"]
    options += ["--estimators", "SVM", "random guess"]
    for _ in range(2):
        assert main(["compare", *options]) == 0
        captured = capsys.readouterr()
        lines = captured.out.splitlines()
        assert lines[0].split()[:2] == ["model", "f1_macro"]
        assert [line.split()[0] for line in lines[2:4]] == ["random", "SVM"]
        assert lines[4] == "3 folds of 200 rows to train, 100 to test."
        assert lines[6].startswith("SVM beats random guess: +0.")
    assert "saved.json" in captured.err


def test_files_of_the_users_own(capsys, tmp_path, iris):
    X, y = iris
    frame = pd.DataFrame(X, columns=list("abcd")).assign(kind=y)
    frame.to_csv(tmp_path / "iris.csv", index=False)
    np.savez(tmp_path / "iris.npz", X=X, y=y)
    outputs = []
    for options in (["iris.csv", "--target", "kind"], ["iris.npz"]):
        options[0] = str(tmp_path / options[0])
        some = ["--estimators", "SVM", "most frequent"]
        assert main(["compare", "--dataset", *options, *some]) == 0
        line = capsys.readouterr().out.splitlines()[3]
        outputs.append(line.split()[:2])
    assert outputs[0] == outputs[1]
    some = ["--estimators", "mean", "linear", "--cv", "3"]
    path = str(tmp_path / "iris.csv")
    assert main(["compare", "--dataset", path, "--target", "a", *some]) == 0
    assert "linear beats mean" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "content", "options", "message"),
    [
        ("a.csv", "a,b\n1,2\n3,4\n", [], "There are 'a', 'b'"),
        ("a.csv", "a,b\n1,2\n3,4\n", ["--target", "c"], "no column 'c'"),
        ("a.csv", "1,2\n3,4\n", ["--target", "b"], "--no-header"),
        ("a.csv", "a,b\n1,2\n", ["--target", "b"], "at least two rows"),
        ("a.csv", "", ["--target", "b"], "No columns to parse"),
        ("a.npz", "no zip", [], "is no .npz file"),
        ("a.npz", "no zip", ["--target", "b"], "leave out the target"),
    ],
)
def test_bad_files_are_one_line(name, content, options, message, tmp_path, capsys):
    path = tmp_path / name
    path.write_text(content)
    assert main(["compare", "--dataset", str(path), *options]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


def test_arrays_of_other_names(tmp_path, capsys):
    np.savez(tmp_path / "a.npz", x=np.zeros((3, 2)))
    assert main(["compare", "--dataset", str(tmp_path / "a.npz")]) == 2
    assert "lacks the arrays ['X', 'y'], and has ['x']" in capsys.readouterr().err


def test_a_failed_model_is_in_the_exit_status(capsys):
    assert main(["compare", "--train-rows", "1"]) == 1
    assert "failed: ValueError" in capsys.readouterr().out


@pytest.mark.parametrize(
    "estimators",
    [
        ["--estimators", "average darkness", "MLP"],
        pytest.param([], marks=pytest.mark.slow),  # all of them
    ],
)
def test_compare_on_mnist(estimators, capsys, mnist_path):
    arguments = ["--data", str(mnist_path), "--train-rows", "500", *estimators]
    assert main(["compare", *arguments]) == 0
    assert "500 rows to train, 10,000 to test." in capsys.readouterr().out
