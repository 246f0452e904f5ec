"""The outputs before the last activation, as scikit-learn's tools ask for them."""

import json

import numpy as np
import pytest
from own_losses import Focal, SquaredHinge
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import load_breast_cancer
from sklearn.inspection import DecisionBoundaryDisplay
from sklearn.metrics import get_scorer, roc_auc_score
from sklearn.model_selection import (
    FixedThresholdClassifier,
    TunedThresholdClassifierCV,
    cross_val_predict,
)
from sklearn.preprocessing import scale

import sknnadl
from sknnadl import ConvNetClassifier, MLPClassifier, NetworkClassifier
from sknnadl.network import Dense, Flatten

LOSSES = ["log_loss", "cross_entropy", "squared_error"]
OPTIONS = {"max_iter": 5, "n_iter_no_change": np.inf, "random_state": 0}
KINDS = {
    "perceptron": MLPClassifier((10,), **OPTIONS),
    "convolutional": ConvNetClassifier((4,), kernel_size=3, **OPTIONS),
    "any layers": NetworkClassifier((Flatten(), Dense(10)), **OPTIONS),
}


@pytest.fixture(scope="module")
def two_classes():
    X, y = load_breast_cancer(return_X_y=True)
    return scale(X), np.array(["benign", "cancer"])[1 - y]


def quick(**options):
    return MLPClassifier((10,), **(OPTIONS | options))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("loss", LOSSES)
def test_two_classes_have_one_output(loss, kind, digits):
    X = digits.X_train[:300]
    y = np.where(digits.y_train[:300] == 9, "a 9", "not a 9")
    if kind == "convolutional":
        X = X.reshape(-1, 8, 8)
    model = clone(KINDS[kind]).set_params(loss=loss).fit(X, y)
    assert model.n_outputs_ == 1
    assert model.out_activation_ == "logistic"
    decision = model.decision_function(X)
    assert decision.shape == (300,)
    assert decision.dtype == model.parameters_.dtype
    np.testing.assert_array_equal(model.predict(X) == "not a 9", decision > 0)
    probabilities = model.predict_proba(X)
    np.testing.assert_allclose(
        probabilities[:, 1], 1 / (1 + np.exp(-decision)), rtol=1e-5
    )
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-6)


@pytest.mark.parametrize("loss", LOSSES)
def test_several_classes_have_one_number_each(loss, iris):
    X, y = iris
    model = quick(loss=loss).fit(X, y)
    decision, probabilities = model.decision_function(X), model.predict_proba(X)
    assert decision.shape == (150, 3)
    np.testing.assert_array_equal(model.predict(X), decision.argmax(axis=1))
    np.testing.assert_array_equal(
        decision.argsort(axis=1), probabilities.argsort(axis=1)
    )


@pytest.mark.parametrize("loss", LOSSES)
def test_labels_have_one_number_each(loss, iris):
    X, y = iris
    Y = np.stack([y == 0, y > 0, X[:, 0] > 0], axis=1).astype(int)
    model = quick(loss=loss).fit(X, Y)
    decision = model.decision_function(X)
    assert decision.shape == (150, 3)
    np.testing.assert_array_equal(model.predict(X), decision > 0)
    np.testing.assert_allclose(
        model.predict_proba(X), 1 / (1 + np.exp(-decision)), rtol=1e-5
    )


@pytest.mark.parametrize("loss", [Focal(), SquaredHinge()], ids=repr)
def test_losses_of_ones_own_say_it_too(loss, two_classes):
    X, y = two_classes
    model = quick(loss=loss, solver="adam").fit(X, y)
    # Outputs of a softmax are one a class, where nothing says how one would do.
    assert model.n_outputs_ == {"softmax": 2, "logistic": 1}[model.out_activation_]
    decision = model.decision_function(X)
    assert decision.shape == (len(X),)
    np.testing.assert_array_equal(model.predict(X) == "cancer", decision > 0)
    log_odds = np.diff(model.predict_log_proba(X), axis=1).ravel()
    np.testing.assert_allclose(decision, log_odds, rtol=1e-4, atol=1e-5)


