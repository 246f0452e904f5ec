"""Calls one after the other: the same outcome as scikit-learn's, or a better one."""

import numpy as np
import pytest
from sklearn import neural_network
from sklearn.datasets import make_multilabel_classification, make_regression
from sklearn.exceptions import ConvergenceWarning, DataConversionWarning
from sklearn.preprocessing import scale

import sknnadl

KINDS = ["MLPClassifier", "MLPRegressor"]
quiet = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def both(kind, **options):
    options = {
        "hidden_layer_sizes": (5,),
        "max_iter": 4,
        "random_state": 0,
        "learning_rate": "constant",
    } | options
    return [getattr(module, kind)(**options) for module in (sknnadl, neural_network)]


@quiet
@pytest.mark.parametrize("early_stopping", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_a_warm_start_adds_to_the_histories(kind, early_stopping, iris):
    models = both(kind, warm_start=True, early_stopping=early_stopping)
    for n_calls in (1, 2, 3):
        for model in models:
            model.fit(*iris)
        ours, theirs = models
        assert len(ours.loss_curve_) == len(theirs.loss_curve_) == 4 * n_calls
        assert ours.n_iter_ == theirs.n_iter_ == 4
        if early_stopping:
            lengths = [len(model.validation_scores_) for model in models]
            assert lengths == [4 * n_calls] * 2


@quiet
@pytest.mark.parametrize("kind", KINDS)
def test_fit_begins_anew(kind, iris):
    X, y = iris
    for model in both(kind):
        first = model.fit(X, y).coefs_
        model.fit(X[:, :2], y[::-1])
        assert model.coefs_[0].shape == (2, 5)
        assert len(model.loss_curve_) == model.n_iter_ == 4
        for mine, other in zip(model.fit(X, y).coefs_, first, strict=True):
            np.testing.assert_array_equal(mine, other)


@pytest.mark.parametrize("kind", KINDS)
def test_the_last_epoch_warns_in_each_warm_call(kind, iris):
    for model in both(kind, warm_start=True):
        for _ in range(2):
            with pytest.warns(ConvergenceWarning, match="4"):
                model.fit(*iris)


@quiet
def test_a_warm_start_takes_no_new_class(iris):
    X, y = iris
    for model in both("MLPClassifier", warm_start=True):
        model.fit(X, y)
        with pytest.raises(ValueError, match="classes"):
            model.fit(X, y + 1)
    # Rows that lack one are what one may have more of: ours goes on with them.
    ours, theirs = both("MLPClassifier", warm_start=True)
    theirs.fit(X, y)
    with pytest.raises(ValueError, match="same classes"):
        theirs.fit(X[:100], y[:100])
    assert ours.fit(X, y).fit(X[:100], y[:100]).classes_.tolist() == [0, 1, 2]


@quiet
@pytest.mark.parametrize("kind", KINDS)
def test_partial_fit_goes_on_after_fit(kind, iris):
    for model in both(kind):
        model.fit(*iris).partial_fit(*iris)
        assert len(model.loss_curve_) == 5
        assert model.n_iter_ == 1
        assert model.t_ == 5 * 150


@quiet
@pytest.mark.parametrize("kind", KINDS)
def test_partial_fit_goes_on_after_early_stopping(kind, iris):
    ours, theirs = both(kind, early_stopping=True)
    with pytest.raises(ValueError, match="does not support early_stopping"):
        theirs.fit(*iris).partial_fit(*iris)
    # Ours trains on, and keeps the best of the rows that it is given to validate on.
    assert len(ours.fit(*iris).partial_fit(*iris).loss_curve_) == 5
    X, y = iris
    ours.partial_fit(X, y, X_val=X[::5], y_val=y[::5])
    assert len(ours.validation_scores_) == 6


@quiet
@pytest.mark.parametrize("kind", KINDS)
def test_there_is_no_partial_fit_of_all_rows_at_once(kind):
    ours, theirs = both(kind, solver="lbfgs")
    assert not hasattr(ours, "partial_fit")
    # scikit-learn 1.9's regressor has one, which raises.
    assert hasattr(theirs, "partial_fit") == (kind == "MLPRegressor")


@quiet
def test_classes_are_named_in_the_first_part(iris):
    X, y = iris
    for model in both("MLPClassifier"):
        with pytest.raises(ValueError, match=r"classes"):
            model.partial_fit(X, y)
        model.partial_fit(X[:50], y[:50], classes=[0, 1, 2])
        model.partial_fit(X[50:], y[50:], np.ones(100))
        with pytest.raises(ValueError, match=r"classes"):
            model.partial_fit(X, y + 1)
        assert model.predict_proba(X).shape == (150, 3)


@quiet
@pytest.mark.parametrize("kind", KINDS)
def test_all_rows_at_once_are_all_rows(kind, iris):
    for model in both(kind, solver="lbfgs"):
        coefs = model.fit(*iris).coefs_
        model.set_params(early_stopping=True).fit(*iris)
        for mine, other in zip(model.coefs_, coefs, strict=True):
            np.testing.assert_array_equal(mine, other)
        assert getattr(model, "validation_scores_", None) is None


@quiet
def test_small_raw_problems_are_learned_at_least_as_well():
    X, Y = make_multilabel_classification(
        n_samples=50, random_state=0, return_indicator=True
    )
    scores = [
        module.MLPClassifier(random_state=0).fit(X, Y).score(X, Y)
        for module in (sknnadl, neural_network)
    ]
    assert scores[0] >= scores[1] > 0.9
    X, y = make_regression(200, 10, bias=20, noise=100, random_state=7)
    scores = []
    for module in (sknnadl, neural_network):
        model = module.MLPRegressor(random_state=1)
        for _ in range(100):
            model.partial_fit(X, scale(y))
        scores.append(model.score(X, scale(y)))
    assert scores[0] >= scores[1] > 0.65


@quiet
@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
@pytest.mark.parametrize("learning_rate", ["invscaling", "adaptive"])
def test_these_schedules_are_for_gradient_descent(solver, learning_rate, iris):
    for model in both("MLPClassifier", solver=solver, max_iter=40):
        coefs = model.fit(*iris).coefs_
        model.set_params(learning_rate=learning_rate, power_t=2.0).fit(*iris)
        for mine, other in zip(model.coefs_, coefs, strict=True):
            np.testing.assert_array_equal(mine, other)


@quiet
def test_a_column_of_values_is_one_value_a_row(iris):
    X, y = iris
    for model in both("MLPRegressor"):
        with pytest.warns(DataConversionWarning):
            model.fit(X, y[:, np.newaxis])
        assert model.predict(X).shape == (150,)
