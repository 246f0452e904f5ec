"""A training run: epochs with their schedule, history, stopping and checkpoints."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from sknnadl.network.rows import Rows
from sknnadl.network.typing import Array
from sknnadl.training.schedules import Schedule
from sknnadl.training.stopping import Plateau
from sknnadl.training.trainer import Trainer

#: What is measured each epoch; nan where it is not.
HISTORY = ("loss", "val_loss", "val_score", "learning_rate", "seconds")


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
        The learning rate of each epoch.
    plateau : Plateau
        Watches the validation score, or without a validation set the loss.
    seed : int
        What the run's random numbers started from.
    validate : callable, default=None
        Returns the loss and the score of the network on a validation set.

    Attributes
    ----------
    history : dict of str to list of float
        A list for each of `HISTORY`, with an entry an epoch.
    best_parameters : ndarray of shape (n_parameters,)
        The parameters after the epoch of the best validation score; without a
        validation set, those after the last epoch.
    """

    def __init__(
        self,
        trainer: Trainer,
        rows: Rows,
        schedule: Schedule,
        plateau: Plateau,
        seed: int,
        validate: Callable[[], tuple[float, float]] | None = None,
    ) -> None:
        self.trainer = trainer
        self.rows = rows
        self.schedule = schedule
        self.plateau = plateau
        self.seed = seed
        self.validate = validate
        self.history: dict[str, list[float]] = {name: [] for name in HISTORY}
        self.best_parameters = trainer.network.parameters

    def epoch(self) -> bool:
        """Train for an epoch; return whether to go on after it.

        An exception leaves everything as it was after the epoch before.

        Raises
        ------
        Diverged
            If the cost, or a parameter, is no longer finite.
        """
        start = time.perf_counter()
        rate = self.schedule.rate(len(self.history["loss"]))
        try:
            loss = self.trainer.epoch(self.rows, rate)
            if not (np.isfinite(loss) and self._parameters_are_finite()):
                raise Diverged
            val_loss, val_score = self.validate() if self.validate else (np.nan,) * 2
        except BaseException:
            self.trainer.rollback()
            raise
        if self.validate:
            self._keep_best(val_score)
        seconds = time.perf_counter() - start
        values = (loss, val_loss, val_score, rate, seconds)
        history = {
            name: [*self.history[name], value]
            for name, value in zip(HISTORY, values, strict=True)
        }
        self.trainer.checkpoint()
        self.history = history
        if self.plateau.update(-val_score if self.validate else loss):
            self.plateau.n_stale = 0
            return self.schedule.on_plateau()
        return True

    def state(self) -> dict[str, Any]:
        """Return all that going on later needs, as plain values and arrays."""
        trainer = self.trainer
        return {
            "seed": self.seed,
            "parameters": trainer.network.parameters,
            "optimizer": dict(trainer.optimizer.state),
            "rng": trainer.rng.bit_generator.state,
            "rate_factor": self.schedule.factor,
            "watched": self._watched(),
            "plateau_best": self.plateau.best,
            "plateau_n_stale": self.plateau.n_stale,
        }

    def load(
        self,
        state: dict[str, Any],
        history: dict[str, list[float]],
        best_parameters: Array,
    ) -> None:
        """Go on from a `state`, with the history and best parameters until then."""
        trainer = self.trainer
        np.copyto(trainer.network.parameters, state["parameters"])
        trainer.optimizer.load(state["optimizer"])
        trainer.rng.bit_generator.state = state["rng"]
        trainer.checkpoint()
        self.schedule.factor = state["rate_factor"]
        if state["watched"] == self._watched():
            self.plateau.best = state["plateau_best"]
            self.plateau.n_stale = state["plateau_n_stale"]
        self.history = {name: list(history[name]) for name in HISTORY}
        if self.validate:
            self.best_parameters = best_parameters.copy()

    def _watched(self) -> str:
        """Return the name of the value that decides when to stop."""
        return "val_score" if self.validate else type(self.trainer.loss).__name__

    def _parameters_are_finite(self) -> bool:
        return bool(np.isfinite(self.trainer.network.parameters).all())

    def _keep_best(self, score: float) -> None:
        if not any(score <= earlier for earlier in self.history["val_score"]):
            self.best_parameters = self.trainer.network.parameters.copy()
