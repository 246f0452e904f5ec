"""An epoch against the textbook's algorithm, written as plainly as can be."""

from dataclasses import dataclass, field

import numpy as np
import pytest
from gradients import assert_close, numerical_gradient
from scipy.special import expit, softmax

from sknnadl.network import (
    LOSSES,
    BatchNorm,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    MaxPool2D,
    Network,
)
from sknnadl.training import parallel
from sknnadl.training.adaptive_optimizers import Adam
from sknnadl.training.augmentation import Augmentation, Rotate, Shift
from sknnadl.training.data import Rows
from sknnadl.training.epoch import Trainer
from sknnadl.training.optimizers import SGD
from sknnadl.training.prediction import predict_logits
from sknnadl.training.step import L1, L2, ElasticNet, Step


@pytest.fixture(autouse=True)
def _pieces_of_few_rows(monkeypatch):
    monkeypatch.setattr(
        parallel, "_piece_work", lambda net, _: max(10**6, 64 * net.parameters.size)
    )


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

    rows = Rows(X, "float64", codes, np.eye(3), sample_weight)
    trainer = Trainer(
        network,
        LOSSES[loss],
        Step(network, SGD(network.parameters), penalty(0.01)),
        batch_size,
        shuffle=False,
        rng=rng,
        n_threads=n_threads,
    )
    assert trainer.pieces.n_pieces == max(1, batch_size // 65)
    with trainer:
        trainer.epoch(rows, lambda part: 0.3)
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
        network,
        LOSSES["log_loss"],
        Step(network, SGD(network.parameters), L2(0.1)),
        batch_size=4,
        shuffle=False,
        rng=np.random.default_rng(0),
    )
    with trainer:
        cost = trainer.epoch(
            Rows(X, "float64", codes, np.eye(2), weights), lambda part: 0.0
        )
    # each row costs log 2; the penalty is 0.1 / 2 * (9 + 16)
    assert cost == pytest.approx(np.log(2) + 1.25, rel=1e-12)


def make(
    specs,
    input_shape,
    batch_size,
    loss="log_loss",
    penalty=None,
    dtype="float64",
    optimizer=SGD,
    shuffle=False,
    **options,
):
    network = Network([*specs, Dense(3, "identity")], input_shape, dtype)
    network.initialize(np.random.default_rng(0))
    trained = network.parameters[: network.n_trained]
    step = Step(network, optimizer(trained), penalty or L2(0.0))
    rng = np.random.default_rng(1)
    return Trainer(network, LOSSES[loss], step, batch_size, shuffle, rng, **options)


def make_rows(n_rows, *input_shape, dtype="float64"):
    rng = np.random.default_rng(2)
    X = rng.standard_normal((n_rows, *input_shape))
    weights = rng.uniform(0, 2, n_rows).astype(dtype)
    return Rows(
        X.astype(dtype), dtype, rng.integers(3, size=n_rows), np.eye(3), weights
    )


#: A piece of a mini-batch of these has at least 65, 32 and 24 rows.
PLAIN = [Dense(40, "tanh")], (500,)
CONVOLUTION = [Conv2D(12, 5), MaxPool2D(4), Flatten()]
NORMALIZED = [BatchNorm(momentum=0.75), *CONVOLUTION, BatchNorm()], (16, 16, 1)
DROPPED = [Dropout(0.3), *CONVOLUTION, Dropout(0.2)], (16, 16, 1)


@pytest.mark.parametrize("loss", sorted(LOSSES))
@pytest.mark.parametrize("penalty", [L1(0.05), L2(0.05)])
@pytest.mark.parametrize("first", [[], [Dropout(0.4)]])
def test_full_gradient_is_that_of_its_cost(loss, penalty, first):
    trainer = make([*first, Dense(4, "tanh")], (3,), 5, loss, penalty)
    rows, parameters = make_rows(20, 3), trainer.network.parameters
    with trainer:
        before = parameters.copy()
        gradient = trainer.full_gradient(rows)[1]
        np.testing.assert_array_equal(parameters, before)
        numerical = numerical_gradient(
            lambda: trainer.full_gradient(rows)[0], parameters
        )
    assert_close(gradient, numerical)


