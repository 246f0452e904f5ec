"""A change of one import line: training as scikit-learn's perceptrons do."""

import inspect

import numpy as np
import pytest
from known_series import beside_a_known_series
from sklearn import neural_network

import sknnadl

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
KINDS = ["MLPClassifier", "MLPRegressor"]


def draw(kind, rng):
    """Return rows, targets of a kind, and the name of the estimators for them.

    Classes are noisy, so that no line search tries weights that are sure of a wrong
    one: scikit-learn's cost is cut off there, at 36, and ours is not.
    """
    X = 0.5 * rng.standard_normal((60, 5))
    score = X @ rng.standard_normal((5, 3)) + rng.standard_normal((60, 3))
    return {
        "classes": (X, score.argmax(axis=1), "MLPClassifier"),
        "two classes": (X, np.where(score[:, 0] > 0, "b", "a"), "MLPClassifier"),
        "labels": (X, (score > 0).astype(int), "MLPClassifier"),
        "values": (X, score[:, 0], "MLPRegressor"),
        "counts": (X, rng.poisson(np.exp(score[:, 0] / 2)), "MLPRegressor"),
    }[kind]


def from_one_start(kind, X, y, options):
    """Return ours and scikit-learn's, with the same weights and no epoch behind them.

    Both are trained for an epoch, which gives them their arrays, then these are set.
    """
    theirs = getattr(neural_network, kind)(warm_start=True, **options)
    theirs.set_params(solver="sgd", learning_rate_init=1e-12, max_iter=1).fit(X, y)
    ours = getattr(sknnadl, kind).like_sklearn(warm_start=True, **options)
    ours.set_params(solver="sgd", learning_rate_init=1e-12, max_iter=1).fit(X, y)
    rng = np.random.default_rng(3)
    coefs = [0.3 * rng.standard_normal(c.shape) for c in theirs.coefs_]
    intercepts = [0.3 * rng.standard_normal(c.shape) for c in theirs.intercepts_]
    for model in (ours, theirs):
        model.coefs_ = [c.copy() for c in coefs]
        model.intercepts_ = [c.copy() for c in intercepts]
        model.set_params(**options)
    return ours, theirs


def assert_same(ours, theirs, X):
    for name in ("coefs_", "intercepts_"):
        for mine, other in zip(getattr(ours, name), getattr(theirs, name), strict=True):
            np.testing.assert_allclose(mine, other, rtol=0, atol=1e-8)
    assert ours.loss_ == pytest.approx(theirs.loss_, rel=0, abs=1e-8)
    predict = "predict_proba" if hasattr(theirs, "predict_proba") else "predict"
    mine, other = (getattr(model, predict)(X) for model in (ours, theirs))
    np.testing.assert_allclose(mine, other, rtol=0, atol=1e-8)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("solver", ["sgd", "lbfgs"])
@pytest.mark.parametrize("activation", ["relu", "logistic", "tanh", "identity"])
@pytest.mark.parametrize(
    "kind", ["classes", "two classes", "labels", "values", "counts"]
)
def test_from_the_same_start_it_computes_the_same(kind, activation, solver, weighted):
    rng = np.random.default_rng(0)
    X, y, estimator = draw(kind, rng)
    options = {
        "hidden_layer_sizes": (6,),
        "activation": activation,
        "solver": solver,
        "alpha": 2.0,
        "random_state": 0,
        "batch_size": 60,
    }
    if kind == "counts":
        options["loss"] = "poisson"
    # An epoch of full batches, and iterations on the way to a minimum.
    epoch = {"max_iter": 1, "learning_rate_init": 0.1, "momentum": 0.0}
    # The kinks of rectifiers let rounding grow, so they go less far.
    n_iterations = 3 if activation == "relu" else 20
    options |= epoch if solver == "sgd" else {"max_iter": n_iterations}
    ours, theirs = from_one_start(estimator, X, y, options)
    weights = {"sample_weight": rng.integers(1, 5, 60)} if weighted else {}
    for model in (ours, theirs):
        model.fit(X, y, **weights)
    assert ours.n_iter_ == theirs.n_iter_
    assert_same(ours, theirs, X)


