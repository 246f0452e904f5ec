"""Weights of rows and of classes."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.ensemble import AdaBoostClassifier
from sklearn.utils.class_weight import compute_class_weight, compute_sample_weight

from sknnadl import ConvNetClassifier, MLPClassifier, MLPRegressor, NetworkClassifier

CLASS_WEIGHTS = ["balanced", {0: 1, 1: 2.5, 2: 0.5}, {1: 3.0}]


def quick(estimator=MLPClassifier, **parameters):
    defaults = {
        "max_iter": 3,
        "n_iter_no_change": np.inf,
        "random_state": 0,
        "learning_rate": "constant",
    }
    return estimator(**(defaults | parameters))


@pytest.fixture(scope="module")
def uneven(iris):
    """The flowers, fewer of them for each class."""
    X, y = iris
    rows = np.r_[0:50, 50:80, 100:110]
    return X[rows], y[rows]


@pytest.mark.parametrize("solver", ["sgd", "adam", "lbfgs"])
@pytest.mark.parametrize("class_weight", CLASS_WEIGHTS, ids=str)
@pytest.mark.parametrize("rows_have_weights", [False, True])
@pytest.mark.filterwarnings("ignore:Training stopped after")
def test_class_weights_are_row_weights(class_weight, solver, rows_have_weights, uneven):
    X, y = uneven
    w = np.linspace(0.1, 1, len(y)) if rows_have_weights else np.ones(len(y))
    by_class = quick(class_weight=class_weight, solver=solver)
    by_class.fit(X, y, w if rows_have_weights else None)
    by_row = quick(solver=solver)
    classes = np.unique(y)
    factors = compute_class_weight(class_weight, classes=classes, y=y, sample_weight=w)
    by_row.fit(X, y, w * factors[y])
    np.testing.assert_array_equal(by_class.parameters_, by_row.parameters_)
    assert by_class.loss_curve_ == by_row.loss_curve_


@pytest.mark.parametrize(
    "model",
    [
        ConvNetClassifier((2,), kernel_size=(1, 2), pool_size=1, image_shape=(1, 4)),
        NetworkClassifier(),
    ],
)
def test_every_classifier_has_class_weights(model, uneven):
    X, y = uneven
    model.set_params(max_iter=2, n_iter_no_change=np.inf, random_state=0)
    by_row = clone(model).fit(X, y, compute_sample_weight("balanced", y))
    by_class = clone(model).set_params(class_weight="balanced").fit(X, y)
    np.testing.assert_array_equal(by_class.parameters_, by_row.parameters_)


def test_class_weights_by_the_users_labels(uneven):
    X, y = uneven
    names = np.array(["one", "two", "three"], dtype=object)
    weights = {"one": 1, "two": 2, "three": 3}
    by_name = quick(class_weight=weights).fit(X, names[y])
    by_row = quick().fit(X, names[y], y + 1)
    np.testing.assert_array_equal(by_name.parameters_, by_row.parameters_)


@pytest.mark.filterwarnings("ignore:The network has learned nothing")
def test_balanced_classes_are_heard_alike():
    # Nothing tells the classes apart but how many there are of each.
    X, y = np.zeros((100, 1)), (np.arange(100) < 5).astype(int)
    options = {"solver": "lbfgs", "tol": 1e-7, "hidden_layer_sizes": ()}
    plain, balanced = (
        MLPClassifier(class_weight=weight, **options).fit(X, y).predict_proba([[0]])
        for weight in (None, "balanced")
    )
    np.testing.assert_allclose(plain, [[0.95, 0.05]], atol=1e-4)
    np.testing.assert_allclose(balanced, [[0.5, 0.5]], atol=1e-4)


@pytest.mark.parametrize("dense", [True, False])
def test_the_weights_of_labels_are_multiplied(dense, iris):
    X, y = iris
    Y = np.stack([y == 0, y > 0, X[:, 0] > 0], axis=1).astype(int)
    weights = [{0: 1, 1: 2}, {0: 0.5, 1: 1}, {0: 1, 1: 3}]
    by_row = quick().fit(X, Y, compute_sample_weight(weights, Y))
    by_class = quick(class_weight=weights).fit(X, Y if dense else sparse.csr_array(Y))
    np.testing.assert_array_equal(by_class.parameters_, by_row.parameters_)
    balanced = quick(class_weight="balanced").fit(X, Y)
    by_row.fit(X, Y, compute_sample_weight("balanced", Y))
    np.testing.assert_array_equal(balanced.parameters_, by_row.parameters_)


def test_partial_fit_takes_class_weights_but_no_balance(uneven):
    X, y = uneven
    weights = {0: 1, 1: 2, 2: 5}
    fitted = quick(class_weight=weights).fit(X, y)
    model = quick(class_weight=weights)
    for _ in range(3):
        model.partial_fit(X, y, classes=[0, 1, 2])
    np.testing.assert_array_equal(model.parameters_, fitted.parameters_)
    model.set_params(class_weight="balanced")
    with pytest.raises(ValueError, match=r"class_weight='balanced' needs all rows"):
        model.partial_fit(X, y)
    with pytest.raises(ValueError, match=r"class_weight='balanced' needs all rows"):
        quick(class_weight="balanced").partial_fit(X, y, classes=[0, 1, 2])
    assert len(model.loss_curve_) == 3


@pytest.mark.parametrize("options", [{}, {"solver": "adam"}, {"loss": "squared_error"}])
def test_rows_of_a_class_without_weight_are_no_evidence(options, iris):
    X, y = iris
    model = quick(class_weight={0: 0, 1: 1, 2: 1}, **options)
    other = np.where(y[:, np.newaxis] == 0, 9 - X, X)
    expected = clone(model).fit(X, y)
    np.testing.assert_array_equal(model.fit(other, y).parameters_, expected.parameters_)


@pytest.mark.parametrize("estimator", [MLPClassifier, MLPRegressor])
@pytest.mark.parametrize("solver", ["sgd", "adam", "lbfgs"])
@pytest.mark.filterwarnings("ignore:Training stopped after")
def test_rows_without_weight_are_no_evidence(estimator, solver, iris):
    X, y = iris
    w = np.tile([1, 1, 0], 50)
    model = quick(estimator, solver=solver, early_stopping=True)
    expected = clone(model).fit(X, y, w)
    other = np.where(w[:, np.newaxis], X, 1 - X), np.where(w, y, y[::-1])
    model.fit(*other, w)
    np.testing.assert_array_equal(model.parameters_, expected.parameters_)
    assert model.history_["val_loss"] == expected.history_["val_loss"]


def test_validation_rows_without_weight_are_no_evidence(iris):
    X, y = iris
    w = np.tile([1, 0, 2], 50)
    model = quick(early_stopping=True)
    expected = clone(model).fit(X, y, X_val=X[w > 0], y_val=y[w > 0])
    model.fit(X, y, X_val=X[w > 0], y_val=y[w > 0], sample_weight_val=w[w > 0])
    assert model.history_["val_loss"] != expected.history_["val_loss"]
    expected.fit(X, y, X_val=X, y_val=y, sample_weight_val=w)
    np.testing.assert_allclose(
        model.history_["val_loss"], expected.history_["val_loss"], rtol=1e-12
    )


@pytest.mark.parametrize("weighted", [False, True])
def test_validation_knows_no_class_weights(weighted, uneven):
    X, y = uneven
    w = np.linspace(0.5, 1, len(y)) if weighted else None
    model = quick(class_weight="balanced", early_stopping=True)
    held_out = model.set_params(validation_fraction=None).fit(X, y, w).history_
    given = clone(model).fit(X, y, w, X_val=X, y_val=y, sample_weight_val=w).history_
    for name in ("val_score", "val_loss"):
        np.testing.assert_allclose(held_out[name], given[name], rtol=1e-12)


def test_weights_of_any_form(iris):
    X, y = iris
    w = np.tile([1, 2, 3], 50)
    expected = quick(class_weight={1: 2}).fit(X, y, w)
    for form in (list(w), pd.Series(w), w.astype("float32"), w.astype("uint8")):
        model = quick(class_weight={1: 2}).fit(X, y, form)
        np.testing.assert_array_equal(model.parameters_, expected.parameters_)


BAD_WEIGHTS = [
    ({"class_weight": "even"}, {}, "'class_weight'"),
    ({"class_weight": 2.0}, {}, "'class_weight'"),
    ({"class_weight": {0: -1}}, {}, "[Nn]egative"),
    ({"class_weight": {"a": 2}}, {}, r"names the classes \['a'\], which are not among"),
    ({"class_weight": dict.fromkeys(range(3), 0)}, {}, "weight.*zero"),
    ({}, {"sample_weight": np.zeros(150)}, "weight.*zero"),
    ({}, {"sample_weight": np.ones(149)}, r"sample_weight.*\(149,\)"),
    ({}, {"sample_weight": -np.ones(150)}, "[Nn]egative.*sample_weight"),
    pytest.param(
        {"class_weight": {1: 2}},
        {"sample_weight": np.ones(149)},
        "sample_weight",
    ),
]


@pytest.mark.parametrize(("parameters", "weights", "message"), BAD_WEIGHTS)
def test_bad_weights_are_refused(parameters, weights, message, iris):
    model = quick(**parameters)
    with pytest.raises(ValueError, match=message):
        model.fit(*iris, **weights)
    assert not hasattr(model, "classes_")


def test_class_weights_of_a_class_that_a_call_has_not(uneven):
    X, y = uneven
    model = quick(class_weight={2: 5.0}, early_stopping=True)
    model.partial_fit(X[:80], y[:80], classes=[0, 1, 2])  # has none of class 2


def test_rows_without_weight_do_not_count_in_the_balance(uneven):
    X, y = uneven
    w = np.r_[np.ones(85), np.zeros(5)]
    options = {"batch_size": 100, "shuffle": False, "class_weight": "balanced"}
    weighted = quick(**options).fit(X, y, w)
    left_out = quick(**options).fit(X[:85], y[:85])
    np.testing.assert_allclose(weighted.parameters_, left_out.parameters_, rtol=1e-9)


def test_weights_mean_the_same_in_calls_that_go_on(iris):
    X, y = iris
    options = {"hidden_layer_sizes": (5,), "batch_size": 150, "random_state": 0}

    def second_step(weight):
        model = MLPClassifier(**options).partial_fit(X, y, np.ones(150), [0, 1, 2])
        before = model.training_state_["parameters"].copy()
        model.set_params(alpha=0.0).partial_fit(X[:1], y[:1], sample_weight=[weight])
        return model.training_state_["parameters"] - before

    one, five = second_step(1.0), second_step(5.0)
    np.testing.assert_allclose(five, 5 * one, rtol=1e-6, atol=1e-12)
    assert np.abs(one).max() > 0


def test_class_weights_of_chunks_are_those_of_all_rows():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((2000, 5))
    y = (X[:, 0] + 0.5 * rng.standard_normal(2000) > 2).astype(int)
    options = {"class_weight": {0: 1, 1: 99}, "batch_size": 10, "random_state": 0}
    model = MLPClassifier((20,), **options)
    for _ in range(5):
        for start in range(0, 2000, 10):
            rows = slice(start, start + 10)
            model.partial_fit(X[rows], y[rows], classes=[0, 1])
    recall = model.predict(X)[y == 1].mean()
    assert recall > 0.9


def test_weights_of_validation_rows_are_their_own_when_going_on(iris):
    X, y = iris
    w, w_val = np.linspace(1, 9, 150), np.linspace(100, 1, 50)
    given = {"X_val": X[::3], "y_val": y[::3], "sample_weight_val": w_val}
    options = {
        "early_stopping": True,
        "n_iter_no_change": np.inf,
        "random_state": 0,
        "learning_rate": "constant",
    }
    whole = MLPClassifier((5,), max_iter=9, **options).fit(X, y, w, **given)
    model = MLPClassifier((5,), max_iter=8, warm_start=True, **options)
    model.fit(X, y, w, **given).set_params(max_iter=1).fit(X, y, w, **given)
    np.testing.assert_array_equal(model.parameters_, whole.parameters_)
    assert model.history_["val_loss"] == whole.history_["val_loss"]


def test_a_fit_that_goes_on_divides_weights_by_their_own_mean(iris):
    X, y = iris
    options = {
        "max_iter": 3,
        "n_iter_no_change": np.inf,
        "random_state": 0,
        "learning_rate": "constant",
    }
    options["alpha"] = 0  # the penalty is divided by the weights as they are
    one, other = (
        MLPClassifier((5,), **options, warm_start=True).fit(X, y, np.ones(150))
        for _ in range(2)
    )
    one.fit(X, y, np.ones(150))
    other.fit(X, y, np.full(150, 100.0))
    np.testing.assert_allclose(one.parameters_, other.parameters_, rtol=1e-12)


@pytest.mark.parametrize("solver", ["sgd", "lbfgs"])
@pytest.mark.filterwarnings("ignore:Training stopped after max_iter")
def test_weights_that_sum_to_one_are_no_stronger_penalty(solver, iris):
    X, y = iris
    w = np.linspace(0.1, 1, 150)
    options = {"solver": solver, "max_iter": 20, "random_state": 0}
    one = MLPClassifier((5,), **options).fit(X, y, w / w.mean())
    other = MLPClassifier((5,), **options).fit(X, y, w / w.sum())
    np.testing.assert_allclose(  # but for rounding, which 20 iterations let grow
        one.predict_proba(X), other.predict_proba(X), rtol=0, atol=1e-6
    )


def test_boosting_gives_such_weights(iris):
    X, y = iris
    mlp = MLPClassifier((20,), max_iter=50)
    model = AdaBoostClassifier(mlp, n_estimators=3, random_state=0)
    assert model.fit(X, y).score(X, y) > 0.8  # a penalty beyond all rows gives 1/3
