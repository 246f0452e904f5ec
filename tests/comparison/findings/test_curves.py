"""Scores against the number of training rows."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold, learning_curve
from sklearn.naive_bayes import GaussianNB
from sklearn.svm import SVC

from sknnadl import compare


def test_the_curve_is_scikit_learns(iris):
    order = np.random.default_rng(0).permutation(150)
    X, y = iris[0][order], iris[1][order]
    models = {"SVM": SVC(), "Bayes": GaussianNB()}
    report = compare(models, X, y, cv=KFold(5), scoring=["accuracy", "f1_macro"])
    sizes = [20, 60, 120]
    rows = report.learning_curve(sizes, n_jobs=2)
    assert [(row["name"], row["size"]) for row in rows] == [
        (name, size) for name in models for size in sizes
    ]
    for name, model in models.items():
        _, _, scores = learning_curve(model, X, y, cv=KFold(5), train_sizes=sizes)
        ours = [row["accuracy"] for row in rows if row["name"] == name]
        np.testing.assert_allclose(ours, scores.mean(axis=1))
    assert all(row["fit_seconds"] > 0 and 0 < row["f1_macro"] <= 1 for row in rows)


def test_too_few_rows_are_an_error_of_that_row(iris):
    X, y = iris  # ordered by class, so the first rows have one
    report = compare([SVC()], X, y, test=(X, y))
    few, many = report.learning_curve([10, 150])
    assert "class" in few["error"]
    assert few["accuracy"] is None
    assert many["error"] is None
    assert many["accuracy"] == report.table[0]["accuracy"]


@pytest.mark.parametrize("size", [0, 151, 0.5, "all"])
def test_sizes_are_checked(size, iris):
    report = compare([SVC()], *iris, test=iris)
    with pytest.raises(ValueError, match="from 1 to the 150 training rows"):
        report.learning_curve([size])


@pytest.mark.filterwarnings("default")
def test_warnings_are_counted(iris):
    report = compare([LogisticRegression(max_iter=1)], *iris, cv=2)
    for n_jobs in (1, 2):
        (row,) = report.learning_curve([75], n_jobs=n_jobs)
        ((text, count),) = row["warnings"].items()
        assert text.startswith("ConvergenceWarning")
        assert count == 2


@pytest.mark.slow
def test_the_books_svm(mnist):
    rows = mnist.X_train[:1000], mnist.y_train[:1000]
    models = {"SVM": SVC(gamma="auto")}
    report = compare(models, *rows, test=(mnist.X_val, mnist.y_val))
    curve = report.learning_curve([100, 200, 500])
    assert [row["accuracy"] for row in curve] == [0.2507, 0.4893, 0.7513]
    assert report.table[0]["accuracy"] == 0.8387
