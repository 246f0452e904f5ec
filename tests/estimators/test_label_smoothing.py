"""Targets that are not quite sure."""

import pickle

import numpy as np
import pytest
from own_losses import Focal
from scipy.special import log_expit, log_softmax
from sklearn.base import clone
from sklearn.metrics import log_loss

import sknnadl
from sknnadl import ConvNetClassifier, MLPClassifier, NetworkClassifier
from sknnadl.network import Dense, Flatten

OPTIONS = {
    "n_iter_no_change": np.inf,
    "random_state": 0,
    "max_iter": 4,
    "learning_rate": "constant",
}
KINDS = {
    "perceptron": MLPClassifier((10,), **OPTIONS),
    "convolutional": ConvNetClassifier((4,), kernel_size=3, **OPTIONS),
    "any layers": NetworkClassifier((Flatten(), Dense(10, "gelu")), **OPTIONS),
}
LOSSES = ["log_loss", "cross_entropy", "squared_error"]


def take(digits, targets):
    """Return images and targets of a kind."""
    X, y = digits.X_train[:200].reshape(-1, 8, 8), digits.y_train[:200]
    if targets == "two classes":
        y = y == 9
    elif targets == "labels":
        y = np.stack([y % 2 == 1, y > 4, y == 0], axis=1).astype(int)
    return X, y


def smoothed(y, share):
    """Return targets smoothed by hand, with a column an output of a softmax."""
    if y.ndim == 2:
        return (1 - share) * y + share / 2
    n_classes = len(np.unique(y))
    return (1 - share) * np.eye(n_classes)[y.astype(int)] + share / n_classes


@pytest.mark.parametrize("targets", ["classes", "two classes", "labels"])
def test_costs_are_those_of_smoothed_targets(targets, digits):
    X, y = take(digits, targets)
    X, share = X.reshape(len(X), -1).astype(float), 0.2
    model = MLPClassifier((10,), label_smoothing=share, **OPTIONS)
    model.set_params(early_stopping=True).fit(X, y, X_val=X, y_val=y)
    z = model.decision_function(X)
    if targets == "two classes":
        z = np.column_stack([-z / 2, z / 2])
    truth = smoothed(y, share)
    if targets == "labels":
        costs = -truth * log_expit(z) - (1 - truth) * log_expit(-z)
    else:
        costs = -truth * log_softmax(z, axis=1)
    assert model.history_["val_loss"][-1] == pytest.approx(costs.sum(axis=1).mean())
    # Scores know of no smoothing.
    assert model.history_["val_score"][-1] == model.score(X, y)


@pytest.mark.parametrize("targets", ["classes", "two classes", "labels"])
@pytest.mark.parametrize("loss", LOSSES)
def test_no_smoothing_is_none_and_a_little_is_a_little(loss, targets, digits):
    X, y = take(digits, targets)
    plain, none, little, much = (
        MLPClassifier((10,), loss=loss, dtype="float64", **OPTIONS, **options).fit(
            X.reshape(len(X), -1), y
        )
        for options in (
            {},
            {"label_smoothing": 0},
            {"label_smoothing": 1e-9},
            {"label_smoothing": 0.2},
        )
    )
    np.testing.assert_array_equal(none.parameters_, plain.parameters_)
    np.testing.assert_allclose(little.parameters_, plain.parameters_, atol=1e-7)
    assert np.abs(much.parameters_ - plain.parameters_).max() > 1e-3


def test_a_network_is_less_sure(iris):
    X, y = iris
    options = {"alpha": 0, "random_state": 0}
    sure, smooth = (
        MLPClassifier(label_smoothing=share, **options).fit(X, y) for share in (0, 0.3)
    )
    # The best probability of a class that is told for certain is 1 - 0.3 + 0.3 / 3.
    certain = y == 0
    assert sure.predict_proba(X)[certain, 0].mean() > 0.99
    assert smooth.predict_proba(X)[certain, 0].mean() == pytest.approx(0.8, abs=0.03)
    assert smooth.score(X, y) > 0.95


def test_the_plain_loss_can_be_watched_by_a_scorer(digits):
    X, y = take(digits, "classes")
    model = clone(KINDS["convolutional"]).set_params(label_smoothing=0.1)
    model.set_params(early_stopping=True, scoring="neg_log_loss")
    model.fit(X, y, X_val=X, y_val=y)
    plain = log_loss(y, model.predict_proba(X))
    assert model.best_validation_score_ == pytest.approx(-plain, rel=1e-5)
    assert min(model.history_["val_loss"]) > plain


@pytest.mark.parametrize("targets", ["classes", "two classes", "labels"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("early_stopping", [False, True])
def test_it_lives_as_long_as_others(early_stopping, kind, targets, digits, tmp_path):
    X, y = take(digits, targets)
    X = X.reshape(len(X), -1)  # which are known to be square
    model = clone(KINDS[kind]).set_params(label_smoothing=0.1)
    model.set_params(early_stopping=early_stopping)
    given = {"X_val": X[:50], "y_val": y[:50]}
    fitted = clone(model).fit(X, y, **given)
    alone = clone(model).set_params(n_jobs=1).fit(X, y, **given)
    by_parts = clone(model)
    for _ in range(4):
        by_parts.partial_fit(X, y, classes=fitted.classes_, **given)
    half = clone(model).set_params(max_iter=1, warm_start=True).fit(X, y, **given)
    sknnadl.save(half, tmp_path / "model.npz")
    others = pickle.loads(pickle.dumps(half)), sknnadl.load(tmp_path / "model.npz")
    for other in others:
        other.set_params(max_iter=3).fit(X, y, **given)
    for other in (alone, by_parts, *others):
        np.testing.assert_array_equal(other.parameters_, fitted.parameters_)
        for entry in ("loss", "val_loss", "val_score"):
            np.testing.assert_array_equal(other.history_[entry], fitted.history_[entry])


def test_another_share_is_not_compared(iris):
    X, y = iris
    model = MLPClassifier((5,), early_stopping=True, **OPTIONS)
    for share in (0.0, 0.3):
        model.set_params(label_smoothing=share)
        model.partial_fit(X, y, classes=[0, 1, 2], X_val=X, y_val=y)
    # It is the second network, although the first had the lower loss of plain targets.
    first, second = model.history_["val_loss"]
    assert model.training_state_["plateau_best"] == second > first


def test_a_loss_of_ones_own_sees_smoothed_targets(iris):
    X, y = iris
    model = MLPClassifier((5,), loss=Focal(), label_smoothing=0.2, **OPTIONS)
    model.fit(X, y, X_val=X, y_val=y)
    costs = Focal().value(model.decision_function(X), smoothed(y, 0.2))
    assert model.history_["val_loss"][-1] == pytest.approx(costs.mean())


@pytest.mark.parametrize("share", [-0.1, 1.0, "much"])
def test_bad_shares_are_refused(share, iris):
    with pytest.raises(ValueError, match="The 'label_smoothing' parameter"):
        MLPClassifier(label_smoothing=share).fit(*iris)
