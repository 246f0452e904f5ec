"""What warnings of training say: what has gone wrong, and what helps."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from sknnadl.training.diagnosis import (
    diagnose,
    explain_divergence,
    kept_is_exploded,
    largest_raw_pixel,
    outputs_are_saturated,
)
from sknnadl.training.recipe import FULL_BATCH
from sknnadl.training.run import TrainingRun

#: What helps where features are too large.
_SCALE = (
    "features of similar scale, as StandardScaler makes them of rows, or pixels from 0 "
    "to 1"
)


def warn_of_divergence(estimator: Any, run: TrainingRun, stacklevel: int) -> None:
    """Warn that training has stopped, or raise where there is nothing to keep."""
    epoch = len(run.history["loss"]) + 1
    text = f"The cost exploded in epoch {epoch}. {_explain(estimator, run)}"
    is_of_this_call = run.n_good > run.n_before
    if run.n_good == 0 or (is_of_this_call and kept_is_exploded(run)):
        raise ValueError(text) from None
    text += f" Training stopped; the network is {_describe_kept(run)}."
    warnings.warn(text, ConvergenceWarning, stacklevel=stacklevel)


def warn_of_raw_pixels(run: TrainingRun, stacklevel: int) -> None:
    """Warn of images whose pixels are so large that little will be learned of them."""
    largest = largest_raw_pixel(run)
    if largest is not None:
        text = (
            f"The pixels are as large as {largest:g}, of which a network learns little "
            "or nothing: give pixels from 0 to 1, as X / 255 makes them of bytes, here "
            "and in prediction."
        )
        warnings.warn(text, UserWarning, stacklevel=stacklevel)


def warn_of_interrupt(run: TrainingRun, stacklevel: int) -> None:
    """Warn that training has stopped."""
    text = f"Training was interrupted; the network is {_describe_kept(run)}."
    warnings.warn(text, UserWarning, stacklevel=stacklevel)


def warn_unless_learned(
    estimator: Any, run: TrainingRun, end: str, stacklevel: int
) -> None:
    """Warn of a learning rate that kept fit from learning, or of too few epochs."""
    diagnosis = diagnose(run)
    if diagnosis is not None:
        text = _describe_failure(estimator, run, diagnosis)
    elif end == "stall":
        text = _describe_stall(estimator, run)
    elif end == "max_fun":
        text = _describe_shortness(
            estimator, f"max_fun={estimator.max_fun} evaluations"
        )
    elif end == "max_iter" and _wants_convergence(estimator, run):
        text = _describe_shortness(estimator, f"max_iter={run.max_epochs} epochs")
    else:
        return
    warnings.warn(text, ConvergenceWarning, stacklevel=stacklevel)


def _explain(estimator: Any, run: TrainingRun) -> str:
    """Say what probably made training diverge, and what to try."""
    cause, value = explain_divergence(run)
    if cause == "features":
        return f"The features are as large as {value:.3g}: try {_SCALE}."
    if cause == "targets":
        return (
            f"The targets are as large as {value:.3g}: scale them, as "
            "sklearn.compose.TransformedTargetRegressor does."
        )
    if estimator.solver == FULL_BATCH:
        return f"Try {_SCALE}."
    if cause == "penalty":
        return (
            "The penalty is too strong for the learning rate "
            f"(alpha={value:g}): try alpha={value / 10:g}."
        )
    rate = run.schedule.initial
    return (
        f"The learning rate is probably too high ({_name_rate(run)}): "
        f"try {rate / 10:g}, and {_SCALE}."
    )


def _name_rate(run: TrainingRun) -> str:
    """Return the initial rate as users set it."""
    return f"{run.schedule.initial_name}={run.schedule.initial:g}"


def _describe_kept(run: TrainingRun) -> str:
    """Say which epoch's network the estimator has."""
    if not run.watched.is_training_cost:
        return "that of the best epoch so far"
    return f"that of epoch {len(run.history['loss'])}"


def _describe_failure(estimator: Any, run: TrainingRun, diagnosis: str) -> str:
    """Say why nothing was learned, and what to try."""
    rate = run.schedule.initial
    nothing = (
        "The network has learned nothing: its training cost "
        f"{run.history['loss'][-1]:.4g} is no better than that of always giving the "
        "same answer. "
    )
    if diagnosis == "exploded":
        return f"{nothing}{_explain(estimator, run)}"
    if estimator.solver == FULL_BATCH:
        return f"{nothing}If the features say anything of the targets, try {_SCALE}."
    if diagnosis == "too high":
        return (
            f"{nothing}The learning rate is too high ({_name_rate(run)}) and "
            f"has driven {_describe_stuck(run)}: try {rate / 10:g}, and {_SCALE}."
        )
    if diagnosis == "too low":
        return (
            "The network has hardly changed: the learning rate is too low "
            f"({_name_rate(run)}). Try {rate * 10:g}."
        )
    return (
        f"{nothing}If the features say anything of the targets, try {_SCALE}, or "
        f"another learning rate ({_name_rate(run)})."
    )


def _describe_stuck(run: TrainingRun) -> str:
    """Say which neurons no longer respond."""
    outputs = run.trainer.loss.output_activation
    if outputs_are_saturated(run) and outputs == "logistic":
        return "the sigmoid outputs into saturation, where they hardly learn"
    return "the neurons to where they no longer respond"


def _describe_stall(estimator: Any, run: TrainingRun) -> str:
    """Say that L-BFGS has found no lower cost where there is one, and what to try."""
    in_float32 = run.trainer.network.dtype == np.float32
    return (
        f"L-BFGS stopped in epoch {len(run.history['loss'])}, before it converged: it "
        f"found no lower cost, where the gradient of {run.steepest:.2g} is above "
        f"tol={estimator.tol:g}. Try {'float64 (dtype), and ' if in_float32 else ''}"
        f"{_SCALE}."
    )


def _wants_convergence(estimator: Any, run: TrainingRun) -> bool:
    """Return whether the user expects training to end before ``max_iter``."""
    return bool(np.isfinite(run.plateau.patience)) or estimator.solver == FULL_BATCH


def _describe_shortness(estimator: Any, limit: str) -> str:
    """Say which limit has ended training, and what to try."""
    text = (
        f"Training stopped after {limit}, before it converged to "
        f"tol={estimator.tol:g}. Raise {limit.partition('=')[0]}"
    )
    if estimator.solver != FULL_BATCH:
        text += (
            ", or set n_iter_no_change=numpy.inf if this many epochs are what you want"
        )
    return f"{text}."
