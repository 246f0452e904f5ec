"""The constructor's arguments that the estimators share, each written once.

The constructors are those of dataclasses, whose arguments are those of their bases, the
last base first. scikit-learn sees ordinary constructors, with every argument by name.
"""

from dataclasses import dataclass
from numbers import Integral, Real
from typing import ClassVar

import numpy as np

from sknnadl._sklearn import Interval, Options, StrOptions
from sknnadl.network.losses import LOSSES
from sknnadl.training.penalties import PENALTIES

#: Makes the constructor of an estimator, or of a part of one. What is given is kept as
#: it is: arguments are checked in `fit`.
arguments = dataclass(eq=False, repr=False, kw_only=True)


@arguments
class TrainingArguments:
    """How a network is trained."""

    loss: str = "log_loss"
    solver: str = "sgd"
    penalty: str | None = "l2"
    alpha: float = 1e-4
    batch_size: int = 32
    learning_rate: str = "constant"
    learning_rate_init: float = 0.2
    power_t: float = 0.5
    momentum: float = 0.0
    nesterovs_momentum: bool = True
    max_iter: int = 200
    shuffle: bool = True
    tol: float = 1e-4
    n_iter_no_change: float = 10
    early_stopping: bool = False
    validation_fraction: float = 0.1
    warm_start: bool = False
    dtype: str = "auto"
    n_jobs: int | None = None
    verbose: bool | int = False
    random_state: int | np.random.RandomState | None = None

    _parameter_constraints: ClassVar[dict] = {
        "loss": [StrOptions(set(LOSSES))],
        "solver": [StrOptions({"sgd"})],
        "penalty": [StrOptions(set(PENALTIES)), None],
        "alpha": [Interval(Real, 0, None, closed="left")],
        "batch_size": [Interval(Integral, 1, None, closed="left")],
        "learning_rate": [StrOptions({"constant", "invscaling", "adaptive"})],
        "learning_rate_init": [Interval(Real, 0, None, closed="neither")],
        "power_t": [Interval(Real, 0, None, closed="left")],
        "momentum": [Interval(Real, 0, 1, closed="left")],
        "nesterovs_momentum": ["boolean"],
        "max_iter": [Interval(Integral, 1, None, closed="left")],
        "shuffle": ["boolean"],
        "tol": [Interval(Real, 0, None, closed="left")],
        "n_iter_no_change": [
            Interval(Integral, 1, None, closed="left"),
            Options(Real, {np.inf}),
        ],
        "early_stopping": ["boolean"],
        "validation_fraction": [Interval(Real, 0, 1, closed="neither")],
        "warm_start": ["boolean"],
        "dtype": [StrOptions({"auto", "float32", "float64"})],
        "n_jobs": [Integral, None],
        "verbose": ["verbose"],
        "random_state": ["random_state"],
    }
