"""The parts of a training run that an estimator's arguments stand for.

A new solver, schedule or penalty is a line in one of the tables, beside its class.
"""

import numpy as np

from sknnadl.training.adaptive_optimizers import Adadelta, Adagrad, Adam, AdamW, RMSprop
from sknnadl.training.optimizers import SGD, Momentum
from sknnadl.training.penalties import L1, L2, ElasticNet
from sknnadl.training.schedules import (
    Adaptive,
    Cosine,
    InverseScaling,
    OneCycle,
    Schedule,
)
from sknnadl.training.step import Step
from sknnadl.training.stopping import Plateau

#: The solver that is no optimizer of mini-batches.
FULL_BATCH = "lbfgs"

#: For each solver its optimizer, given the estimator, the parameters and how many of
#: these are weights. Numbers are Python's own: those of NumPy, which a grid may bring,
#: would make it compute in another precision than the network's.
OPTIMIZERS = {
    "sgd": lambda e, w, n: (
        Momentum(w, float(e.momentum), e.nesterovs_momentum) if e.momentum else SGD(w)
    ),
    "adam": lambda e, w, n: Adam(w, float(e.beta_1), float(e.beta_2), _epsilon(e)),
    "adamw": lambda e, w, n: AdamW(
        w,
        float(e.beta_1),
        float(e.beta_2),
        _epsilon(e),
        decay=float(e.alpha) if e.penalty else 0.0,
        n_weights=n,
    ),
    "rmsprop": lambda e, w, n: RMSprop(w, float(e.rho), _epsilon(e)),
    "adagrad": lambda e, w, n: Adagrad(w, _epsilon(e)),
    "adadelta": lambda e, w, n: Adadelta(w, float(e.rho), _epsilon(e)),
    FULL_BATCH: lambda e, w, n: SGD(w),  # which is never asked for a step
}
#: What ``learning_rate_init="auto"`` stands for; an estimator knows that of "sgd".
_RATES = {
    "adam": 0.001,
    "adamw": 0.001,
    "rmsprop": 0.001,
    "adagrad": 0.01,
    "adadelta": 1.0,
    FULL_BATCH: np.nan,
}
SCHEDULES = {
    "constant": lambda e, rate: Schedule(rate, e.warmup_epochs),
    "invscaling": lambda e, rate: InverseScaling(rate, e.warmup_epochs, e.power_t),
    "adaptive": lambda e, rate: Adaptive(rate, e.warmup_epochs),
    "cosine": lambda e, rate: Cosine(rate, e.warmup_epochs, e.max_iter),
    "one_cycle": lambda e, rate: OneCycle(rate, e.warmup_epochs, e.max_iter),
}
#: Those whose end is planned.
CYCLES = ("cosine", "one_cycle")
PENALTIES = {
    "l1": lambda e: L1(float(e.alpha)),
    "l2": lambda e: L2(float(e.alpha)),
    "elasticnet": lambda e: ElasticNet(float(e.alpha), float(e.l1_ratio)),
}


def _epsilon(estimator):
    return None if estimator.epsilon is None else float(estimator.epsilon)


def initial_rate(estimator):
    """Return the learning rate that the schedule starts from."""
    if estimator.learning_rate_init != "auto":
        return float(estimator.learning_rate_init)
    if estimator.solver == "sgd":
        return estimator._sgd_rate * (1 - float(estimator.momentum))
    return _RATES[estimator.solver]


def make_schedule(estimator):
    """Return the learning-rate schedule."""
    rate = initial_rate(estimator)
    if estimator.solver == FULL_BATCH:
        return Schedule(rate)
    return SCHEDULES[estimator.learning_rate](estimator, rate)


def make_step(estimator, network):
    """Return what changes the parameters of a network, given its gradient."""
    is_decoupled = estimator.solver == "adamw"
    if is_decoupled and estimator.penalty not in ("l2", None):
        raise ValueError(
            "solver='adamw' decays the weights itself, which takes the place of "
            f"penalty='l2', got penalty={estimator.penalty!r}: use solver='adam', or "
            "penalty='l2' or None."
        )
    if estimator.penalty is None or is_decoupled:
        penalty = L2(0.0)
    else:
        penalty = PENALTIES[estimator.penalty](estimator)
    parameters = network.parameters[: network.n_trained]
    make_optimizer = OPTIMIZERS[estimator.solver]
    return Step(
        network,
        make_optimizer(estimator, parameters, network.n_weights),
        penalty,
        None if estimator.clip_norm is None else float(estimator.clip_norm),
        None if estimator.max_norm is None else float(estimator.max_norm),
    )


def make_plateau(estimator, watched):
    """Return what says that there is no more progress."""
    # L-BFGS knows by itself when its cost no longer falls, and a cycle of learning
    # rates is one whole, in which the cost may rise.
    is_planned = estimator.solver == FULL_BATCH or estimator.learning_rate in CYCLES
    never = is_planned and watched == "loss"
    return Plateau(estimator.tol, np.inf if never else estimator.n_iter_no_change)


def check_full_batch(estimator, network, augmentations):
    """Refuse what L-BFGS cannot do."""
    if estimator.solver != FULL_BATCH:
        return
    wrong = [
        name
        for name, is_used in (
            ("dropout", network.stochastic),
            ("batch normalization", network.n_trained < network.parameters.size),
            ("augmentation", bool(augmentations)),
            ("max_norm", estimator.max_norm is not None),
            ("clip_norm", estimator.clip_norm is not None),
        )
        if is_used
    ]
    if wrong:
        raise ValueError(
            "solver='lbfgs' minimizes one fixed cost over all rows, which leaves no "
            f"room for {' and '.join(wrong)}: leave that out, or use another solver."
        )
