"""L-BFGS on the whole cost, against logistic regression and its own rules."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from sknnadl.network import LOSSES, Dense, Network
from sknnadl.training import parallel
from sknnadl.training.data import Rows
from sknnadl.training.epoch import Trainer
from sknnadl.training.full_batch import FullBatchRun
from sknnadl.training.optimizers import SGD
from sknnadl.training.run import Diverged
from sknnadl.training.schedules import Plateau, Schedule, Watched
from sknnadl.training.state import load_state, take_state
from sknnadl.training.step import L2, Step


def make_run(data, hidden=(), alpha=0.1, tol=1e-6, n_threads=1, dtype="float64"):
    X, y = data
    network = Network([*hidden, Dense(3, "identity")], X.shape[1:], dtype)
    network.initialize(np.random.default_rng(0))
    own = Trainer(
        network,
        LOSSES["log_loss"],
        Step(network, SGD(network.parameters), L2(alpha)),
        batch_size=len(X),
        shuffle=False,
        rng=np.random.default_rng(0),
        n_threads=n_threads,
    )
    rows = Rows(X, dtype, y, np.eye(3))
    return FullBatchRun(own, rows, Schedule(np.nan), Plateau(tol, np.inf), seed=0)


class Watcher:
    """What is told of iterations: keeps the parameters and gradient of each."""

    def __init__(self, run, stop_after=np.inf):
        self.run, self.stop_after = run, stop_after
        self.full_gradient = run.trainer.full_gradient  # which a test may replace
        self.parameters, self.slopes, self.n_begun = [], [], 0

    def begin(self):
        self.n_begun += 1

    def end(self):
        network = self.run.trainer.network
        self.parameters.append(network.parameters.copy())
        self.slopes.append(abs(self.full_gradient(self.run.rows)[1]).max())
        return len(self.parameters) >= self.stop_after

    def train(self, n_epochs=1000):
        with self.run.trainer:
            return self.run.train(n_epochs, self.begin, self.end)


def test_the_minimum_is_that_of_logistic_regression(iris):
    X, y = iris
    watcher = Watcher(make_run(iris, alpha=0.1, tol=1e-6))
    assert watcher.train() == "plateau"
    peer = LogisticRegression(C=1 / (0.1 * len(X)), tol=1e-9, max_iter=1000)
    peer.fit(X, y)
    # The cost curves by at least alpha in the weights, so they are no farther from the
    # minimum than the norm of the gradient, which has 15 components, over alpha.
    assert watcher.slopes[-1] < 2e-5
    atol = np.sqrt(15) * watcher.slopes[-1] / 0.1
    (layer,) = watcher.run.trainer.network.layer_parameters
    np.testing.assert_allclose(layer["weights"].T, peer.coef_, rtol=0, atol=atol)
    # A number added to all biases changes nothing.
    biases = layer["biases"] - layer["biases"].mean()
    np.testing.assert_allclose(biases, peer.intercept_, rtol=0, atol=atol)


@pytest.mark.parametrize("tol", [1e-2, 1e-3, 1e-4])
def test_it_stops_where_the_gradient_is_below_the_tolerance(iris, tol):
    watcher = Watcher(make_run(iris, tol=tol))
    assert watcher.train() == "plateau"
    assert watcher.slopes[-1] <= tol < min(watcher.slopes[:-1])


def test_it_stops_where_the_cost_no_longer_falls(iris):
    watcher = Watcher(make_run(iris, tol=0))
    assert watcher.train() == "plateau"
    losses = watcher.run.history["loss"]
    assert watcher.slopes[-1] > 0
    assert len(losses) < 1000
    # the last step is a few billionths of the cost, or of 1, at most
    assert 0 <= losses[-2] - losses[-1] < 2.3e-9 * max(1, losses[-2])


@pytest.mark.parametrize("n_epochs", [1, 4])
def test_epochs_are_iterations(iris, n_epochs):
    watcher = Watcher(make_run(iris))
    assert watcher.train(n_epochs) == "max_iter"
    run = watcher.run
    assert {len(values) for values in run.history.values()} == {n_epochs}
    assert watcher.n_begun == len(watcher.parameters) == n_epochs
    assert run.history["loss"] == sorted(run.history["loss"], reverse=True)
    assert np.isnan(run.history["learning_rate"]).all()
    np.testing.assert_array_equal(
        run.trainer.network.parameters, watcher.parameters[-1]
    )
    with run.trainer:
        cost = run.trainer.full_gradient(run.rows)[0]
    assert run.history["loss"][-1] == cost


def test_a_run_that_begins_at_the_minimum_is_one_iteration(iris):
    first = Watcher(make_run(iris, tol=1e-3))
    first.train()
    state = take_state(first.run)
    run = make_run(iris, tol=1e-3)
    load_state(run, state, first.run.history, first.run.best_parameters)
    assert Watcher(run).train() == "plateau"
    assert len(run.history["loss"]) == len(first.run.history["loss"]) + 1
    np.testing.assert_array_equal(run.trainer.network.parameters, state["parameters"])


def test_a_callback_stops_it(iris):
    watcher = Watcher(make_run(iris), stop_after=3)
    assert watcher.train() == "callback"
    assert len(watcher.run.history["loss"]) == watcher.n_begun == 3
    network = watcher.run.trainer.network
    np.testing.assert_array_equal(network.parameters, watcher.parameters[-1])


def fail_after(watcher, n_iterations, failure):
    """Let the cost fail in the search that follows so many iterations.

    How often a search asks for the cost is SciPy's affair; the first call of all asks
    for that of the start, and belongs to none.
    """
    trainer, n_calls = watcher.run.trainer, 0
    full_gradient = trainer.full_gradient

    def failing(rows):
        nonlocal n_calls
        n_calls += 1
        if n_calls == 1 or len(watcher.parameters) < n_iterations:
            return full_gradient(rows)
        return failure(*full_gradient(rows))

    trainer.full_gradient = failing


def interrupt(value, gradient):
    raise KeyboardInterrupt


FAILURES = [
    (interrupt, KeyboardInterrupt),
    (lambda value, gradient: (np.nan, gradient), Diverged),
    (lambda value, gradient: (np.inf, gradient), Diverged),
    (lambda value, gradient: (value, gradient * np.nan), Diverged),
]


@pytest.mark.parametrize(("failure", "error"), FAILURES)
@pytest.mark.parametrize("n_iterations", [0, 1, 4])
def test_a_failure_leaves_the_last_whole_iteration(iris, failure, error, n_iterations):
    run = make_run(iris)
    watcher = Watcher(run)
    start = run.trainer.network.parameters.copy()
    fail_after(watcher, n_iterations, failure)
    with pytest.raises(error):
        watcher.train()
    assert len(run.history["loss"]) == len(watcher.parameters) == n_iterations
    last = [start, *watcher.parameters][-1]
    np.testing.assert_array_equal(run.trainer.network.parameters, last)
    np.testing.assert_array_equal(run.best_parameters, last)


@pytest.mark.parametrize(("failure", "error"), FAILURES)
def test_a_failure_at_the_start_leaves_the_start(iris, failure, error):
    run = make_run(iris)
    start = run.trainer.network.parameters.copy()
    full_gradient = run.trainer.full_gradient
    run.trainer.full_gradient = lambda rows: failure(*full_gradient(rows))
    with pytest.raises(error):
        Watcher(run).train()
    assert run.history["loss"] == []
    np.testing.assert_array_equal(run.trainer.network.parameters, start)
    np.testing.assert_array_equal(run.best_parameters, start)


@pytest.mark.parametrize("n_iterations", [0, 1, 3])
def test_a_search_that_finds_no_lower_cost_goes_back(iris, n_iterations):
    run = make_run(iris)
    watcher = Watcher(run)
    start = run.trainer.network.parameters.copy()
    tried = []

    def uphill(value, gradient):
        tried.append(run.trainer.network.parameters.copy())
        return value + 1e3, gradient

    fail_after(watcher, n_iterations, uphill)
    assert watcher.train() in ("plateau", "stall")  # as SciPy calls it
    assert len(run.history["loss"]) == len(watcher.parameters)
    last = [start, *watcher.parameters][n_iterations]
    # whether a search that gets nowhere is an iteration or not, it changes nothing
    for parameters in watcher.parameters[n_iterations:]:
        np.testing.assert_array_equal(parameters, last)
    np.testing.assert_array_equal(run.trainer.network.parameters, last)
    assert any((parameters != last).any() for parameters in tried)


def test_a_start_that_only_goes_uphill_is_kept(iris):
    run = make_run(iris)
    start = run.trainer.network.parameters.copy()
    full_gradient = run.trainer.full_gradient

    def turned(rows):
        value, gradient = full_gradient(rows)
        return value, -gradient

    run.trainer.full_gradient = turned
    watcher = Watcher(run)
    assert watcher.train() in ("plateau", "stall")  # as SciPy calls it
    (last,) = watcher.parameters
    np.testing.assert_array_equal(last, start)
    np.testing.assert_array_equal(run.trainer.network.parameters, start)


def test_infinite_features_diverge(iris):
    X, y = iris
    with pytest.raises(Diverged):
        Watcher(make_run((X * 1e300, y), alpha=0)).train()


def test_validation_decides_what_is_best_and_when_to_stop(iris):
    run = make_run(iris)
    losses = iter([3.0, 1.0, 2.0, 2.0, 2.0])
    run.watched, run.validate = Watched("val_loss"), lambda history: (next(losses), 0.5)
    run.plateau.patience = 2
    watcher = Watcher(run)
    assert watcher.train() == "plateau"
    assert run.history["val_loss"] == [3, 1, 2, 2]
    np.testing.assert_array_equal(run.best_parameters, watcher.parameters[1])
    network = run.trainer.network
    np.testing.assert_array_equal(network.parameters, watcher.parameters[3])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_threads_do_not_change_a_bit(dtype, monkeypatch):
    monkeypatch.setattr(
        parallel, "_piece_work", lambda net, _: max(10**6, 64 * net.parameters.size)
    )
    rng = np.random.default_rng(0)
    data = rng.standard_normal((300, 500)), rng.integers(3, size=300)
    results = []
    for n_threads in (1, 2, 3):
        run = make_run(data, [Dense(40, "tanh")], n_threads=n_threads, dtype=dtype)
        assert run.trainer.pieces.n_pieces == 4
        Watcher(run).train(5)
        results.append(run.trainer.network.parameters)
        assert results[0].dtype == dtype
        np.testing.assert_array_equal(results[0], results[-1])
