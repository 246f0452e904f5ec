"""The loop over epochs: callbacks, progress, interruption and warnings."""

import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from sknnadl.network.layers import to_plain
from sknnadl.training.diagnosis import (
    diagnose,
    explain_divergence,
    outputs_are_saturated,
)
from sknnadl.training.recipe import FULL_BATCH, initial_rate
from sknnadl.training.run import Diverged

#: What helps where features are too large.
_SCALE = (
    "features of similar scale, as StandardScaler makes them of rows, or pixels from 0 "
    "to 1"
)


def train(estimator, run, n_epochs, context=None, X=None, y=None, sample_weight=None):
    """Train for some epochs and give the estimator what was learned.

    With a callback context, which `fit` has and `partial_fit` has not, the callbacks
    are told of each epoch, and a run that did not converge is warned of.
    """
    metadata = None if sample_weight is None else {"sample_weight": sample_weight}
    told = {"estimator": estimator, "X": X, "y": y, "metadata": metadata}
    if context:
        context.call_on_fit_task_begin(**told)
    n_before = len(run.history["loss"])
    with run.trainer:
        end = _loop(estimator, run, n_epochs, context, told)
    if len(run.history["loss"]) > n_before:
        vars(estimator).update(_learned(run))
    if context:
        if end in ("max_iter", "plateau"):
            _warn_unless_learned(estimator, run, end)
        context.call_on_fit_task_end(**told, reconstruction_attributes={})


def _loop(estimator, run, n_epochs, context, told):
    """Train epoch by epoch; return what ended it."""
    teller = _Teller(estimator, run, n_epochs, context, told)
    try:
        return run.train(n_epochs, teller.begin, teller.end)
    except Diverged:
        _on_divergence(estimator, run, stacklevel=6 if context else 7)
        return "divergence"
    except KeyboardInterrupt:
        if context is None or not run.history["loss"]:
            raise  # partial_fit leaves what was there, and so does a fit of no epoch
        _on_interrupt(run)
        return "interrupt"


class _Teller:
    """Tells callbacks, and whoever reads the output, of each epoch."""

    def __init__(self, estimator, run, n_epochs, context, told):
        self.estimator, self.run = estimator, run
        self.last = len(run.history["loss"]) + n_epochs
        self.told = told
        has_callbacks = context and getattr(estimator, "_skl_callbacks", None)
        self.context = context if has_callbacks else None

    def begin(self):
        """Tell that an epoch begins, which is a task of the callbacks."""
        if self.context:
            self.task = self.context.subcontext(task_name="epoch")
            self.task.call_on_fit_task_begin(**self.told)

    def end(self):
        """Tell that it has ended; return whether a callback wants training to stop."""
        if self.estimator.verbose:
            _print_epoch(self.run.history, self.last)
        return bool(
            self.context
            and self.task.call_on_fit_task_end(
                **self.told, reconstruction_attributes=self._attributes
            )
        )

    def _attributes(self):
        """Return the fitted attributes, for a callback to keep."""
        run = self.run
        return {
            **describe_network(run.trainer.network, run.trainer.loss),
            "parameters_": run.best_parameters.copy(),
            "history_": {name: list(values) for name, values in run.history.items()},
        }


def describe_network(network, loss):
    """Return the fitted attributes that say what network it is."""
    return {
        "layers_": to_plain(network.specs),
        "out_activation_": loss.output_activation,
        "n_outputs_": network.output_shape[0],
    }


def _learned(run):
    """Return the fitted attributes."""
    return {
        **describe_network(run.trainer.network, run.trainer.loss),
        "parameters_": run.best_parameters,
        "history_": run.history,
        "training_state_": run.state(),
    }


