"""A fit: its start, or where it was left, and the loop over epochs with callbacks."""

from copy import deepcopy

import numpy as np
from sklearn.utils import check_random_state

from sknnadl.estimators.advice import (
    warn_of_divergence,
    warn_of_interrupt,
    warn_of_raw_pixels,
    warn_unless_learned,
)
from sknnadl.estimators.chosen_loss import check_chosen_loss
from sknnadl.estimators.monitors import make_monitors
from sknnadl.estimators.starting import (
    copy_layers,
    count_frozen,
    find_layers,
    has_own_start,
)
from sknnadl.estimators.threads import count_threads
from sknnadl.estimators.validation import (
    check_can_be_scored,
    describe_network,
    find_validation_rows,
    make_validation,
)
from sknnadl.network.building import build_layers
from sknnadl.network.layers.dropout import Dropout
from sknnadl.network.network import Network
from sknnadl.training.augmentation import as_augmentations
from sknnadl.training.recipe import FULL_BATCH, make_run
from sknnadl.training.run import Diverged
from sknnadl.training.state import load_state, take_state


def start_run(
    estimator, X, y, sample_weight, validation, monitored=(None, None), is_fit=False
):
    """Check everything and return the run, at its start or where it was left.

    Parameters
    ----------
    estimator : BaseNetwork
        The estimator, which learns of the data what `fit` learns of their form.
    X, y, sample_weight
        What `fit` was given.
    validation : tuple of (X_val, y_val, sample_weight_val)
        The rows to validate on, or None for each.
    monitored : tuple of (eval_sets, X_eval), default=(None, None)
        The rows that only watch, or None for each.
    is_fit : bool, default=False
        Whether it is for `fit`, which may hold rows out for validation, and compares
        nothing with what was seen on other rows.

    Returns
    -------
    run : TrainingRun
        What trains.
    """
    goes_on = hasattr(estimator, "training_state_")
    weighting = getattr(estimator, "class_weight", None)
    scale = None  # of weights, which mean the same in calls of partial_fit
    if goes_on and not is_fit:
        scale = estimator.training_state_["weight_scale"]
    # Checks that overflow on the way say in words what is wrong.
    with np.errstate(all="ignore"):
        rows, n_outputs = estimator._make_rows(
            X, y, sample_weight, not goes_on, weighting, weight_scale=scale
        )
        loss = estimator._make_loss()
        check_chosen_loss(estimator, loss, rows)
    augmentations = _check_augmentations(estimator._augmentation(), rows.input_shape)
    network, seed, rng = _make_network(estimator, rows, n_outputs, goes_on)
    rows, validation_rows = find_validation_rows(
        estimator, rows, sample_weight, validation, seed, is_fit
    )
    n_threads = count_threads(estimator.n_jobs)
    watched, validate = make_validation(estimator, network, loss, validation_rows)
    given = network, loss, rows, seed, rng, augmentations, n_threads
    run = make_run(estimator, *given, watched, validate)
    if goes_on:
        load_state(
            run,
            estimator.training_state_,
            estimator.history_,
            estimator.parameters_,
            only_same_rows=is_fit,
        )
    if is_fit and has_own_start(estimator, network):
        run.start = network.parameters.copy()
    # Rows of a partial_fit need not be like those before; L-BFGS only goes down.
    run.may_explode = not is_fit or estimator.solver == FULL_BATCH
    if validation_rows is not None:
        remedy = "X_val and y_val with rows of each class, a larger validation_fraction"
        given = run.validate, run.history, validation_rows, "to validate on", remedy
        check_can_be_scored(estimator, *given)
    run.monitors = make_monitors(estimator, network, loss, rows, monitored, run.history)
    return run


def _make_network(estimator, rows, n_outputs, goes_on):
    """Return the network, at its start unless it goes on, a seed and its generator."""
    layers = [*estimator._hidden_layers(), estimator._output_layer(n_outputs)]
    taken = [] if goes_on else find_layers(estimator)
    n_taken = getattr(estimator, "n_init_layers_", 0) if goes_on else len(taken)
    n_frozen = 0
    if n_taken and not estimator.train_init_layers:
        n_frozen = count_frozen(layers, rows.input_shape, n_taken)
    network = Network(layers, rows.input_shape, rows.dtype, n_frozen=n_frozen)
    estimator._check_network(network)
    if goes_on:
        seed = estimator.training_state_["seed"]
        _check_same_shapes(estimator._network(), network)
        return network, seed, np.random.default_rng(seed)
    seed = int(check_random_state(estimator.random_state).randint(2**31 - 1))
    rng = np.random.default_rng(seed)
    network.initialize(rng)
    copy_layers(taken, network)
    estimator.n_init_layers_ = n_taken
    return network, seed, rng


def resume_run(estimator, X, y, sample_weight, validation, monitored):
    """Return the run of a fit that was left after an epoch, and the epochs to go.

    The arguments are those of `start_run`, of a fit.

    Raises
    ------
    ValueError
        If the data are other than those the fit began with.
    """
    given = X, y, sample_weight, validation, monitored
    run = start_run(estimator, *given, is_fit=True)
    state, now = estimator.training_state_, take_state(run)
    for entry, names in (
        ("rows", "X, y or sample_weight"),
        ("watched", "X_val, y_val or sample_weight_val"),
    ):
        if state[entry] != now[entry]:
            raise ValueError(
                f"{names} are other than those that the fit began with: give the same "
                "to go on with it, or start anew with fit."
            )
    run.n_before -= estimator.n_iter_
    run.n_good = state["n_good"]
    run.keep()
    is_over = state["is_over"]
    return run, 0 if is_over else run.max_epochs - estimator.n_iter_


