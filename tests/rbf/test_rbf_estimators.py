"""The estimators: what they learn, and that they live through many calls."""

import inspect
import pickle
import re

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from sklearn.base import clone
from sklearn.datasets import load_diabetes, load_iris, make_multilabel_classification
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import Ridge, RidgeClassifier
from sklearn.metrics import log_loss
from sklearn.model_selection import GridSearchCV
from sklearn.preprocessing import scale
from threadpoolctl import threadpool_limits

from sknnadl import RBFClassifier, RBFRegressor
from sknnadl.rbf import gaussian_units
from sknnadl.rbf.gaussian_units import activate

X_IRIS, Y_IRIS = scale(load_iris().data), load_iris().target
X_VALUES, Y_VALUES = load_diabetes(return_X_y=True)
X_VALUES = scale(X_VALUES)
BOTH = [RBFClassifier, RBFRegressor]


def activations(model, X):
    return activate(X, model.centers_, model.widths_, model.normalize_)


def same(a, b):
    """Return whether two estimators have learned the same bits."""
    names = [name for name in vars(a) if name.endswith("_")]
    assert vars(b).keys() == vars(a).keys()
    return all(np.array_equal(getattr(a, n), getattr(b, n)) for n in names)


@pytest.mark.parametrize("normalize", [False, True])
@pytest.mark.parametrize("weights", [None, np.arange(442.0)])
def test_the_outputs_of_values_are_ridge_regression(normalize, weights):
    model = RBFRegressor(30, normalize=normalize, alpha=0.1, random_state=0)
    model.fit(X_VALUES, Y_VALUES, weights)
    features = activations(model, X_VALUES)
    ridge = Ridge(0.1, solver="svd").fit(features, Y_VALUES, weights)
    assert_allclose(model.coef_, ridge.coef_, rtol=1e-8)
    assert_allclose(model.intercept_, ridge.intercept_, rtol=1e-8)
    assert_allclose(model.predict(X_VALUES), ridge.predict(features), rtol=1e-8)
    two = np.column_stack([Y_VALUES, -Y_VALUES])
    double = clone(model).fit(X_VALUES, two, weights)
    ridge.fit(features, two, weights)
    assert double.coef_.shape == ridge.coef_.shape == (2, 30)
    assert_allclose(double.coef_, ridge.coef_, rtol=1e-8)
    assert double.intercept_.shape == ridge.intercept_.shape
    assert type(model.intercept_) is float


@pytest.mark.parametrize("n_classes", [2, 3])
def test_the_outputs_of_classes_are_a_ridge_classifier(n_classes):
    rows = n_classes > Y_IRIS
    X, y = X_IRIS[rows], Y_IRIS[rows]
    model = RBFClassifier(20, alpha=0.1, random_state=0).fit(X, y)
    features = activations(model, X)
    ridge = RidgeClassifier(0.1, solver="svd").fit(features, y)
    assert model.coef_.shape == (len(model.intercept_), 20)
    assert_allclose(model.coef_, np.atleast_2d(ridge.coef_), atol=1e-8)
    assert_allclose(model.intercept_, ridge.intercept_, atol=1e-8)
    ours, theirs = model.decision_function(X), ridge.decision_function(features)
    assert ours.shape == theirs.shape
    assert_allclose(ours, theirs, atol=1e-8)
    assert_array_equal(model.predict(X), ridge.predict(features))
    assert_allclose(model.predict_proba(X).sum(axis=1), 1, rtol=1e-14)
    assert_allclose(model.predict_log_proba(X), np.log(model.predict_proba(X)))


def test_as_many_units_as_rows_go_through_all_targets():
    X = np.linspace(0, 1, 12).reshape(-1, 1)
    y = np.random.default_rng(0).normal(size=12)
    model = RBFRegressor(12, width=0.1, alpha=0).fit(X, y)
    assert_array_equal(model.centers_, X)
    # The condition of these Gaussians is 1e4.
    assert_allclose(model.predict(X), y, atol=1e-10)


def test_probabilities_are_those_of_rows_that_were_left_out():
    train, test = np.arange(150) % 2 == 0, np.arange(150) % 2 == 1
    model = RBFClassifier(random_state=0).fit(X_IRIS[train], Y_IRIS[train])
    assert len(model.centers_) > 70  # each row, so that training rows say little
    losses = {}
    for factor in (0.25, 1, 4):
        other = clone(model).fit(X_IRIS[train], Y_IRIS[train])
        other.inverse_temperature_ *= factor
        proba = other.predict_proba(X_IRIS[test])
        losses[factor] = log_loss(Y_IRIS[test], proba)
    assert losses[1] == min(losses.values())


