"""scikit-learn's tools around the classifier, unchanged."""

import pickle

import joblib
import numpy as np
import pytest
import skops.io
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import BaggingClassifier, VotingClassifier
from sklearn.experimental import (
    enable_halving_search_cv,  # noqa: F401  # importing it makes the search importable
)
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import (
    GridSearchCV,
    HalvingGridSearchCV,
    cross_val_predict,
    cross_val_score,
)
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from sknnadl import ConvNetClassifier, MLPClassifier, compare

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


@pytest.fixture
def model():
    return MLPClassifier((30,), max_iter=10, random_state=0)


@pytest.fixture(scope="module")
def data(digits):
    return digits.X_train, digits.y_train, digits.X_test, digits.y_test


def test_clone_and_parameters(model):
    copy = clone(model)
    assert copy.get_params() == model.get_params()
    assert copy.set_params(dropout=0.5).dropout == 0.5
    assert eval(repr(model)).get_params() == model.get_params()
    assert "MLPClassifier" in model._repr_html_()


def test_pipeline(model, data):
    X, y, X_test, y_test = data
    pipeline = make_pipeline(StandardScaler(), model).fit(X, y)
    assert pipeline.score(X_test, y_test) > 0.9


def test_grid_search_gives_the_same_on_two_processes(data):
    X, y, X_test, y_test = data
    pipeline = make_pipeline(
        StandardScaler(), MLPClassifier(max_iter=5, random_state=0)
    )
    grid = {
        "mlpclassifier__hidden_layer_sizes": [(10,), (20, 10)],
        "mlpclassifier__dropout": [0.0, 0.2],
        "mlpclassifier__learning_rate_init": [0.05, 0.2],
    }
    searches = [
        GridSearchCV(pipeline, grid, cv=2, n_jobs=n_jobs).fit(X, y) for n_jobs in (1, 2)
    ]
    scores = [search.cv_results_["mean_test_score"] for search in searches]
    np.testing.assert_array_equal(*scores)
    best = [search.best_estimator_[-1].parameters_ for search in searches]
    np.testing.assert_array_equal(*best)
    assert searches[0].score(X_test, y_test) > 0.85


def test_halving_grid_search(model, data):
    X, y, X_test, y_test = data
    grid = {"dropout": [0.0, 0.5], "learning_rate_init": [0.02, 0.2]}
    search = HalvingGridSearchCV(
        model, grid, resource="max_iter", max_resources=16, cv=2, random_state=0
    )
    assert search.fit(X, y).score(X_test, y_test) > 0.85


def test_cross_validation(model, data):
    X, y, *_ = data
    assert cross_val_score(model, X, y, cv=3, n_jobs=2).min() > 0.8
    assert cross_val_predict(model, X, y, cv=3, method="predict_proba").shape == (
        len(y),
        10,
    )


META = {
    "calibrated": lambda model: CalibratedClassifierCV(model, cv=2),
    "one versus rest": OneVsRestClassifier,
    "voting": lambda model: VotingClassifier(
        [("mlp", model), ("linear", LogisticRegression(max_iter=500))], voting="soft"
    ),
    "bagging": lambda model: BaggingClassifier(model, n_estimators=2, random_state=0),
}


@pytest.mark.parametrize("name", META)
@pytest.mark.parametrize("labels", [np.arange(10), np.array(list("abcdefghij"))])
def test_meta_estimators(name, labels, model, data):
    X, y, X_test, y_test = data
    meta = META[name](model).fit(X, labels[y])
    assert meta.predict(X_test).dtype == labels.dtype
    assert meta.score(X_test, labels[y_test]) > 0.85


ENSEMBLES = {
    "voting": lambda nets: VotingClassifier(
        [(f"net{i}", net) for i, net in enumerate(nets)], voting="soft", n_jobs=2
    ),
    "bagging": lambda nets: BaggingClassifier(
        nets[0], n_estimators=5, n_jobs=2, random_state=0
    ),
}


@pytest.mark.parametrize("name", ENSEMBLES)
def test_five_networks_are_better_than_the_worst_of_them(name, data):
    X, y, X_test, y_test = data
    nets = [MLPClassifier((20,), max_iter=10, random_state=i) for i in range(5)]
    ensemble = ENSEMBLES[name](nets).fit(X, y)
    alone = [net.score(X_test, y_test) for net in ensemble.estimators_]
    assert len(set(alone)) > 1  # they do differ
    assert ensemble.score(X_test, y_test) >= min(alone)
    again = clone(ensemble).set_params(n_jobs=1).fit(X, y)
    np.testing.assert_array_equal(
        again.predict_proba(X_test), ensemble.predict_proba(X_test)
    )


