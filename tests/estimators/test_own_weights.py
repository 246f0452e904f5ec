"""Weights that a user brings, or changes in place: training goes on from them."""

import copy
import io
import pickle
import re

import joblib
import numpy as np
import pytest

from sknnadl import ConvNetClassifier, MLPClassifier, MLPRegressor


def through_nothing(model):
    return model


def through_pickle(model):
    return pickle.loads(pickle.dumps(model))


def through_joblib(model):
    file = io.BytesIO()
    joblib.dump(model, file)
    file.seek(0)
    return joblib.load(file)


WAYS = [through_nothing, through_pickle, through_joblib]
OPTIONS = [
    {},
    {"solver": "adam", "dropout": 0.2},
    {"early_stopping": True},
    {"early_stopping": True, "scoring": "loss", "dtype": "float32"},
]


def fit(iris, **options):
    model = MLPClassifier((5,), max_iter=4, n_iter_no_change=np.inf, random_state=0)
    return model.set_params(**options).fit(*iris)


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("before", WAYS)
@pytest.mark.parametrize("after", WAYS)
def test_weights_that_are_changed_in_place_are_gone_on_from(
    options, before, after, iris
):
    model = before(fit(iris, **options))
    model.set_params(learning_rate_init=1e-12)  # which leaves them where they are
    model.coefs_[0][...] = 0.25
    model.intercepts_[1][...] = -1
    model = after(model)
    model.partial_fit(*iris)
    np.testing.assert_allclose(model.coefs_[0], 0.25, atol=1e-6)
    np.testing.assert_allclose(model.intercepts_[1], -1, atol=1e-6)
    model.set_params(warm_start=True, max_iter=2).fit(*iris)
    np.testing.assert_allclose(model.coefs_[0], 0.25, atol=1e-6)


@pytest.mark.parametrize("options", OPTIONS)
def test_weights_can_be_set(options, iris):
    model, other = fit(iris, **options), fit(iris, **options, random_state=1)
    held = model.parameters_, model.parameters_.copy()
    model.coefs_ = other.coefs_
    model.intercepts_ = [values.tolist() for values in other.intercepts_]
    np.testing.assert_array_equal(
        model.predict_proba(iris[0]), other.predict_proba(iris[0])
    )
    np.testing.assert_array_equal(*held)  # a vector that somebody keeps stays
    model.set_params(learning_rate_init=1e-12).partial_fit(*iris)
    np.testing.assert_allclose(model.parameters_, other.parameters_, atol=1e-6)


def test_weights_of_other_shapes_are_refused(iris, digits):
    model = fit(iris)
    before = model.parameters_.copy()
    with pytest.raises(ValueError, match=r"shapes \[\(4, 5\), \(5, 3\)\], got"):
        model.coefs_ = [np.ones((4, 5)), np.ones((3, 5))]
    with pytest.raises(ValueError, match=r"intercepts_ must be a list of arrays"):
        model.intercepts_ = [np.ones(5)]
    for wrong in (3, [["a"], ["b"]], [np.full((4, 5), np.nan), np.ones((5, 3))]):
        with pytest.raises(
            ValueError, match="coefs_ must be a list of arrays of finite"
        ):
            model.coefs_ = wrong
    np.testing.assert_array_equal(model.parameters_, before)
    with pytest.raises(ValueError, match="fitted"):
        MLPRegressor().coefs_ = [np.ones((4, 5))]
    net = ConvNetClassifier((2,), kernel_size=3, max_iter=1, random_state=0)
    net.set_params(n_iter_no_change=np.inf).fit(
        digits.X_train[:50], digits.y_train[:50]
    )
    net.coefs_ = [np.zeros(values.shape) for values in net.coefs_]
    assert not any(values.any() for values in net.coefs_)


def test_weights_in_a_file_that_cannot_be_written_to(iris, tmp_path):
    joblib.dump(fit(iris), tmp_path / "model")
    model = joblib.load(tmp_path / "model", mmap_mode="r")
    model.coefs_ = [np.ones((4, 5)), np.ones((5, 3))]
    assert (model.coefs_[0] == 1).all()


@pytest.mark.parametrize("name", ["coefs_", "intercepts_"])
@pytest.mark.filterwarnings("ignore:Training stopped after max_iter")
def test_one_of_the_arrays_can_be_set(name, iris):
    X, y = iris
    model = MLPClassifier((5, 4), max_iter=1).fit(X, y)
    other = MLPClassifier((5, 4), max_iter=1, random_state=1).fit(X, y)
    arrays = getattr(model, name)
    assert isinstance(arrays, list)
    for i, value in enumerate(getattr(other, name)):
        getattr(model, name)[i] = 2 * value
        np.testing.assert_array_equal(getattr(model, name)[i], 2 * value)
    getattr(model, name)[:] = getattr(other, name)
    for mine, theirs in zip(getattr(model, name), getattr(other, name), strict=True):
        np.testing.assert_array_equal(mine, theirs)
    shape = getattr(model, name)[0].shape
    with pytest.raises(ValueError, match=rf"of the shape {re.escape(str(shape))}.*3,"):
        getattr(model, name)[0] = np.zeros(3)


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, list])
def test_a_copy_of_the_arrays_writes_nowhere(duplicate, iris):
    model = MLPClassifier((5, 4), max_iter=1, random_state=0).fit(*iris)
    before = model.parameters_.copy()
    arrays = duplicate(model.coefs_)
    arrays[0] = np.zeros((2, 2))
    assert type(arrays) is list
    np.testing.assert_array_equal(model.parameters_, before)
    with pytest.raises(ValueError, match="finite numbers"):
        model.coefs_[0] = np.full((4, 5), np.nan)
    np.testing.assert_array_equal(model.parameters_, before)
