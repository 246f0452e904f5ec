"""The constructor's arguments that the estimators share, each written once.

The constructors are those of dataclasses, whose arguments are those of their bases, the
last base first. scikit-learn sees ordinary constructors, with every argument by name.
"""

from collections.abc import Callable
from dataclasses import dataclass
from numbers import Integral, Real
from typing import ClassVar

import numpy as np

from sknnadl._sklearn import Interval, Options, StrOptions
from sknnadl.training.recipe import OPTIMIZERS, PENALTIES, SCHEDULES

_COUNT = Interval(Integral, 1, None, closed="left")
_POSITIVE = Interval(Real, 0, None, closed="neither")
_NOT_NEGATIVE = Interval(Real, 0, None, closed="left")
_BELOW_ONE = Interval(Real, 0, 1, closed="left")

#: Makes the constructor of an estimator, or of a part of one. What is given is kept as
#: it is: arguments are checked in `fit`.
arguments = dataclass(eq=False, repr=False, kw_only=True)


@arguments
class TrainingArguments:
    """How a network is trained."""

    solver: str = "sgd"
    learning_rate: str = "constant"
    learning_rate_init: float | str = "auto"
    power_t: float = 0.5
    warmup_epochs: float = 0
    momentum: float = 0.0
    nesterovs_momentum: bool = True
    beta_1: float = 0.9
    beta_2: float = 0.999
    rho: float = 0.9
    epsilon: float | None = None
    penalty: str | None = "l2"
    alpha: float = 1e-4
    l1_ratio: float = 0.5
    max_norm: float | None = None
    clip_norm: float | None = None
    batch_size: int = 32
    max_iter: int = 200
    shuffle: bool = True
    tol: float = 1e-4
    n_iter_no_change: float = 10
    early_stopping: bool = False
    validation_fraction: float | None = 0.1
    scoring: str | Callable | None = None
    gradient_norms: bool = False
    warm_start: bool = False
    dtype: str = "auto"
    n_jobs: int | None = None
    verbose: bool | int = False
    random_state: int | np.random.RandomState | None = None

    _parameter_constraints: ClassVar[dict] = {
        "solver": [StrOptions(set(OPTIMIZERS))],
        "learning_rate": [StrOptions(set(SCHEDULES))],
        "learning_rate_init": [_POSITIVE, StrOptions({"auto"})],
        "power_t": [_NOT_NEGATIVE],
        "warmup_epochs": [_NOT_NEGATIVE],
        "momentum": [_BELOW_ONE],
        "nesterovs_momentum": ["boolean"],
        "beta_1": [_BELOW_ONE],
        "beta_2": [_BELOW_ONE],
        "rho": [_BELOW_ONE],
        "epsilon": [Interval(Real, 1e-30, None, closed="left"), None],
        "penalty": [StrOptions(set(PENALTIES)), None],
        "alpha": [_NOT_NEGATIVE],
        "l1_ratio": [Interval(Real, 0, 1, closed="both")],
        "max_norm": [_POSITIVE, None],
        "clip_norm": [_POSITIVE, None],
        "batch_size": [_COUNT],
        "max_iter": [_COUNT],
        "shuffle": ["boolean"],
        "tol": [_NOT_NEGATIVE],
        "n_iter_no_change": [_COUNT, Options(Real, {np.inf})],
        "early_stopping": ["boolean"],
        "validation_fraction": [Interval(Real, 0, 1, closed="neither"), None],
        "scoring": [str, callable, None],
        "gradient_norms": ["boolean"],
        "warm_start": ["boolean"],
        "dtype": [StrOptions({"auto", "float32", "float64"})],
        "n_jobs": [Integral, None],
        "verbose": ["verbose"],
        "random_state": ["random_state"],
    }