#: For each argument there, values that are not its default.
VALUES = {
    "loss": ["poisson"],
    "hidden_layer_sizes": [(), 7, [4, 3], np.array([5])],
    "activation": ["identity", "logistic", "tanh"],
    "solver": ["sgd", "lbfgs"],
    "alpha": [0, 1.0],
    "batch_size": [1, 50, 1000],
    "learning_rate": ["invscaling", "adaptive"],
    "learning_rate_init": [0.01],
    "power_t": [0.3],
    "max_iter": [3],
    "shuffle": [False],
    "random_state": [1, np.random.RandomState(0)],
    "tol": [0, 1.0],
    "verbose": [True, 2],
    "warm_start": [True],
    "momentum": [0.0, 1.0],
    "nesterovs_momentum": [False],
    "early_stopping": [True],
    "validation_fraction": [0.0, 0.3],
    "beta_1": [0.0, 0.5],
    "beta_2": [0.5, 0.99],  # with 0, steps are as long as gradients are small
    "epsilon": [1e-3],
    "n_iter_no_change": [1, np.inf],
    "max_fun": [1, 20],
}


@pytest.mark.parametrize(
    ("kind", "name", "value"),
    [
        (kind, name, value)
        for kind in KINDS
        for name, values in VALUES.items()
        for value in values
        if not (kind == "MLPClassifier" and name == "loss")
    ],
)
@pytest.mark.filterwarnings("ignore:Got `batch_size` less than 1")
def test_each_argument_there_is_one_here(kind, name, value, iris):
    X, y = iris
    solver = {"max_fun": "lbfgs"}.get(name, "sgd" if "momentum" in name else "adam")
    options = {"max_iter": 5, "solver": solver, "random_state": 0} | {name: value}
    theirs = getattr(neural_network, kind)(**options).fit(X, y)
    for make in (getattr(sknnadl, kind), getattr(sknnadl, kind).like_sklearn):
        if name == "momentum" and value == 1:
            options["learning_rate_init"] = 1e-4  # there is no rate for it by itself
        ours = make(**options).fit(X, y)
        assert ours.get_params()[name] is value
        assert 1 <= ours.n_iter_ <= options["max_iter"]
        assert [c.shape for c in ours.coefs_] == [c.shape for c in theirs.coefs_]
        assert ours.out_activation_ == theirs.out_activation_
        assert np.isfinite(ours.score(X, y))


@beside_a_known_series
@pytest.mark.parametrize("kind", KINDS)
def test_signatures_are_those_of_scikit_learn(kind):
    theirs, ours = getattr(neural_network, kind), getattr(sknnadl, kind)
    names = list(inspect.signature(theirs).parameters)
    assert set(names) <= set(VALUES)
    for method in ("__init__", "fit", "partial_fit", "predict", "score"):
        other, mine = (
            inspect.signature(getattr(c, method)).parameters for c in (theirs, ours)
        )
        assert set(other) <= set(mine), method
        positional = inspect.Parameter.POSITIONAL_OR_KEYWORD
        for parameters in (other, mine):
            places = [n for n, p in parameters.items() if p.kind == positional]
            assert places == [n for n, p in other.items() if p.kind == positional]
    defaults = theirs().get_params()
    like = ours.like_sklearn().get_params()
    assert {name: like[name] for name in defaults} == defaults


@pytest.mark.parametrize("kind", KINDS)
def test_arguments_of_ones_own_come_first(kind):
    first = [] if kind == "MLPClassifier" else ["squared_error"]
    model = getattr(sknnadl, kind).like_sklearn(*first, (20,), "tanh", alpha=0.3)
    assert model.hidden_layer_sizes == (20,)
    assert (model.activation, model.alpha, model.solver) == ("tanh", 0.3, "adam")
    assert getattr(sknnadl, kind).like_sklearn(solver="sgd").solver == "sgd"
