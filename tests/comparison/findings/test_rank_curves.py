"""ROC and precision-recall curves of what compare has kept, beside scikit-learn's."""

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import Perceptron
from sklearn.metrics import (
    average_precision_score,
    precision_recall_curve,
    roc_auc_score,
    roc_curve,
)
from sklearn.model_selection import KFold
from sklearn.naive_bayes import GaussianNB

from sknnadl import compare
from sknnadl.comparison.findings.rank_curves import find_curve

FOLDS = KFold(3, shuffle=True, random_state=0)


def curve(report, kind, name="m", **options):
    samples = [split.test_targets for split in report.splits]
    (result,) = (one for one in report.results if one.name == name)
    return find_curve(result, samples, kind, **options)


@pytest.fixture(scope="module")
def tumours():
    X, y = load_breast_cancer(return_X_y=True)
    return X[:, :4], np.array(["bad", "good"])[y]


@pytest.mark.parametrize("model", [GaussianNB(), Perceptron()])
@pytest.mark.parametrize("weighted", [False, True])
def test_two_classes_on_one_test_set(tumours, model, weighted):
    X, y = tumours
    weights = np.random.default_rng(0).random(len(y)) if weighted else None
    report = compare({"m": model}, X, y, random_state=0, sample_weight=weights)
    train, test = report.splits[0].train_indices, report.splits[0].test_indices
    weighting = {} if weights is None else {"sample_weight": weights[train]}
    fitted = model.fit(X[train], y[train], **weighting)
    values = (
        fitted.predict_proba(X[test])[:, 1]
        if hasattr(fitted, "predict_proba")
        else fitted.decision_function(X[test])
    )
    weighting = {} if weights is None else {"sample_weight": weights[test]}
    found = curve(report, "roc")
    expected = roc_curve(y[test] == "good", values, **weighting)[:2]
    np.testing.assert_allclose([found.x, found.y], expected, rtol=1e-12)
    area = roc_auc_score(y[test], values, **weighting)
    assert found.area == pytest.approx(area, rel=1e-12)
    assert found.label == "good"
    found = curve(report, "precision_recall")
    right = y[test] == "good", values
    precision, recall, _ = precision_recall_curve(*right, **weighting)
    kept = np.isin(recall, found.x)
    assert set(zip(found.x, found.y, strict=True)) <= set(
        zip(recall[kept], precision[kept], strict=True)
    )
    expected = average_precision_score(*right, **weighting)
    assert found.area == pytest.approx(expected, rel=1e-12)
    steps = np.sum(np.diff(found.x) * found.y[1:])  # which the page draws
    assert steps == pytest.approx(expected, rel=1e-12)


def test_the_first_of_two_classes_is_the_other_one(tumours):
    report = compare({"m": GaussianNB()}, *tumours, random_state=0)
    good, bad = (curve(report, "roc", label=label) for label in ("good", "bad"))
    assert good.area == pytest.approx(bad.area, rel=1e-12)
    with pytest.raises(ValueError, match=r"one of \['bad', 'good'\], got 'x'"):
        curve(report, "roc", label="x")
    with pytest.raises(ValueError, match="kind must be one of"):
        curve(report, "lift")


def test_the_mean_over_classes_and_folds(iris):
    report = compare({"m": GaussianNB()}, *iris, cv=FOLDS)
    areas, precisions = [], []
    X, y = iris
    for train, test in FOLDS.split(X):
        values = GaussianNB().fit(X[train], y[train]).predict_proba(X[test])
        areas.append(roc_auc_score(y[test], values, multi_class="ovr"))
        for label in range(3):
            precisions.append(
                average_precision_score(y[test] == label, values[:, label])
            )
    roc, precision = (curve(report, kind) for kind in ("roc", "precision_recall"))
    assert roc.area == pytest.approx(np.mean(areas), rel=1e-12)
    assert precision.area == pytest.approx(np.mean(precisions), rel=1e-12)
    assert np.trapezoid(roc.y, roc.x) == pytest.approx(roc.area, abs=1e-3)
    assert np.mean(precision.y) == pytest.approx(precision.area, abs=2e-3)
    assert roc.label is None
    one = curve(report, "roc", label=1)
    assert one.label == 1
    assert one.area < roc.area  # versicolor is the one that is hard to tell


def test_a_fold_without_a_class_is_left_out():
    X = np.arange(8.0)[:, np.newaxis]
    y = np.array([0, 0, 1, 1, 0, 1, 2, 2])
    folds = [([0, 1, 2, 3, 6], [4, 5, 7]), ([4, 5, 6, 7], [0, 1, 2, 3])]
    report = compare({"m": GaussianNB(var_smoothing=1)}, X, y, cv=folds)
    kept = report.results[0].class_scores
    first = [roc_auc_score(y[[4, 5, 7]] == c, kept[0].of_class(c)) for c in range(3)]
    second = [roc_auc_score(y[:4] == c, kept[1].of_class(c)) for c in range(2)]
    assert curve(report, "roc").area == pytest.approx(np.mean(first + second))


def test_why_there_is_no_curve(iris):
    report = compare({"m": GaussianNB()}, *iris, test=(iris[0][:9], iris[1][:9]))
    with pytest.raises(ValueError, match="'m' has no such curve: no test rows of it"):
        curve(report, "roc")
