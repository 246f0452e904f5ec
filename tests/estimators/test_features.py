"""The outputs of hidden layers, as features for another estimator."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.sparse import csr_array
from scipy.special import softmax
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC

from sknnadl import (
    ConvNetClassifier,
    ConvNetRegressor,
    MLPClassifier,
    MLPRegressor,
    NetworkClassifier,
    NetworkRegressor,
)
from sknnadl.network import Conv2D, Dense, Dropout, MaxPool2D

FAST = {"max_iter": 2, "n_iter_no_change": np.inf, "random_state": 0}
CONV = {"kernel_size": 3, "padding": "same", **FAST}
LAYERS = (Conv2D(3, 3), MaxPool2D(2), Dropout(0.1), Conv2D(4, 2, activation="gelu"))
STACK = {"input_shape": (8, 8), **FAST, "solver": "adam", "max_iter": 30}
CLASSIFIERS = [
    MLPClassifier((7, 5), **FAST),
    MLPClassifier((7, 5), batch_norm=True, dropout=0.5, dtype="float64", **FAST),
    MLPClassifier((7,), activation="gelu", input_scaling="robust", n_bins=4, **FAST),
    ConvNetClassifier((3, 4), hidden_layer_sizes=(6,), batch_norm=True, **CONV),
    ConvNetClassifier((3,), hidden_layer_sizes=(), pooling="l2", **CONV),
    NetworkClassifier(LAYERS, **STACK),
]


def outputs_of_next(model, features, number):
    """Return the logits that one layer of weights makes of what is before it."""
    return features @ model.coefs_[number] + model.intercepts_[number]


@pytest.mark.parametrize("model", CLASSIFIERS, ids=lambda model: type(model).__name__)
def test_the_output_layer_makes_the_predictions_of_them(model, digits):
    model.fit(digits.X_train[:300], digits.y_train[:300])
    X = digits.X_test
    features = model.transform(X)
    assert features.shape[0] == len(X)
    assert features.ndim == 2
    probabilities = softmax(outputs_of_next(model, features, -1), axis=1)
    # Kernels and BLAS add up in another order.
    assert_allclose(probabilities, model.predict_proba(X), rtol=0, atol=1e-5)


@pytest.mark.parametrize(
    "model",
    [
        MLPRegressor(hidden_layer_sizes=(6,), **FAST),
        ConvNetRegressor((3,), hidden_layer_sizes=(5,), **CONV),
        NetworkRegressor([Dense(4, "tanh")], **FAST),
    ],
    ids=lambda model: type(model).__name__,
)
def test_of_regressors_too(model, digits):
    model.fit(digits.X_train[:200], digits.y_train[:200].astype(float))
    X = digits.X_test
    scaled = outputs_of_next(model, model.transform(X), -1).ravel()
    expected = scaled * model.target_scale_ + model.target_mean_
    assert_allclose(model.predict(X), expected, rtol=0, atol=1e-4)


def test_each_hidden_layer_by_hand(iris):
    model = MLPClassifier((5, 4, 3), activation="tanh", **FAST).fit(*iris)
    before = iris[0]
    for number in range(3):
        expected = np.tanh(outputs_of_next(model, before, number))
        for name in (number, number - 3):
            found = model.set_params(feature_layer=name).transform(iris[0])
            assert_allclose(found, expected, rtol=0, atol=1e-12)
        before = expected


def test_convolutions_come_first_and_are_pooled(digits):
    model = ConvNetClassifier((3, 4), hidden_layer_sizes=(6, 5), **CONV)
    model.fit(digits.X_train[:100], digits.y_train[:100])
    X = digits.X_test[:20]
    shapes = []
    for number in range(4):
        model.set_params(feature_layer=number)
        shapes.append(model.transform(X).shape[1])
        assert len(model.get_feature_names_out()) == shapes[-1]
    assert shapes == [4 * 4 * 3, 2 * 2 * 4, 6, 5]
    maps = model.set_params(feature_layer=1).transform(X)
    hidden = model.set_params(feature_layer=2).transform(X)
    assert_allclose(hidden, np.maximum(outputs_of_next(model, maps, 2), 0), atol=1e-5)


def test_the_layers_that_a_user_names_are_counted_as_they_are(digits):
    model = NetworkClassifier(LAYERS, **STACK)
    model.fit(digits.X_train[:100], digits.y_train[:100])
    sizes = [6 * 6 * 3, 3 * 3 * 3, 3 * 3 * 3, 2 * 2 * 4]
    for number, size in enumerate(sizes):
        for name in (number, number - 4):
            model.set_params(feature_layer=name)
            assert model.transform(digits.X_test[:5]).shape == (5, size)


@pytest.mark.parametrize("model", CLASSIFIERS, ids=lambda model: type(model).__name__)
def test_the_same_bits_on_any_number_of_threads_and_of_any_form(model, digits):
    model.fit(digits.X_train[:100], digits.y_train[:100])
    X = np.tile(digits.X_test, (3, 1))
    expected = model.set_params(n_jobs=1).transform(X)
    assert_array_equal(model.set_params(n_jobs=2).transform(X), expected)
    if not hasattr(model, "encoding_"):
        assert_array_equal(model.transform(csr_array(X)), expected)
    if hasattr(model, "input_shape_"):
        assert_array_equal(model.transform(X.reshape(-1, 8, 8)), expected)


def test_names_and_containers(iris):
    frame = pd.DataFrame(iris[0], columns=list("abcd"))
    model = MLPClassifier((3,), **FAST).fit(frame, iris[1])
    names = ["mlpclassifier0", "mlpclassifier1", "mlpclassifier2"]
    assert model.get_feature_names_out(list("abcd")).tolist() == names
    with pytest.raises(ValueError, match="input_features is not equal"):
        model.get_feature_names_out(list("dcba"))
    values = model.transform(frame)
    found = model.set_output(transform="pandas").transform(frame)
    assert found.columns.tolist() == names
    assert_array_equal(found.to_numpy(), values)


def test_a_grid_searches_over_the_layer_and_what_follows(digits):
    X, y = digits.X_train[:300], digits.y_train[:300]
    steps = make_pipeline(ConvNetClassifier((4,), **CONV), SVC())
    grid = {"convnetclassifier__feature_layer": [0, -1], "svc__C": [1, 10]}
    search = GridSearchCV(steps, grid, cv=2).fit(X.reshape(-1, 8, 8), y)
    assert search.score(digits.X_test.reshape(-1, 8, 8), digits.y_test) > 0.85


def test_tables_with_text_and_gaps():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {"a": rng.random(60), "b": np.where(rng.random(60) < 0.5, *"xy")}
    )
    frame.loc[3, "a"] = np.nan
    model = MLPClassifier.for_tables((4,), **FAST)
    model = make_pipeline(model, LogisticRegression()).fit(frame, frame["b"])
    assert model[0].transform(frame).shape == (60, 4)
    assert model.score(frame, frame["b"]) > 0.9  # the class is a column


@pytest.mark.parametrize("number", [2, -3])
def test_a_layer_that_is_not_there(number, iris):
    model = MLPClassifier((4, 3), **FAST).fit(*iris)
    before = model.parameters_
    message = (
        rf"feature_layer must be from -2 to 1, as .* 2 hidden layers, got {number}"
    )
    model.set_params(feature_layer=number)
    for refused in (model.fit, model.partial_fit):
        with pytest.raises(ValueError, match=message):
            refused(*iris)
    with pytest.raises(ValueError, match=message):
        model.transform(iris[0])
    with pytest.raises(ValueError, match=message):
        model.get_feature_names_out()
    assert model.parameters_ is before


def test_without_hidden_layers_only_transform_is_refused(iris):
    model = MLPClassifier((), **FAST).fit(*iris)
    assert model.predict(iris[0]).shape == iris[1].shape
    with pytest.raises(ValueError, match="left as it is, as the network has 0 hidden"):
        model.transform(iris[0])
    with pytest.raises(ValueError, match="feature_layer"):
        model.set_params(feature_layer=0).fit(*iris)


def test_features_follow_weights_that_are_changed_in_place(iris):
    model = MLPClassifier((3,), **FAST).fit(*iris)
    model.transform(iris[0])
    model.coefs_[0][...] = 0
    model.intercepts_[0][...] = 2
    assert (model.transform(iris[0]) == 2).all()


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("layers", [[], [Dense(3)], [Dense(3)] * 6])
def test_layers_for_the_next_fit_are_not_those_of_this_one(layers, iris):
    model = NetworkClassifier([Dense(5), Dense(4)], max_iter=2, random_state=0)
    features = model.fit(*iris).transform(iris[0])
    assert features.shape == (150, 4)
    model.set_params(layers=layers)
    np.testing.assert_array_equal(model.transform(iris[0]), features)
    assert len(model.get_feature_names_out()) == 4
