"""The book's threshold of the learning rate."""

import numpy as np
import pytest
from joblib import parallel_config
from sklearn.base import clone
from sklearn.linear_model import SGDClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknnadl import (
    ConvNetClassifier,
    DenoisingAutoencoder,
    MLPClassifier,
    MLPRegressor,
    NetworkClassifier,
    NetworkRegressor,
    RBFClassifier,
)
from sknnadl.callbacks import Checkpoint
from sknnadl.model_selection import learning_rate_range_test
from sknnadl.network import Dense


@pytest.fixture(scope="module")
def rows(digits):
    return digits.X_train[:200], digits.y_train[:200]


@pytest.fixture(scope="module")
def mlp():
    return MLPClassifier((5,), random_state=0)


@pytest.fixture(scope="module")
def found(mlp, rows):
    return learning_rate_range_test(mlp, *rows)


#: The rate from which on the loss of `linear_problem` no longer falls.
LIMIT = 2 / 0.9


def linear_problem():
    """Return a problem whose threshold is known, and a network for it.

    Of half the mean of (w x - 3 x)**2, where x**2 is 0.9, gradient descent on all rows
    changes w - 3 by the factor 1 - 0.9 rate, and leaves a bias of 0 as it is.
    """
    x = np.sqrt(0.9) * np.array([[1.0], [-1.0]])
    options = {"weight_init": "glorot", "solver": "sgd", "momentum": 0.0, "alpha": 0}
    options |= {"batch_size": 2, "scale_targets": False, "dtype": "float64"}
    return NetworkRegressor([], random_state=0, **options), x, 3 * x[:, 0]


@pytest.mark.parametrize(
    ("start", "threshold"),
    [(0.01, 2.0), (0.0221, 2.21), (0.0223, 1.115), (22.1, 2.21), (300.0, 1.5)],
)
def test_the_threshold_of_a_parabola(start, threshold):
    found = learning_rate_range_test(*linear_problem(), start=start)
    assert found.threshold == pytest.approx(threshold)
    best = min(found.rates, key=lambda rate: abs(1 - 0.9 * rate))
    assert found.recommended == min(found.threshold / 2, best)
    np.testing.assert_array_equal(found.falls, found.rates < LIMIT)
    rates, before, epochs = found.rates[:, None], found.losses[:, :1], np.arange(4)
    expected = before * (1 - 0.9 * rates) ** (2 * epochs)
    kept = np.isfinite(found.losses)  # which those above the limit soon are not
    np.testing.assert_allclose(found.losses[kept], expected[kept], rtol=1e-6)


def test_losses_are_those_of_a_fit(mlp, rows, found):
    X, y = rows
    options = {"learning_rate": "constant", "max_iter": 3, "n_iter_no_change": np.inf}
    for rate, losses in zip(found.rates, found.losses, strict=True):
        model = clone(mlp).set_params(learning_rate_init=rate, **options)
        model.fit(X, y, eval_sets={"train": (X, y)})
        assert model.history_["train_loss"] == losses[1:].tolist()
    assert len(set(found.losses[:, 0])) == 1
    falls = (np.diff(found.losses) < 0).all(axis=1)
    np.testing.assert_array_equal(found.falls, falls)


def test_rates_are_tens_and_two_and_five_times_the_last_good_one(found):
    tens = [rate for rate in found.rates if np.log10(rate) % 1 == 0]
    assert tens == [0.01 * 10**power for power in range(len(tens))]
    last_good = tens[-2]
    assert set(found.rates) == {*tens, 2 * last_good, 5 * last_good}
    assert found.threshold in (last_good, 2 * last_good, 5 * last_good)
    assert found.falls[found.rates <= found.threshold].all()
    assert not found.falls[found.rates > found.threshold][0]


@pytest.mark.parametrize(("start", "backend"), [(0.01, "loky"), (100.0, "threading")])
def test_neither_jobs_nor_their_backend_change_anything(mlp, rows, start, backend):
    """Nor are rates in the result that were tried ahead."""
    one = learning_rate_range_test(mlp, *rows, start=start)
    with parallel_config(backend):
        two = learning_rate_range_test(mlp, *rows, start=start, n_jobs=2)
    for name in ("rates", "losses", "falls", "threshold"):
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name))


