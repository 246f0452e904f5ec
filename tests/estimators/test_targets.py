"""Targets other than a class a row: several labels, and values."""

import pickle

import numpy as np
import pandas as pd
import pytest
import skops.io
from scipy import sparse
from sklearn.base import clone
from sklearn.compose import TransformedTargetRegressor
from sklearn.datasets import load_diabetes, make_friedman1
from sklearn.linear_model import PoissonRegressor
from sklearn.metrics import (
    accuracy_score,
    log_loss,
    mean_poisson_deviance,
    r2_score,
)
from sklearn.model_selection import GridSearchCV, cross_val_predict, cross_val_score
from sklearn.neural_network import MLPClassifier as SklearnMLPClassifier
from sklearn.neural_network import MLPRegressor as SklearnMLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler, scale
from sklearn.svm import SVC

from sknnadl import (
    AverageDarknessClassifier,
    ConvNetClassifier,
    ConvNetRegressor,
    MLPClassifier,
    MLPRegressor,
    NetworkClassifier,
    RBFClassifier,
)
from sknnadl.network import Dense, Flatten

LOSSES = ["log_loss", "cross_entropy", "squared_error"]


def quick(estimator=MLPClassifier, **parameters):
    defaults = {
        "max_iter": 5,
        "n_iter_no_change": np.inf,
        "random_state": 0,
        "learning_rate": "constant",
    }
    return estimator(**(defaults | parameters))


@pytest.fixture(scope="module")
def labelled(iris):
    """Four labels a row, of which none, one or several hold."""
    X, y = iris
    return X, np.stack([y == 0, y > 0, X[:, 0] > 0, X[:, 1] > 1], axis=1).astype(int)


@pytest.fixture(scope="module")
def valued():
    X, y = load_diabetes(return_X_y=True)
    return scale(X), scale(y)


@pytest.mark.parametrize("form", [np.asarray, sparse.csr_array, sparse.csc_matrix])
@pytest.mark.parametrize("dtype", [int, float, bool])
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_labels_have_scikit_learns_forms(form, dtype, labelled):
    X, Y = labelled
    theirs = SklearnMLPClassifier(max_iter=5, random_state=0).fit(X, Y)
    ours = quick().fit(X, form(Y.astype(dtype)))
    for name in ("predict", "predict_proba", "predict_log_proba"):
        expected, got = getattr(theirs, name)(X), getattr(ours, name)(X)
        assert got.shape == expected.shape
        assert got.dtype == expected.dtype
    assert ours.classes_.tolist() == list(theirs.classes_)
    assert ours.n_outputs_ == theirs.n_outputs_ == 4
    assert ours.out_activation_ == theirs.out_activation_ == "logistic"
    assert isinstance(ours.score(X, Y), float)


@pytest.mark.parametrize("loss", LOSSES)
def test_labels_are_those_more_probable_than_not(loss, labelled):
    X, Y = labelled
    model = quick(loss=loss, max_iter=100).fit(X, Y)
    probabilities, predicted = model.predict_proba(X), model.predict(X)
    np.testing.assert_array_equal(predicted, probabilities > 0.5)
    np.testing.assert_allclose(
        np.log(probabilities), model.predict_log_proba(X), rtol=1e-7, atol=1e-15
    )
    assert model.score(X, Y) == accuracy_score(Y, predicted)  # all labels right
    assert model.score(X, Y) > 0.8
    assert len(np.unique(predicted, axis=0)) > 3


def test_labels_are_learned_by_the_log_loss_of_each(labelled):
    X, Y = labelled
    model = quick(alpha=0).fit(X, Y, X_val=X, y_val=Y)
    each = [
        log_loss(truth, probabilities)
        for truth, probabilities in zip(Y.T, model.predict_proba(X).T, strict=True)
    ]
    assert model.history_["val_loss"][-1] == pytest.approx(sum(each))
    same = quick(alpha=0, loss="cross_entropy").fit(X, Y)
    np.testing.assert_array_equal(model.parameters_, same.parameters_)


@pytest.mark.parametrize("early_stopping", [False, True])
def test_labels_by_parts(early_stopping, labelled):
    X, Y = labelled
    model = quick(early_stopping=early_stopping)
    given = {"X_val": X[:50], "y_val": sparse.csr_array(Y[:50])}
    fitted = clone(model).fit(X, Y, **given)
    for _ in range(5):
        model.partial_fit(X, Y, classes=range(4), **given)
    np.testing.assert_array_equal(model.parameters_, fitted.parameters_)
    assert model.history_["val_score"] == fitted.history_["val_score"]
    # the first call may know less than all: a label that holds nowhere
    model = quick().partial_fit(X[:50], Y[:50] * [1, 1, 0, 0], classes=range(4))
    assert model.partial_fit(X, Y).predict(X).shape == (150, 4)


