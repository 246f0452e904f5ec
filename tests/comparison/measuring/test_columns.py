"""What is measured beside the scores, one entry a column."""

import json

import numpy as np
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from sknnadl import MLPClassifier, compare
from sknnadl.comparison.findings import cells, results
from sknnadl.comparison.measuring import evaluation
from sknnadl.comparison.measuring.columns import COLUMNS, Column, count_parameters
from sknnadl.comparison.measuring.saved import _checksum


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.name)
def test_a_column_of_a_model_that_failed_is_empty(column):
    assert not column.merge([])


def test_an_entry_makes_a_column(iris, monkeypatch):
    rows = Column("test_rows", "tested on", lambda fitted: len(fitted.test.y), sum)
    for module in (cells, evaluation, results):
        monkeypatch.setattr(module, "COLUMNS", (*COLUMNS, rows))
    report = compare([SVC()], *iris, cv=3)
    assert report.table[0]["test_rows"] == 150
    lines = str(report).splitlines()
    assert lines[0].endswith("parameters  tested on  warnings")
    assert lines[2].split()[-2] == "150"
    assert ">tested on</button>" in report.to_html()


def test_a_saved_file_may_lack_a_column(iris, tmp_path):
    path = tmp_path / "saved.json"
    compare([DummyClassifier()], *iris, cv=2, save=path)
    content = json.loads(path.read_text())
    for one in content["models"]["dummyclassifier"]["results"]:
        assert one.pop("size_bytes") > 0
    del content["checksum"]
    path.write_text(json.dumps({**content, "checksum": _checksum(content)}))
    report = compare([DummyClassifier()], *iris, cv=2, save=path)
    assert report.table[0]["size_bytes"] is None
    assert report.table[0]["fit_seconds"] > 0
    assert "dummyclassifier" in str(report)


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
