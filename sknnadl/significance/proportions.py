"""An accuracy on test rows, which is a proportion: its interval."""

from __future__ import annotations

import math

from scipy.special import ndtri


def wilson_interval(
    n_hits: int, n_trials: int, level: float = 0.95
) -> tuple[float, float]:
    """Return Wilson's score interval for a proportion.

    Parameters
    ----------
    n_hits : int
        The number of successes.
    n_trials : int
        The number of trials, at least 1.
    level : float, default=0.95
        The probability with which the interval covers the true proportion.

    Returns
    -------
    low, high : float
        The bounds, from 0 to 1.

    References
    ----------
    Wilson, E. B. (1927). Probable inference, the law of succession, and statistical
    inference. Journal of the American Statistical Association, 22(158), 209-212.

    Examples
    --------
    >>> from sknnadl.significance import wilson_interval
    >>> low, high = wilson_interval(90, 100)
    >>> round(low, 4), round(high, 4)
    (0.8256, 0.9448)
    """
    z = float(ndtri((1 + level) / 2))
    share = n_hits / n_trials
    scale = 1 + z**2 / n_trials
    centre = (share + z**2 / (2 * n_trials)) / scale
    spread = z * math.sqrt(share * (1 - share) / n_trials + z**2 / (4 * n_trials**2))
    # Where the proportion is 0 or 1 it is a bound, which rounding may miss.
    low, high = centre - spread / scale, centre + spread / scale
    return max(0.0, min(low, share)), min(1.0, max(high, share))