def _on_divergence(estimator, run, stacklevel):
    """Warn that training has stopped, or raise where there is nothing to keep."""
    epoch = len(run.history["loss"]) + 1
    text = f"The cost was no longer finite in epoch {epoch}. {_explain(estimator, run)}"
    if epoch == 1:
        raise ValueError(text) from None
    text += f" Training stopped; the network is {_describe_kept(run)}."
    warnings.warn(text, ConvergenceWarning, stacklevel=stacklevel)


def _explain(estimator, run):
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
            f"(alpha={estimator.alpha:g}): try alpha={estimator.alpha / 10:g}."
        )
    rate = initial_rate(estimator)
    return (
        "The learning rate is probably too high "
        f"(learning_rate_init={rate:g}): try {rate / 10:g}, and {_SCALE}."
    )


def _describe_kept(run):
    """Say which epoch's network the estimator has."""
    if run.watched != "loss":
        return "that of the best epoch so far"
    return f"that of epoch {len(run.history['loss'])}"


def _on_interrupt(run):
    """Warn that training has stopped."""
    text = f"Training was interrupted; the network is {_describe_kept(run)}."
    warnings.warn(text, UserWarning, stacklevel=6)


def _print_epoch(history, n_epochs):
    """Print one line on the last epoch."""
    last = {name: values[-1] for name, values in history.items()}
    norms = last.get("gradient_norms")
    line = f"Epoch {len(history['loss'])}/{n_epochs}: loss {last['loss']:.6f}"
    if not np.isnan(last["val_score"]):
        line += f", validation loss {last['val_loss']:.6f}"
        line += f", validation score {last['val_score']:.4f}"
    if not np.isnan(last["learning_rate"]):
        line += f", learning rate {last['learning_rate']:g}"
    if isinstance(norms, tuple):  # and not nan, for an epoch without
        line += f", gradient norms {' '.join(f'{norm:.3g}' for norm in norms)}"
    print(f"{line}, {last['seconds']:.2f} s")


def _describe_stuck(run):
    """Say which neurons no longer respond."""
    outputs = run.trainer.loss.output_activation
    if outputs_are_saturated(run) and outputs == "sigmoid":
        return "the sigmoid outputs into saturation, where they hardly learn"
    return "the neurons to where they no longer respond"


def _warn_unless_learned(estimator, run, end):
    """Warn of a learning rate that kept fit from learning, or of too few epochs."""
    diagnosis = diagnose(run)
    rate = initial_rate(estimator)
    nothing = (
        "The network has learned nothing: its training cost "
        f"{run.history['loss'][-1]:.4g} is no better than that of always giving the "
        "same answer. "
    )
    if diagnosis == "exploded":
        text = f"{nothing}{_explain(estimator, run)}"
    elif diagnosis and estimator.solver == FULL_BATCH:
        text = f"{nothing}If the features say anything of the targets, try {_SCALE}."
    elif diagnosis == "too high":
        text = (
            f"{nothing}The learning rate is too high (learning_rate_init={rate:g}) and "
            f"has driven {_describe_stuck(run)}: try {rate / 10:g}, and {_SCALE}."
        )
    elif diagnosis == "too low":
        text = (
            "The network has hardly changed: the learning rate is too low "
            f"(learning_rate_init={rate:g}). Try {rate * 10:g}."
        )
    elif diagnosis == "nothing learned":
        text = (
            f"{nothing}If the features say anything of the targets, try {_SCALE}, or "
            f"another learning rate (learning_rate_init={rate:g})."
        )
    elif end == "max_iter" and (
        np.isfinite(run.plateau.patience) or estimator.solver == FULL_BATCH
    ):
        text = (
            f"Training stopped after max_iter={estimator.max_iter} epochs, before "
            f"it converged to tol={estimator.tol:g}. Raise max_iter"
        )
        if estimator.solver != FULL_BATCH:
            text += (
                ", or set n_iter_no_change=numpy.inf if this many epochs are what you "
                "want"
            )
        text += "."
    else:
        return
    warnings.warn(text, ConvergenceWarning, stacklevel=5)
