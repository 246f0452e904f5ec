"""Calibration curves and their error, beside scikit-learn's and figures by hand."""

import numpy as np
import pytest
from sklearn.calibration import calibration_curve
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import KFold, cross_val_predict
from sklearn.naive_bayes import GaussianNB
from sklearn.svm import SVC

from sknnadl import compare
from sknnadl.comparison.findings.reliability import find_reliability
from sknnadl.comparison.findings.results import ModelResult
from sknnadl.comparison.measuring.class_scores import ClassScores
from sknnadl.comparison.measuring.splits import Samples

FOLDS = KFold(3, shuffle=True, random_state=0)


def reliability(report):
    samples = [split.test_targets for split in report.splits]
    return find_reliability(report.results[0], samples)


def test_two_classes_are_scikit_learns():
    X, y = load_breast_cancer(return_X_y=True)
    found = reliability(compare([GaussianNB()], X, y, cv=FOLDS))
    said = cross_val_predict(GaussianNB(), X, y, cv=FOLDS, method="predict_proba")[:, 1]
    expected = calibration_curve(y, said, n_bins=10)
    np.testing.assert_allclose([found.found, found.said], expected, rtol=1e-12)
    assert found.shares.sum() == pytest.approx(1)
    np.testing.assert_allclose(np.sort(found.probabilities), np.sort(said), rtol=1e-12)


def test_by_hand():
    # Bins of 0.3 to 0.4, half of which are right; of 0.8 to 0.9, all; of 0.9 to 1, one
    # of three, the first with twice the weight.
    values = np.array([0.35, 0.35, 0.85, 0.95, 0.95, 0.95])
    y, weights = np.array([1, 0, 1, 1, 0, 0]), np.array([1, 1, 1, 2, 1, 1.0])
    kept = ClassScores([0, 1], np.column_stack([1 - values, values]), True)
    result = ModelResult("m", {}, class_scores=[kept])
    found = find_reliability(result, [Samples(None, y)])
    np.testing.assert_allclose(found.found, [1 / 2, 1, 1 / 3])
    np.testing.assert_allclose(found.shares, [2 / 6, 1 / 6, 3 / 6])
    expected = (2 * 0.15 + 1 * 0.15 + 3 * (0.95 - 1 / 3)) / 6
    assert found.error == pytest.approx(expected)
    found = find_reliability(result, [Samples(None, y, weights)])
    np.testing.assert_allclose(found.found, [1 / 2, 1, 2 / 4])
    expected = (2 * 0.15 + 1 * 0.15 + 4 * (0.95 - 1 / 2)) / 7
    assert found.error == pytest.approx(expected)


def test_more_classes_have_the_largest_probability(iris):
    X, y = iris
    found = reliability(compare([GaussianNB()], X, y, cv=FOLDS))
    said = cross_val_predict(GaussianNB(), X, y, cv=FOLDS, method="predict_proba")
    right = said.argmax(axis=1) == y
    expected = calibration_curve(right, said.max(axis=1), n_bins=10)
    np.testing.assert_allclose([found.found, found.said], expected, rtol=1e-12)


def test_why_there_is_none(iris):
    with pytest.raises(ValueError, match="no calibration curve: it has no predict_pro"):
        reliability(compare({"m": SVC()}, *iris))
    kept = ClassScores([0, 1], np.array([[-0.1, 1.1]]), True)
    with pytest.raises(ValueError, match="probabilities are not from 0 to 1"):
        find_reliability(
            ModelResult("m", {}, class_scores=[kept]), [Samples(None, [1])]
        )
