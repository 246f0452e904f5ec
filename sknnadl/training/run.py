"""A training run: epochs with their schedule, history, stopping and checkpoints."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np

from sknnadl.network.arrays import Array
from sknnadl.network.layers.batch_norm import BatchNormLayer
from sknnadl.network.losses import Loss
from sknnadl.training.data import Rows
from sknnadl.training.epoch import Copies, Trainer
from sknnadl.training.schedules import TRAINING_COST, Plateau, Schedule, Watched

#: What is measured each epoch; nan where it is not.
HISTORY = ("loss", "val_loss", "val_score", "learning_rate", "seconds")
#: What is measured on request: a tuple with a number a layer.
GRADIENT_NORMS = "gradient_norms"
#: A cost above so many times that of outputs of 0, and above so much, has exploded.
EXPLODED = 1e3


#: What gives a loss and a score, given the history until then.
Measure = Callable[[dict[str, list[Any]]], tuple[float, float]]

#: What a run has of an epoch, beside what is copied.
_OF_AN_EPOCH = "history", "best_parameters", "n_rows_seen", "n_good", "is_over"


class _Kept(NamedTuple):
    """What is gone back to where an epoch fails."""

    copies: Copies
    values: dict[str, Any]
    progress: tuple[float, int, float]


def monitor_entries(name: str) -> tuple[str, str]:
    """Return what the loss and the score of rows of this name are in the history."""
    return f"{name}_loss", f"{name}_score"


class Diverged(ArithmeticError):
    """The cost of an epoch, or a parameter after it, is beyond all bounds."""


def exploded_cost(rows: Rows, loss: Loss) -> float:
    """Return the mean cost from which on training has exploded.

    It is that of outputs beside which outputs of 0, or one unit off, are good.
    """
    targets, weights = rows.distinct_targets()
    with np.errstate(all="ignore"):
        costs = loss.value(np.zeros_like(targets), targets)
        mean = float(np.average(costs, weights=weights))
    return EXPLODED * max(1.0, mean)


class TrainingRun:
    """Train epoch by epoch, in a state that can be taken out and gone on from.

    Parameters
    ----------
    trainer : Trainer
        What trains for an epoch.
    rows : Rows
        The rows to train on.
    schedule : Schedule
        The learning rate at each mini-batch.
    plateau : Plateau
        Watches one of the values measured.
    seed : int
        What the run's random numbers started from.
    validate : callable, default=None
        Returns the loss and the score of the network on a validation set, given the
        history until then.
    watched : Watched, default=TRAINING_COST
        What decides when to stop, and which epoch was best.
    measure_gradients : bool, default=False
        Whether to measure the norm of each layer's gradient before each epoch.

    Attributes
    ----------
    history : dict of str to list
        A list for each of `HISTORY`, with an entry an epoch.
    best_parameters : ndarray of shape (n_parameters,)
        The parameters after the best epoch; those after the last epoch where the
        training cost is watched.
    monitors : dict of str to callable
        What gives the loss and the score of other rows, as ``validate`` does, by the
        name that they have in the history. They decide nothing.
    weight_scale : list of float
        What weights of rows are divided by; None where there were none yet.
    n_rows_seen : int
        The rows that went through in mini-batches, over all epochs.
    n_before : int
        The epochs of the runs that it goes on from.
    start : ndarray of shape (n_parameters,) or None
        The parameters that `train` began with, where ``seed`` does not tell them.
    n_good : int
        The last epoch whose cost had not exploded, or 0.
    max_epochs : int
        For how many epochs a call of `fit` is to train.
    may_explode : bool
        Whether epochs whose cost has exploded are good ones too.
    is_over : bool
        Whether the last epoch was one to stop after, by what is watched.
    steepest : float
        The largest component of the gradient where the run of a full batch stalled.
    """

    is_over: bool = False
    steepest: float = 0.0
    start: Array | None = None
    max_epochs: int = 1
    may_explode: bool = True

    def __init__(
        self,
        trainer: Trainer,
        rows: Rows,
        schedule: Schedule,
        plateau: Plateau,
        seed: int,
        validate: Measure | None = None,
        watched: Watched = TRAINING_COST,
        measure_gradients: bool = False,
    ) -> None:
        self.trainer = trainer
        self.rows = rows
        self.schedule = schedule
        self.plateau = plateau
        self.seed = seed
        self.validate = validate
        self.watched = watched
        self.measure_gradients = measure_gradients
        self.history: dict[str, list[Any]] = {name: [] for name in HISTORY}
        self.monitors: dict[str, Measure] = {}
        self.best_parameters = trainer.network.parameters
        self.n_rows_seen = 0
        self.n_before = self.n_good = 0
        self.weight_scale = rows.weight_scale
        self._kept = self._copy()

    def train(
        self,
        n_epochs: int,
        on_begin: Callable[[], None] | None = None,
        on_end: Callable[[], bool] | None = None,
    ) -> str:
        """Train for some epochs, or until there is no progress.

        Parameters
        ----------
        n_epochs : int
            For how many epochs at the most.
        on_begin, on_end : callable, default=None
            Called before and after each epoch. Training stops where ``on_end``
            returns True.

        Returns
        -------
        end : {"max_iter", "plateau", "callback", "max_fun", "stall"}
            What ended it; the last two are for `FullBatchRun` alone.

        Raises
        ------
        Diverged
            If the cost, or a parameter, is no longer finite, or if the cost has
            exploded at the end and had not always.
        """
        end = "max_iter"
        for _ in range(n_epochs):
            if on_begin:
                on_begin()
            goes_on = self.epoch()
            if on_end and on_end():
                end = "callback"
                break
            if not goes_on:
                end = "plateau"
                break
        if 0 < self.n_good < len(self.history["loss"]):
            self._go_back()
            raise Diverged
        return end

    def epoch(self) -> bool:
        """Train for an epoch; return whether to go on after it.

        An exception leaves everything as it was after the epoch that is kept.

        Raises
        ------
        Diverged
            If the cost, or a parameter, is no longer finite.
        """
        epoch = len(self.history["loss"])
        with self._undone_on_failure():
            start = time.perf_counter()
            norms = self._gradient_norms() if self.measure_gradients else ()
            loss = self.trainer.epoch(
                self.rows, lambda part: self.schedule.rate(epoch + part)
            )
            rate = self.schedule.rate(epoch)
            measured = self._measure(loss, rate, norms, start)
            self.n_rows_seen += len(self.rows)
            return self._conclude(measured)

    @contextmanager
    def _undone_on_failure(self) -> Iterator[None]:
        """Go back to the epoch that is kept where the work inside fails."""
        try:
            yield
        except BaseException:
            self._go_back()
            raise

    def keep(self) -> None:
        """Let what is now be what is gone back to.

        It is so from the last line on, and not before: an interrupt may come between
        any two.
        """
        self._kept = self._copy(self._kept.copies)

    def _copy(self, before: Copies | None = None) -> _Kept:
        """Return what can be gone back to; what was copied before stays."""
        return _Kept(
            self.trainer.checkpoint(before),
            {name: getattr(self, name) for name in _OF_AN_EPOCH},
            (self.plateau.best, self.plateau.n_stale, self.schedule.factor),
        )

    def _go_back(self) -> None:
        """Take back all since the epoch that is kept, or since the beginning."""
        kept = self._kept
        self.trainer.rollback(kept.copies)
        vars(self).update(kept.values)
        self.plateau.best, self.plateau.n_stale, self.schedule.factor = kept.progress

    def _measure(
        self, loss: float, rate: float, norms: tuple[float, ...], start: float
    ) -> dict[str, Any]:
        """Return what goes into the history of an epoch that is done."""
        parameters = self.trainer.network.parameters
        with np.errstate(all="ignore"):  # of squares that overflow, as good as infinite
            length = np.dot(parameters, parameters)
        if not (np.isfinite(loss) and np.isfinite(length)):
            raise Diverged
        val_loss, val_score = (
            self.validate(self.history) if self.validate else (np.nan,) * 2
        )
        monitored: dict[str, Any] = {}
        for name, measure in self.monitors.items():
            entries = monitor_entries(name)
            monitored |= zip(entries, measure(self.history), strict=True)
        seconds = time.perf_counter() - start
        values = (loss, val_loss, val_score, rate, seconds)
        measured: dict[str, Any] = dict(zip(HISTORY, values, strict=True))
        if self.measure_gradients:
            measured[GRADIENT_NORMS] = norms
        return measured | monitored

    def _conclude(self, measured: dict[str, Any]) -> bool:
        """Take an epoch into the books; return whether to go on after it."""
        value = self.watched.cost(measured)
        if not self.watched.is_training_cost and value < self.plateau.best:
            self.best_parameters = self.trainer.network.parameters.copy()
        n_before = len(self.history["loss"])
        nothing = [np.nan] * n_before
        history = {
            name: [*self.history.get(name, nothing), measured.get(name, np.nan)]
            for name in self.history | measured
        }
        self.history = history
        is_good = self.may_explode or not self._has_exploded(measured["loss"])
        if is_good:
            self.n_good = n_before + 1
        self.is_over = False
        if self.plateau.update(value):
            self.plateau.n_stale = 0
            self.is_over = not self.schedule.on_plateau()
        goes_on = not self.is_over
        if is_good or self.n_good == 0:
            self.keep()
        return goes_on

    def _has_exploded(self, cost: float) -> bool:
        """Return whether an epoch's cost has exploded."""
        return cost > EXPLODED and cost > exploded_cost(self.rows, self.trainer.loss)

    def _gradient_norms(self) -> tuple[float, ...]:
        """Return the norm of the gradient of each layer's biases, or of their shift.

        The book's measure of how fast a layer learns (Nielsen 2015, chapter 5).
        """
        _, gradient = self.trainer.full_gradient(self.rows)
        network = self.trainer.network
        norms: list[float] = []
        for layer, values in zip(network.layers, network.views(gradient), strict=True):
            if layer.offset is None:
                continue
            if isinstance(layer, BatchNormLayer):
                norms = norms[:-1]  # it takes the biases before it away
            norms.append(float(np.linalg.norm(values[layer.offset])))
        return tuple(norms)
