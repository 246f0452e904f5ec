"""Fitted attributes: taken back where a fit fails; those that follow from others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np


@contextmanager
def kept_on_failure(estimator: Any) -> Iterator[None]:
    """Put an estimator's fitted attributes back where the work inside fails."""
    before = _fitted_attributes(estimator)
    try:
        yield
    except BaseException:
        forget(estimator)
        vars(estimator).update(before)
        raise


def forget(estimator: Any) -> None:
    """Remove an estimator's fitted attributes."""
    for name in _fitted_attributes(estimator):
        delattr(estimator, name)


def _fitted_attributes(estimator: Any) -> dict[str, Any]:
    return {
        name: value
        for name, value in vars(estimator).items()
        if name.endswith("_") and not name.startswith("_")
    }


class Views(list[Any]):
    """Arrays that share an estimator's memory, each of which can be written over."""

    def __setitem__(self, index: Any, values: Any) -> None:
        if isinstance(index, slice):
            for number, value in zip(
                range(*index.indices(len(self))), values, strict=True
            ):
                self[number] = value
            return
        own, given = self[index], np.asarray(values)
        if given.shape != own.shape:
            raise ValueError(
                f"An array of the shape {own.shape} can be written over by one of this "
                f"shape, got {given.shape}."
            )
        if not np.isfinite(given).all():
            raise ValueError(
                "An array can be written over by one of finite numbers, got others."
            )
        own[...] = given

    def __reduce__(self) -> tuple[type[list[Any]], tuple[list[Any]]]:
        """Let a copy, or what is pickled, be a list that writes nowhere."""
        return list, (list(self),)


class DerivedAttributes:
    """Mixin of what follows from the history, the state and the arguments.

    The names and meanings are those of scikit-learn's `MLPClassifier`.
    """

    history_: dict[str, list[Any]]
    layers_: list[dict[str, Any]]
    training_state_: dict[str, Any]

    @property
    def n_layers_(self) -> int:
        """The number of layers of neurons, the inputs and the outputs among them."""
        # Each has weights before it, but for the first.
        return 1 + sum("weight_init" in layer for layer in self.layers_)

    @property
    def t_(self) -> int:
        """The number of rows seen in mini-batches, over all calls."""
        seen: int = self.training_state_["n_rows_seen"]
        return seen

    @property
    def loss_(self) -> float:
        """The training cost of the last epoch."""
        return float(self.history_["loss"][-1])

    @property
    def loss_curve_(self) -> list[float]:
        """The training cost of each epoch."""
        return self.history_["loss"]

    @property
    def best_loss_(self) -> float | None:
        """The lowest training cost of an epoch; None with early stopping."""
        return None if self._has_watched_rows() else float(np.min(self.loss_curve_))

    @property
    def validation_scores_(self) -> list[float] | None:
        """The score of each epoch on validation rows; None without early stopping."""
        return self.history_["val_score"] if self._has_watched_rows() else None

    @property
    def best_validation_score_(self) -> float | None:
        """The highest of ``validation_scores_``; None without early stopping."""
        scores = [score for score in self.validation_scores_ or () if score == score]
        return max(scores, default=None)

    def _has_watched_rows(self) -> bool:
        """Return whether validation rows have decided which epoch was best."""
        entry, *_ = self.training_state_["watched"]
        return bool(entry != "loss")