@pytest.mark.parametrize("batch_size", [1, 150, 1000])
@pytest.mark.parametrize("n_threads", [1, 2])
def test_full_gradient_is_the_sum_of_all(batch_size, n_threads):
    trainer = make(*PLAIN, batch_size, penalty=L2(0.1), n_threads=n_threads)
    rows, network = make_rows(401, 500), trainer.network
    block = rows.take(np.arange(401))
    outputs = network.forward(block.x, np.random.default_rng(0))
    costs = trainer.loss.value(outputs, block.targets) * block.weights
    delta = trainer.loss.gradient(outputs, block.targets)
    network.backward(delta * block.weights[:, np.newaxis] / 401)
    expected = network.gradient.copy()
    weights = network.parameters[: network.n_weights]
    expected[: network.n_weights] += 0.1 * weights
    with trainer:
        cost, gradient = trainer.full_gradient(rows)
    assert cost == pytest.approx(costs.mean() + 0.05 * weights @ weights, rel=1e-13)
    np.testing.assert_allclose(gradient, expected, rtol=0, atol=1e-14)


def test_full_gradient_draws_by_the_rows_alone():
    rows = make_rows(120, 16, 16, 1)
    results = []
    for n_threads in (1, 2, 3):
        options = {"augmentations": (Shift(2),), "n_threads": n_threads}
        trainer = make(*DROPPED, 120, **options)
        assert trainer.pieces.n_pieces == 5
        trainer.rng.random(n_threads)  # whatever was drawn before
        before = trainer.rng.bit_generator.state
        with trainer:
            results += [trainer.full_gradient(rows) for _ in range(2)]
        assert trainer.rng.bit_generator.state == before
    for cost, gradient in results:
        assert cost == results[0][0]
        np.testing.assert_array_equal(gradient, results[0][1])


@dataclass(frozen=True)
class Spy(Augmentation):
    """Turn images upside down, and keep what they were."""

    seen: list = field(default_factory=list)

    def _change(self, images, rng):
        self.seen.append(images.copy())
        return images[:, ::-1].copy()


@pytest.mark.parametrize("batch_size", [7, 60])
def test_augmentations_reach_training_rows_only(batch_size):
    spy = Spy()
    trainer = make([Flatten()], (4, 4, 1), batch_size, augmentations=[spy])
    rows = make_rows(60, 4, 4, 1)
    images = rows.inputs(slice(None)).copy()
    upside_down = make([Flatten()], (4, 4, 1), batch_size)
    turned = Rows(
        images[:, ::-1].copy(), "float64", rows.labels, np.eye(3), rows.weights
    )
    with trainer, upside_down:
        cost = trainer.epoch(rows, lambda part: 0.5)
        assert cost == upside_down.epoch(turned, lambda part: 0.5)
    # each row once, and the rows themselves stay as they are
    np.testing.assert_array_equal(np.concatenate(spy.seen), images)
    np.testing.assert_array_equal(rows.inputs(slice(None)), images)
    for mine, other in zip(
        (trainer.network.parameters, predict_logits(trainer.network, rows)),
        (upside_down.network.parameters, predict_logits(upside_down.network, rows)),
        strict=True,
    ):
        np.testing.assert_array_equal(mine, other)
    assert sum(map(len, spy.seen)) == 60  # prediction has changed none


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    ("specs", "n_pieces", "options"),
    [
        (DROPPED, 8, {"augmentations": (Shift(2), Rotate(20))}),
        (PLAIN, 4, {}),
        (NORMALIZED, 8, {}),
    ],
    ids=["augmented", "plain", "normalized"],
)
def test_threads_do_not_change_a_bit(specs, n_pieces, options, dtype):
    rows = make_rows(400, *specs[1], dtype=dtype)
    costs, results = [], []
    for n_threads in (1, 2, 3, 8):
        trainer = make(
            *specs,
            batch_size=270,
            dtype=dtype,
            optimizer=lambda w: Adam(w, 0.9, 0.999),
            shuffle=True,
            n_threads=n_threads,
            **options,
        )
        assert trainer.pieces.n_pieces == n_pieces
        with trainer:
            costs.append([trainer.epoch(rows, lambda part: 0.01) for _ in range(2)])
        results.append(trainer.network.parameters)
        np.testing.assert_array_equal(results[0], results[-1])
    assert costs == [costs[0]] * 4


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("n_threads", [1, 2])
@pytest.mark.parametrize("specs", [PLAIN, NORMALIZED, DROPPED])
@pytest.mark.parametrize("optimizer", [SGD, lambda w: Adam(w, 0.9, 0.999)])
def test_steps_in_one_call_are_those_one_by_one(specs, optimizer, n_threads, dtype):
    rows, results = make_rows(203, *specs[1], dtype=dtype), []
    for clip_norm in (None, 1e30):  # a limit is looked at between the steps
        options = {"penalty": ElasticNet(0.1, 0.3), "n_threads": n_threads}
        trainer = make(*specs, 20, dtype=dtype, optimizer=optimizer, **options)
        trainer.step.clip_norm, trainer.step.divide_by = clip_norm, 2.0
        with trainer:
            costs = [trainer.epoch(rows, lambda part: 0.1 - part / 20) for _ in "ab"]
        results.append((costs, trainer.network.parameters))
    assert results[0][0] == results[1][0]
    np.testing.assert_array_equal(results[0][1], results[1][1])


