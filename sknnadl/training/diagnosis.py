"""Why a run has learned nothing, told from its history and where it began."""

from __future__ import annotations

from typing import Literal

import numpy as np

from sknnadl.network.arrays import Array
from sknnadl.network.layers.conv import Conv2D
from sknnadl.network.layers.layer import Role
from sknnadl.network.loss import constant_logits, gradient_at
from sknnadl.network.network import Network
from sknnadl.training.data import Rows
from sknnadl.training.prediction import predict_logits
from sknnadl.training.run import TrainingRun, exploded_cost

Diagnosis = Literal["too high", "too low", "nothing learned", "exploded"]

#: A cost that is not below this share of the best constant's is no better, and one
#: that is above this share is worse.
_NO_BETTER, _WORSE = 0.95, 1.05
#: A fall of the cost below this share of itself, over half a run, is none.
_FLAT = 1e-3
#: Parameters that have moved by less than this share of their norm have not moved.
_STILL = 1e-2
#: Values above this are no scaled features or targets.
_LARGE = 100.0
#: A step of the penalty that is this share of a weight turns it round and lets it grow.
_OVERSHOOT = 2.0
#: A penalty that is weaker than the cost of the rows, of about this, does no harm.
_STRONG = 1.0
#: A logit that is as good as infinite, and whose cost is a number.
_SURE = 1e3
#: Outputs whose logits are this large on average are saturated; so many rows tell.
_SATURATED, _ROWS, _FEW_ROWS = 10.0, 1000, 50


def diagnose(run: TrainingRun) -> Diagnosis | None:
    """Say why a run has learned nothing, where that is so.

    It is where the cost is no better than that of a network which ignores its input,
    and no longer falls. With a learning rate too high the outputs are saturated, or no
    row moves the neurons any more, as rectifiers that give zero; with one too low the
    parameters are about where they began. Otherwise it may be the rate, the scale of
    the features, or that they tell nothing.

    Parameters
    ----------
    run : TrainingRun
        A run that has ended.

    Returns
    -------
    diagnosis : {"too high", "too low", "nothing learned", "exploded"} or None
        What the rate is, that it may be something else, or that the cost is beyond all
        bounds, whose cause `explain_divergence` tells; None where something was learned
        or still is.
    """
    costs = np.array(run.history["loss"])
    half = len(costs) // 2
    if half == 0:
        return None
    n_rows = min(run.trainer.batch_size, len(run.rows))
    constant, least = _constant_and_least_cost(run)
    last = costs[half:].min() - run.trainer.step.penalty_value(n_rows)
    falls = costs[half:].min() < (1 - _FLAT) * costs[:half].min()
    if kept_is_exploded(run):
        return "exploded"  # and the penalty with it, so that `last` is rounding alone
    is_learned = last - least <= _NO_BETTER * (constant - least) + run.plateau.tol
    if is_learned or _most_rows_are_better(run):
        return None
    network = run.trainer.network
    if _neurons_are_dead(run, network) and not _neurons_are_dead(run, _start(run)):
        return "too high"  # the cost may fall all the same, with the penalty
    if falls:
        return None
    if last > _WORSE * constant and _is_where_it_began(run):
        return "too low"
    return "too high" if outputs_are_saturated(run) else "nothing learned"


def explain_divergence(run: TrainingRun) -> tuple[str, float]:
    """Say what has most probably made the cost infinite.

    Parameters
    ----------
    run : TrainingRun
        A run that has gone back to its last good epoch.

    Returns
    -------
    cause : {"features", "targets", "penalty", "rate"}
        What is too large.
    value : float
        How large it is.
    """
    some = _some_rows(run, _ROWS)
    for cause, values in (
        ("features", some.inputs(slice(None))),
        ("targets", some.targets()),
    ):
        largest = float(np.abs(values).max(initial=0))
        if largest > _LARGE:
            return cause, largest
    rate, step = run.schedule.initial, run.trainer.step
    share = step.penalty_share(min(run.trainer.batch_size, len(run.rows)))
    strength = share * step.penalty.alpha
    if rate * strength > _OVERSHOOT and strength > _STRONG:
        return "penalty", step.penalty.alpha
    return "rate", rate


def largest_raw_pixel(run: TrainingRun) -> float | None:
    """Return the largest of pixels that go unscaled to a convolution, or None.

    Of images that come first; batch normalization before it would scale them.
    """
    if not isinstance(run.trainer.network.specs[0], Conv2D):
        return None
    images = _some_rows(run, _FEW_ROWS).inputs(slice(None))
    largest = float(np.abs(images).max(initial=0))
    return largest if largest > _LARGE else None