def test_two_sigmoid_outputs_of_the_book_go_on_as_two(two_classes, tmp_path):
    X, y = two_classes
    codes = (y == "cancer").astype(int)
    book = {"sizes": [30, 2], "cost": "CrossEntropyCost"}
    rng = np.random.default_rng(0)
    book["weights"] = [rng.standard_normal((2, 30)).tolist()]
    book["biases"] = [[[0.1], [-0.2]]]
    path = tmp_path / "net.json"
    path.write_text(json.dumps(book))
    model = sknnadl.saving.load_network2(path)
    model.partial_fit(X, codes)
    assert model.n_outputs_ == 2
    decision = model.decision_function(X)
    np.testing.assert_array_equal(model.predict(X), decision > 0)
    chances = model.predict_proba(X)[:, 1]
    np.testing.assert_allclose(chances, 1 / (1 + np.exp(-decision)), rtol=1e-9)
    # and start anew with one
    assert model.fit(X, codes).n_outputs_ == 1


def test_one_sigmoid_output_goes_to_the_book_and_back(two_classes, tmp_path):
    X, y = two_classes
    codes = (y == "cancer").astype(int)
    model = quick(loss="squared_error", activation="sigmoid", dtype="float64")
    path = tmp_path / "net.json"
    sknnadl.saving.save_network2(model.fit(X, codes), path)
    again = sknnadl.saving.load_network2(path)
    np.testing.assert_array_equal(
        again.decision_function(X), model.decision_function(X)
    )
    np.testing.assert_array_equal(again.classes_, [0, 1])
    assert again.partial_fit(X, codes).score(X, codes) > 0.8


def test_areas_under_the_curve_are_those_of_the_probabilities(two_classes):
    X, y = two_classes
    model = quick().fit(X, y)
    area = roc_auc_score(y == "cancer", model.predict_proba(X)[:, 1])
    assert get_scorer("roc_auc")(model, X, y) == pytest.approx(area, abs=1e-3)
    watched = quick(early_stopping=True, scoring="roc_auc").fit(X, y, X_val=X, y_val=y)
    own = get_scorer("roc_auc")(watched, X, y)
    assert watched.best_validation_score_ == pytest.approx(own, abs=1e-12)


def test_scikit_learns_tools_take_it(two_classes):
    X, y = two_classes
    calibrated = CalibratedClassifierCV(quick(), cv=3).fit(X, y)
    assert calibrated.score(X, y) > 0.95
    fitted = quick().fit(X, y)
    fixed = FixedThresholdClassifier(
        fitted, threshold=2.0, response_method="decision_function"
    )
    np.testing.assert_array_equal(
        fixed.fit(X, y).predict(X) == "cancer", fitted.decision_function(X) >= 2
    )
    tuned = TunedThresholdClassifierCV(
        quick(), response_method="decision_function", scoring="balanced_accuracy"
    )
    assert tuned.fit(X, y).score(X, y) > 0.95
    held_out = cross_val_predict(quick(), X, y, cv=3, method="decision_function")
    assert roc_auc_score(y == "cancer", held_out) > 0.97


def test_its_boundary_is_drawn(two_classes):
    pytest.importorskip("matplotlib", reason="needs the plot extra").use("agg")
    X, y = two_classes
    model = quick().fit(X[:, :2], y)
    display = DecisionBoundaryDisplay.from_estimator(
        model, X[:, :2], response_method="decision_function", grid_resolution=7
    )
    grid = np.column_stack([display.xx0.ravel(), display.xx1.ravel()])
    np.testing.assert_allclose(
        display.response.ravel(), model.decision_function(grid), rtol=1e-5, atol=1e-6
    )
