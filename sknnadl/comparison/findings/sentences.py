"""What is found of two models, in a sentence."""

from __future__ import annotations

import math

from sknnadl.significance import Equivalence, PairedDifference

#: A difference is told from chance where its corrected p-value is below this.
CHANCE = 0.05
#: Models are practically the same where that is more probable than this.
SURE = 0.95


def say_p(p_value: float) -> str:
    """Return a p-value in words.

    Parameters
    ----------
    p_value : float
        The p-value, from 0 to 1.

    Returns
    -------
    text : str
        With two digits, or that it is below 0.001.
    """
    return "p < 0.001" if p_value < 0.001 else f"p = {p_value:.2g}"


def say_difference(
    a: str,
    b: str,
    unit: str,
    test: PairedDifference,
    p_corrected: float,
    odds: Equivalence | None,
    rope: float | None,
) -> str:
    """Return a sentence on a pair of models.

    Parameters
    ----------
    a, b : str
        The names of the models, the better one first.
    unit : str
        What the difference is of: "points", of percent, or the name of a score.
    test : PairedDifference
        The difference, with its interval for all pairs together.
    p_corrected : float
        Its p-value, corrected for the number of pairs.
    odds : Equivalence or None
        How probable it is that the difference does not matter.
    rope : float or None
        The largest difference that does not matter.

    Returns
    -------
    text : str
        Which model is better, that they are practically the same, or that one cannot
        tell.
    """
    points = unit == "points"

    def write(value: float) -> str:
        return f"{100 * value:.2f}" if points else f"{value:.4f}"

    difference = f"+{write(test.difference)} " + (unit if points else f"of {unit}")
    if odds is not None and rope is not None and odds.equal > SURE:
        width = f"{100 * rope:g} points" if points else f"{rope:g}"
        chance = f"less than {width} with probability {odds.equal:.3f}"
        return f"{a} and {b} are practically the same: {difference}, {chance}."
    apart = f"{a} and {b} cannot be told apart on this data"
    if math.isnan(p_corrected):
        return f"{apart}: {difference}, no spread to judge by."
    ends = f"95% interval {write(test.low)} to {write(test.high)}"
    what = f"{a} beats {b}" if p_corrected < CHANCE else apart
    return f"{what}: {difference}, {ends}, {say_p(p_corrected)} after correction."
