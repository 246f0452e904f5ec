"""Learning-rate schedules: the rate at each mini-batch; what is watched, when to stop.

Time is counted in epochs since training began: 2.5 is half-way through the third. A new
schedule is a class here and a line in `SCHEDULES`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Any, ClassVar

#: Warm-up starts at this share of the rate.
_COLD = 0.01
#: The cycle of `OneCycle`: which share of it rises, and from and to which shares of the
#: highest rate it goes (the usual choice, which is PyTorch's too).
_RISE, _FIRST, _LAST = 0.3, 1 / 25, 1 / 250_000


class Schedule:
    """The constant rate, and what the other schedules share.

    Parameters
    ----------
    initial : float
        The rate that the schedule starts from, or that of its peak.
    warmup : float, default=0
        Over how many epochs the rate rises to what the schedule says, in a straight
        line from a hundredth of it (Goyal et al. 2017).

    Attributes
    ----------
    factor : float
        What plateaus have multiplied the rate by so far.
    start : int
        The epoch in which the first cycle begins, where there are cycles.
    """

    #: Whether the rate has an end that is planned, which training goes on to.
    is_planned: ClassVar[bool] = False
    #: Whether it is for the solver ``"sgd"`` alone.
    for_descent: ClassVar[bool] = False
    #: What users call the initial rate.
    initial_name: ClassVar[str] = "learning_rate_init"

    start: int = 0

    def __init__(self, initial: float, warmup: float = 0) -> None:
        self.initial = initial
        self.warmup = warmup
        self.factor = 1.0

    @classmethod
    def from_arguments(cls, arguments: Any, rate: float) -> Schedule:
        """Return the schedule that an estimator's arguments ask for."""
        return cls(rate, arguments.warmup_epochs)

    def begin(self, epoch: int) -> None:
        """Take notice that training goes on from an epoch."""

    def rate(self, time: float) -> float:
        """Return the rate at a time."""
        rate = self.full_rate(time)
        if time < self.warmup:
            rate *= _COLD + (1 - _COLD) * time / self.warmup
        return rate

    def full_rate(self, time: float) -> float:
        """Return the rate at a time, without warm-up."""
        return self.initial * self.factor * self.share(time)

    def share(self, time: float) -> float:
        """Return which share of the initial rate there is, without plateaus."""
        return 1.0

    def on_plateau(self) -> bool:
        """Take notice that progress has stopped; return whether to go on."""
        return False


class InverseScaling(Schedule):
    """``initial / (1 + epoch)**power``, with whole epochs.

    Parameters
    ----------
    initial : float
        The rate of the first epoch.
    warmup : float
        See `Schedule`.
    power : float
        The exponent.
    """

    for_descent = True

    def __init__(self, initial: float, warmup: float, power: float) -> None:
        super().__init__(initial, warmup)
        self.power = power

    @classmethod
    def from_arguments(cls, arguments: Any, rate: float) -> InverseScaling:
        """Return the schedule that an estimator's arguments ask for."""
        return cls(rate, arguments.warmup_epochs, arguments.power_t)

    def share(self, time: float) -> float:
        """Return which share of the initial rate there is."""
        shape: float = float(1 + math.floor(time)) ** -self.power
        return shape


class Adaptive(Schedule):
    """Halve the rate at each plateau; stop when it is at 1/128 of the start.

    An exercise of the book (Nielsen 2015, chapter 3, "Learning rate").
    """

    for_descent = True
    smallest_factor = 1 / 128

    def on_plateau(self) -> bool:
        """Halve the rate, unless it is the smallest already."""
        if self.factor <= self.smallest_factor:
            return False
        self.factor /= 2
        return True


class Cosine(Schedule):
    """Half a cosine from the initial rate to 0 over a cycle, then the next cycle.

    Loshchilov and Hutter (2017).

    Parameters
    ----------
    initial : float
        The rate at the start of a cycle.
    warmup : float
        See `Schedule`.
    cycle : float
        The length of a cycle, in epochs.
    """

    is_planned = True

    def __init__(self, initial: float, warmup: float, cycle: float) -> None:
        super().__init__(initial, warmup)
        self.cycle = cycle

    @classmethod
    def from_arguments(cls, arguments: Any, rate: float) -> Cosine:
        """Return the schedule that an estimator's arguments ask for."""
        return cls(rate, arguments.warmup_epochs, arguments.max_iter)

    def share(self, time: float) -> float:
        """Return which share of the initial rate there is."""
        return _half_cosine(1, 0, self.progress(time))

    def begin(self, epoch: int) -> None:
        """Begin a cycle with an epoch."""
        self.start = epoch

    def progress(self, time: float) -> float:
        """Return which share of its cycle is over at a time."""
        return (time - self.start) % self.cycle / self.cycle


