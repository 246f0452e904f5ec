"""Learning-rate schedules: the rate at each mini-batch.

Time is counted in epochs since training began: 2.5 is half-way through the third.
"""

from __future__ import annotations

import math

#: Warm-up starts at this part of the rate.
_COLD = 0.01
#: The cycle of `OneCycle`: which part of it rises, and from and to which parts of the
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

    def __init__(self, initial: float, warmup: float = 0) -> None:
        self.initial = initial
        self.warmup = warmup
        self.factor = 1.0

    start: int = 0

    def begin(self, epoch: int) -> None:
        """Take notice that training goes on from an epoch."""

    def rate(self, time: float) -> float:
        """Return the rate at a time."""
        rate = self.initial * self.factor * self.shape(time)
        if time < self.warmup:
            rate *= _COLD + (1 - _COLD) * time / self.warmup
        return rate

    def shape(self, time: float) -> float:
        """Return the part of the initial rate at a time, without plateaus."""
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

    def __init__(self, initial: float, warmup: float, power: float) -> None:
        super().__init__(initial, warmup)
        self.power = power

    def shape(self, time: float) -> float:
        """Return the part of the initial rate at a time."""
        shape: float = float(1 + math.floor(time)) ** -self.power
        return shape


class Adaptive(Schedule):
    """Halve the rate at each plateau; stop when it is at 1/128 of the start.

    An exercise of the book (Nielsen 2015, chapter 3, "Learning rate").
    """

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

    def __init__(self, initial: float, warmup: float, cycle: float) -> None:
        super().__init__(initial, warmup)
        self.cycle = cycle

    def shape(self, time: float) -> float:
        """Return the part of the initial rate at a time."""
        return _half_cosine(1, 0, self.part(time))

    def begin(self, epoch: int) -> None:
        """Begin a cycle with an epoch."""
        self.start = epoch

    def part(self, time: float) -> float:
        """Return which part of its cycle is over at a time."""
        return (time - self.start) % self.cycle / self.cycle


class OneCycle(Cosine):
    """Half a cosine up to the peak, another down to nearly nothing.

    The first 30 percent of a cycle rise from 1/25 of the peak, the rest falls to
    1/250,000 of it (Smith and Topin 2018).
    """

    def shape(self, time: float) -> float:
        """Return the part of the peak at a time."""
        part = self.part(time)
        if part < _RISE:
            return _half_cosine(_FIRST, 1, part / _RISE)
        return _half_cosine(1, _LAST, (part - _RISE) / (1 - _RISE))


def _half_cosine(first: float, last: float, part: float) -> float:
    """Return the value at a part of the way from first to last."""
    return last + (first - last) * 0.5 * (1 + math.cos(math.pi * part))
