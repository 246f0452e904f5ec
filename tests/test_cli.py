import json

import pytest

from sknnadl.cli import main


def test_compare_digits(capsys, tmp_path):
    paths = [tmp_path / "report.md", tmp_path / "report.json"]
    assert main(["compare", "--out", str(paths[0]), "--out", str(paths[1])]) == 0
    captured = capsys.readouterr()
    assert "[7/7] convolutional network" in captured.err
    models = json.loads(paths[1].read_text())["models"]
    accuracy = {model["name"]: model["accuracy"] for model in models}
    assert list(accuracy) == [
        "random guess",
        "average darkness",
        "logistic regression",
        "SVM",
        "SVM, tuned",
        "MLP",
        "convolutional network",
    ]
    assert accuracy["random guess"] < 0.2 < 0.95 < accuracy["MLP"]
    assert accuracy["convolutional network"] > 0.97
    assert all(name in captured.out for name in accuracy)
    assert paths[0].read_text().count("\n") == 9


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--data", "nowhere"], "There is no MNIST at 'nowhere'"),
        (["--dataset", "digits", "--data", "x.npz"], "leave out --dataset digits"),
        (["--out", "report.doc"], ".md or .json file"),
        (["--out", "nowhere/report.md"], "no folder 'nowhere'"),
        (["--data", ""], "--data is empty"),
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
    ],
)
def test_bad_arguments_have_status_2(arguments, capsys):
    with pytest.raises(SystemExit) as exit_:
        main(arguments)
    assert exit_.value.code == 2
    assert "usage" in capsys.readouterr().err


def test_a_failed_model_is_in_the_exit_status(capsys):
    assert main(["compare", "--train-rows", "1"]) == 1
    assert "failed: ValueError" in capsys.readouterr().out


def test_compare_on_mnist(capsys, mnist_path):
    arguments = ["--data", str(mnist_path), "--train-rows", "500"]
    assert main(["compare", *arguments]) == 0
    assert "500 rows to train, 10,000 to test." in capsys.readouterr().out
