"""From an estimator's arguments to what trains: optimizer, schedule, step, and run.

The optimizers, schedules and penalties themselves know which arguments are theirs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from copy import copy
from typing import Any

import numpy as np

from sknnadl.network.losses import Loss
from sknnadl.network.network import Network
from sknnadl.training.adaptive_optimizers import OPTIMIZERS
from sknnadl.training.augmentation import Augmentation
from sknnadl.training.data import Rows
from sknnadl.training.epoch import Trainer
from sknnadl.training.full_batch import FullBatchRun
from sknnadl.training.optimizers import SGD
from sknnadl.training.run import TrainingRun
from sknnadl.training.schedules import (
    SCHEDULES,
    TRAINING_COST,
    OwnSchedule,
    Plateau,
    Schedule,
    Watched,
)
from sknnadl.training.step import L2, PENALTIES, Penalty, Step

#: The solver that takes all rows at once, and no steps of an optimizer.
FULL_BATCH = "lbfgs"
#: What ``batch_size="auto"`` stands for, as in scikit-learn.
_AUTO = 200
#: What ``max_iter="auto"`` and ``alpha="auto"`` stand for: see `resolve`.
_ROWS_SEEN, _MOST_EPOCHS, _ITERATIONS = 10**5, 400, 200
#: The fewest epochs: the second is for images, so many that it sees the third of them.
_FEWEST_EPOCHS, _FEWEST_OF_IMAGES, _IMAGES_SEEN = 30, 20, 10**6
_ALPHA, _MANY_ROWS = 0.1, 5000
#: The names of all solvers.
SOLVERS = (*OPTIMIZERS, FULL_BATCH)


def resolve(arguments: Any, n_rows: int, are_images: bool = False) -> Any:
    """Return arguments with numbers where ``"auto"`` depends on the rows.

    So many epochs that 100,000 rows are seen, from 30 to 400, or as few as 20 where
    these see a million images; and a penalty that grows less important where there are
    more than 5000 rows. Both were found with ``benchmarks/tabular.py``, and the 20 with
    ``benchmarks/accuracy.py``.
    """
    resolved = copy(arguments)
    if arguments.max_iter == "auto":
        fewest = _FEWEST_EPOCHS
        if are_images:
            fewest = min(fewest, max(_FEWEST_OF_IMAGES, _IMAGES_SEEN // n_rows))
        n_epochs = min(max(_ROWS_SEEN // n_rows, fewest), _MOST_EPOCHS)
        resolved.max_iter = _ITERATIONS if arguments.solver == FULL_BATCH else n_epochs
    if arguments.alpha == "auto":
        resolved.alpha = _ALPHA * min(1.0, _MANY_ROWS / n_rows)
    return resolved


def make_run(
    arguments: Any,
    network: Network,
    loss: Loss,
    rows: Rows,
    seed: int,
    rng: np.random.Generator,
    augmentations: Sequence[Augmentation] = (),
    n_threads: int = 1,
    watched: Watched = TRAINING_COST,
    validate: Callable[[dict[str, list[Any]]], tuple[float, float]] | None = None,
) -> TrainingRun:
    """Return the run that an estimator's arguments ask for.

    Parameters
    ----------
    arguments : object
        The arguments of the constructor as attributes, such as the estimator itself.
    network : Network
        What is trained.
    loss : Loss
        What is minimized.
    rows : Rows
        The rows to train on.
    seed : int
        What the run's random numbers started from.
    rng : Generator
        What they come from.
    augmentations : sequence of Augmentation, default=()
        How images are changed.
    n_threads : int, default=1
        How many threads share a mini-batch.
    watched : Watched, default=TRAINING_COST
        What decides when to stop.
    validate : callable, default=None
        As in `TrainingRun`.

    Raises
    ------
    ValueError
        If some of the arguments exclude each other.
    """
    check_full_batch(arguments, network, augmentations)
    mean_weight = _mean_weight(rows, arguments.alpha == "auto")
    arguments = resolve(arguments, len(rows), len(rows.input_shape) == 3)
    is_full_batch = arguments.solver == FULL_BATCH
    batch_size = _AUTO if arguments.batch_size == "auto" else int(arguments.batch_size)
    batch_size = len(rows) if is_full_batch else min(batch_size, len(rows))
    if batch_size * network.values_per_row == 1:
        raise ValueError(
            "Batch normalization needs at least 2 rows in a mini-batch, and there is 1 "
            f"(batch_size={arguments.batch_size}, n_samples={len(rows)}): of one row "
            "nothing is left. Give more rows at a time, or leave it out."
        )
    trainer = Trainer(
        network,
        loss,
        make_step(arguments, network, mean_weight, seed),
        batch_size,
        arguments.shuffle,
        rng,
        augmentations,
        n_threads,
    )
    run = (FullBatchRun if is_full_batch else TrainingRun)(
        trainer,
        rows,
        make_schedule(arguments, loss),
        make_plateau(arguments, watched),
        seed,
        validate,
        watched,
        arguments.gradient_norms,
    )
    run.max_epochs = int(arguments.max_iter)
    if isinstance(run, FullBatchRun):
        run.max_fun = arguments.max_fun
    return run


def make_schedule(arguments: Any, loss: Loss) -> Schedule:
    """Return the learning-rate schedule."""
    if arguments.solver == FULL_BATCH:
        return Schedule(np.nan)
    rate = arguments.learning_rate_init
    if rate == "auto":
        rate = OPTIMIZERS[arguments.solver].automatic_rate(arguments, loss)
    return _schedule(arguments).from_arguments(arguments, float(rate))


def _schedule(arguments: Any) -> type[Schedule]:
    """Return the kind of schedule; as in scikit-learn some are for ``"sgd"`` alone."""
    if callable(arguments.learning_rate):
        return OwnSchedule
    kind = SCHEDULES[arguments.learning_rate]
    return Schedule if kind.for_descent and arguments.solver != "sgd" else kind


def _mean_weight(rows: Rows, is_automatic: bool) -> float:
    """Return the mean weight of a row, by which the penalty is divided.

    Weights that are all below 1, such as shares of 1, are no fewer rows for a penalty
    that is automatic: it is not divided by them.
    """
    mean = math.prod(rows.weight_scale or ())
    if not is_automatic or rows.weights is None:
        return mean
    of_used = mean * float(rows.weights[rows.weights > 0].mean())
    return mean / min(1.0, of_used)


def make_step(arguments: Any, network: Network, mean_weight: float, seed: int) -> Step:
    """Return what changes the parameters of a network, given its gradient."""
    penalty: Penalty = L2(0.0)
    kind = OPTIMIZERS.get(arguments.solver)
    if kind is not None and kind.decays_weights:
        if arguments.penalty not in ("l2", None):
            raise ValueError(
                f"solver={arguments.solver!r} decays the weights itself, which takes "
                f"the place of penalty='l2', got penalty={arguments.penalty!r}: use "
                "solver='adam', or penalty='l2' or None."
            )
    elif arguments.penalty is not None:
        penalty = PENALTIES[arguments.penalty].from_arguments(arguments)
    first = network.first_weight
    parameters = network.parameters[first : network.n_trained]
    return Step(
        network,
        kind.from_arguments(arguments, parameters, network.n_weights - first)
        if kind is not None
        else SGD(parameters),  # L-BFGS never asks for a step
        penalty,
        None if arguments.clip_norm is None else float(arguments.clip_norm),
        None if arguments.max_norm is None else float(arguments.max_norm),
        mean_weight if arguments.divide_alpha else None,
        float(arguments.gradient_noise),
        seed,
    )


def make_plateau(arguments: Any, watched: Watched) -> Plateau:
    """Return what says that there is no more progress."""
    # L-BFGS knows by itself when its cost no longer falls, and a cycle of learning
    # rates is one whole, in which the cost may rise.
    is_full_batch = arguments.solver == FULL_BATCH
    is_planned = is_full_batch or _schedule(arguments).is_planned
    never = is_planned and watched.is_training_cost
    return Plateau(arguments.tol, np.inf if never else arguments.n_iter_no_change)


def check_full_batch(
    arguments: Any, network: Network, augmentations: Sequence[Augmentation]
) -> None:
    """Refuse what L-BFGS cannot do."""
    if arguments.solver != FULL_BATCH:
        return
    asked_for = {
        "dropout": network.stochastic,
        "batch normalization": network.n_trained < network.parameters.size,
        "augmentation": bool(augmentations),
        "max_norm": arguments.max_norm is not None,
        "clip_norm": arguments.clip_norm is not None,
        "gradient_noise": arguments.gradient_noise > 0,
    }
    wrong = [name for name, is_used in asked_for.items() if is_used]
    if wrong:
        raise ValueError(
            "solver='lbfgs' minimizes one fixed cost over all rows, which leaves no "
            f"room for {' and '.join(wrong)}: leave that out, or use another solver."
        )