class OneCycle(Cosine):
    """Half a cosine up to the peak, another down to nearly nothing.

    The first 30 percent of a cycle rise from 1/25 of the peak, the rest falls to
    1/250,000 of it (Smith and Topin 2018).
    """

    def share(self, time: float) -> float:
        """Return which share of the peak there is."""
        done = self.progress(time)
        if done < _RISE:
            return _half_cosine(_FIRST, 1, done / _RISE)
        return _half_cosine(1, _LAST, (done - _RISE) / (1 - _RISE))


class OwnSchedule(Schedule):
    """The rate that a user's function returns.

    Parameters
    ----------
    function : callable
        Returns the rate at a time.
    warmup : float, default=0
        See `Schedule`.

    Raises
    ------
    ValueError
        If what it returns is no finite number above 0, here and whenever it is asked.
    """

    initial_name = "learning_rate(0.0)"

    def __init__(self, function: Callable[[float], float], warmup: float = 0) -> None:
        self.function = function
        super().__init__(self.full_rate(0.0), warmup)

    @classmethod
    def from_arguments(cls, arguments: Any, rate: float) -> OwnSchedule:
        """Return the schedule that an estimator's arguments ask for."""
        return cls(arguments.learning_rate, arguments.warmup_epochs)

    def full_rate(self, time: float) -> float:
        """Return the rate at a time, without warm-up."""
        rate: Any = self.function(float(time))
        is_number = isinstance(rate, Real) and not isinstance(rate, bool)
        if not is_number or not 0 < float(rate) < math.inf:
            raise ValueError(
                "learning_rate must return a finite number above 0, the rate at a time "
                f"in epochs, got {rate!r} at {float(time):g}."
            )
        return float(rate)


def _half_cosine(first: float, last: float, share: float) -> float:
    """Return the value after a share of the way from first to last."""
    return last + (first - last) * 0.5 * (1 + math.cos(math.pi * share))


#: Every schedule by the name that ``learning_rate`` gives it.
SCHEDULES: dict[str, type[Schedule]] = {
    "constant": Schedule,
    "invscaling": InverseScaling,
    "adaptive": Adaptive,
    "cosine": Cosine,
    "one_cycle": OneCycle,
}


class Plateau:
    """Watch a value that should fall, and tell when it no longer does.

    Parameters
    ----------
    tol : float
        By how much a value must be below the best one to count as an improvement.
    patience : float
        After how many epochs in a row without an improvement a plateau is reached;
        infinity for never.

    Attributes
    ----------
    best : float
        The smallest value so far.
    n_stale : int
        The number of epochs since the last improvement.
    """

    def __init__(self, tol: float, patience: float) -> None:
        self.tol = tol
        self.patience = patience
        self.best = math.inf
        self.n_stale = 0

    def update(self, value: float) -> bool:
        """Take an epoch's value; return whether a plateau is reached."""
        self.n_stale = 0 if value < self.best - self.tol else self.n_stale + 1
        self.best = min(self.best, value)
        return self.n_stale >= self.patience


@dataclass(frozen=True)
class Watched:
    """What decides when to stop and, unless it is the training cost, the best epoch.

    Parameters
    ----------
    entry : {"loss", "val_loss", "val_score"}, default="loss"
        Which entry of the history it is: a loss, which should fall, or a score, which
        should rise.
    scoring : str, default=None
        What kind of score: two of a kind can be compared.
    rows : str, default=None
        The fingerprint of the rows to validate on: values of other rows cannot be
        compared with theirs.
    """

    entry: str = "loss"
    scoring: str | None = None
    rows: str | None = None

    @property
    def is_training_cost(self) -> bool:
        """Whether it is the training cost, of which the last epoch counts as best."""
        return self.entry == "loss"

    def cost(self, measured: Mapping[str, Any]) -> float:
        """Return the value of an epoch, as one that should fall."""
        value = float(measured[self.entry])
        return -value if self.entry == "val_score" else value


#: What is watched unless there is something to validate on.
TRAINING_COST = Watched()
