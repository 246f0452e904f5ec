"""What a run needs to go on: taken out of it as plain values, and put into another."""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np

from sknnadl.network.arrays import Array
from sknnadl.network.layers.dropout import Dropout
from sknnadl.training.run import TrainingRun


def take_state(run: TrainingRun) -> dict[str, Any]:
    """Return all that going on later needs, as plain values and arrays.

    Beside it are needed the history, and the parameters of the best epoch.
    """
    optimizer = run.trainer.step.optimizer
    return {
        "seed": run.seed,
        "parameters": run.trainer.network.parameters,
        "best_checksum": _checksum(run.best_parameters),
        "optimizer": dict(optimizer.state),
        "n_steps": int(run.trainer.step.n_steps[0]),
        "solver": type(optimizer).__name__,
        "rng": run.trainer.rng.bit_generator.state,
        "rate_factor": run.schedule.factor,
        "schedule": type(run.schedule).__name__,
        "schedule_start": run.schedule.start,
        "watched": _comparable(run),
        "rows": run.rows.fingerprint(),
        "n_rows_seen": run.n_rows_seen,
        "weight_scale": run.weight_scale,
        "n_good": run.n_good,
        "is_over": run.is_over,
        "plateau_best": run.plateau.best,
        "plateau_n_stale": run.plateau.n_stale,
    }


def load_state(
    run: TrainingRun,
    state: dict[str, Any],
    history: dict[str, list[float]],
    best_parameters: Array,
    only_same_rows: bool = False,
) -> None:
    """Let a run go on from a state.

    What is watched is compared with the best value until then, where that is of the
    same rows to validate on, and with ``only_same_rows`` of the same training rows too.
    Elsewhere a new comparison begins, with the parameters as they are.

    Best parameters that somebody has changed since then are the parameters to go on
    from, and nothing is compared with what others were like.

    Parameters
    ----------
    run : TrainingRun
        A run at its start.
    state : dict
        What `take_state` returned.
    history : dict of str to list
        The history until then.
    best_parameters : ndarray of shape (n_parameters,)
        The parameters of the best epoch until then.
    only_same_rows : bool, default=False
        Whether other rows to train on begin a new comparison.
    """
    trainer, optimizer = run.trainer, run.trainer.step.optimizer
    changed = state["best_checksum"] != _checksum(best_parameters)
    start = best_parameters if changed else state["parameters"]
    np.copyto(trainer.network.parameters, start)
    if state["solver"] == type(optimizer).__name__:
        optimizer.load(state["optimizer"])
    trainer.step.n_steps[0] = state.get("n_steps", 0)  # older files have none
    trainer.rng.bit_generator.state = state["rng"]
    if state["schedule"] == type(run.schedule).__name__:
        run.schedule.factor = state["rate_factor"]
        run.schedule.start = state["schedule_start"]
    run.history = {name: list(values) for name, values in history.items()}
    run.n_rows_seen = state["n_rows_seen"]
    run.n_before = run.n_good = len(run.history["loss"])
    run.weight_scale = run.rows.weight_scale or state["weight_scale"]
    is_other = only_same_rows and state["rows"] != run.rows.fingerprint()
    if changed or is_other or state["watched"] != _comparable(run):
        _begin_comparison(run)
    else:
        run.plateau.best = state["plateau_best"]
        run.plateau.n_stale = state["plateau_n_stale"]
        if not run.watched.is_training_cost and np.isfinite(run.plateau.best):
            run.best_parameters = best_parameters.copy()
    run.keep()


def _begin_comparison(run: TrainingRun) -> None:
    """Let the parameters as they are be the ones to beat, if they can be measured."""
    if run.validate is None or run.watched.is_training_cost:
        return
    values = run.validate(run.history)
    measured = dict(zip(("val_loss", "val_score"), values, strict=True))
    value = run.watched.cost(measured)
    if not np.isnan(value):  # which nothing would be better than
        run.plateau.best = value
        run.best_parameters = run.trainer.network.parameters.copy()


def _comparable(run: TrainingRun) -> list[Any]:
    """Return what two values that are watched must share to be compared.

    Parameters that did best in other layers would not do so in these. Dropout and the
    penalty are no part of what is validated, and of the training cost they are.
    """
    watched = run.watched
    # How biases began is no part of it, and is not in the states of older files.
    layers = [
        {name: value for name, value in one.items() if name != "bias_init"}
        for one in run.trainer.network.plain_specs
    ]
    parts = [watched.entry, str(watched.scoring), str(watched.rows)]
    parts.append(repr(run.trainer.loss).removesuffix("()"))
    if watched.is_training_cost:
        frozen = [n for n in [run.trainer.network.n_frozen] if n]
        return [*parts, layers, run.trainer.step.penalty.describe(), *frozen]
    return [*parts, [one for one in layers if one["layer"] != Dropout.__name__]]


def _checksum(parameters: Array) -> int:
    """Return a number that another vector has by the rarest of chances."""
    return zlib.crc32(np.ascontiguousarray(parameters).data)
