"""Regression by other losses than the squared error."""

import pickle

import numpy as np
import pytest
from own_losses import LogCosh
from sklearn.base import clone
from sklearn.datasets import load_diabetes
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import HuberRegressor, QuantileRegressor
from sklearn.metrics import mean_absolute_error, mean_pinball_loss
from sklearn.preprocessing import scale

import sknnadl
from sknnadl import ConvNetRegressor, MLPRegressor, NetworkRegressor
from sknnadl.network import Dense

OPTIONS = {
    "n_iter_no_change": np.inf,
    "random_state": 0,
    "max_iter": 6,
    "learning_rate": "constant",
}
CONVOLUTION = {"n_filters": (4,), "kernel_size": (1, 3), "pool_size": 1}
KINDS = {
    "perceptron": MLPRegressor(hidden_layer_sizes=(10,), **OPTIONS),
    "convolutional": ConvNetRegressor(**CONVOLUTION, image_shape=(2, 5), **OPTIONS),
    "any layers": NetworkRegressor((Dense(10),), **OPTIONS),
}
LOSSES = {
    "absolute_error": {"loss": "absolute_error"},
    "huber": {"loss": "huber", "huber_delta": 0.3},
    "pinball": {"loss": "pinball", "quantile": 0.8},
    "own": {"loss": LogCosh(0.5)},
}


@pytest.fixture(scope="module")
def valued():
    X, y = load_diabetes(return_X_y=True)
    return scale(X), y


def linear(**options):
    """Return a linear regression that is trained to the end."""
    fixed = {"hidden_layer_sizes": (), "penalty": None, "max_iter": 300}
    fixed |= {"learning_rate_init": 0.02, "batch_size": 200, "dtype": "float64"}
    return MLPRegressor(**fixed, n_iter_no_change=np.inf, random_state=0, **options)


@pytest.mark.parametrize("quantile", [0.1, 0.5, 0.9])
def test_quantiles_are_those_of_scikit_learns_linear_ones(quantile, valued):
    X, y = valued
    ours = linear(loss="pinball", quantile=quantile).fit(X, y)
    theirs = QuantileRegressor(quantile=quantile, alpha=0).fit(X, y)
    costs = [
        mean_pinball_loss(y, model.predict(X), alpha=quantile)
        for model in (ours, theirs)
    ]
    assert costs[1] <= costs[0] < 1.01 * costs[1]
    assert np.mean(y <= ours.predict(X)) == pytest.approx(quantile, abs=0.02)


def test_the_median_by_two_names(valued):
    X, y = valued
    absolute, half = (
        linear(loss=name).fit(X, y) for name in ("absolute_error", "pinball")
    )
    median = np.quantile(y, 0.5, method="inverted_cdf")
    assert absolute.target_mean_ == half.target_mean_ == median
    theirs = QuantileRegressor(quantile=0.5, alpha=0).fit(X, y)
    least = mean_absolute_error(y, theirs.predict(X))
    for model in (absolute, half):
        assert least <= mean_absolute_error(y, model.predict(X)) < 1.01 * least


@pytest.mark.parametrize("loss", ["absolute_error", "huber", "pinball"])
@pytest.mark.parametrize("scale_targets", [False, True])
def test_values_far_off_do_not_sway_it(loss, scale_targets):
    rng = np.random.default_rng(0)
    X = rng.standard_normal((400, 1))
    y = 2 * X.ravel() + 1
    y[::10] = 1e4  # wrong values
    model = linear(loss=loss, scale_targets=scale_targets).fit(X, y)
    right = HuberRegressor(alpha=0).fit(X, y)
    truth = 2 * X.ravel() + 1
    assert np.abs(right.predict(X) - truth).max() < 0.5
    assert np.abs(model.predict(X) - truth).max() < 0.5
    with pytest.warns(ConvergenceWarning, match="has learned nothing"):
        square = linear().fit(X, y)
    assert np.abs(square.predict(X) - truth).max() > 100


@pytest.mark.parametrize("loss", ["absolute_error", "huber", "pinball"])
def test_targets_that_say_nothing_are_told_of(loss):
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((2000, 1)), rng.standard_t(1.0, 2000)
    with pytest.warns(ConvergenceWarning, match="has learned nothing"):
        linear(loss=loss).set_params(max_iter=50).fit(X, y)


