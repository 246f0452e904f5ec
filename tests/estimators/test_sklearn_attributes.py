"""The attributes that scikit-learn's perceptrons have, by their meaning there."""

import numpy as np
import pandas as pd
import pytest
from sklearn.neural_network import MLPClassifier as SklearnMLPClassifier
from sklearn.neural_network import MLPRegressor as SklearnMLPRegressor

import sknnadl
from sknnadl import ConvNetClassifier, MLPClassifier, MLPRegressor, NetworkClassifier
from sknnadl.network import BatchNorm, Conv2D, Dense, Flatten

pytestmark = pytest.mark.filterwarnings(
    "ignore:.*:sklearn.exceptions.ConvergenceWarning"
)
SHARED = {"hidden_layer_sizes": (6, 5), "max_iter": 4, "random_state": 0}
VARIANTS = [{}, {"early_stopping": True}, {"solver": "sgd"}, {"solver": "lbfgs"}]
#: What scikit-learn's have that ours have too, whatever the solver.
NAMES = {
    "n_layers_",
    "n_outputs_",
    "out_activation_",
    "n_features_in_",
    "t_",
    "n_iter_",
}


def public(model):
    names = {name for name in dir(model) if name.endswith("_") and name[0] != "_"}
    return {name for name in names if hasattr(model, name)}


TARGETS = {
    "classes": ("MLPClassifier", lambda y: y),
    "two classes": ("MLPClassifier", lambda y: np.where(y == 0, "b", "a")),
    "labels": ("MLPClassifier", lambda y: np.stack([y == 0, y > 1, y < 2], 1) + 0),
    "values": ("MLPRegressor", lambda y: y + 0.5),
    "two values": ("MLPRegressor", lambda y: np.stack([y, -y], 1)),
}


@pytest.mark.parametrize("options", VARIANTS)
@pytest.mark.parametrize("target", TARGETS)
def test_attributes_are_those_of_scikit_learn(target, options, iris):
    kind, make = TARGETS[target]
    X, y = pd.DataFrame(iris[0], columns=list("abcd")), make(iris[1])
    ours, theirs = (
        getattr(module, kind)(**SHARED, **options).fit(X, y)
        for module in (sknnadl, SKLEARN)
    )
    assert public(theirs) <= public(ours) | {"best_loss_"}
    for name in ("classes_", "feature_names_in_"):
        mine, other = (getattr(model, name, []) for model in (ours, theirs))
        np.testing.assert_array_equal(mine, other)
    for name in NAMES:
        assert getattr(ours, name) == getattr(theirs, name), name
    for name in ("coefs_", "intercepts_"):
        shapes = [[array.shape for array in getattr(m, name)] for m in (ours, theirs)]
        assert shapes[0] == shapes[1]
    for name in public(theirs) & {"validation_scores_", "loss_curve_"}:
        mine, other = getattr(ours, name), getattr(theirs, name)
        assert (mine is None) == (other is None)
        assert other is None or len(mine) == len(other)
    for name in public(theirs) & {"best_loss_", "best_validation_score_"}:
        assert (getattr(ours, name) is None) == (getattr(theirs, name) is None), name


class SKLEARN:
    MLPClassifier, MLPRegressor = SklearnMLPClassifier, SklearnMLPRegressor


def test_rows_are_counted_over_all_calls(iris):
    X, y = iris
    models = [kind(**SHARED) for kind in (MLPClassifier, SklearnMLPClassifier)]
    for model in models:
        model.partial_fit(X, y, classes=[0, 1, 2]).partial_fit(X[:50], y[:50])
    assert models[0].t_ == models[1].t_ == 200
    for model in models:
        model.set_params(warm_start=True).fit(X, y)
    assert models[0].t_ == models[1].t_ == 800
    assert MLPClassifier(**SHARED).fit(X, y).fit(X, y).t_ == 600


def test_the_best_of_each(iris):
    model = MLPClassifier(**SHARED).fit(*iris)
    assert model.best_loss_ == min(model.loss_curve_)
    assert model.loss_ == model.loss_curve_[-1]
    model = MLPClassifier(**SHARED, early_stopping=True).fit(*iris)
    assert model.best_validation_score_ == max(model.validation_scores_)
    assert model.validation_scores_ == model.history_["val_score"]


def test_layers_are_counted_with_inputs_and_outputs(digits):
    X, y = digits.X_train[:60], digits.y_train[:60]
    options = {"max_iter": 1, "n_iter_no_change": np.inf}
    net = ConvNetClassifier((2, 3), kernel_size=2, **options).fit(X, y)
    assert net.n_layers_ == 2 + 1 + 2
    layers = [Conv2D(2, 3, activation="identity"), BatchNorm(), Flatten(), Dense(4)]
    net = NetworkClassifier(layers, input_shape=(8, 8), **options).fit(X, y)
    assert net.n_layers_ == 2 + 2
    assert MLPRegressor(hidden_layer_sizes=(), **options).fit(X, y).n_layers_ == 2