def test_several_labels(digits):
    X, Y = make_multilabel_classification(300, n_classes=3, random_state=0)
    X = scale(X)
    model = RBFClassifier(40, random_state=0).fit(X[:200], Y[:200])
    assert model.decision_function(X).shape == model.predict_proba(X).shape == (300, 3)
    assert_array_equal(model.predict(X), model.predict_proba(X) > 0.5)
    for label in range(3):
        alone = clone(model).fit(X[:200], Y[:200, label])
        assert_allclose(alone.coef_[0], model.coef_[label], atol=1e-10)
    # 0.42 of the rows have all three right by the most frequent labels.
    assert model.score(X[200:], Y[200:]) > 0.6
    thin = clone(model).fit(X[:200], sparse.csr_array(Y[:200]))
    assert same(thin, model)


def test_digits(digits):
    model = RBFClassifier(random_state=0).fit(digits.X_train, digits.y_train)
    proba = model.predict_proba(digits.X_test)
    # RidgeClassifier, which has no hidden layer, is right for 93 percent.
    assert model.score(digits.X_test, digits.y_test) > 0.97
    # Clipping the outputs to what probabilities may be gives 0.33 in 5 folds.
    assert log_loss(digits.y_test, proba) < 0.1


@pytest.mark.parametrize("kind", BOTH)
@pytest.mark.parametrize("centers", ["kmeans", "random"])
def test_the_same_seed_gives_the_same_bits_on_any_number_of_threads(kind, centers):
    y = Y_VALUES > 140 if kind is RBFClassifier else Y_VALUES
    models = []
    for n_threads in (1, 2, 4):
        with threadpool_limits(n_threads):
            model = kind(8, centers=centers, random_state=3).fit(X_VALUES, y)
            models.append(model.partial_fit(X_VALUES[:50], y[:50]))
    assert same(models[0], models[1])
    assert same(models[0], models[2])
    other = kind(8, centers=centers, random_state=4).fit(X_VALUES, y)
    assert not np.array_equal(other.centers_, models[0].centers_)


@pytest.mark.parametrize("kind", BOTH)
def test_blocks_sparse_rows_and_other_dtypes_change_nothing(kind, monkeypatch):
    X = np.round(np.abs(X_VALUES) * 50).astype(np.uint8)
    y = Y_VALUES > 140 if kind is RBFClassifier else Y_VALUES
    model = kind(10, centers="random", random_state=0)
    whole = clone(model).fit(X.astype(float), y)
    for rows in (X, sparse.csr_array(X.astype(float)), pd.DataFrame(X)):
        other = clone(model).fit(rows, y)
        assert_array_equal(other.coef_, whole.coef_)
        assert_array_equal(other.predict(rows), whole.predict(X))
    monkeypatch.setattr(gaussian_units, "_BLOCK_SIZE", 1000)
    blocks = clone(model).fit(X, y)
    assert_allclose(blocks.coef_, whole.coef_, rtol=1e-8)
    blocks.partial_fit(X, y)
    monkeypatch.undo()
    assert_allclose(blocks.coef_, whole.partial_fit(X, y).coef_, rtol=1e-8)


@pytest.mark.parametrize("kind", BOTH)
def test_it_lives_through_many_calls(kind):
    y = Y_VALUES > 140 if kind is RBFClassifier else Y_VALUES
    model = kind(10, random_state=0).fit(X_VALUES[:, :4], y)
    model.fit(X_VALUES, y)  # on other rows it is as new
    assert same(model, kind(10, random_state=0).fit(X_VALUES, y))
    centers, coef = model.centers_.copy(), model.coef_.copy()
    copy = pickle.loads(pickle.dumps(model))
    before = model.predict(X_VALUES)
    model.set_params(normalize=True)  # for the next fit
    assert_array_equal(model.predict(X_VALUES), before)
    model.set_params(normalize=False, n_centers=3)
    for one in (model, copy):
        one.partial_fit(X_VALUES[:20], y[:20])
    assert_array_equal(model.centers_, centers)
    assert not np.array_equal(model.coef_, coef)
    assert same(model, copy)
    half = clone(copy).partial_fit(X_VALUES, y, **classes_of(kind, y))
    whole = clone(half).partial_fit(X_VALUES, y, **classes_of(kind, y))
    assert same(
        half.partial_fit(X_VALUES[:9], y[:9]), whole.partial_fit(X_VALUES[:9], y[:9])
    )


def classes_of(kind, y):
    return {"classes": np.unique(y)} if kind is RBFClassifier else {}


def test_pass_after_pass_goes_through_all_targets():
    # The rows' steps are Kaczmarz's, which end where all errors are 0, if that is
    # anywhere.
    X = np.linspace(0, 1, 12).reshape(-1, 1)
    y = np.random.default_rng(0).normal(size=12)
    for normalize in (False, True):
        model = RBFRegressor(
            12, width=0.04, normalize=normalize, learning_rate_init=1.0
        )
        for _ in range(100):
            model.partial_fit(X, y)
        assert_allclose(model.predict(X), y, atol=1e-6)