def test_labels_of_images(digits):
    X, y = digits.X_train.reshape(-1, 8, 8), digits.y_train
    Y = np.stack([y % 2 == 1, y > 4], axis=1).astype(int)
    for model in (
        quick(ConvNetClassifier, n_filters=(8,), kernel_size=3, max_iter=15),
        quick(NetworkClassifier, layers=[Flatten(), Dense(50)], max_iter=40),
    ):
        assert model.fit(X, Y).score(X, Y) > 0.9


def test_labels_through_scikit_learns_tools(labelled):
    X, Y = labelled
    model = quick(early_stopping=True, scoring="roc_auc").fit(X, Y, X_val=X, y_val=Y)
    assert np.isfinite(model.history_["val_score"]).all()
    model.set_params(scoring="f1_micro")
    assert cross_val_predict(model, X, Y, cv=3).shape == (150, 4)
    assert cross_val_predict(model, X, Y, cv=3, method="predict_proba").shape == Y.shape
    search = GridSearchCV(model, {"alpha": [0, 1e-3]}, cv=2).fit(X, pd.DataFrame(Y))
    loaded = pickle.loads(pickle.dumps(search.best_estimator_))
    np.testing.assert_array_equal(loaded.predict(X), search.predict(X))
    loaded.partial_fit(X, Y)


BAD_LABELS = [
    (lambda Y: Y[:, :3], r"y has 3 labels, and the network 4"),
    (lambda Y: Y[:, 0], r"trained on multilabel-indicator targets, and y is"),
    (lambda Y: Y + np.arange(4), "multioutput|multilabel"),
    (lambda Y: Y + 0.5, "continuous"),
    pytest.param(
        lambda Y: 2 * Y - 1,
        "0 and 1|indicator",
    ),
]


@pytest.mark.parametrize(("spoil", "message"), BAD_LABELS)
def test_bad_labels_are_refused(spoil, message, labelled):
    X, Y = labelled
    model = quick().partial_fit(X, Y, classes=range(4))
    before = model.parameters_.copy()
    with pytest.raises(ValueError, match=message):
        model.partial_fit(X, spoil(Y))
    with pytest.raises(ValueError, match=message):
        quick().fit(X, Y, X_val=X, y_val=spoil(Y))
    np.testing.assert_array_equal(model.parameters_, before)


REGRESSORS = {
    "perceptron": MLPRegressor(hidden_layer_sizes=(20,)),
    "convolutional network": ConvNetRegressor(
        (4,), kernel_size=(1, 3), pool_size=1, image_shape=(2, 5)
    ),
}


@pytest.fixture(params=REGRESSORS)
def regressor(request):
    options = {
        "max_iter": 20,
        "n_iter_no_change": np.inf,
        "learning_rate_init": 0.02,
        "learning_rate": "constant",
    }
    return clone(REGRESSORS[request.param]).set_params(**options, random_state=0)


@pytest.mark.parametrize("n_targets", [None, 3])
def test_values_keep_their_form(n_targets, regressor, valued):
    X, y = valued
    if n_targets is not None:
        y = np.stack([y, -y, y**2][:n_targets], axis=1)
    predicted = regressor.fit(X, y).predict(X)
    assert predicted.shape == y.shape
    assert regressor.n_outputs_ == (n_targets or 1)
    assert regressor.out_activation_ == "identity"
    assert regressor.score(X, y) == pytest.approx(r2_score(y, predicted))
    assert regressor.score(X, y) > 0.3
    by_parts = clone(regressor)
    for _ in range(20):
        by_parts.partial_fit(X, y)
    np.testing.assert_array_equal(by_parts.parameters_, regressor.parameters_)


def test_several_values_are_as_good_as_one_each(valued):
    X, y = valued
    options = {"hidden_layer_sizes": (), "solver": "lbfgs", "penalty": None}
    several = MLPRegressor(**options, tol=1e-8).fit(X, np.stack([y, y**2], axis=1))
    for i, values in enumerate((y, y**2)):
        one = MLPRegressor(**options, tol=1e-8).fit(X, values)
        # no column of X makes a difference of more than this in a flat valley
        np.testing.assert_allclose(several.predict(X)[:, i], one.predict(X), atol=1e-3)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("y_dtype", ["int64", "float32", "bool", "object"])
