"""Resampling steps of imbalanced-learn before a network."""

import numpy as np
import pytest
from sklearn.datasets import make_classification
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import GridSearchCV
from sklearn.preprocessing import StandardScaler

from sknnadl import MLPClassifier

reason = "needs the integration extra"
over_sampling = pytest.importorskip("imblearn.over_sampling", reason=reason)
under_sampling = pytest.importorskip("imblearn.under_sampling", reason=reason)
ensemble = pytest.importorskip("imblearn.ensemble", reason=reason)
make_pipeline = pytest.importorskip("imblearn.pipeline", reason=reason).make_pipeline

OPTIONS = {"max_iter": 20, "random_state": 0}
SAMPLERS = [
    over_sampling.SMOTE(random_state=0),
    over_sampling.RandomOverSampler(random_state=0),
    under_sampling.RandomUnderSampler(random_state=0),
]


@pytest.fixture(scope="module")
def rare():
    """Rows of which 19 of 20 are of one class."""
    return make_classification(
        1000, weights=[0.95], flip_y=0, n_informative=5, random_state=0
    )


@pytest.mark.parametrize("sampler", SAMPLERS, ids=lambda s: type(s).__name__)
def test_a_sampler_changes_the_training_rows_alone(sampler, rare):
    X, y = rare
    pipeline = make_pipeline(StandardScaler(), sampler, MLPClassifier(**OPTIONS))
    pipeline.fit(X, y)
    X_scaled = StandardScaler().fit_transform(X)
    model = MLPClassifier(**OPTIONS).fit(*sampler.fit_resample(X_scaled, y))
    np.testing.assert_array_equal(
        pipeline.predict_proba(X), model.predict_proba(X_scaled)
    )
    plain = MLPClassifier(**OPTIONS).fit(X_scaled, y).predict(X_scaled)
    balanced = balanced_accuracy_score(y, pipeline.predict(X))
    assert balanced > balanced_accuracy_score(y, plain)


def test_a_grid_searches_both(rare):
    pipeline = make_pipeline(
        StandardScaler(), SAMPLERS[0], MLPClassifier((10,), **OPTIONS)
    )
    grid = {"smote__k_neighbors": [3, 5], "mlpclassifier__alpha": [0.01, 0.1]}
    search = GridSearchCV(pipeline, grid, scoring="balanced_accuracy", cv=2).fit(*rare)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    assert search.best_score_ > 0.7


def test_a_balanced_ensemble(rare):
    bagging = ensemble.BalancedBaggingClassifier(
        MLPClassifier((10,), **OPTIONS), n_estimators=3, random_state=0
    )
    X, y = rare
    assert balanced_accuracy_score(y, bagging.fit(X, y).predict(X)) > 0.7
