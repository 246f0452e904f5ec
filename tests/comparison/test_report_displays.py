"""What a report finds, drawn by scikit-learn's displays: the same as theirs."""

import numpy as np
import pytest
from sklearn.calibration import CalibrationDisplay
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LinearRegression
from sklearn.metrics import (
    ConfusionMatrixDisplay,
    PrecisionRecallDisplay,
    PredictionErrorDisplay,
    RocCurveDisplay,
)
from sklearn.naive_bayes import GaussianNB
from sklearn.svm import SVC

from sknnadl import compare

plt = pytest.importorskip("matplotlib.pyplot")


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def report():
    models = {"Bayes": GaussianNB(), "SVM": SVC(), "guess": DummyClassifier()}
    return compare(models, *load_breast_cancer(return_X_y=True), random_state=0)


@pytest.fixture(scope="module")
def theirs(report):
    """The fitted model, and the rows and targets that it was measured on."""
    return report.estimators["Bayes"], *report.splits[0].take_test()[:2]


def test_curves_are_those_of_from_estimator(report, theirs):
    ours = report.display("roc", "Bayes")
    expected = RocCurveDisplay.from_estimator(*theirs)
    np.testing.assert_allclose(ours.tpr, expected.tpr)
    assert ours.roc_auc == pytest.approx(expected.roc_auc)
    assert ours.line_.get_label() == f"Bayes (AUC = {ours.roc_auc:.2f})"
    ours = report.display("precision_recall", "Bayes")
    expected = PrecisionRecallDisplay.from_estimator(*theirs, drop_intermediate=True)
    np.testing.assert_allclose(ours.recall, expected.recall)
    np.testing.assert_allclose(ours.precision, expected.precision)
    assert ours.average_precision == pytest.approx(expected.average_precision)
    ours = report.display("calibration", "Bayes")
    expected = CalibrationDisplay.from_estimator(*theirs, n_bins=10)
    np.testing.assert_allclose(ours.prob_true, expected.prob_true)
    np.testing.assert_allclose(ours.prob_pred, expected.prob_pred)


def test_confusions_are_those_of_from_estimator(report, theirs):
    ours = report.display("confusion_matrix", "Bayes")
    expected = ConfusionMatrixDisplay.from_estimator(*theirs, normalize="true")
    np.testing.assert_allclose(ours.confusion_matrix, expected.confusion_matrix)
    assert ours.display_labels.tolist() == [0, 1]


def test_several_models_in_one_axes(report):
    ax = report.display("roc", "Bayes").ax_
    assert report.display("roc", "SVM", label=0, ax=ax).ax_ is ax
    assert len(ax.lines) == 2


def test_regressors():
    X, y = load_diabetes(return_X_y=True)
    report = compare({"line": LinearRegression()}, X, y, cv=3)
    for kind in ("residual_vs_predicted", "actual_vs_predicted"):
        ours = report.display(kind, "line")
        assert isinstance(ours, PredictionErrorDisplay)
        np.testing.assert_array_equal(ours.y_true, y)
        offsets = ours.scatter_.get_offsets()[:, 1]
        residuals = kind == "residual_vs_predicted"
        np.testing.assert_allclose(offsets, y - ours.y_pred if residuals else y)
    with pytest.raises(ValueError, match="of a regressor, got 'roc'"):
        report.display("roc", "line")


def test_what_cannot_be_drawn(report):
    with pytest.raises(ValueError, match="kind must be one of"):
        report.display("residual_vs_predicted", "SVM")
    with pytest.raises(ValueError, match="name must be one of"):
        report.display("roc", "other")
    with pytest.raises(ValueError, match="'SVM' has no calibration curve"):
        report.display("calibration", "SVM")
    with pytest.raises(ValueError, match="label is for curves of a class"):
        report.display("calibration", "Bayes", label=1)
