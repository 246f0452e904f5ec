"""What training tells: its history, its output, and why it went wrong."""

import re

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning

from sknnadl import ConvNetClassifier, MLPClassifier, MLPRegressor
from sknnadl.training import Shift


def quick(estimator=MLPClassifier, **parameters):
    defaults = {
        "max_iter": 3,
        "n_iter_no_change": np.inf,
        "random_state": 0,
        "learning_rate": "constant",
    }
    return estimator(**({"hidden_layer_sizes": (8,)} | defaults | parameters))


COSTS = {
    "log_loss": lambda p, t: -np.log((p * t).sum(axis=1)),
    "squared_error": lambda p, t: 0.5 * ((p - t) ** 2).sum(axis=1),
}


def outputs(model, X, biases):
    """Return the outputs of a network of tanh layers with these biases."""
    *hidden, last = zip(model.coefs_, biases, strict=True)
    for weights, bias in hidden:
        X = np.tanh(X @ weights + bias)
    z = X @ last[0] + last[1]
    if model.out_activation_ == "softmax":
        return np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    return 1 / (1 + np.exp(-z)) if model.out_activation_ == "logistic" else z


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("batch_size", [7, 150])
@pytest.mark.parametrize(
    ("estimator", "loss"),
    [
        (MLPClassifier, "log_loss"),
        (MLPClassifier, "squared_error"),
        (MLPRegressor, "squared_error"),
    ],
)
def test_gradient_norms_are_central_differences(
    estimator, loss, batch_size, weighted, iris
):
    X, y = iris
    targets = np.eye(3)[y] if estimator is MLPClassifier else y[:, np.newaxis]
    w = np.linspace(0.1, 1, 150) if weighted else np.ones(150)
    model = quick(estimator, hidden_layer_sizes=(4, 3), activation="tanh", loss=loss)
    model.set_params(batch_size=batch_size, gradient_norms=True, max_iter=2, alpha=0.1)
    if estimator is MLPRegressor:
        model.set_params(scale_targets=False)
    measured = model.fit(X, y, w).history_["gradient_norms"]
    assert [len(norms) for norms in measured] == [3, 3]
    # The second epoch's were measured where a fit of one epoch ends.
    model.set_params(max_iter=1).fit(X, y, w)

    def cost(biases):
        return np.average(COSTS[loss](outputs(model, X, biases), targets), weights=w)

    step = 1e-6
    for layer, norm in enumerate(measured[1]):
        gradient = []
        for i in range(len(model.intercepts_[layer])):
            costs = []
            for move in (step, -step):
                biases = [bias.copy() for bias in model.intercepts_]
                biases[layer][i] += move
                costs.append(cost(biases))
            gradient.append((costs[0] - costs[1]) / (2 * step))
        # the cost is rounded at 1e-16, which is divided by the step
        assert np.linalg.norm(gradient) == pytest.approx(norm, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_the_gradient_vanishes_on_its_way_to_the_first_layer(n_jobs):
    """Chapter 5 of the book: the deeper of sigmoid layers learn much faster."""
    rng = np.random.default_rng(0)
    X, y = rng.random((500, 784)), np.arange(500) % 10
    model = MLPClassifier((30, 30, 30), "sigmoid", weight_init="scaled", max_iter=1)
    model.set_params(gradient_norms=True, random_state=0, n_jobs=n_jobs)
    model.fit(X, y)
    first, *_, last, _ = model.history_["gradient_norms"][0]
    assert last > 3 * first


@pytest.mark.parametrize(
    "model",
    [
        quick(dropout=0.3),
        quick(batch_norm=True, solver="adam", clip_norm=0.5),
        quick(solver="lbfgs", max_iter=1000),
        quick(MLPRegressor, learning_rate_init=0.01),
        quick(early_stopping=True, batch_size=7),
        quick(
            ConvNetClassifier, n_filters=(3,), kernel_size=1, augmentation=Shift(1)
        ).set_params(batch_norm=True, dropout=0.2),
    ],
    ids=str,
)
def test_measuring_gradients_changes_no_training(model, iris):
    plain = clone(model).fit(*iris)
    measured = clone(model).set_params(gradient_norms=True).fit(*iris)
    np.testing.assert_array_equal(plain.parameters_, measured.parameters_)
    assert plain.loss_curve_ == measured.loss_curve_
    norms = measured.history_["gradient_norms"]
    assert len(norms) == measured.n_iter_
    assert all(len(norm) == len(measured.intercepts_) for norm in norms)
    assert np.isfinite(norms).all()
    assert "gradient_norms" not in plain.history_


def test_gradients_measured_later_on(iris):
    model = quick(warm_start=True).fit(*iris)
    model.set_params(gradient_norms=True, verbose=True).fit(*iris)
    norms = model.history_["gradient_norms"]
    assert np.isnan(norms[:3]).all()
    assert np.isfinite(norms[3:]).all()
    model.set_params(gradient_norms=False, verbose=False).fit(*iris)
    assert np.isnan(model.history_["gradient_norms"][6:]).all()


def test_gradients_no_longer_measured_are_not_printed(iris, capsys):
    model = quick(gradient_norms=True, verbose=True).fit(*iris)
    model.set_params(gradient_norms=False).partial_fit(*iris)
    assert "gradient" not in capsys.readouterr().out.splitlines()[-1]


@pytest.mark.filterwarnings("ignore:Training stopped after")
def test_full_batches_measure_gradients_before_the_epoch_too(iris):
    model = quick(gradient_norms=True)
    before = model.fit(*iris).history_["gradient_norms"][0]
    full = model.set_params(solver="lbfgs").fit(*iris).history_["gradient_norms"][0]
    assert full == pytest.approx(before)


def test_normalized_layers_learn_at_a_speed_too(iris):
    model = quick(gradient_norms=True, batch_norm=True).fit(*iris)
    first, _ = model.history_["gradient_norms"][0]
    assert first > 1e-6


def test_the_history(iris):
    X, y = iris
    model = quick(solver="adam", warmup_epochs=1).fit(X, y)
    history = model.history_
    assert list(history) == [
        "loss",
        "val_loss",
        "val_score",
        "learning_rate",
        "seconds",
    ]
    assert {len(values) for values in history.values()} == {3}
    assert np.isnan(history["val_loss"] + history["val_score"]).all()
    assert history["learning_rate"] == pytest.approx([1e-5, 1e-3, 1e-3])
    assert all(seconds > 0 for seconds in history["seconds"])
    model.partial_fit(X, y, X_val=X, y_val=y)
    assert np.isnan(history["val_score"]).all()  # of then
    assert np.isnan(model.history_["val_score"]).tolist() == [True] * 3 + [False]
    assert model.history_["val_score"][-1] == model.score(X, y)


@pytest.mark.parametrize(
    ("parameters", "told"),
    [
        ({}, ["learning rate 0.2"]),
        ({"early_stopping": True}, ["validation loss", "validation score"]),
        ({"gradient_norms": True}, ["gradient norms"]),
        ({"solver": "lbfgs", "max_iter": 500, "tol": 0.01}, []),
    ],
    ids=str,
)
@pytest.mark.parametrize("estimator", [MLPClassifier, MLPRegressor])
def test_a_line_an_epoch(estimator, parameters, told, iris, capsys):
    model = quick(estimator, verbose=1, **parameters)
    if estimator is MLPRegressor:
        model.set_params(learning_rate_init=0.02)
        told = [text.replace("0.2", "0.02") for text in told]
    history = model.fit(*iris).history_
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == model.n_iter_
    for i, line in enumerate(lines):
        assert line.startswith(f"Epoch {i + 1}/{model.max_iter}: loss ")
        numbers = [float(n) for n in re.findall(r"-?\d+\.?\d*(?:e-?\d+)?", line)]
        assert numbers[2] == pytest.approx(history["loss"][i], abs=1e-6)
        assert all(text in line for text in told)
        assert "nan" not in line
        assert ("validation" in line) == ("validation loss" in told)


@pytest.mark.parametrize("calls", ["fit", "partial_fit"])
def test_no_line_counts_beyond_its_last_epoch(calls, iris, capsys):
    model = quick(warm_start=True, verbose=1).fit(*iris)
    getattr(model, calls)(*iris)
    for line in capsys.readouterr().out.splitlines():
        epoch, *last = re.match(r"Epoch (\d+)(?:/(\d+))?:", line).groups()
        assert not last[0] or int(epoch) <= int(last[0])


RAW = {"scale_targets": False}
DIVERGENCE = [
    (MLPClassifier, {}, 1e200, 1, r"features are as large as .*e\+200: try features"),
    (MLPRegressor, RAW, 1, 1e200, r"targets are as large as 2e\+200: scale them"),
    (
        MLPClassifier,
        {"alpha": 1e6, "max_iter": 500},
        1,
        1,
        r"penalty is too strong .*\(alpha=1e\+06\): try alpha=100000\.",
    ),
    (
        MLPRegressor,
        {"learning_rate_init": 50, "max_iter": 50, "solver": "sgd"},
        1,
        1,
        r"learning rate is probably too high \(learning_rate_init=50\): try 5,",
    ),
]


@pytest.mark.parametrize(("estimator", "options", "x", "t", "message"), DIVERGENCE)
@pytest.mark.parametrize("early_stopping", [False, True])
def test_what_made_training_diverge_is_named(
    estimator, options, x, t, message, early_stopping, iris
):
    X, y = iris
    model = quick(estimator, early_stopping=early_stopping, **options)
    with pytest.raises((ValueError, ConvergenceWarning), match=message):
        model.fit(x * X, t * y)


def test_full_batches_that_diverge_name_the_cause_too(iris):
    X, y = iris
    model = quick(MLPRegressor, solver="lbfgs", **RAW)
    with pytest.raises(ValueError, match="targets are as large as"):
        model.fit(X, 1e200 * y)
    with pytest.raises(ValueError, match="features are as large as"):
        model.fit(1e200 * X, y)
    assert not hasattr(model, "history_")


@pytest.mark.parametrize(
    ("parameters", "make"),
    [
        (
            {"alpha": 1e39, "divide_alpha": False, "dtype": "float32"},
            lambda X, y: (X, y),
        ),
        ({"max_iter": 500}, lambda X, y: (X[:40], np.arange(40) % 2)),
    ],
    ids=["diverged", "learned nothing"],
)
def test_full_batches_are_not_told_of_a_learning_rate(parameters, make, iris):
    X = np.arange(150.0)[:, np.newaxis] / 20 - 1
    model = quick(hidden_layer_sizes=(2,), solver="lbfgs", **parameters)
    with pytest.raises((ValueError, ConvergenceWarning)) as error:
        model.fit(*make(X, iris[1]))
    assert re.search("exploded|learned nothing", str(error.value))
    assert "learning_rate" not in str(error.value)


def test_a_regressor_that_learns_nothing_is_told_so_in_its_words():
    X = np.arange(40.0)[:, np.newaxis] / 20 - 1
    model = MLPRegressor(
        hidden_layer_sizes=(5,), learning_rate_init=0.01, random_state=0
    )
    with pytest.warns(ConvergenceWarning, match="learned nothing") as told:
        model.fit(X, np.arange(40) % 2 - 0.5)
    assert "class" not in str(told[0].message)


@pytest.mark.parametrize(
    ("X_scale", "y_scale", "cause"), [(1e5, 1, "features"), (1, 1e6, "targets")]
)
def test_a_cost_that_has_exploded_is_no_want_of_epochs(X_scale, y_scale, cause):
    # One step has killed every rectifier, and the cost stays finite.
    rng = np.random.default_rng(1)
    X = rng.uniform(size=(40, 5))
    y = X @ [1, 2, 3, 4, -3]
    model = MLPRegressor(solver="sgd", max_iter=60, random_state=1, **RAW)
    with pytest.warns(ConvergenceWarning, match=f"nothing.*The {cause} are as large"):
        model.fit(X_scale * X, y_scale * y)
    assert np.isfinite(model.loss_)
