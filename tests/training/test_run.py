"""A run: what it writes down, how it ends, and that it can be taken up again."""

import numpy as np
import pytest

from sknnadl.network import LOSSES, BatchNorm, Dense, Dropout, Network
from sknnadl.training.adaptive_optimizers import Adadelta, Adagrad, Adam, AdamW, RMSprop
from sknnadl.training.data import Rows
from sknnadl.training.epoch import Trainer
from sknnadl.training.optimizers import SGD, Momentum
from sknnadl.training.run import Diverged, TrainingRun
from sknnadl.training.schedules import (
    TRAINING_COST,
    Adaptive,
    Cosine,
    InverseScaling,
    OneCycle,
    Plateau,
    Schedule,
    Watched,
)
from sknnadl.training.state import load_state, take_state
from sknnadl.training.step import L2, Step

OPTIMIZERS = [
    SGD,
    lambda w: Momentum(w, 0.9, nesterov=True),
    lambda w: Adam(w, 0.9, 0.999),
    lambda w: AdamW(w, 0.9, 0.999, decay=0.1, n_weights=20),
    lambda w: RMSprop(w, 0.9),
    Adagrad,
    lambda w: Adadelta(w, 0.9),
]
SCHEDULES = [
    lambda: Schedule(0.05, warmup=3.5),
    lambda: InverseScaling(0.05, 0, 0.5),
    lambda: Adaptive(0.05),
    lambda: Cosine(0.05, 1, cycle=4),
    lambda: OneCycle(0.05, 0, cycle=4),
]
LAYERS = [Dense(6, "tanh"), BatchNorm(), Dropout(0.2), Dense(3, "identity")]


def make_run(data, optimizer=SGD, schedule=None, tol=0.0, patience=np.inf, **options):
    X, y = data
    network = Network(LAYERS, X.shape[1:], "float64")
    network.initialize(np.random.default_rng(0))
    trainer = Trainer(
        network,
        LOSSES["log_loss"],
        Step(network, optimizer(network.parameters[: network.n_trained]), L2(1e-3)),
        batch_size=32,
        shuffle=True,
        rng=np.random.default_rng(0),
    )
    rows = Rows(X, "float64", y, np.eye(3))
    schedule = schedule or Schedule(0.05)
    return TrainingRun(trainer, rows, schedule, Plateau(tol, patience), 0, **options)


def train(run, n_epochs, on_end=lambda: False):
    with run.trainer:
        return run.train(n_epochs, lambda: None, on_end)


def measured(run):
    return {name: run.history[name] for name in ("loss", "learning_rate")}


@pytest.mark.parametrize(
    ("optimizer", "schedule"),
    [
        *((optimizer, SCHEDULES[0]) for optimizer in OPTIMIZERS),
        *((OPTIMIZERS[2], schedule) for schedule in SCHEDULES[1:]),
    ],
)
def test_a_run_taken_up_again_is_the_same_bits(iris, optimizer, schedule):
    options = {"tol": 0.1, "patience": 2}  # a plateau is near
    whole, first, second = (
        make_run(iris, optimizer, schedule(), **options) for _ in range(3)
    )
    for run, n_epochs in ((whole, 8), (first, 5)):
        for _ in range(n_epochs):
            train(run, 1)
    load_state(second, take_state(first), first.history, first.best_parameters)
    for _ in range(3):
        train(second, 1)
    assert measured(second) == measured(whole)
    assert second.schedule.factor == whole.schedule.factor
    ours, expected = (run.trainer.network.parameters for run in (second, whole))
    np.testing.assert_array_equal(ours, expected)


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_the_rate_of_an_epoch_is_that_of_its_first_mini_batch(iris, schedule):
    run = make_run(iris, schedule=schedule())
    assert train(run, 5) == "max_iter"
    expected = [schedule().rate(epoch) for epoch in range(5)]
    assert run.history["learning_rate"] == expected


def test_rates_of_mini_batches_go_on_over_epochs(iris):
    run, times = make_run(iris), []
    run.schedule.rate = lambda time: times.append(time) or 0.05
    train(run, 2)
    # 150 rows are 5 mini-batches; and once more for the history
    starts = [32 * k / 150 for k in range(5)]
    assert times == [*starts, 0, *(1 + start for start in starts), 1]


def test_plateaus_halve_the_rate_until_it_ends(iris):
    run = make_run(iris, schedule=Adaptive(1.28), tol=np.inf, patience=2)
    assert train(run, 100) == "plateau"
    # with an infinite tolerance nothing is an improvement
    expected = np.repeat(1.28 / 2.0 ** np.arange(8), 2)
    assert run.history["learning_rate"] == expected.tolist()