def train(estimator, run, n_epochs, context, X, y, sample_weight, is_fit=False):
    """Train for some epochs and give the estimator what was learned.

    With a callback context the callbacks are told of each epoch. A `fit` that did not
    converge is warned of, and one that is interrupted keeps what it has.
    """
    if is_fit and not run.history["loss"]:
        warn_of_raw_pixels(run, stacklevel=6)
    metadata = None if sample_weight is None else {"sample_weight": sample_weight}
    told = {"estimator": estimator, "X": X, "y": y, "metadata": metadata}
    if context:
        context.call_on_fit_task_begin(**told)
    listeners = _make_listeners(estimator, run, n_epochs, context, told)
    try:
        with run.trainer:
            end = run.train(n_epochs, *listeners)
    except Diverged:
        warn_of_divergence(estimator, run, stacklevel=6)
        end = "divergence"
    except KeyboardInterrupt:
        if not (is_fit and run.history["loss"]):
            raise  # partial_fit leaves what was there, and so does a fit of no epoch
        warn_of_interrupt(run, stacklevel=6)
        end = "interrupt"
    if len(run.history["loss"]) > run.n_before:
        learned = learned_attributes(run)
        vars(estimator).update(learned)
    if is_fit and end in ("max_iter", "plateau", "max_fun", "stall"):
        warn_unless_learned(estimator, run, end, stacklevel=6)
    if context:
        context.call_on_fit_task_end(**told, reconstruction_attributes={})


def learned_attributes(run):
    """Return the fitted attributes, which share the run's memory."""
    return {
        **describe_network(run.trainer.network, run.trainer.loss),
        "parameters_": run.best_parameters,
        "history_": run.history,
        "n_iter_": len(run.history["loss"]) - run.n_before,
        "training_state_": take_state(run),
    }


def _make_listeners(estimator, run, n_epochs, context, told):
    """Return what is called before and after each epoch, if anybody listens."""
    has_callbacks = context and getattr(estimator, "_skl_callbacks", None)
    if not (has_callbacks or estimator.verbose):
        return ()
    own = context if has_callbacks else None
    teller = _Teller(estimator, run, n_epochs, own, told)
    return teller.begin, teller.end


class _Teller:
    """Tells callbacks, and whoever reads the output, of each epoch."""

    def __init__(self, estimator, run, n_epochs, context, told):
        self.estimator, self.run = estimator, run
        self.last = len(run.history["loss"]) + n_epochs
        self.told, self.context = told, context

    def begin(self):
        """Tell that an epoch begins, which is a task of the callbacks."""
        if self.context:
            self.task = self.context.subcontext(task_name="epoch")
            self.task.call_on_fit_task_begin(**self.told)

    def end(self):
        """Tell that it has ended; return whether a callback wants training to stop."""
        if self.estimator.verbose:
            _print_epoch(self.run.history, self.last, self.run.monitors)
        return bool(
            self.context
            and self.task.call_on_fit_task_end(
                **self.told, reconstruction_attributes=self._snapshot
            )
        )

    def _snapshot(self):
        """Return the fitted attributes that `fit` would leave now, to be kept."""
        return deepcopy(learned_attributes(self.run))


def _print_epoch(history, n_epochs, names):
    """Print one line on the last epoch, and on the sets of these names."""
    last = {name: values[-1] for name, values in history.items()}
    norms = last.get("gradient_norms")
    line = f"Epoch {len(history['loss'])}/{n_epochs}: loss {last['loss']:.6f}"
    if not np.isnan(last["val_score"]):
        line += f", validation loss {last['val_loss']:.6f}"
        line += f", validation score {last['val_score']:.4f}"
    for name in names:
        line += f", {name} loss {last[f'{name}_loss']:.6f}"
        line += f", {name} score {last[f'{name}_score']:.4f}"
    if not np.isnan(last["learning_rate"]):
        line += f", learning rate {last['learning_rate']:g}"
    if isinstance(norms, tuple):  # and not nan, for an epoch without
        line += f", gradient norms {' '.join(f'{norm:.3g}' for norm in norms)}"
    print(f"{line}, {last['seconds']:.2f} s")


def _check_augmentations(augmentation, input_shape):
    """Return how rows are changed, once it is known to suit them."""
    augmentations = as_augmentations(augmentation)
    for augmentation in augmentations:
        augmentation.check(input_shape)
    return augmentations


def _check_same_shapes(fitted, network):
    """Refuse to go on with a network of other layers than the fitted one."""
    old, new = (_shapes(n.specs, n.input_shape) for n in (fitted, network))
    if old != new:
        raise ValueError(
            "Training can only go on with the same kinds and sizes of layers. The "
            f"fitted network has {_describe(old)}; the parameters now ask for "
            f"{_describe(new)}. Set them back, or start anew with fit and "
            "warm_start=False."
        )


def _shapes(specs, input_shape):
    """Return the shapes of each layer's parameters and output, but for dropout's."""
    layers = build_layers(specs, input_shape, "float32")
    shapes = [("input", {}, input_shape)]
    shapes += [
        (type(spec).__name__, layer.parameters, layer.output_shape)
        for spec, layer in zip(specs, layers, strict=True)
        if not isinstance(spec, Dropout)
    ]
    return shapes


def _describe(shapes):
    """Return the shapes as a user would write them."""
    texts = []
    for name, parameters, output_shape in shapes:
        text = f"{name} {'x'.join(map(str, output_shape))}"
        if "weights" in parameters and len(parameters["weights"].shape) == 4:
            text += " of {}x{} kernels".format(*parameters["weights"].shape)
        texts.append(text)
    return ", ".join(texts)