def test_values_of_any_dtype(dtype, y_dtype, valued):
    X, y = valued
    y = np.rint(y).astype(y_dtype)
    model = quick(MLPRegressor, learning_rate_init=0.02).fit(X.astype(dtype), y)
    assert model.predict(X).dtype == dtype
    same = quick(MLPRegressor, learning_rate_init=0.02)
    same.fit(X.astype(dtype), list(y.astype(float)))
    np.testing.assert_array_equal(model.parameters_, same.parameters_)


def test_regressors_go_through_scikit_learns_tools(regressor, valued):
    X, y = valued
    assert clone(regressor).get_params() == regressor.get_params()
    assert cross_val_score(regressor, X, y, cv=3).mean() > 0.3
    assert cross_val_predict(regressor, X, y, cv=3).shape == y.shape
    search = GridSearchCV(regressor, {"alpha": [1e-2, 30]}, cv=2).fit(X, y)
    assert search.best_params_ == {"alpha": 1e-2}
    fitted = search.best_estimator_
    unknown = skops.io.get_untrusted_types(data=skops.io.dumps(fitted))
    for loaded in (
        pickle.loads(pickle.dumps(fitted)),
        skops.io.loads(skops.io.dumps(fitted), trusted=unknown),
    ):
        np.testing.assert_array_equal(loaded.predict(X), fitted.predict(X))
        assert len(loaded.partial_fit(X, y).loss_curve_) == 21


def test_scaled_targets_come_back(valued):
    X, y = valued
    model = quick(MLPRegressor, max_iter=30, learning_rate_init=0.02)
    scaled = TransformedTargetRegressor(
        make_pipeline(StandardScaler(), model), transformer=StandardScaler()
    )
    far = scaled.fit(X, 1e6 + 1e3 * y).predict(X)
    near = model.fit(X, y).predict(X)
    np.testing.assert_allclose((far - 1e6) / 1e3, near, rtol=0, atol=1e-6)


def test_a_regressor_goes_on_in_a_warm_start(regressor, valued):
    X, y = valued
    expected = clone(regressor).fit(X, y)
    regressor.set_params(warm_start=True, max_iter=10).fit(X, y).fit(X, y)
    np.testing.assert_array_equal(regressor.parameters_, expected.parameters_)
    assert regressor.loss_curve_ == expected.loss_curve_


def test_values_of_sparse_rows_and_images(valued):
    X, y = valued
    X = np.where(X > 0, X, 0)
    model = quick(ConvNetRegressor, kernel_size=2, n_filters=(3,), pool_size=1)
    model.set_params(image_shape=(2, 5), learning_rate_init=0.01)
    expected = model.fit(X, y).predict(X)
    for form in (sparse.csr_array(X), X.reshape(-1, 2, 5), X.reshape(-1, 2, 5, 1)):
        np.testing.assert_array_equal(model.fit(form, y).predict(X), expected)


BAD_VALUES = [
    (lambda y: np.where(y == y[3], np.nan, y), "y.* NaN"),
    (lambda y: np.where(y > 0, "high", "low"), "must be an array of numbers"),
    (lambda y: y.astype(complex), "[Cc]omplex"),
    (lambda y: y[:-1], "442.*441"),
    pytest.param(
        lambda y: y.astype(str),
        "y",
    ),
    pytest.param(
        lambda y: (100 * y).astype("M8[D]"),
        "y",
    ),
    pytest.param(
        lambda y: sparse.csr_array(y[:, np.newaxis]),
        "y",
    ),
]


@pytest.mark.parametrize(("spoil", "message"), BAD_VALUES)
def test_bad_values_are_refused(spoil, message, valued):
    X, y = valued
    model = quick(MLPRegressor, dtype="float32", learning_rate_init=0.02).fit(X, y)
    before = model.parameters_.copy()
    for fit in (model.fit, model.partial_fit):
        with pytest.raises(ValueError, match=message):
            fit(X, spoil(y))
        np.testing.assert_array_equal(model.parameters_, before)
        assert model.n_iter_ == 5


