"""An epoch against the textbook's algorithm, written as plainly as can be."""

import numpy as np
import pytest
from scipy.special import expit, softmax

from sknnadl.network import LOSSES, Dense, Network
from sknnadl.network.rows import Rows
from sknnadl.training.optimizers import SGD
from sknnadl.training.penalties import L1, L2
from sknnadl.training.trainer import Trainer


def plain_epoch(weights, biases, X, Y, sample_weight, loss, penalty, alpha, size, rate):
    """One epoch of gradient descent, in the given order, on lists of parameters."""
    for start in range(0, len(X), size):
        x, y = X[start : start + size], Y[start : start + size]
        w = sample_weight[start : start + size, np.newaxis] / len(x)
        activations = [x]
        for W, b in zip(weights[:-1], biases[:-1], strict=True):
            activations.append(expit(activations[-1] @ W + b))
        z = activations[-1] @ weights[-1] + biases[-1]
        if loss == "log_loss":
            delta = softmax(z, axis=1) - y
        elif loss == "cross_entropy":
            delta = expit(z) - y
        else:
            delta = (expit(z) - y) * expit(z) * (1 - expit(z))
        delta = delta * w
        for i in reversed(range(len(weights))):
            decay = weights[i] if penalty is L2 else np.sign(weights[i])
            step_w = activations[i].T @ delta + alpha * decay
            step_b = delta.sum(axis=0)
            a = activations[i]
            delta = (delta @ weights[i].T) * a * (1 - a)
            weights[i] = weights[i] - rate * step_w
            biases[i] = biases[i] - rate * step_b


@pytest.mark.parametrize("loss", sorted(LOSSES))
@pytest.mark.parametrize("penalty", [L1, L2])
@pytest.mark.parametrize("batch_size", [1, 7, 64, 150, 300])
@pytest.mark.parametrize("n_threads", [1, 2])
def test_epoch_is_the_textbook_algorithm(loss, penalty, batch_size, n_threads):
    rng = np.random.default_rng(0)
    X, codes = rng.standard_normal((300, 500)) / 10, rng.integers(3, size=300)
    sample_weight = rng.uniform(0, 2, 300)
    network = Network([Dense(40, "sigmoid"), Dense(3, "identity")], (500,), "float64")
    network.initialize(rng)
    weights = [p["weights"].copy() for p in network.layer_parameters]
    biases = [p["biases"].copy() for p in network.layer_parameters]

    rows = Rows(X, "float64", codes, 3, sample_weight)
    trainer = Trainer(
        network,
        LOSSES[loss],
        penalty(0.01),
        SGD(network.parameters),
        batch_size,
        shuffle=False,
        rng=rng,
        n_threads=n_threads,
    )
    assert trainer.n_pieces == max(1, batch_size // 65)
    with trainer:
        trainer.epoch(rows, 0.3)
    Y = np.eye(3)[codes]
    plain_epoch(
        weights, biases, X, Y, sample_weight, loss, penalty, 0.01, batch_size, 0.3
    )
    for ours, W, b in zip(network.layer_parameters, weights, biases, strict=True):
        np.testing.assert_allclose(ours["weights"], W, rtol=0, atol=1e-13)
        np.testing.assert_allclose(ours["biases"], b, rtol=0, atol=1e-13)


def test_cost_of_an_epoch_by_hand():
    X, codes = np.zeros((4, 1)), np.array([0, 0, 1, 1])
    network = Network([Dense(2, "identity")], (1,), "float64")
    network.parameters[:] = [3, 4, 0, 0]
    weights = np.array([0.5, 1.0, 2.5, 0.0])
    trainer = Trainer(
        network, LOSSES["log_loss"], L2(0.1), SGD(network.parameters), 4, False,
        np.random.default_rng(0),
    )  # fmt: skip
    with trainer:
        cost = trainer.epoch(Rows(X, "float64", codes, 2, weights), 0.0)
    # each row costs log 2; the penalty is 0.1 / 2 * (9 + 16)
    assert cost == pytest.approx(np.log(2) + 1.25, rel=1e-12)
