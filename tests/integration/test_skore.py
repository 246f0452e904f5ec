"""The reports of skore."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.metrics import log_loss
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknnadl import ConvNetClassifier, MLPClassifier, MLPRegressor, RBFClassifier

# What skore and those that it imports warn of is theirs.
pytestmark = pytest.mark.filterwarnings("ignore")

OPTIONS = {"max_iter": 10, "random_state": 0}
MODELS = [
    MLPClassifier((5,), **OPTIONS),
    RBFClassifier(random_state=0),
    make_pipeline(StandardScaler(), MLPClassifier.for_tables(**OPTIONS)),
]


@pytest.fixture
def skore():
    return pytest.importorskip("skore", reason="needs the integration extra")


def report_on(skore, model, X, y):
    halves = {"X_train": X[::2], "y_train": y[::2]}
    return skore.EstimatorReport(clone(model), **halves, X_test=X[1::2], y_test=y[1::2])


@pytest.mark.parametrize("model", MODELS, ids=lambda model: type(model).__name__)
def test_a_report_on_one(model, skore, iris):
    X, y = iris
    report = report_on(skore, model, X, y)
    fitted = model.fit(X[::2], y[::2])
    assert report.metrics.accuracy() == fitted.score(X[1::2], y[1::2])
    expected = log_loss(y[1::2], fitted.predict_proba(X[1::2]))
    assert report.metrics.log_loss() == pytest.approx(expected)
    assert "MLPClassifier" in repr(report) or "RBFClassifier" in repr(report)
    report.metrics.confusion_matrix().plot()
    report.metrics.roc().plot()
    assert len(report.inspection.permutation_importance(seed=0).frame()) == 4


def test_a_report_on_values(skore, iris):
    X, y = iris
    report = report_on(skore, MLPRegressor(**OPTIONS), X, y.astype(float))
    fitted = MLPRegressor(**OPTIONS).fit(X[::2], y[::2].astype(float))
    error = fitted.predict(X[1::2]) - y[1::2]
    assert report.metrics.rmse() == pytest.approx(np.sqrt(np.mean(error**2)))
    report.metrics.prediction_error().plot()


def test_a_report_on_folds(skore, iris):
    report = skore.CrossValidationReport(MODELS[0], *iris, splitter=3)
    expected = cross_val_score(MODELS[0], *iris, cv=3)
    scores = [fold.metrics.accuracy() for fold in report.reports_]
    np.testing.assert_allclose(scores, expected)


def test_images_on_folds(skore, digits):
    X, y = digits.X_train[:200].reshape(-1, 8, 8), digits.y_train[:200] % 3
    model = ConvNetClassifier((4,), kernel_size=3, **OPTIONS)
    report = skore.CrossValidationReport(model, X, y, splitter=2)
    scores = [fold.metrics.accuracy() for fold in report.reports_]
    np.testing.assert_allclose(scores, cross_val_score(model, X, y, cv=2))


def test_a_report_on_several(skore, iris):
    reports = [report_on(skore, model, *iris) for model in MODELS]
    table = skore.ComparisonReport(reports).metrics.summarize().frame()
    expected = [report.metrics.accuracy() for report in reports]
    np.testing.assert_allclose(table.loc["accuracy"], expected)
