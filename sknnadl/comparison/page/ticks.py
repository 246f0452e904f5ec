"""Round numbers along an axis."""

from __future__ import annotations

import math


def find_ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Return round numbers between the ends of an axis, in equal steps.

    Parameters
    ----------
    low, high : float
        The ends.
    most : int, default=6
        How many steps there may be.

    Returns
    -------
    ticks : list of float
        Multiples of 1, 2 or 5 times a power of ten; ``low`` alone where the ends are
        the same.
    """
    if not high > low:
        return [low]
    step = _find_step((high - low) / most)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [number * step for number in range(first, last + 1)]


def write_ticks(ticks: list[float], *, percent: bool = False) -> list[str]:
    """Return ticks as text, with as many decimals as tell them apart.

    Parameters
    ----------
    ticks : list of float
        What `find_ticks` returned.
    percent : bool, default=False
        Whether to write 0.5 as 50%.

    Returns
    -------
    texts : list of str
        A text for each.
    """
    factor, sign = (100, "%") if percent else (1, "")
    values = [factor * tick for tick in ticks]
    step = values[1] - values[0] if len(values) > 1 else abs(values[0]) / 1000 or 1
    largest = max(map(abs, values))
    if largest >= 1e6 or largest < 1e-3:
        digits = math.floor(math.log10(largest or 1)) - math.floor(math.log10(step))
        return [f"{value:.{max(3, digits + 1)}g}{sign}" for value in values]
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    return [f"{value:,.{decimals}f}{sign}" for value in values]


def _find_step(least: float) -> float:
    """Return the next round number that is no less."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(n * power for n in (1, 2, 5, 10) if n * power >= least * (1 - 1e-9))
