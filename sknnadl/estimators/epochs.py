"""The loop over epochs: callbacks, progress, interruption and warnings."""

import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from sknnadl.network.registry import to_plain
from sknnadl.training.diagnosis import diagnose
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
        vars(estimator).update(_learned(estimator, run))
    if context:
        if end in ("max_iter", "plateau"):
            _warn_unless_learned(estimator, run, end)
        context.call_on_fit_task_end(**told, reconstruction_attributes={})


def _loop(estimator, run, n_epochs, context, told):
    """Train epoch by epoch; return what ended it."""
    try:
        for _ in range(n_epochs):
            end = _epoch(estimator, run, context, told)
            if end:
                return end
    except Diverged:
        _on_divergence(estimator, run)
        return "divergence"
    except KeyboardInterrupt:
        if context is None or not run.history["loss"]:
            raise  # partial_fit leaves what was there, and so does a fit of no epoch
        _on_interrupt(run)
        return "interrupt"
    return "max_iter"


def _epoch(estimator, run, context, told):
    """Train for one epoch, a task of the callbacks; return what ended training."""
    has_callbacks = context and getattr(estimator, "_skl_callbacks", None)
    if has_callbacks:
        task = context.subcontext(task_name="epoch")
        task.call_on_fit_task_begin(**told)
    goes_on = run.epoch()
    if estimator.verbose:
        _print_epoch(run.history, estimator.max_iter)
    if has_callbacks and task.call_on_fit_task_end(
        **told, reconstruction_attributes=lambda: _learned(estimator, run, copy=True)
    ):
        return "callback"
    return None if goes_on else "plateau"


def _learned(estimator, run, copy=False):
    """Return the fitted attributes; a copy is for a callback to keep."""
    network = run.trainer.network
    learned = {
        "layers_": to_plain(network.specs),
        "out_activation_": run.trainer.loss.output_activation,
        "n_outputs_": network.output_shape[0],
    }
    if copy:
        history = {name: list(values) for name, values in run.history.items()}
        return learned | {
            "parameters_": run.best_parameters.copy(),
            "history_": history,
        }
    return learned | {
        "parameters_": run.best_parameters,
        "history_": run.history,
        "training_state_": run.state(),
    }


def _on_divergence(estimator, run):
    """Warn that training has stopped, or raise where there is nothing to keep."""
    epoch = len(run.history["loss"]) + 1
    rate = estimator.learning_rate_init
    text = (
        f"The cost was no longer finite in epoch {epoch}. The learning rate is "
        f"probably too high (learning_rate_init={rate:g}): try {rate / 10:g}, and "
        f"{_SCALE}."
    )
    if epoch == 1:
        raise ValueError(text) from None
    text += f" Training stopped; the network is that of epoch {epoch - 1}."
    warnings.warn(text, ConvergenceWarning, stacklevel=6)


def _on_interrupt(run):
    """Warn that training has stopped."""
    text = (
        "Training was interrupted; the network is that of epoch "
        f"{len(run.history['loss'])}."
    )
    warnings.warn(text, UserWarning, stacklevel=6)


def _print_epoch(history, max_iter):
    """Print one line on the last epoch."""
    last = {name: values[-1] for name, values in history.items()}
    line = f"Epoch {len(history['loss'])}/{max_iter}: loss {last['loss']:.6f}"
    if not np.isnan(last["val_score"]):
        line += f", validation loss {last['val_loss']:.6f}"
        line += f", validation score {last['val_score']:.4f}"
    print(f"{line}, learning rate {last['learning_rate']:g}, {last['seconds']:.2f} s")


def _warn_unless_learned(estimator, run, end):
    """Warn of a learning rate that kept fit from learning, or of too few epochs."""
    diagnosis = diagnose(run)
    rate = estimator.learning_rate_init
    nothing = (
        "The network has learned nothing: its training cost "
        f"{run.history['loss'][-1]:.4g} is no better than that of always giving the "
        "same answer. "
    )
    if diagnosis == "too high":
        text = (
            f"{nothing}The learning rate is too high (learning_rate_init={rate:g}) and "
            "has driven the neurons to where they no longer respond: try "
            f"{rate / 10:g}, and {_SCALE}."
        )
    elif diagnosis == "too low":
        text = (
            "The network has hardly changed: the learning rate is too low "
            f"(learning_rate_init={rate:g}). Try {rate * 10:g}."
        )
    elif diagnosis == "nothing learned":
        text = (
            f"{nothing}If the features tell the classes apart, try {_SCALE}, or "
            f"another learning rate (learning_rate_init={rate:g})."
        )
    elif end == "max_iter" and np.isfinite(estimator.n_iter_no_change):
        text = (
            f"Training stopped after max_iter={estimator.max_iter} epochs, before "
            f"it converged to tol={estimator.tol:g}. Raise max_iter, or set "
            "n_iter_no_change=numpy.inf if this many epochs are what you want."
        )
    else:
        return
    warnings.warn(text, ConvergenceWarning, stacklevel=5)