def test_permutation_importance(model, data):
    X, y, X_test, y_test = data
    X, X_test = X.copy(), X_test.copy()
    model.fit(X, y)
    result = permutation_importance(model, X_test, y_test, n_repeats=2, random_state=0)
    used = np.abs(result.importances_mean) > 0
    assert not used[X_test.std(axis=0) == 0].any()  # pixels that are always empty
    assert used.sum() > 20


def through_pickle(model, path):
    path.write_bytes(pickle.dumps(model))
    return pickle.loads(path.read_bytes())


def through_joblib(model, path):
    joblib.dump(model, path)
    return joblib.load(path)


def through_skops(model, path):
    skops.io.dump(model, path)
    unknown = skops.io.get_untrusted_types(file=path)
    assert unknown == [f"{MLPClassifier.__module__}.MLPClassifier"]  # and nothing else
    return skops.io.load(path, trusted=unknown)


@pytest.mark.parametrize("through", [through_pickle, through_joblib, through_skops])
@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_saved_and_loaded(through, momentum, model, data, tmp_path):
    X, y, X_test, _ = data
    model.set_params(momentum=momentum, learning_rate_init=0.02).fit(X, y)
    loaded = through(model, tmp_path / "model")
    np.testing.assert_array_equal(
        loaded.predict_proba(X_test), model.predict_proba(X_test)
    )
    np.testing.assert_array_equal(
        loaded.partial_fit(X, y).parameters_, model.partial_fit(X, y).parameters_
    )


def plain(value):
    """Whether a value is made of plain arrays, numbers and strings alone."""
    if isinstance(value, dict):
        return all(plain(item) for pair in value.items() for item in pair)
    if isinstance(value, list | tuple):
        return all(map(plain, value))
    return isinstance(value, np.ndarray | float | int | str | bool | None)


def test_a_fitted_model_holds_plain_values(model, data):
    model.set_params(momentum=0.9, dropout=0.1, early_stopping=True, n_jobs=2)
    assert all(plain(value) for value in vars(model.fit(*data[:2])).values())


@pytest.fixture(scope="module")
def images(data):
    """Images of 8x8 pixels in two channels."""
    X, y, *_ = data
    X = X[:300].reshape(-1, 8, 8, 1)
    return np.concatenate([X, 1 - X], axis=3), y[:300]


@pytest.fixture
def conv_net():
    return ConvNetClassifier((4,), kernel_size=3, max_iter=20, random_state=0)


def test_images_go_through_pipelines_and_searches(conv_net, images):
    X, y = images
    pipeline = make_pipeline(FunctionTransformer(np.sqrt), conv_net)
    grid = {
        "convnetclassifier__n_filters": [(), (4,), (4, 2)],
        "convnetclassifier__kernel_size": [2, (2, 1)],
        "convnetclassifier__pooling": ["max", "average"],
    }
    search = GridSearchCV(pipeline, grid, cv=2, n_jobs=2).fit(X, y)
    assert search.predict(X).shape == (300,)
    assert search.best_score_ > 0.7
    assert not np.isnan(search.cv_results_["mean_test_score"]).any()


def test_images_go_through_cross_validation(conv_net, images):
    X, y = images
    assert cross_val_score(conv_net, X, y, cv=3).mean() > 0.7
    probabilities = cross_val_predict(conv_net, X, y, cv=3, method="predict_proba")
    assert probabilities.shape == (300, 10)
    calibrated = CalibratedClassifierCV(conv_net, cv=2).fit(X, y)
    assert calibrated.predict_proba(X).shape == (300, 10)


def test_images_go_through_compare(conv_net, images):
    X, y = images
    models = {"images": conv_net, "rows only": MLPClassifier(max_iter=1)}
    report = compare(models, X, y, random_state=0)
    assert report.table[0]["accuracy"] > 0.7
    assert report.table[0]["n_parameters"] == 3 * 3 * 2 * 4 + 4 + 36 * 100 + 100 + 1010
    assert report.table[1]["error"].startswith("ValueError: ")
