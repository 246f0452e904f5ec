"""Estimators on the workers of dask, which tells one from another by its token."""

import pickle

import numpy as np
import pytest
from sklearn.base import clone

from sknnadl import (
    AverageDarknessClassifier,
    ConvNetClassifier,
    ConvNetRegressor,
    MLPClassifier,
    MLPRegressor,
    NetworkClassifier,
    NetworkRegressor,
)
from sknnadl.network import Dense

base = pytest.importorskip("dask.base", reason="needs the integration extra")
distributed = pytest.importorskip("distributed", reason="needs the integration extra")

pytestmark = pytest.mark.filterwarnings("ignore")  # dask's own

OPTIONS = {
    "learning_rate": "constant",
    "max_iter": 2,
    "n_iter_no_change": np.inf,
    "random_state": 0,
}
ESTIMATORS = {
    type(estimator).__name__: estimator
    for estimator in (
        MLPClassifier((5,), **OPTIONS),
        MLPRegressor(hidden_layer_sizes=(5,), **OPTIONS),
        ConvNetClassifier((2,), kernel_size=3, hidden_layer_sizes=(5,), **OPTIONS),
        ConvNetRegressor((2,), kernel_size=3, hidden_layer_sizes=(5,), **OPTIONS),
        NetworkClassifier([Dense(5)], **OPTIONS),
        NetworkRegressor([Dense(5)], **OPTIONS),
        AverageDarknessClassifier(),
    )
}
NETWORKS = [name for name in ESTIMATORS if name != "AverageDarknessClassifier"]


def token(estimator):
    with base.config.set({"tokenize.ensure-deterministic": True}):
        return base.tokenize(estimator)


@pytest.fixture(params=ESTIMATORS)
def estimator(request):
    return clone(ESTIMATORS[request.param])


@pytest.fixture(scope="module")
def rows(digits):
    return digits.X_train[:100], digits.y_train[:100]


@pytest.fixture(scope="module")
def other_rows(digits):
    return digits.X_train[100:200], digits.y_train[100:200]


def test_a_fitted_estimator_is_not_an_unfitted_one(estimator, rows):
    assert token(clone(estimator).fit(*rows)) != token(estimator)


def test_fitted_on_other_rows_it_is_another(estimator, rows, other_rows):
    fitted, other = clone(estimator).fit(*rows), clone(estimator).fit(*other_rows)
    assert token(fitted) != token(other)


def test_it_is_another_after_a_fit_on_other_rows(estimator, rows, other_rows):
    before = token(estimator.fit(*rows))
    assert token(estimator.fit(*other_rows)) != before


@pytest.mark.parametrize("name", NETWORKS)
def test_it_is_another_after_more_training(name, rows, other_rows):
    estimator = clone(ESTIMATORS[name]).fit(*rows)
    before = token(estimator)
    for more in (rows, other_rows):
        assert token(estimator.partial_fit(*more)) != before


@pytest.mark.parametrize("name", NETWORKS)
def test_with_other_arguments_it_is_another(name):
    estimator = ESTIMATORS[name]
    assert token(clone(estimator).set_params(random_state=1)) != token(estimator)


def test_the_same_is_the_same(estimator, rows):
    for model in (estimator, clone(estimator).fit(*rows)):
        assert token(model) == token(model)
        assert token(pickle.loads(pickle.dumps(model))) == token(model)
        assert token(clone(estimator)) == token(estimator)


def test_equal_strings_are_the_same():
    solver = "".join(["s", "gd"])  # which is another object than "sgd"
    assert token(MLPClassifier(solver=solver)) == token(MLPClassifier(solver="sgd"))


@pytest.fixture(scope="module", params=[False, True], ids=["threads", "processes"])
def client(request):
    with (
        distributed.LocalCluster(
            n_workers=1,
            threads_per_worker=2,
            processes=request.param,
            dashboard_address=None,
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


def test_each_model_has_its_own_score(client, estimator, rows, other_rows):
    X, y = rows
    models = [clone(estimator).fit(*rows), clone(estimator).fit(*other_rows)]
    models.append(clone(estimator).fit(*other_rows).fit(*rows))
    if hasattr(estimator, "partial_fit"):
        models.append(clone(estimator).fit(*rows).partial_fit(*other_rows))
    expected = [model.score(X, y) for model in models]
    assert expected[0] != expected[1]
    scores = client.map(lambda model: model.score(X, y), models)
    assert client.gather(scores) == expected
    submitted = [client.submit(type(m).score, m, X, y) for m in models]
    assert client.gather(submitted) == expected
    scattered = [client.scatter(model) for model in models]
    scores = [client.submit(lambda m: m.score(X, y), model) for model in scattered]
    assert client.gather(scores) == expected
