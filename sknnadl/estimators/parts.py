"""The parts of a training run that an estimator's arguments stand for."""

from sknnadl.training.optimizers import SGD, Momentum
from sknnadl.training.penalties import PENALTIES
from sknnadl.training.schedules import Adaptive, InverseScaling, Schedule


def make_penalty(estimator):
    """Return the penalty; ``penalty=None`` is one of strength zero."""
    if estimator.penalty is None:
        return PENALTIES["l2"](0.0)
    return PENALTIES[estimator.penalty](estimator.alpha)


def make_optimizer(estimator, parameters):
    """Return the optimizer of a parameter vector."""
    if estimator.momentum == 0:
        return SGD(parameters)
    return Momentum(parameters, estimator.momentum, estimator.nesterovs_momentum)


def make_schedule(estimator):
    """Return the learning-rate schedule."""
    initial = estimator.learning_rate_init
    if estimator.learning_rate == "adaptive":
        return Adaptive(initial)
    if estimator.learning_rate == "invscaling":
        return InverseScaling(initial, estimator.power_t)
    return Schedule(initial)