def kept_is_exploded(run: TrainingRun) -> bool:
    """Return whether the cost of the network to be kept has exploded.

    That of an epoch is measured before each step, and may explode at its very end.
    """
    is_last = run.best_parameters is run.trainer.network.parameters
    limit = exploded_cost(run.rows, run.trainer.loss)
    return is_last and not _present_cost(run) <= limit


def _constant_and_least_cost(run: TrainingRun) -> tuple[float, float]:
    """Return the mean cost of the best network that ignores its input, and the least.

    The latter is that of outputs equal to the targets: 0, but for a cross-entropy of
    targets between 0 and 1.
    """
    targets, weights = run.rows.distinct_targets()
    exact = constant_logits(targets, run.trainer.loss.output_activation)
    costs = _constant_costs(run, targets), _costs_of(run, exact, targets)
    constant, least = (float(np.average(c, weights=weights)) for c in costs)
    return constant, least if np.isfinite(least) else 0.0


def _constant_costs(run: TrainingRun, targets: Array) -> Array:
    """Return the cost of each target with the best network that ignores its input."""
    best = run.trainer.loss.best_constant(*run.rows.distinct_targets())
    return _costs_of(run, best, targets)


def _costs_of(run: TrainingRun, logits: Array, targets: Array) -> Array:
    """Return the cost of each target with these logits, which may be infinite."""
    logits = np.nan_to_num(logits, posinf=_SURE, neginf=-_SURE)  # of a single class
    with np.errstate(all="ignore"):  # of targets as large as the dtype has
        return run.trainer.loss.value(np.broadcast_to(logits, targets.shape), targets)


def _most_rows_are_better(run: TrainingRun) -> bool:
    """Return whether rows are learned, whatever a few that are far off cost.

    Those are what a loss is chosen for whose best constant is a quantile, and they may
    cost so much that no network could lower the mean by much.
    """
    loss = run.trainer.loss
    if loss.best_quantile() is None:
        return False
    some = _some_rows(run, _ROWS)
    targets = some.targets()
    costs = loss.value(predict_logits(run.trainer.network, some), targets)
    typical = np.median(_constant_costs(run, targets))
    return bool(np.median(costs) <= _NO_BETTER * typical)


def _present_cost(run: TrainingRun) -> float:
    """Return the network's mean cost over some rows, without the penalty."""
    some = _some_rows(run, _ROWS)
    logits = predict_logits(run.trainer.network, some)
    with np.errstate(all="ignore"):  # of outputs beyond all bounds it is nan
        return float(run.trainer.loss.value(logits, some.targets()).mean())


def _is_where_it_began(run: TrainingRun) -> bool:
    """Return whether the parameters have moved by a small share of their norm."""
    network = run.trainer.network
    trained = slice(network.first_weight, network.n_trained)
    old: Array = _start(run).parameters[trained]
    moved: Array = network.parameters[trained] - old
    return bool(np.linalg.norm(moved) < _STILL * np.linalg.norm(old))


def outputs_are_saturated(run: TrainingRun) -> bool:
    """Return whether the outputs hardly depend on their logits any more."""
    if run.trainer.loss.output_activation in ("identity", "exp"):
        return False
    logits = predict_logits(run.trainer.network, _some_rows(run, _ROWS))
    return bool(np.abs(logits).mean() > _SATURATED)


def _start(run: TrainingRun) -> Network:
    """Return the network as it was before any training."""
    network = run.trainer.network
    if run.start is not None:
        return network.replica(run.start)
    start = network.replica(np.empty_like(network.parameters))
    start.initialize(np.random.default_rng(run.seed))
    return start


def _neurons_are_dead(run: TrainingRun, network: Network) -> bool:
    """Return whether no input changes an output or moves a weight of a network."""
    if np.ptp(predict_logits(network, _some_rows(run, _ROWS)), axis=0).any():
        return False
    some = _some_rows(run, _FEW_ROWS)
    if not np.ptp(some.inputs(slice(None)), axis=0).any():
        return False
    with np.errstate(all="ignore"):
        outputs = network.forward(some.inputs(slice(None)), np.random.default_rng(0))
        network.backward(gradient_at(run.trainer.loss, outputs, some.targets()))
    first = network.layers[network.first_trained]
    gradients = network.views(network.gradient)[network.first_trained]
    return not any(
        gradients[name].any()
        for name, parameter in first.parameters.items()
        if parameter.role != Role.STATISTIC
    )


def _some_rows(run: TrainingRun, n_rows: int) -> Rows:
    return run.rows.subset(np.arange(min(len(run.rows), n_rows)))
