"""What every display does about the estimator that it is given."""

import sys

import numpy as np
import pytest

pytest.importorskip("matplotlib")

from sklearn.compose import TransformedTargetRegressor
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from sknnadl import AverageDarknessClassifier, ConvNetClassifier, MLPRegressor
from sknnadl.inspection import (
    FeatureMapDisplay,
    GradientNormDisplay,
    KernelDisplay,
    TrainingHistoryDisplay,
)

IMAGE = np.zeros(64)
DRAW = [
    TrainingHistoryDisplay.from_estimator,
    GradientNormDisplay.from_estimator,
    KernelDisplay.from_estimator,
    lambda estimator: FeatureMapDisplay.from_estimator(estimator, IMAGE),
]


def make_net():
    """Return a network, not fitted: a pipeline fits its steps in place."""
    return ConvNetClassifier(
        (2,),
        kernel_size=3,
        gradient_norms=True,
        max_iter=1,
        n_iter_no_change=np.inf,
        random_state=0,
    )


@pytest.mark.parametrize("draw", DRAW)
def test_a_network_is_found_in_pipelines_and_searches(draw, digits):
    X, y = digits.X_train[:200], digits.y_train[:200]
    search = GridSearchCV(make_net(), {"alpha": [0.0]}, cv=2)
    for estimator in (
        make_pipeline(StandardScaler(), make_net()),
        make_pipeline(MinMaxScaler(), make_pipeline(StandardScaler(), make_net())),
        make_pipeline(StandardScaler(), search),
        GridSearchCV(
            make_pipeline(StandardScaler(), make_net()),
            {"convnetclassifier__alpha": [0.0]},
            cv=2,
        ),
    ):
        assert draw(estimator.fit(X, y)).figure_.axes


def test_a_regressor_of_transformed_targets(iris):
    X = iris[0]
    mlp = MLPRegressor(max_iter=2, n_iter_no_change=np.inf, random_state=0)
    model = TransformedTargetRegressor(mlp, transformer=StandardScaler())
    display = TrainingHistoryDisplay.from_estimator(model.fit(X[:, :3], X[:, 3]))
    np.testing.assert_array_equal(display.loss, model.regressor_.history_["loss"])


@pytest.mark.parametrize("draw", DRAW)
def test_what_is_not_fitted(draw):
    for estimator in (
        make_net(),
        make_pipeline(StandardScaler(), make_net()),
        GridSearchCV(make_net(), {"alpha": [0.0]}),
    ):
        with pytest.raises(NotFittedError):
            draw(estimator)


@pytest.mark.parametrize("draw", DRAW)
def test_what_is_no_network(draw, digits):
    X, y = digits.X_train[:200], digits.y_train[:200]
    search = GridSearchCV(make_net(), {"alpha": [0.0]}, cv=2, refit=False).fit(X, y)
    logistic = make_pipeline(StandardScaler(), LogisticRegression()).fit(X, y)
    for estimator, name in [
        (AverageDarknessClassifier().fit(X, y), "AverageDarknessClassifier"),
        (logistic, "Pipeline of LogisticRegression"),
        (search, "GridSearchCV"),
    ]:
        with pytest.raises(TypeError, match=f"a network of sknnadl.*got {name}"):
            draw(estimator)
    with pytest.raises(TypeError, match="estimator"):
        draw("a word")


def test_what_to_do_without_matplotlib(mlp, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    for ax in (None, object()):
        with pytest.raises(ImportError, match=r'pip install "sknnadl\[plot\]"'):
            TrainingHistoryDisplay.from_estimator(mlp, ax=ax)
