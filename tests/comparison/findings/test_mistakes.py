"""What classifiers get wrong, by row and by class."""

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LinearRegression
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support
from sklearn.model_selection import KFold, cross_val_predict
from sklearn.naive_bayes import GaussianNB
from sklearn.svm import SVC

from sknnadl import compare
from sknnadl.comparison.findings.mistakes import measure_classes, share_rows

MODELS = {"Bayes": GaussianNB(), "SVM": SVC()}
FOLDS = KFold(5, shuffle=True, random_state=0)


class Failing(ClassifierMixin, BaseEstimator):
    def fit(self, X, y):
        raise ValueError("of no use")


@pytest.fixture(scope="module")
def labels(iris):
    return np.array(["setosa", "versicolor", "virginica"])[iris[1]]


def test_rows_on_a_test_set(digits):
    data = digits.X_train, digits.y_train
    report = compare(MODELS, *data, test=(digits.X_test, digits.y_test))
    wrong = {
        name: model.fit(*data).predict(digits.X_test) != digits.y_test
        for name, model in MODELS.items()
    }
    for name in MODELS:
        np.testing.assert_array_equal(
            report.misclassified(name), np.flatnonzero(wrong[name])
        )
    both = np.flatnonzero(wrong["Bayes"] & wrong["SVM"])
    assert len(both) > 0
    np.testing.assert_array_equal(report.misclassified(), both)


def test_rows_and_classes_on_folds(iris, labels):
    report = compare(MODELS, iris[0], labels, cv=FOLDS)
    predicted = cross_val_predict(GaussianNB(), iris[0], labels, cv=FOLDS)
    np.testing.assert_array_equal(
        report.misclassified("Bayes"), np.flatnonzero(predicted != labels)
    )
    matrix, names = report.confusion_matrix("Bayes")
    np.testing.assert_array_equal(matrix, confusion_matrix(labels, predicted))
    assert names.tolist() == ["setosa", "versicolor", "virginica"]


def test_recall_and_precision_are_scikit_learns(iris, labels):
    report = compare(MODELS, iris[0], labels, cv=FOLDS)
    predicted = cross_val_predict(GaussianNB(), iris[0], labels, cv=FOLDS)
    precision, recall, _, n_rows = precision_recall_fscore_support(labels, predicted)
    measures = measure_classes(*report.confusion_matrix("Bayes"))
    np.testing.assert_allclose([one.precision for one in measures], precision)
    np.testing.assert_allclose([one.recall for one in measures], recall)
    assert [one.n_rows for one in measures] == n_rows.tolist()


def test_a_class_without_rows_or_that_is_never_said():
    matrix = np.array([[0, 0, 0], [2, 1, 0], [0, 3, 0]])
    a, b, c = measure_classes(matrix, np.array(["a", "b", "c"]))
    assert np.isnan([a.recall, c.precision]).all()
    assert (a.n_rows, a.precision) == (0, 0)
    assert (b.recall, b.precision, c.recall) == (1 / 3, 1 / 4, 0)
    np.testing.assert_allclose(
        share_rows(matrix), [[0, 0, 0], [2 / 3, 1 / 3, 0], [0, 1, 0]]
    )


def test_rows_of_the_quarter_held_out(iris, labels):
    report = compare(MODELS, iris[0], labels, random_state=0)
    for name, model in report.estimators.items():
        wrong = report.misclassified(name)
        assert len(wrong) == round((1 - report.results[0].scores["accuracy"].mean) * 38)
        assert (model.predict(iris[0][wrong]) != labels[wrong]).all()
        break


def test_what_has_no_mistakes(iris):
    models = {"fails": Failing(), **MODELS}
    report = compare(models, *iris, random_state=0)
    for method in (report.misclassified, report.confusion_matrix):
        with pytest.raises(ValueError, match="'fails' failed: ValueError: of no use"):
            method("fails")
        with pytest.raises(ValueError, match="name must be one of"):
            method("other")
    numbers = compare({"line": LinearRegression()}, *iris)
    with pytest.raises(ValueError, match="'line' is no classifier"):
        numbers.misclassified()
    with pytest.raises(ValueError, match="All models failed"):
        compare([Failing()], *iris).misclassified()
