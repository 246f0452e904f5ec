"""The solvers and schedules as arguments, and L-BFGS against exact answers."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.multiclass import OneVsRestClassifier

from sknnadl import ConvNetClassifier, MLPClassifier, MLPRegressor
from sknnadl.training import Shift
from sknnadl.training.epoch import Trainer
from sknnadl.training.recipe import OPTIMIZERS

#: L-BFGS-B ends where the cost falls by less than this share of itself.
FTOL = 64 * np.finfo(float).eps


def full_batch(model, **parameters):
    options = {"solver": "lbfgs", "tol": 1e-9, "max_iter": 2000, "random_state": 0}
    return model.set_params(**(options | parameters))


def quick(**parameters):
    defaults = {
        "max_iter": 5,
        "n_iter_no_change": np.inf,
        "random_state": 0,
        "learning_rate": "constant",
    }
    return MLPClassifier(**(defaults | parameters))


def distance(curvature):
    """Return how far a solution may be from the minimum of a cost of about 1.

    A cost of this curvature or more is ``curvature / 2 * distance**2`` above its
    minimum; a factor of 10 is for the falls that were still to come.
    """
    return np.sqrt(10 * 2 * FTOL / curvature)


@pytest.mark.parametrize("solver", sorted(set(OPTIMIZERS) - {"lbfgs"}))
def test_every_solver_learns_digits_by_default(solver, digits):
    model = MLPClassifier(solver=solver, max_iter=60, random_state=0)
    model.set_params(n_iter_no_change=np.inf).fit(digits.X_train, digits.y_train)
    assert model.score(digits.X_test, digits.y_test) > 0.95


def test_full_batches_learn_digits_by_default(digits):
    model = MLPClassifier(solver="lbfgs", random_state=0)
    model.fit(digits.X_train, digits.y_train)
    assert model.score(digits.X_test, digits.y_test) > 0.94
    assert (np.diff(model.loss_curve_) <= 0).all()
    assert np.isnan(model.history_["learning_rate"]).all()


def test_a_cycle_goes_from_its_first_rate_to_its_last(iris):
    def rates(**parameters):
        return np.array(quick(**parameters).fit(*iris).history_["learning_rate"])

    # the rate at the first mini-batch of each of the five epochs
    at = np.arange(5) / 5
    half_cosine = (1 + np.cos(np.pi * at)) / 2
    np.testing.assert_allclose(rates(learning_rate="cosine"), 0.2 * half_cosine)
    one_cycle = rates(learning_rate="one_cycle")
    assert one_cycle[0] == pytest.approx(0.2 / 25)
    assert one_cycle.argmax() == 2  # the epoch nearest to 30 percent
    constant = rates(warmup_epochs=2)
    np.testing.assert_allclose(constant, [0.002, 0.101, 0.2, 0.2, 0.2])


@pytest.mark.parametrize("schedule", ["cosine", "one_cycle"])
def test_a_cycle_is_not_cut_short(schedule, iris):
    model = MLPClassifier(learning_rate=schedule, max_iter=30, tol=10, random_state=0)
    assert model.fit(*iris).n_iter_ == 30  # where a constant rate stops after 11
    assert model.set_params(learning_rate="constant").fit(*iris).n_iter_ == 11


@pytest.mark.parametrize("limit", [0.1, 1.0])
def test_no_neuron_has_longer_weights_than_max_norm(limit, iris):
    model = quick(max_norm=limit, dtype="float64").fit(*iris)
    for weights in model.coefs_:
        assert np.linalg.norm(weights, axis=0).max() <= limit * (1 + 1e-12)
    free = quick(dtype="float64").fit(*iris)
    assert all(np.linalg.norm(w, axis=0).max() > 0.3 for w in free.coefs_)


def test_a_clipped_step_is_no_longer_than_the_rate_allows(iris):
    options = {"max_iter": 1, "batch_size": 150, "learning_rate_init": 0.5, "alpha": 0}
    start = quick(**options | {"learning_rate_init": 1e-300}).fit(*iris).parameters_
    step = quick(**options).fit(*iris).parameters_ - start
    clipped = quick(**options, clip_norm=0.01).fit(*iris).parameters_ - start
    assert np.linalg.norm(clipped) == pytest.approx(0.5 * 0.01)
    np.testing.assert_allclose(
        clipped / np.linalg.norm(clipped), step / np.linalg.norm(step), atol=1e-12
    )


@pytest.mark.parametrize(("l1_ratio", "penalty"), [(0.0, "l2"), (1.0, "l1")])
def test_the_ends_of_the_elastic_net(l1_ratio, penalty, iris):
    net = quick(penalty="elasticnet", l1_ratio=l1_ratio, alpha=0.01).fit(*iris)
    end = quick(penalty=penalty, alpha=0.01).fit(*iris)
    np.testing.assert_allclose(net.parameters_, end.parameters_, rtol=0, atol=1e-12)


def test_decoupled_decay_without_penalty_is_adam(iris):
    adam, adamw = (
        quick(solver=solver, penalty=None).fit(*iris) for solver in ("adam", "adamw")
    )
    np.testing.assert_array_equal(adam.parameters_, adamw.parameters_)


@pytest.mark.parametrize("n_targets", [None, 3])
def test_no_hidden_layer_is_linear_regression(n_targets):
    rng = np.random.default_rng(0)
    X = rng.standard_normal((200, 5))
    shape = (200,) if n_targets is None else (200, n_targets)
    y = rng.standard_normal(shape) + (X @ rng.standard_normal((5, *shape[1:])))
    net = full_batch(
        MLPRegressor(hidden_layer_sizes=(), scale_targets=False), penalty=None
    ).fit(X, y)
    line = LinearRegression().fit(X, y)
    curvature = np.linalg.eigvalsh(np.cov(X.T)).min()
    atol = distance(curvature)
    np.testing.assert_allclose(net.coefs_[0].T.squeeze(), line.coef_.squeeze(), 0, atol)
    np.testing.assert_allclose(net.intercepts_[0].squeeze(), line.intercept_, 0, atol)
    assert net.predict(X).shape == line.predict(X).shape


@pytest.mark.parametrize("C", [0.1, 1.0])
@pytest.mark.parametrize("n_classes", [2, 3])
def test_no_hidden_layer_is_logistic_regression(C, n_classes, iris):
    X, y = iris
    X, y = X[y < n_classes], y[y < n_classes]
    net = full_batch(MLPClassifier(()), alpha=1 / C).fit(X, y)
    regression = LogisticRegression(C=C, tol=1e-8, max_iter=10_000).fit(X, y)
    np.testing.assert_allclose(
        net.predict_proba(X),
        regression.predict_proba(X),
        rtol=0,
        atol=distance(1 / (C * len(y))),
    )


def test_sigmoid_outputs_are_a_logistic_regression_each(iris):
    X, y = iris
    net = full_batch(MLPClassifier(()), alpha=1, loss="cross_entropy").fit(X, y)
    each = OneVsRestClassifier(LogisticRegression(tol=1e-8, max_iter=10_000)).fit(X, y)
    np.testing.assert_allclose(
        net.predict_proba(X), each.predict_proba(X), rtol=0, atol=distance(1 / len(y))
    )


@pytest.mark.parametrize(
    "model", [MLPClassifier(()), MLPRegressor(hidden_layer_sizes=())]
)
def test_integer_weights_are_repeated_rows(model, iris):
    X, y = iris
    repeats = np.random.default_rng(0).integers(0, 4, size=len(y))
    full_batch(model, alpha=0.01)
    weighted = clone(model).fit(X, y, repeats)
    repeated = clone(model).fit(X.repeat(repeats, axis=0), y.repeat(repeats))
    predict = "predict_proba" if hasattr(model, "predict_proba") else "predict"
    np.testing.assert_allclose(
        *(getattr(m, predict)(X) for m in (weighted, repeated)),
        rtol=0,
        atol=distance(0.01),
    )


def test_full_batches_do_not_depend_on_the_threads(digits):
    X, y = digits.X_train, digits.y_train
    one, two = (
        MLPClassifier((200,), solver="lbfgs", max_iter=5, n_jobs=n, random_state=0)
        for n in (1, 2)
    )
    with pytest.warns(match="max_iter=5"):
        one.fit(X, y)
    with pytest.warns(match="max_iter=5"):
        two.fit(X, y)
    np.testing.assert_array_equal(one.parameters_, two.parameters_)


def test_full_batches_go_on_in_a_warm_start(iris):
    model = full_batch(MLPClassifier((5,)), max_iter=10, warm_start=True)
    with pytest.warns(match="max_iter=10"):
        first = model.fit(*iris).loss_
    with pytest.warns(match="max_iter=10"):
        assert model.fit(*iris).loss_ < first
    assert len(model.loss_curve_) == 20
    # and begin at a minimum at last: an epoch that changes nothing
    model.set_params(max_iter=2000, tol=1e-3).fit(*iris)
    at_minimum = model.parameters_.copy()
    assert model.fit(*iris).n_iter_ == 1
    np.testing.assert_array_equal(model.parameters_, at_minimum)


@pytest.mark.filterwarnings("ignore:Training stopped after")
def test_an_interrupted_iteration_is_undone(iris, monkeypatch):
    gradient, countdown = Trainer.full_gradient, [12]

    def interrupted(self, rows):
        countdown[0] -= 1
        if countdown[0] == 0:
            raise KeyboardInterrupt
        return gradient(self, rows)

    monkeypatch.setattr(Trainer, "full_gradient", interrupted)
    model = full_batch(MLPClassifier((5,)))
    with pytest.warns(UserWarning, match="Training was interrupted"):
        model.fit(*iris)
    monkeypatch.undo()
    assert 0 < model.n_iter_ < 12  # each takes one evaluation or more
    expected = clone(model).set_params(max_iter=model.n_iter_).fit(*iris)
    np.testing.assert_array_equal(model.parameters_, expected.parameters_)
    assert model.loss_curve_ == expected.loss_curve_


@pytest.mark.parametrize("model", [MLPClassifier(), MLPRegressor()])
def test_full_batches_have_no_partial_fit_and_say_why(model, iris):
    assert hasattr(model, "partial_fit")
    model.set_params(solver="lbfgs")
    assert not hasattr(model, "partial_fit")
    with pytest.raises(AttributeError, match="partial_fit") as error:
        model.partial_fit(*iris)
    said = f"{error.value} {error.value.__cause__}"
    assert "solver='lbfgs' trains on all rows at once" in said


@pytest.mark.parametrize(
    ("parameters", "named"),
    [
        ({"dropout": 0.1}, "dropout"),
        ({"dropout": (0.1,)}, "dropout"),
        ({"batch_norm": True}, "batch normalization"),
        ({"augmentation": Shift(1)}, "augmentation"),
        ({"max_norm": 1.0}, "max_norm"),
        ({"clip_norm": 1.0}, "clip_norm"),
        ({"max_norm": 1.0, "clip_norm": 1.0}, "max_norm and clip_norm"),
        ({"gradient_noise": 0.1}, "gradient_noise"),
    ],
)
def test_full_batches_refuse_what_changes_the_cost(parameters, named, digits):
    model = ConvNetClassifier((2,), kernel_size=3, solver="lbfgs", **parameters)
    with pytest.raises(ValueError, match=f"solver='lbfgs'.* no room for {named}: "):
        model.fit(digits.X_train, digits.y_train)
    assert not hasattr(model, "classes_")


@pytest.mark.parametrize("penalty", ["l1", "elasticnet"])
def test_decoupled_decay_is_the_l2_penalty(penalty, iris):
    with pytest.raises(ValueError, match=rf"'adamw' decays.*penalty='{penalty}'"):
        MLPClassifier(solver="adamw", penalty=penalty).fit(*iris)


def test_another_solver_in_a_warm_start_starts_with_no_memory(iris):
    # Each of Adam's first five steps has about the length of the rate in a parameter.
    model = quick(solver="rmsprop", warm_start=True).fit(*iris)
    before = model.parameters_.copy()
    model.set_params(solver="adam", max_iter=1).fit(*iris)
    assert np.abs(model.parameters_ - before).max() > 3 * 0.001


def test_a_warm_start_begins_a_new_cycle(iris):
    model = quick(learning_rate="cosine", warm_start=True).fit(*iris)
    model.set_params(max_iter=3).fit(*iris)
    assert model.history_["learning_rate"][5] == 0.2


def badly_scaled():
    """Return iris with a fifth feature in the thousands, which tells nothing."""
    X, y = load_iris(return_X_y=True)
    return np.column_stack([X, 2000 + np.arange(150) % 20]).astype("float32"), y


def test_full_batches_are_in_float64_unless_float32_is_asked_for():
    X, y = badly_scaled()
    model = MLPClassifier(
        solver="lbfgs", alpha=1e-4, max_iter=1000, random_state=0
    ).fit(X, y)
    assert model.parameters_.dtype == np.float64
    assert model.score(X, y) > 0.95
    X = np.arange(50, dtype="float32")[:, np.newaxis] % 5
    y = 1e9 + X.ravel().astype(float)
    model = MLPRegressor(hidden_layer_sizes=(), solver="lbfgs", random_state=0).fit(
        X, y
    )
    np.testing.assert_allclose(model.predict(X), y, rtol=1e-6)


def test_a_full_batch_that_stops_unconverged_says_so():
    X, y = badly_scaled()
    model = MLPClassifier(solver="lbfgs", dtype="float32", max_iter=1000)
    with pytest.warns(ConvergenceWarning, match=r"L-BFGS stopped .* Try float64"):
        model.set_params(random_state=0).fit(X, y)


@pytest.mark.parametrize("solver", ["sgd", "adam", "adagrad"])
@pytest.mark.parametrize(
    ("function", "learning_rate"),
    [
        (lambda epoch: 0.1, "constant"),
        (lambda epoch: 0.1 * (0.5 * (1 + np.cos(np.pi * epoch / 5))), "cosine"),
    ],
)
@pytest.mark.parametrize("warmup_epochs", [0, 1.5])
def test_a_function_is_the_schedule_it_computes(
    function, learning_rate, solver, warmup_epochs, iris
):
    one, other = (
        quick(
            solver=solver,
            learning_rate=rate,
            learning_rate_init=0.1,
            warmup_epochs=warmup_epochs,
            max_iter=5,
            dtype="float64",
        ).fit(*iris)
        for rate in (function, learning_rate)
    )
    # NumPy's cosine and that of math may differ in the last bit.
    np.testing.assert_allclose(one.parameters_, other.parameters_, rtol=1e-9)
    rates = [model.history_["learning_rate"] for model in (one, other)]
    np.testing.assert_allclose(*rates, rtol=1e-12)


def test_the_decay_of_stochastic_descent_goes_on_step_by_step(iris):
    times = []

    def decayed(epoch):  # eta0 / (1 + eta0 lambda t), Bottou (2012)
        times.append(epoch)
        return 0.5 / (1 + 0.5 * 0.1 * epoch)

    model = quick(learning_rate=decayed, batch_size=30, max_iter=3).fit(*iris)
    assert model.history_["learning_rate"] == [0.5 / (1 + 0.05 * e) for e in range(3)]
    assert set(times) == {e + part / 5 for e in range(3) for part in range(5)}
    model.partial_fit(*iris)  # from where the last call ended
    assert times[-1] == 3.0
    assert model.history_["learning_rate"][3] == 0.5 / 1.15


def test_a_function_that_fails_on_the_way_leaves_the_estimator(iris):
    model = quick(learning_rate="constant").fit(*iris)
    before = model.parameters_.copy(), model.history_
    model.set_params(warm_start=True, max_iter=10)
    for error, function in [
        (ValueError, lambda epoch: 9.3 - epoch),
        (ZeroDivisionError, lambda epoch: 1 / abs(epoch - 6)),
    ]:
        model.set_params(learning_rate=function)
        with pytest.raises(error):
            model.fit(*iris)
        np.testing.assert_array_equal(model.parameters_, before[0])
        assert model.history_ is before[1]


def test_advice_names_a_function_as_such(iris):
    model = quick(learning_rate=lambda epoch: 1e9, solver="sgd", max_iter=10)
    with pytest.raises(ValueError, match=r"\(learning_rate\(0.0\)=1e\+09\)"):
        model.fit(*iris)


def test_no_gradient_noise_is_none(iris):
    one, other = quick().fit(*iris), quick(gradient_noise=1e-30).fit(*iris)
    np.testing.assert_allclose(one.parameters_, other.parameters_, rtol=1e-4)
    noisy = quick(gradient_noise=1e-3).fit(*iris)
    assert np.abs(noisy.parameters_ - one.parameters_).max() > 1e-4


def test_gradient_noise_counts_the_steps_of_all_calls(iris):
    model = quick(batch_size=30, max_iter=3, gradient_noise=0.01).fit(*iris)
    assert model.training_state_["n_steps"] == 15
    model.partial_fit(*iris)
    assert model.training_state_["n_steps"] == 20
    assert quick(batch_size=30, max_iter=3).fit(*iris).training_state_["n_steps"] == 15