@pytest.mark.parametrize("batch_size", [30, 100])
def test_the_rate_changes_within_an_epoch(batch_size):
    rows, parts = make_rows(210, 500), []

    def rate(part):
        parts.append(part)
        return 0.5 - part / 4

    whole, alone = (make(*PLAIN, batch_size) for _ in range(2))
    starts = range(0, 210, batch_size)
    with whole, alone:
        whole.epoch(rows, rate)
        for start in starts:  # mini-batch after mini-batch, each at its own rate
            batch = rows.subset(np.arange(start, min(start + batch_size, 210)))
            alone.epoch(batch, lambda part, start=start: 0.5 - start / 210 / 4)
    assert parts == [start / 210 for start in starts]
    np.testing.assert_array_equal(whole.network.parameters, alone.network.parameters)


#: Where the 101 rows of a mini-batch are divided.
EDGES = [33, 67]


def test_statistics_are_the_weighted_mean_of_the_pieces():
    trainer, rows = make(*NORMALIZED, 101, n_threads=2), make_rows(101, 16, 16, 1)
    assert trainer.pieces.n_pieces == 3
    with trainer:
        trainer.epoch(rows, lambda part: 0.0)
    values, X = trainer.network.layer_parameters[0], rows.inputs(slice(None))
    expected = sum(len(x) * x.var(ddof=1) for x in np.split(X, EDGES)) / 101
    assert values["running_mean"] == pytest.approx(0.25 * X.mean(), abs=1e-15)
    assert values["running_variance"] == pytest.approx(
        0.75 + 0.25 * expected, rel=1e-13
    )
    # which is not the variance of all rows
    assert expected != pytest.approx(X.var(ddof=1))


def test_a_divided_mini_batch_is_normalized_a_piece_at_a_time():
    trainer, rows = make(*NORMALIZED, 101), make_rows(101, 16, 16, 1)
    other = trainer.network.replica(trainer.network.parameters.copy())
    block, gradient = rows.take(np.arange(101)), 0
    for piece in np.split(np.arange(101), EDGES):
        outputs = other.forward(block.x[piece], np.random.default_rng(0))
        delta = trainer.loss.gradient(outputs, block.targets[piece])
        other.backward(delta * block.weights[piece, np.newaxis] / 101)
        gradient = gradient + other.gradient
    n = other.n_trained
    expected = other.parameters[:n] - 0.5 * gradient[:n]
    with trainer:
        trainer.epoch(rows, lambda part: 0.5)
    np.testing.assert_allclose(
        trainer.network.parameters[:n], expected, rtol=0, atol=1e-14
    )


def test_rollback_goes_back_to_the_checkpoint():
    trainer = make(
        *NORMALIZED, 64, optimizer=lambda w: Adam(w, 0.9, 0.999), shuffle=True
    )
    rows = make_rows(200, 16, 16, 1)

    def snapshot():
        state = trainer.step.optimizer.state
        vectors = [trainer.network.parameters, *state.values()]
        return [vector.copy() for vector in vectors]

    with trainer:
        start, kept = snapshot(), trainer.checkpoint()
        trainer.epoch(rows, lambda part: 0.01)
        first = snapshot()
        trainer.checkpoint(kept)  # which did not come to its end
        trainer.rollback(kept)
        np.testing.assert_equal(snapshot(), start)
        trainer.epoch(rows, lambda part: 0.01)  # in the same order
        np.testing.assert_equal(snapshot(), first)
        kept = trainer.checkpoint(kept)
        trainer.epoch(rows, lambda part: 0.01)
        trainer.rollback(kept)
        np.testing.assert_equal(snapshot(), first)