def test_another_number_of_values_is_refused(valued):
    X, y = valued
    model = quick(MLPRegressor, learning_rate_init=0.02).fit(X, y)
    with pytest.raises(ValueError, match="y has 2 values a row, and the network 1"):
        model.partial_fit(X, np.stack([y, y], axis=1))
    assert model.n_iter_ == 5


@pytest.mark.parametrize("scoring", [None, "loss"])
@pytest.mark.parametrize("n_values", [1, 3])
def test_another_number_of_values_to_validate_on_is_refused(n_values, scoring, valued):
    X, _ = valued
    model = quick(MLPRegressor, scoring=scoring, learning_rate_init=0.02)
    with pytest.raises(ValueError, match=f"y.* has {n_values} values a row"):
        model.fit(X, X[:, :2], X_val=X, y_val=X[:, :n_values].squeeze())


def counts(n_rows=500):
    """Return rows and counts whose mean is the exponential of a linear function."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((n_rows, 4))
    return X, rng.poisson(np.exp(X @ [0.5, -0.3, 0.2, 0] + 0.5)).astype(float)


@pytest.mark.parametrize("solver", ["sgd", "adam", "lbfgs"])
@pytest.mark.filterwarnings("ignore:Training stopped after max_iter")
def test_counts_are_learned_by_their_deviance(solver):
    X, y = counts()
    model = MLPRegressor(
        hidden_layer_sizes=(10,), loss="poisson", solver=solver, max_iter=100
    )
    model.set_params(n_iter_no_change=np.inf, alpha=1, random_state=0)
    model.fit(X[:400], y[:400])
    assert model.out_activation_ == "exp"
    assert model.predict(X).min() > 0
    ours = mean_poisson_deviance(y[400:], model.predict(X[400:]))
    theirs = PoissonRegressor(alpha=0.01).fit(X[:400], y[:400]).predict(X[400:])
    assert ours < 1.1 * mean_poisson_deviance(y[400:], theirs)


@pytest.mark.filterwarnings("ignore:Training stopped after max_iter")
def test_the_cost_of_counts_is_half_their_deviance():
    X, y = counts(50)
    model = MLPRegressor(
        "poisson", (), solver="lbfgs", penalty=None, max_iter=3, random_state=0
    ).fit(X, y)
    expected = mean_poisson_deviance(y, model.predict(X)) / 2
    assert model.loss_ == pytest.approx(expected, rel=1e-12)


def test_counts_are_not_negative():
    X, y = counts(50)
    with pytest.raises(
        ValueError, match="loss='poisson' needs y of at least 0, got -1"
    ):
        MLPRegressor(loss="poisson").fit(X, y - 1)
    model = MLPRegressor(
        hidden_layer_sizes=(3,), loss="poisson", max_iter=2, n_iter_no_change=np.inf
    )
    with pytest.raises(ValueError, match="needs y of at least 0"):
        model.fit(X, y, X_val=X, y_val=y - 1)
    assert not hasattr(model, "parameters_")


def test_a_mini_batch_is_automatic():
    X, y = counts(450)
    options = {
        "max_iter": 2,
        "n_iter_no_change": np.inf,
        "random_state": 0,
        "learning_rate": "constant",
    }
    for n_rows, size in ((450, 200), (150, 150)):
        automatic, given = (
            MLPRegressor(hidden_layer_sizes=(5,), batch_size=b, **options).fit(
                X[:n_rows], y[:n_rows]
            )
            for b in ("auto", size)
        )
        np.testing.assert_array_equal(automatic.parameters_, given.parameters_)


def friedman(scale, shift):
    X, y = make_friedman1(600, random_state=0)
    return X, scale * y + shift


#: Targets as they come: of some hundred, hundreds of thousands, and next to nothing.
RAW_TARGETS = {
    "diabetes": load_diabetes(return_X_y=True),
    "large": friedman(2e4, 2e5),
    "tiny": friedman(1e-6, 0),
}


@pytest.mark.parametrize("name", RAW_TARGETS)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_raw_targets_are_learned_at_least_as_well_as_by_scikit_learn(name):
    ours, theirs = (
        cross_val_score(kind(random_state=0), *RAW_TARGETS[name]).mean()
        for kind in (MLPRegressor, SklearnMLPRegressor)
    )
    assert ours > theirs - 0.01
    assert ours > 0.4


def test_scaling_is_that_of_targets_scaled_by_hand(valued):
    X, y = valued
    y = np.column_stack([y, 1e5 + y**2])
    w = np.linspace(0, 2, len(y))
    mean = np.average(y, axis=0, weights=w)
    deviation = np.sqrt(np.average((y - mean) ** 2, axis=0, weights=w))
    options = {"solver": "sgd", "learning_rate_init": 0.02, "dtype": "float64"}
    model = quick(MLPRegressor, **options).fit(X, y, w, X_val=X[:50], y_val=y[:50])
    np.testing.assert_allclose(model.target_mean_, mean, rtol=1e-12)
    np.testing.assert_allclose(model.target_scale_, deviation, rtol=1e-12)
    by_hand = quick(MLPRegressor, **options, scale_targets=False)
    z = (y - mean) / deviation
    by_hand.fit(X, z, w, X_val=X[:50], y_val=z[:50])
    np.testing.assert_allclose(model.parameters_, by_hand.parameters_, atol=1e-9)
    expected = by_hand.predict(X) * deviation + mean
    np.testing.assert_allclose(model.predict(X), expected, rtol=1e-9)
    for name in ("loss", "val_loss", "val_score"):
        values = by_hand.history_[name]
        np.testing.assert_allclose(model.history_[name], values, rtol=1e-8)
    assert by_hand.target_mean_ is None


def test_scorers_see_targets_as_they_were_given(valued):
    X, y = valued
    y = 1e4 * y
    model = quick(MLPRegressor, learning_rate_init=0.02, early_stopping=True)
    model.set_params(scoring="neg_mean_squared_error").fit(X, y, X_val=X, y_val=y)
    error = -((model.predict(X) - y) ** 2).mean()
    assert model.best_validation_score_ == pytest.approx(error, rel=1e-5)


def test_the_first_call_says_how_targets_are_scaled(valued):
    X, y = valued
    model = quick(MLPRegressor, learning_rate_init=0.02).partial_fit(X[:50], y[:50])
    mean = model.target_mean_.copy()
    model.partial_fit(X, y + 1)
    np.testing.assert_array_equal(model.target_mean_, mean)
    assert mean == pytest.approx(y[:50].mean())
    assert model.fit(X, y).target_mean_ == pytest.approx(y.mean())


@pytest.mark.parametrize("value", [0.0, 7.0, 1e9, 1e300])
@pytest.mark.filterwarnings("ignore:The network has learned nothing")  # nor can it
def test_targets_that_are_all_the_same(value):
    X = np.random.default_rng(0).standard_normal((40, 2))
    model = MLPRegressor(hidden_layer_sizes=(3,), dtype="float64", random_state=0)
    model.fit(X, np.full(40, value))
    np.testing.assert_allclose(model.predict(X), value, rtol=1e-6, atol=1)
    assert model.target_scale_ > 0


def test_targets_too_large_to_square():
    X = np.random.default_rng(0).standard_normal((100, 2))
    model = MLPRegressor(
        hidden_layer_sizes=(), dtype="float64", random_state=0, max_iter=50
    )
    model.set_params(n_iter_no_change=np.inf, solver="sgd").fit(X, 1e300 * X[:, 0])
    ratio = model.predict(X) / 1e300
    assert ((ratio - X[:, 0]) ** 2).mean() < 0.1


MISSING = "no label in 50 of 150 rows, the first of them row 1."
MIXED = r"types \['int', 'str'\], which cannot be sorted"


@pytest.mark.parametrize(
    ("labels", "as_given", "message"),
    [
        (["a", None, "b"], list, MISSING),
        (["a", None, "b"], np.array, MISSING),
        (["a", None, "b"], pd.Series, MISSING),
        (["a", 1, "b"], np.array, MIXED),
        (["a", 1, "b"], pd.Series, MIXED),
    ],
)
def test_labels_that_cannot_be_sorted(iris, labels, as_given, message):
    labels = np.tile(np.array(labels, dtype=object), 50)
    y = labels if as_given is np.array else as_given(labels)
    X = np.abs(iris[0])
    for train in (
        quick().fit,
        lambda X, y: quick().partial_fit(X, y, classes=["a", "b"]),
        RBFClassifier(random_state=0).fit,
        AverageDarknessClassifier().fit,
    ):
        with pytest.raises(ValueError, match=message):
            train(X, y)


def test_numbers_beside_text_in_a_list_are_text_as_in_scikit_learn(iris):
    y = ["a", 1, "b"] * 50
    for model in (quick(), RBFClassifier(random_state=0), SVC()):
        assert model.fit(iris[0], y).classes_.tolist() == ["1", "a", "b"]
