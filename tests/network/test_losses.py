import numpy as np
import pytest
from scipy.special import expit, softmax
from sklearn.metrics import log_loss

from sknnadl.network.loss import constant_logits
from sknnadl.network.losses import (
    LOSSES,
    REGRESSION_LOSSES,
    HuberLoss,
    PinballLoss,
)
from sknnadl.training.prediction import log_probabilities


def draw(seed=0, n=6, k=4):
    rng = np.random.default_rng(seed)
    return rng.standard_normal((n, k)), rng.integers(k, size=n)


def test_log_loss_is_that_of_scikit_learn():
    logits, codes = draw()
    ours = LOSSES["log_loss"].value(logits, np.eye(4)[codes]).mean()
    theirs = log_loss(codes, softmax(logits, axis=1), labels=range(4))
    assert ours == pytest.approx(theirs, rel=1e-12)


def test_values_by_hand():
    logits, y = np.array([[0.0, np.log(3)]]), np.array([[0.0, 1.0]])
    # sigmoid outputs 1/2 and 3/4, softmax outputs 1/4 and 3/4
    assert LOSSES["squared_error"].value(logits, y) == pytest.approx(
        (1 / 4 + 1 / 16) / 2
    )
    assert LOSSES["cross_entropy"].value(logits, y) == pytest.approx(
        -np.log(1 / 2) - np.log(3 / 4)
    )
    assert LOSSES["log_loss"].value(logits, y) == pytest.approx(-np.log(3 / 4))


@pytest.mark.parametrize("name", sorted(LOSSES))
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_nothing_overflows_at_1000(name, dtype):
    z = np.array([[1000, -1000, 0], [-1000, 1000, -1000]], dtype)
    y = np.array([[0, 1, 0], [0, 1, 0]], dtype)
    loss = LOSSES[name]
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        value = loss.value(z, y)
        gradient = loss.gradient(z.copy(), y)
        logs = log_probabilities(z, loss.output_activation)
    assert np.isfinite(value).all()
    assert np.isfinite(gradient).all()
    assert np.isfinite(logs).all()
    assert value.dtype == gradient.dtype == logs.dtype == dtype
    np.testing.assert_allclose(np.exp(logs).sum(axis=1), 1, rtol=1e-6)
    if name == "cross_entropy":  # a cost of |z| where an output is wrong
        np.testing.assert_allclose(value, [2000 + np.log(2), 0], rtol=1e-6)


def test_sigmoid_outputs_are_divided_by_their_sum():
    logits, _ = draw()
    a = expit(logits)
    np.testing.assert_allclose(
        np.exp(log_probabilities(logits, "logistic")), a / a.sum(axis=1, keepdims=True)
    )


def test_outputs_that_are_all_nearly_zero_have_probabilities():
    logits = np.array([[-800.0, -801.0]])  # both sigmoids underflow
    expected = [[1 / (1 + np.exp(-1)), 1 / (1 + np.exp(1))]]
    np.testing.assert_allclose(np.exp(log_probabilities(logits, "logistic")), expected)


@pytest.mark.parametrize("name", sorted(LOSSES))
def test_constant_logits_minimize_the_cost(name):
    loss, frequencies = LOSSES[name], np.array([0.2, 0.3, 0.5])
    logits = constant_logits(frequencies, loss.output_activation)[np.newaxis]
    gradient = sum(
        p * loss.gradient(logits.copy(), y[np.newaxis])
        for p, y in zip(frequencies, np.eye(3), strict=True)
    )
    np.testing.assert_allclose(gradient, 0, atol=1e-12)


def test_a_loss_of_labels_has_sigmoid_outputs():
    for name, loss in LOSSES.items():
        of_labels = loss.for_labels()
        assert of_labels.output_activation == "logistic", name
    with pytest.raises(ValueError, match="LinearSquaredError are for one class a row"):
        REGRESSION_LOSSES["squared_error"].for_labels()


BEST_CONSTANTS = [
    *REGRESSION_LOSSES.values(),
    PinballLoss(0.1),
    PinballLoss(0.9),
]


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("loss", BEST_CONSTANTS, ids=repr)
def test_the_best_constant_costs_least(loss, weighted):
    rng = np.random.default_rng(0)
    targets = rng.exponential(size=(201, 2)) * [1, 5]
    weights = rng.integers(0, 4, 201).astype(float) if weighted else None

    def cost(constant):
        logits = np.broadcast_to(constant, targets.shape)
        return np.average(loss.value(logits, targets), weights=weights)

    best = loss.best_constant(targets, weights)
    assert best.shape == (2,)
    # Huber's is about the median, others are exact.
    least = cost(best) * (0.95 if isinstance(loss, HuberLoss) else 1 - 1e-12)
    for j in range(2):
        for step in (-1.0, -0.1, -0.01, 0.01, 0.1, 1.0):
            other = best.copy()
            other[j] += step
            assert cost(other) >= least


@pytest.mark.parametrize("name", sorted(REGRESSION_LOSSES.keys() - {"poisson"}))
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_losses_of_values_keep_the_dtype(name, dtype):
    z = np.array([[1000, -1000, 0], [-1000, 1000, -1000]], dtype)
    y = np.zeros_like(z)
    value = REGRESSION_LOSSES[name].value(z, y)
    gradient = REGRESSION_LOSSES[name].gradient(z.copy(), y)
    assert value.dtype == gradient.dtype == dtype
    assert np.isfinite(value).all()
    assert np.isfinite(gradient).all()


def test_losses_of_values_by_hand():
    z, y = np.array([[3.0, -1.0, 0.5]]), np.array([[0.0, 0.0, 0.0]])
    value = {name: loss.value(z, y)[0] for name, loss in REGRESSION_LOSSES.items()}
    assert value["absolute_error"] == pytest.approx(3 + 1 + 0.5)
    assert value["huber"] == pytest.approx(2.5 + 0.5 + 0.125)
    assert value["pinball"] == pytest.approx((3 + 1 + 0.5) / 2)
    # too high costs 1/10, too low 9/10
    assert PinballLoss(0.9).value(z, y)[0] == pytest.approx(0.3 + 0.9 + 0.05)
    np.testing.assert_allclose(HuberLoss(2.0).gradient(z.copy(), y), [[2, -1, 0.5]])
