"""Weights of rows reach what is inside, and go where scikit-learn's routing says."""

import numpy as np
import pytest
from sklearn import config_context
from sklearn.compose import TransformedTargetRegressor
from sklearn.datasets import load_diabetes
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.ensemble import StackingClassifier, VotingClassifier
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknnadl import compare


@pytest.fixture
def weights(iris):
    return np.where(iris[1] == 0, 1.0, 1e-6)


def test_ensembles_and_wrappers(iris, weights):
    guess = DummyClassifier()
    pair = [("a", guess), ("b", DummyClassifier(strategy="most_frequent"))]
    models = {
        "votes": VotingClassifier(pair),
        "stacked": StackingClassifier(pair, DummyClassifier(), cv=2),
        "searched": GridSearchCV(
            make_pipeline(StandardScaler(), VotingClassifier(pair)),
            {"votingclassifier__voting": ["hard"]},
            cv=2,
        ),
        "takes none": KNeighborsClassifier(),
    }
    *rows, none = compare(models, *iris, sample_weight=weights, cv=2).table
    assert [row["error"] for row in rows] == [None] * 3
    assert min(row["accuracy"] for row in rows) > 0.99
    assert none["error"].startswith("TypeError: KNeighborsClassifier.fit() got an unex")


def test_targets_that_are_transformed():
    X, y = load_diabetes(return_X_y=True)
    weights = np.where(y > np.median(y), 1.0, 1e-6)
    scaled = make_pipeline(StandardScaler(), Ridge())
    models = {
        "mean": TransformedTargetRegressor(DummyRegressor()),
        "line": TransformedTargetRegressor(scaled, transformer=StandardScaler()),
    }
    options = {"sample_weight": weights, "test": (X, y)}
    report = compare(models, X, y, **options, scoring="neg_mean_absolute_error")
    assert [row["error"] for row in report.table] == [None, None]
    mean = np.average(y, weights=weights)
    np.testing.assert_allclose(report.estimators["mean"].predict(X), mean)
    line = Ridge().fit(StandardScaler().fit_transform(X), y, weights)
    predicted = report.estimators["line"].predict(X)
    assert np.abs(predicted - line.predict(StandardScaler().fit_transform(X))).max() < 1


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_routing(iris, weights, n_jobs):
    with config_context(enable_metadata_routing=True):
        asks = DummyClassifier().set_fit_request(sample_weight=True)
        scaler = StandardScaler().set_fit_request(sample_weight=False)
        models = {
            "asks": make_pipeline(scaler, asks),
            "does not say": make_pipeline(scaler, GaussianNB()),
            "alone": LogisticRegression(),
        }
        options = {"sample_weight": weights, "cv": 2, "n_jobs": n_jobs}
        asks, silent, alone = compare(models, *iris, **options).table
    assert asks["accuracy"] > 0.99
    assert silent["error"].startswith("UnsetMetadataPassedError: [sample_weight] are")
    assert alone["accuracy"] > 0.99
