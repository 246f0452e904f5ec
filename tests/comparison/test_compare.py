"""What compare finds, and how a report tells it."""

import json
import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.dummy import DummyClassifier
from sklearn.exceptions import DataConversionWarning
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.svm import SVC

from sknnadl import compare


class Failing(ClassifierMixin, BaseEstimator):
    def fit(self, X, y):
        raise RuntimeError("of no use")


@pytest.fixture(scope="module")
def report(digits):
    models = {
        "guess": DummyClassifier(),
        "fails": Failing(),
        "svm | rbf": SVC(),
    }
    test = (digits.X_test, digits.y_test)
    return compare(models, digits.X_train, digits.y_train, test=test)


def test_results(report, digits):
    guess, failed, svm = report.table
    expected = SVC().fit(digits.X_train, digits.y_train)
    assert svm["accuracy"] == expected.score(digits.X_test, digits.y_test)
    assert svm["size_bytes"] == len(pickle.dumps(expected))
    assert svm["accuracy_low"] < svm["accuracy"] < svm["accuracy_high"]
    assert svm["fit_seconds"] > 0
    assert svm["predict_microseconds"] > 0
    assert guess["accuracy"] < 0.2
    assert failed["error"] == "RuntimeError: of no use"
    assert failed["accuracy"] is None
    assert list(report.estimators) == ["guess", "svm | rbf"]


def test_prints_as_a_table(report):
    lines = str(report).splitlines()
    assert lines[0].split()[0] == "model"
    assert "failed: RuntimeError: of no use" in lines[3]
    assert lines[-1] == "1,197 rows to train, 300 to test."
    assert repr(report) == str(report)


def test_markdown(report):
    lines = report.to_markdown().splitlines()
    assert lines[1] == "| --- |" + 7 * " ---: |"
    accuracy = report.table[2]["accuracy"]
    assert lines[4].startswith(rf"| svm \| rbf | {accuracy:.2%} |")


def test_json_has_all_that_was_found(report, digits, tmp_path):
    report.save(tmp_path / "report.json")
    content = json.loads((tmp_path / "report.json").read_text())
    assert (content["n_train"], content["n_test"]) == (1197, 300)
    assert content["rope"] is None
    assert content["models"] == report.table
    assert content["pairs"] == [
        {key: None if value != value else value for key, value in pair.items()}
        for pair in report.pairwise()
    ]
    assert content["targets"] == [digits.y_test.tolist()]
    assert content["test_rows"] == [list(range(300))]
    (said,) = content["predictions"]["svm | rbf"]
    assert said == report.estimators["svm | rbf"].predict(digits.X_test).tolist()
    assert content["predictions"]["fails"] == []
    assert content["parameters"]["guess"] == "DummyClassifier()"
    assert content["data"]["n_rows"] == 1497
    assert content["provenance"] == report.provenance
    report.save(tmp_path / "report.md")
    assert (tmp_path / "report.md").read_text() == report.to_markdown()
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "report.json",
        "report.md",
    ]


def test_bad_paths_are_refused(report, tmp_path):
    with pytest.raises(ValueError, match=r"\.html, \.md or \.json"):
        report.save(tmp_path / "report.doc")
    with pytest.raises(ValueError, match="no folder"):
        report.save(tmp_path / "nowhere" / "report.md")


def test_estimators_are_left_alone_and_a_part_is_held_out():
    X, y = np.arange(40).reshape(-1, 1), np.tile(["a", "b"], 20)
    model = DummyClassifier()
    report = compare({"dummy": model}, X, y, random_state=0)
    assert (report.n_train, report.n_test) == (30, 10)
    assert not hasattr(model, "classes_")


def test_data_frames_and_strings(iris):
    frame = pd.DataFrame(iris[0], columns=list("abcd"))
    labels = pd.Series(np.array(["x", "y", "z"])[iris[1]])
    model = LogisticRegression()
    report = compare({"linear": model}, frame, labels, test=(frame, labels))
    assert report.table[0]["accuracy"] > 0.9


class Verbose(ClassifierMixin, BaseEstimator):
    def fit(self, X, y):
        raise ValueError("line one\n" + 100 * "line two ")


def test_a_long_error_is_cut_in_the_table_and_whole_in_the_json(iris):
    report = compare({"verbose\nmodel": Verbose()}, *iris)
    assert len(str(report).splitlines()) == 4
    assert "failed: ValueError: line one line two" in str(report)
    assert max(map(len, str(report).splitlines())) < 160
    assert len(report.table[0]["error"]) > 900


def test_labels_in_a_column_are_labels(iris):
    X, y = iris
    dummy = DummyClassifier(strategy="constant", constant=0)
    with pytest.warns(DataConversionWarning):
        report = compare({"dummy": dummy}, X, y, test=(X, y[:, np.newaxis]))
    assert report.table[0]["accuracy"] == 1 / 3


def test_labels_of_another_type_are_an_error(iris):
    X, y = iris
    report = compare({"dummy": DummyClassifier()}, X, y, test=(X, y.astype(str)))
    assert report.table[0]["error"].startswith(("TypeError: ", "ValueError: "))


@pytest.mark.parametrize("test", [0.25, ([[0]],), ([[0]], None), ([], [])])
def test_test_rows_are_checked(test):
    with pytest.raises(ValueError, match="test must"):
        compare({"dummy": DummyClassifier()}, [[0], [1]], [0, 1], test=test)


def test_progress_is_told_on_standard_error(iris, capsys):
    compare({"guess": DummyClassifier()}, *iris, verbose=1)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.splitlines()[0] == "[1/1] guess"


def test_a_column_of_targets_is_one_value_a_row(iris):
    X, y = iris
    how = {"cv": 3, "cost_matrix": [[0, 1, 5], [1, 0, 2], [9, 1, 0]]}
    flat = compare({"Bayes": GaussianNB()}, X, y, **how)
    with pytest.warns(DataConversionWarning, match="column-vector"):
        column = compare({"Bayes": GaussianNB()}, X, y[:, np.newaxis], **how)
    for score in ("accuracy_values", "neg_expected_cost_values"):
        assert column.table[0][score] == flat.table[0][score]
    assert "Ranking and probabilities" in column.to_html()
