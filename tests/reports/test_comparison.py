import json
import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.dummy import DummyClassifier
from sklearn.exceptions import DataConversionWarning
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from sknnadl import MLPClassifier, compare
from sknnadl.reports.files import write_text
from sknnadl.reports.parameters import count_parameters
from sknnadl.reports.statistics import wilson_interval


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
    assert lines[1] == "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"
    accuracy = report.table[2]["accuracy"]
    assert lines[4].startswith(rf"| svm \| rbf | {accuracy:.2%} |")


def test_json_is_the_table(report, tmp_path):
    report.save(tmp_path / "report.json")
    content = json.loads((tmp_path / "report.json").read_text())
    assert content == {"n_train": 1197, "n_test": 300, "models": report.table}
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


@pytest.mark.parametrize("estimators", [{}, [], None, SVC()])
def test_nothing_to_compare(estimators):
    with pytest.raises(ValueError, match="estimators must be a dict"):
        compare(estimators, [[0]], [0])


class Verbose(ClassifierMixin, BaseEstimator):
    def fit(self, X, y):
        raise ValueError("line one\n" + 100 * "line two ")


def test_a_long_error_is_cut_in_the_table_and_whole_in_the_json(iris):
    report = compare({"verbose\nmodel": Verbose()}, *iris)
    assert len(str(report).splitlines()) == 4
    assert "failed: ValueError: line one line two" in str(report)
    assert max(map(len, str(report).splitlines())) < 150
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


@pytest.mark.parametrize("estimator", [None, "SVC", SVC])
def test_an_estimator_that_is_none_is_named(estimator):
    with pytest.raises(ValueError, match=r"estimators\['a'\] must be a classifier"):
        compare({"a": estimator}, [[0]], [0])
    with pytest.raises(ValueError, match="names of estimators must be str"):
        compare({1: SVC()}, [[0]], [0])


def test_classifiers_are_not_compared_with_regressors():
    models = {"SVM": SVC(), "line": LinearRegression()}
    with pytest.raises(ValueError, match="and 'line' predict numbers"):
        compare(models, [[0]], [0])
    with pytest.raises(
        ValueError, match=r"estimators\['scaler'\] must be a classifier"
    ):
        compare({"scaler": StandardScaler()}, [[0]], [0])


def test_progress_is_told_on_standard_error(iris, capsys):
    compare({"guess": DummyClassifier()}, *iris, verbose=1)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.splitlines()[0] == "[1/1] guess"


def test_wilson_interval():
    # Newcombe (1998), Statistics in Medicine 17, 857-872, table I, method 3
    for hits, n, low, high in [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ]:
        assert wilson_interval(hits, n) == pytest.approx((low, high), abs=5e-5)
    for n in range(1, 400):
        assert wilson_interval(0, n)[0] == 0
        assert wilson_interval(n, n)[1] == 1


def test_count_parameters(iris):
    mlp = MLPClassifier((5,), max_iter=1, n_iter_no_change=np.inf)
    n_mlp = 4 * 5 + 5 + 5 * 3 + 3
    assert count_parameters(mlp.fit(*iris)) == n_mlp
    pipeline = make_pipeline(StandardScaler(), mlp).fit(*iris)
    assert count_parameters(pipeline) == n_mlp
    search = GridSearchCV(pipeline, {"mlpclassifier__alpha": [0.0, 0.1]}, cv=2)
    assert count_parameters(search.fit(*iris)) == n_mlp
    assert count_parameters(LogisticRegression().fit(*iris)) == 15
    assert count_parameters(KNeighborsClassifier().fit(*iris)) is None


def test_a_file_is_whole_or_not_there(tmp_path):
    path = tmp_path / "file"
    write_text(path, "old")
    with pytest.raises(TypeError):
        write_text(path, 7)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
