"""What a test of two models finds."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PairedDifference:
    """The difference of two models, and what chance has to do with it.

    Parameters
    ----------
    difference : float
        The score of the first model less that of the second.
    low, high : float
        The bounds of the interval for the difference.
    p_value : float
        How often a difference at least as large would be seen between models that are
        equally good, from 0 to 1.

    Examples
    --------
    >>> from sknnadl.significance import PairedDifference
    >>> PairedDifference(difference=0.02, low=-0.01, high=0.05, p_value=0.2)
    PairedDifference(difference=0.02, low=-0.01, high=0.05, p_value=0.2)
    """

    difference: float
    low: float
    high: float
    p_value: float