def test_learning_row_by_row_tells_classes():
    rows = np.random.default_rng(0).permutation(150)
    model = RBFClassifier(30, random_state=0)
    for _ in range(5):
        model.partial_fit(X_IRIS[rows], Y_IRIS[rows], classes=[0, 1, 2])
    assert model.score(X_IRIS, Y_IRIS) > 0.9
    assert model.inverse_temperature_ == 1.5
    proba = model.predict_proba(X_IRIS)
    assert_array_equal(proba.argmax(axis=1), model.predict(X_IRIS))


@pytest.mark.parametrize("kind", BOTH)
def test_a_failed_call_leaves_what_was_there(kind):
    model = kind(10, random_state=0).fit(X_IRIS, Y_IRIS)
    before = pickle.loads(pickle.dumps(model))
    wrong = [
        (model.fit, X_IRIS[:5], Y_IRIS, "inconsistent"),
        (model.fit, X_IRIS * 1e160, Y_IRIS, "not finite"),
        (model.partial_fit, X_IRIS[:, :2], Y_IRIS, "features"),
        (model.partial_fit, X_IRIS, np.eye(3, dtype=int)[Y_IRIS], "y "),
    ]
    for call, X, y, message in wrong:
        with pytest.raises(ValueError, match=message):
            call(X, y)
    with pytest.raises(ValueError, match="at least one non-zero"):
        model.fit(X_IRIS, Y_IRIS, np.zeros(150))
    assert same(model, before)


@pytest.mark.parametrize("kind", BOTH)
@pytest.mark.parametrize(
    "arguments",
    [
        {"n_centers": 0},
        {"centers": "grid"},
        {"width": 0},
        {"width": "wide"},
        {"n_neighbors": 0},
        {"normalize": "l2"},
        {"alpha": -1},
        {"learning_rate_init": 0},
        {"learning_rate_init": 1.1},
    ],
)
def test_wrong_arguments_are_named(kind, arguments):
    model = kind(**{"n_centers": 5, **arguments})
    (name,) = arguments
    for call in (model.fit, model.partial_fit):
        with pytest.raises(ValueError, match=f"The '{name}' parameter"):
            call(X_IRIS, Y_IRIS)
    with pytest.raises(NotFittedError):
        model.predict(X_IRIS)


def test_what_targets_may_be():
    with pytest.raises(ValueError, match="sparse"):
        RBFRegressor().fit(X_IRIS, sparse.csr_array(np.eye(3)[Y_IRIS]))
    with pytest.raises(ValueError, match="y contains 1e"):
        RBFRegressor().fit(X_IRIS, np.where(Y_IRIS, 1e200, -1e200))
    model = RBFClassifier().partial_fit(X_IRIS, Y_IRIS % 2, classes=[0, 1])
    with pytest.raises(ValueError, match=re.escape("labels [2]")):
        model.partial_fit(X_IRIS, Y_IRIS)
    with pytest.raises(ValueError, match="classes"):
        RBFClassifier().partial_fit(X_IRIS, Y_IRIS)
    with pytest.raises(ValueError, match="multilabel-indicator"):
        RBFClassifier().fit(X_IRIS, Y_IRIS).partial_fit(X_IRIS, np.eye(3)[Y_IRIS])
    one = RBFClassifier().fit(X_IRIS, np.full(150, "a"))
    assert_array_equal(one.predict_proba(X_IRIS), np.ones((150, 1)))
    assert (one.predict(X_IRIS) == "a").all()


def test_a_data_frame_and_a_grid():
    frame = pd.DataFrame(X_IRIS, columns=list("abcd"))
    names = load_iris().target_names[Y_IRIS]
    grid = {"n_centers": [5, 20], "width": ["neighbors", 1.0], "normalize": [True]}
    search = GridSearchCV(RBFClassifier(random_state=0), grid, cv=3).fit(frame, names)
    best = search.best_estimator_
    assert best.feature_names_in_.tolist() == list("abcd")
    assert set(best.predict(frame)) <= set(names)
    assert search.best_score_ > 0.9


@pytest.mark.parametrize("cls", BOTH)
def test_every_argument_is_documented_with_its_default(cls):
    assert list(cls._parameter_constraints) == list(inspect.signature(cls).parameters)
    lines = " ".join(cls.__doc__.split())
    for name, parameter in inspect.signature(cls).parameters.items():
        documented = re.search(rf" {name} : .*?default=(\S+)", lines)[1]
        assert eval(documented) == parameter.default, name
    values = {name: object() for name in inspect.signature(cls).parameters}
    assert vars(cls(**values)) == values


def test_both_say_the_same_of_what_they_share():
    paragraphs = []
    for cls in BOTH:
        text = inspect.getdoc(cls)
        paragraphs.append(text[text.index("Parameters\n") : text.index("coef_ :")])
    assert paragraphs[0] == paragraphs[1]
    ours, theirs = (inspect.signature(cls).parameters for cls in BOTH)
    assert ours == theirs