def test_a_wide_huber_is_the_squared_error_and_a_narrow_one_the_absolute(valued):
    X, y = valued
    y = scale(y)
    options = {"scale_targets": False, "hidden_layer_sizes": (5,), **OPTIONS}
    options |= {"dtype": "float64", "penalty": None, "solver": "sgd"}
    options["learning_rate_init"] = 0.02
    wide = MLPRegressor("huber", huber_delta=1e3, **options).fit(X, y)
    square = MLPRegressor("squared_error", **options).fit(X, y)
    np.testing.assert_allclose(wide.parameters_, square.parameters_, atol=1e-12)
    # delta times the absolute error, but within delta of the target
    options["learning_rate_init"] = 0.02 / 1e-9
    narrow = MLPRegressor("huber", huber_delta=1e-9, **options).fit(X, y)
    options["learning_rate_init"] = 0.02
    absolute = MLPRegressor("absolute_error", **options).fit(X, y)
    np.testing.assert_allclose(narrow.parameters_, absolute.parameters_, atol=1e-6)


@pytest.mark.parametrize("weighted", [False, True])
def test_outputs_start_at_the_best_constant(weighted, valued):
    X, y = valued
    Y = np.column_stack([y, 1e5 + y**2])
    w = np.random.default_rng(0).integers(1, 4, len(y)) if weighted else None
    repeated = np.repeat(Y, w if weighted else 1, axis=0)
    for name, share in (("absolute_error", 0.5), ("huber", 0.5), ("pinball", 0.9)):
        model = clone(KINDS["perceptron"]).set_params(loss=name, quantile=0.9)
        model.fit(X, Y, w)
        low, best, high = np.quantile(
            repeated, [0.25, share, 0.75], axis=0, method="inverted_cdf"
        )
        np.testing.assert_array_equal(model.target_mean_, best)
        np.testing.assert_array_equal(model.target_scale_, high - low)
        assert model.set_params(scale_targets=False).fit(X, y).target_mean_ is None


def test_the_training_cost_is_the_loss_of_scaled_targets(valued):
    X, y = valued
    model = linear(loss="pinball", quantile=0.9, solver="sgd")
    model.set_params(max_iter=1, batch_size=len(y)).fit(X, y)
    start = clone(model).set_params(learning_rate_init=1e-30).fit(X, y)
    predicted = (start.predict(X) - model.target_mean_) / model.target_scale_
    z = (y - model.target_mean_) / model.target_scale_
    assert model.loss_ == pytest.approx(mean_pinball_loss(z, predicted, alpha=0.9))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", LOSSES)
def test_it_lives_as_long_as_others(name, kind, valued, tmp_path):
    X, y = valued
    Y = np.stack([y, -y], axis=1)
    model = clone(KINDS[kind]).set_params(**LOSSES[name], early_stopping=True)
    given = {"X_val": X[:50], "y_val": Y[:50]}
    fitted = clone(model).fit(X, Y, **given)
    alone = clone(model).set_params(n_jobs=1).fit(X, Y, **given)
    by_parts = clone(model)
    for _ in range(6):
        by_parts.partial_fit(X, Y, **given)
    half = clone(model).set_params(max_iter=2, warm_start=True).fit(X, Y, **given)
    others = [pickle.loads(pickle.dumps(half))]
    if name != "own":
        sknnadl.save(half, tmp_path / "model.npz")
        others.append(sknnadl.load(tmp_path / "model.npz"))
    for other in others:
        other.set_params(max_iter=4).fit(X, Y, **given)
    for other in (alone, by_parts, *others):
        np.testing.assert_array_equal(other.parameters_, fitted.parameters_)
        for entry in ("loss", "val_loss", "val_score"):
            assert other.history_[entry] == fitted.history_[entry]
        assert other.training_state_["plateau_best"] == min(fitted.history_["val_loss"])
    assert fitted.predict(X).shape == Y.shape


def test_another_quantile_is_not_compared(valued):
    X, y = valued
    model = clone(KINDS["perceptron"]).set_params(loss="pinball", quantile=0.5)
    model.set_params(early_stopping=True)
    given = {"X_val": X, "y_val": y}
    model.partial_fit(X, y, **given)
    best = model.training_state_["plateau_best"]
    # costs of the quantile 0.01 are the lower ones, but of another loss
    model.set_params(quantile=0.01).partial_fit(X, y, **given)
    assert model.training_state_["watched"][3] == "PinballLoss(quantile=0.01)"
    assert model.training_state_["plateau_best"] != best


BAD = [
    ({"quantile": 0.0}, "quantile"),
    ({"quantile": 1.0}, "quantile"),
    ({"huber_delta": 0.0}, "huber_delta"),
    ({"loss": "median"}, "loss"),
]


@pytest.mark.parametrize(("options", "name"), BAD)
def test_bad_arguments_are_refused(options, name, valued):
    with pytest.raises(ValueError, match=f"The '{name}' parameter of MLPRegressor"):
        MLPRegressor(**options).fit(*valued)