@pytest.mark.parametrize(
    ("tol", "patience", "stop_after", "end", "n_epochs"),
    [
        (np.inf, 3, 100, "plateau", 3),
        (np.inf, 3, 2, "callback", 2),
        (np.inf, 3, 3, "callback", 3),
        (np.inf, np.inf, 100, "max_iter", 5),
    ],
)
def test_what_ends_a_run(iris, tol, patience, stop_after, end, n_epochs):
    run = make_run(iris, tol=tol, patience=patience)
    assert train(run, 5, lambda: len(run.history["loss"]) >= stop_after) == end
    assert {len(values) for values in run.history.values()} == {n_epochs}


@pytest.mark.parametrize(
    "watched",
    [TRAINING_COST, Watched("val_loss"), Watched("val_score", "accuracy")],
)
def test_the_best_epoch_is_that_of_what_is_watched(iris, watched):
    measures = iter([(3.0, 0.1), (1.0, 0.2), (2.0, 0.9), (4.0, 0.5)])
    run = make_run(iris, watched=watched, validate=lambda history: next(measures))
    after = []
    train(run, 4, lambda: after.append(run.trainer.network.parameters.copy()))
    best = {"loss": 3, "val_loss": 1, "val_score": 2}[watched.entry]
    np.testing.assert_array_equal(run.best_parameters, after[best])
    assert run.history["val_loss"] == [3, 1, 2, 4]
    assert run.history["val_score"] == [0.1, 0.2, 0.9, 0.5]


class Failing(Schedule):
    """A schedule that fails at a mini-batch, counted from the beginning."""

    def __init__(self, call, failure):
        super().__init__(0.05)
        self.n_left, self.failure = call, failure

    def rate(self, time):
        self.n_left -= 1
        return self.failure() if self.n_left == 0 else 0.05


def interrupt():
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("failure", "error"),
    [(interrupt, KeyboardInterrupt), (lambda: np.inf, Diverged)],
)
@pytest.mark.parametrize(("call", "n_epochs"), [(1, 0), (5, 0), (15, 2), (17, 2)])
def test_a_failure_leaves_the_last_whole_epoch(iris, failure, error, call, n_epochs):
    # each epoch asks for the rates of 5 mini-batches, and for that of the epoch
    run = make_run(iris, OPTIMIZERS[2], Failing(call, failure))
    with pytest.raises(error):
        train(run, 5)
    good = make_run(iris, OPTIMIZERS[2])
    train(good, n_epochs)
    assert measured(run) == measured(good)
    for key, value in take_state(good).items():
        if key != "schedule":  # the name of one that does not fail
            np.testing.assert_equal(take_state(run)[key], value)


def test_gradient_norms_are_those_of_the_biases_or_shifts(iris):
    run, other = (make_run(iris, measure_gradients=True) for _ in range(2))
    expected = []
    for _ in range(2):
        with other.trainer:
            gradient = other.trainer.full_gradient(other.rows)[1]
        layers = other.trainer.network.views(gradient)
        gradients = layers[1]["shift"], layers[-1]["biases"]
        expected.append(tuple(map(np.linalg.norm, gradients)))
        train(other, 1)
    train(run, 2)
    np.testing.assert_array_equal(run.history["gradient_norms"], expected)
    # measuring them changes nothing else
    plain = make_run(iris)
    train(plain, 2)
    assert measured(run) == measured(plain)


@pytest.mark.parametrize("end", ["exploded", "infinite", "interrupted"])
def test_epochs_that_have_exploded_are_taken_back(end, iris, monkeypatch):
    run, expected = make_run(iris), make_run(iris)
    train(expected, 2)
    run.may_explode = False
    epoch, costs = Trainer.epoch, {3: 1e4, 4: 1e6}
    if end == "infinite":
        costs[5] = np.inf

    def costly_epoch(*arguments):
        number = len(run.history["loss"]) + 1
        if number == 5 and end == "interrupted":
            raise KeyboardInterrupt
        return costs.get(number, epoch(*arguments))

    monkeypatch.setattr(Trainer, "epoch", costly_epoch)
    with pytest.raises(KeyboardInterrupt if end == "interrupted" else Diverged):
        train(run, 4 if end == "exploded" else 6)
    np.testing.assert_array_equal(
        run.trainer.network.parameters, expected.trainer.network.parameters
    )
    assert run.history["loss"] == expected.history["loss"]
    assert run.n_rows_seen == expected.n_rows_seen == 300


def test_an_explosion_that_is_got_over_counts(iris, monkeypatch):
    run, expected = make_run(iris), make_run(iris)
    train(expected, 4)
    run.may_explode, epoch = False, Trainer.epoch

    def costly_epoch(*arguments):
        cost = epoch(*arguments)
        return 1e4 if len(run.history["loss"]) == 1 else cost

    monkeypatch.setattr(Trainer, "epoch", costly_epoch)
    assert train(run, 4) == "max_iter"
    np.testing.assert_array_equal(
        run.trainer.network.parameters, expected.trainer.network.parameters
    )
    assert len(run.history["loss"]) == 4