def test_a_start_that_is_too_high_comes_to_the_same(mlp, rows, found):
    other = learning_rate_range_test(mlp, *rows, start=100.0)
    assert other.threshold == found.threshold
    assert other.rates.max() == 100


def test_what_explodes_is_infinite(rows):
    X, y = rows
    network = MLPRegressor(hidden_layer_sizes=(5,), solver="sgd", random_state=0)
    found = learning_rate_range_test(network, X, y)
    exploded = learning_rate_range_test(network, X, y, start=1e4)
    assert np.isinf(exploded.losses[-1, 1:]).any()
    assert exploded.threshold == found.threshold


def test_the_estimator_stays_as_it_is(rows, tmp_path, capsys):
    network = MLPClassifier((5,), early_stopping=True, verbose=True, max_iter=3)
    network.set_callbacks(Checkpoint(tmp_path / "run.npz"))
    model = make_pipeline(StandardScaler(), network)
    before = model.get_params()
    learning_rate_range_test(model, *rows)
    assert model.get_params() == before
    assert not hasattr(network, "parameters_")
    assert not hasattr(model[0], "mean_")
    assert not any(tmp_path.iterdir())
    assert not capsys.readouterr().out


def test_a_pipeline_is_its_last_step_on_transformed_rows(mlp, rows):
    X, y = rows
    ours = learning_rate_range_test(make_pipeline(StandardScaler(), mlp), X, y)
    theirs = learning_rate_range_test(mlp, StandardScaler().fit_transform(X), y)
    np.testing.assert_array_equal(ours.losses, theirs.losses)


@pytest.mark.parametrize(
    "network",
    [
        NetworkClassifier([Dense(5)], random_state=0),
        ConvNetClassifier((2,), kernel_size=3, hidden_layer_sizes=(5,), random_state=0),
        DenoisingAutoencoder((5,), random_state=np.random.RandomState(0)),
        MLPRegressor(hidden_layer_sizes=(5,), batch_norm=True),
    ],
    ids=lambda network: type(network).__name__,
)
def test_on_other_estimators(network, rows):
    X, y = rows
    found = learning_rate_range_test(
        network, X, None if isinstance(network, DenoisingAutoencoder) else y, n_epochs=1
    )
    assert found.losses.shape == (len(found.rates), 2)
    assert found.threshold == found.rates[found.falls].max()


def test_a_line_a_rate(mlp, rows, capsys):
    found = learning_rate_range_test(mlp, *rows, verbose=1)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(found.rates)
    assert lines[0].startswith("learning_rate_init=0.01: loss 2.")
    assert lines[0].endswith("(falls)")


def test_where_there_is_no_threshold():
    with pytest.raises(ValueError, match="falls at every learning rate from 1e-07 to"):
        learning_rate_range_test(*linear_problem(), start=1e-7)
    constant = MLPRegressor(hidden_layer_sizes=(5,), scale_targets=False)
    with pytest.raises(ValueError, match="falls at no learning rate from 1e-08 to"):
        learning_rate_range_test(constant, np.zeros((20, 2)), np.zeros(20))


def test_what_is_refused(mlp, rows):
    for network in (SGDClassifier(), RBFClassifier()):
        with pytest.raises(TypeError, match="must be a network of sknnadl"):
            learning_rate_range_test(network, *rows)
    with pytest.raises(ValueError, match="solver='lbfgs' has no learning rate"):
        learning_rate_range_test(MLPClassifier(solver="lbfgs"), *rows)
    for name, value in (("start", 0), ("start", "auto"), ("n_epochs", 0)):
        with pytest.raises(ValueError, match=f"{name} must be"):
            learning_rate_range_test(mlp, *rows, **{name: value})
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        learning_rate_range_test(mlp, rows[0], rows[1][:-1])
