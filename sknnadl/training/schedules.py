"""Learning-rate schedules: the rate of each epoch."""

from __future__ import annotations


class Schedule:
    """The constant rate, and what the other schedules share.

    Parameters
    ----------
    initial : float
        The rate of the first epoch.

    Attributes
    ----------
    factor : float
        What plateaus have multiplied the rate by so far.
    """

    def __init__(self, initial: float) -> None:
        self.initial = initial
        self.factor = 1.0

    def rate(self, epoch: int) -> float:
        """Return the rate of an epoch, counted from 0."""
        return self.initial * self.factor

    def on_plateau(self) -> bool:
        """Take notice that progress has stopped; return whether to go on."""
        return False


class InverseScaling(Schedule):
    """``initial / (1 + epoch)**power``.

    Parameters
    ----------
    initial : float
        The rate of the first epoch.
    power : float
        The exponent.
    """

    def __init__(self, initial: float, power: float) -> None:
        super().__init__(initial)
        self.power = power

    def rate(self, epoch: int) -> float:
        """Return the rate of an epoch, counted from 0."""
        scale: float = float(1 + epoch) ** -self.power
        return self.initial * self.factor * scale


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
