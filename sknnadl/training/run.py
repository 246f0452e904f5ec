"""A training run: epochs with their schedule, history, stopping and checkpoints."""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from sknnadl.network.arrays import Array
from sknnadl.network.layers.batch_norm import BatchNormLayer
from sknnadl.network.layers.dropout import Dropout
from sknnadl.training.data import Rows
from sknnadl.training.epoch import Trainer
from sknnadl.training.schedules import TRAINING_COST, Plateau, Schedule, Watched

#: What is measured each epoch; nan where it is not.
HISTORY = ("loss", "val_loss", "val_score", "learning_rate", "seconds")
#: What is measured on request: a tuple with a number a layer.
GRADIENT_NORMS = "gradient_norms"


class Diverged(ArithmeticError):
    """The cost of an epoch, or a parameter after it, is no longer finite."""


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
    steepest : float
        The largest component of the gradient where the run of a full batch stalled.
    """

    steepest: float = 0.0

    def __init__(
        self,
        trainer: Trainer,
        rows: Rows,
        schedule: Schedule,
        plateau: Plateau,
        seed: int,
        validate: Callable[[dict[str, list[Any]]], tuple[float, float]] | None = None,
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
        self.best_parameters = trainer.network.parameters
        self._weight_scale: list[float] | None = None  # of earlier calls

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
        end : {"max_iter", "plateau", "callback", "stall"}
            What ended it; ``"stall"`` is for `FullBatchRun` alone.

        Raises
        ------
        Diverged
            If the cost, or a parameter, is no longer finite.
        """
        for _ in range(n_epochs):
            if on_begin:
                on_begin()
            goes_on = self.epoch()
            if on_end and on_end():
                return "callback"
            if not goes_on:
                return "plateau"
        return "max_iter"

    def epoch(self) -> bool:
        """Train for an epoch; return whether to go on after it.

        An exception leaves everything as it was after the epoch before.

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
        return self._conclude(measured)

    @contextmanager
    def _undone_on_failure(self) -> Iterator[None]:
        """Go back to the end of the epoch before where the work inside fails."""
        try:
            yield
        except BaseException:
            self.trainer.rollback()
            raise

    def _measure(
        self, loss: float, rate: float, norms: tuple[float, ...], start: float
    ) -> dict[str, Any]:
        """Return what goes into the history of an epoch that is done."""
        if not (np.isfinite(loss) and self._parameters_are_finite()):
            raise Diverged
        val_loss, val_score = (
            self.validate(self.history) if self.validate else (np.nan,) * 2
        )
        seconds = time.perf_counter() - start
        values = (loss, val_loss, val_score, rate, seconds)
        measured: dict[str, Any] = dict(zip(HISTORY, values, strict=True))
        if self.measure_gradients:
            measured[GRADIENT_NORMS] = norms
        return measured

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
        self.trainer.checkpoint()
        self.history = history
        if self.plateau.update(value):
            self.plateau.n_stale = 0
            return self.schedule.on_plateau()
        return True

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

    def state(self) -> dict[str, Any]:
        """Return all that going on later needs, as plain values and arrays."""
        trainer = self.trainer
        return {
            "seed": self.seed,
            "parameters": trainer.network.parameters,
            "best_checksum": _checksum(self.best_parameters),
            "optimizer": dict(trainer.step.optimizer.state),
            "solver": type(trainer.step.optimizer).__name__,
            "rng": trainer.rng.bit_generator.state,
            "rate_factor": self.schedule.factor,
            "schedule": type(self.schedule).__name__,
            "schedule_start": self.schedule.start,
            "watched": self._comparable(),
            "rows": self.rows.fingerprint(),
            "weight_scale": self.rows.weight_scale or self._weight_scale,
            "plateau_best": self.plateau.best,
            "plateau_n_stale": self.plateau.n_stale,
        }

    def load(
        self,
        state: dict[str, Any],
        history: dict[str, list[float]],
        best_parameters: Array,
        same_rows: bool = False,
    ) -> None:
        """Go on from a `state`, with the history and best parameters until then.

        What is watched is compared with the best value until then, where that is of the
        same rows to validate on, and with ``same_rows`` of the same rows to train on
        too. Elsewhere a new comparison begins, with the parameters as they are.

        Best parameters that somebody has changed since then are the parameters to go on
        from, and nothing is compared with what others were like.

        Parameters
        ----------
        state : dict
            What `state` returned.
        history : dict of str to list
            The history until then.
        best_parameters : ndarray of shape (n_parameters,)
            The parameters of the best epoch until then.
        same_rows : bool, default=False
            Whether other rows to train on begin a new comparison.
        """
        trainer = self.trainer
        changed = state["best_checksum"] != _checksum(best_parameters)
        start = best_parameters if changed else state["parameters"]
        np.copyto(trainer.network.parameters, start)
        optimizer = trainer.step.optimizer
        if state["solver"] == type(optimizer).__name__:
            optimizer.load(state["optimizer"])
        trainer.rng.bit_generator.state = state["rng"]
        trainer.checkpoint()
        self._weight_scale = state["weight_scale"]
        if state["schedule"] == type(self.schedule).__name__:
            self.schedule.factor = state["rate_factor"]
            self.schedule.start = state["schedule_start"]
        self.history = {name: list(values) for name, values in history.items()}
        is_other = same_rows and state["rows"] != self.rows.fingerprint()
        same = state["watched"] == self._comparable() and not (is_other or changed)
        if same:
            self.plateau.best = state["plateau_best"]
            self.plateau.n_stale = state["plateau_n_stale"]
            if not self.watched.is_training_cost:
                self.best_parameters = best_parameters.copy()
        elif self.validate and not self.watched.is_training_cost:
            values = self.validate(self.history)
            measured = dict(zip(("val_loss", "val_score"), values, strict=True))
            value = self.watched.cost(measured)
            if not np.isnan(value):  # which nothing would be better than
                self.plateau.best = value
                self.best_parameters = trainer.network.parameters.copy()

    def _comparable(self) -> list[Any]:
        """Return what two values that are watched must share to be compared.

        Parameters that did best in other layers would not do so in these. Dropout is
        no part of what is validated.
        """
        watched, plain_specs = self.watched, self.trainer.network.plain_specs
        layers = [spec for spec in plain_specs if spec["layer"] != Dropout.__name__]
        loss = type(self.trainer.loss).__name__
        return [watched.entry, str(watched.scoring), str(watched.rows), loss, layers]

    def _parameters_are_finite(self) -> bool:
        return bool(np.isfinite(self.trainer.network.parameters).all())


def _checksum(parameters: Array) -> int:
    """Return a number that another vector has by the rarest of chances."""
    return zlib.crc32(np.ascontiguousarray(parameters).data)
