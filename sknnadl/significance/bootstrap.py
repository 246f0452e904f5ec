"""Any score on the same test rows: its bootstrap interval, and a test of two models."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri

from sknnadl.significance.level import check_level
from sknnadl.significance.paired_difference import PairedDifference

#: A function of the numbers of rows, from 0, that returns the score on them.
RowScore = Callable[[NDArray[np.intp]], float]

#: Into how many groups rows are put at most, each of which is left out once.
_MOST_GROUPS = 100


@dataclass(frozen=True)
class Resampled:
    """A score on test rows, and on others that are made of them.

    Those of two models that were resampled alike belong together draw by draw, and
    their difference is a `Resampled` too.

    Parameters
    ----------
    score : float
        The score on the rows as they are.
    draws : ndarray of shape (n_draws,)
        The scores on as many rows drawn from them with replacement.
    without : ndarray of shape (n_groups,)
        The scores on all rows but one, or but a group of them.

    Examples
    --------
    >>> import numpy as np
    >>> from sknnadl.significance import Resampled
    >>> one = Resampled(0.9, np.array([0.8, 0.9]), np.array([0.85, 0.95]))
    >>> (one - one).draws.tolist()
    [0.0, 0.0]
    """

    score: float
    draws: NDArray[np.float64]
    without: NDArray[np.float64]

    def __sub__(self, other: Resampled) -> Resampled:
        """Return what is left of one's scores without those of another."""
        return Resampled(
            self.score - other.score,
            self.draws - other.draws,
            self.without - other.without,
        )


def resample(
    score: RowScore,
    n_rows: int,
    *,
    classes: ArrayLike | None = None,
    n_draws: int = 1000,
    random_state: int = 0,
) -> Resampled:
    """Measure a score on rows that are drawn from the test rows.

    Parameters
    ----------
    score : callable
        Returns the score of some rows, given their numbers: an ndarray of int, in
        which a row may stand several times.
    n_rows : int
        How many rows there are.
    classes : array-like of shape (n_rows,), default=None
        The class of each row: each class is drawn from for itself, so that it has as
        many rows as before. By default all rows are drawn from at once.
    n_draws : int, default=1000
        How often rows are drawn.
    random_state : int, default=0
        What the draws follow from: models to compare need the same.

    Returns
    -------
    resampled : Resampled
        The scores; nan where one cannot be calculated, for lack of a class say.

    Examples
    --------
    >>> import numpy as np
    >>> from sknnadl.significance import bca_interval, resample
    >>> errors = np.array([0.1, 0.4, 0.2, 0.3, 0.9, 0.2, 0.1, 0.5])
    >>> resampled = resample(lambda rows: errors[rows].mean(), 8)
    >>> low, high = bca_interval(resampled)
    >>> bool(low < errors.mean() < high)
    True
    """
    rng = np.random.default_rng(random_state)
    labels = np.zeros(n_rows) if classes is None else np.asarray(classes)
    strata = [np.flatnonzero(labels == label) for label in np.unique(labels)]
    every = np.arange(n_rows)
    draws = [
        score(
            np.concatenate(
                [rows[rng.integers(len(rows), size=len(rows))] for rows in strata]
            )
        )
        for _ in range(n_draws)
    ]
    groups = np.array_split(rng.permutation(n_rows), min(n_rows, _MOST_GROUPS))
    without = [score(np.delete(every, group)) for group in groups]
    return Resampled(score(every), np.array(draws, float), np.array(without, float))


def bca_interval(resampled: Resampled, level: float = 0.95) -> tuple[float, float]:
    """Return the bootstrap interval, bias-corrected and accelerated.

    Parameters
    ----------
    resampled : Resampled
        The score and what was drawn, as from `resample`.
    level : float, default=0.95
        The probability with which the interval covers the true score.

    Returns
    -------
    low, high : float
        The bounds, which are no further out than the outermost draws; nan where all
        draws have one score, so that there is no spread to judge by.

    References
    ----------
    Efron, B. (1987). Better bootstrap confidence intervals. Journal of the American
    Statistical Association, 82(397), 171-185.

    Examples
    --------
    >>> import numpy as np
    >>> from sknnadl.significance import bca_interval, resample
    >>> right = np.arange(100) < 90
    >>> low, high = bca_interval(resample(lambda rows: right[rows].mean(), 100))
    >>> 0.80 < low < 0.84 and 0.93 < high < 0.96
    True
    """
    low, high = _interval(resampled, level)
    if math.isnan(low):
        return low, high
    lowest, highest = np.nanmin(resampled.draws), np.nanmax(resampled.draws)
    return max(low, float(lowest)), min(high, float(highest))


def _interval(resampled: Resampled, level: float) -> tuple[float, float]:
    """Return the interval, which may go beyond the draws."""
    check_level(level)
    draws = _Draws.of(resampled)
    if draws is None:
        return math.nan, math.nan
    bias, skew = draws.bias(resampled.score), _acceleration(resampled.without)
    z = bias + ndtri(np.array([(1 - level) / 2, (1 + level) / 2]))
    low, high = (draws.value(bias + _stretch(one, skew)) for one in z.tolist())
    return low, high


def bootstrap_test(a: Resampled, b: Resampled, level: float = 0.95) -> PairedDifference:
    """Compare two models by any score, on the same rows drawn alike.

    Parameters
    ----------
    a, b : Resampled
        What `resample` returned for each model, with the same rows, ``classes`` and
        ``random_state``.
    level : float, default=0.95
        The probability with which the interval covers the true difference.

    Returns
    -------
    found : PairedDifference
        The score of a less that of b, its interval as of `bca_interval`, and the
        p-value: one less the level at which that interval reaches 0. Beyond the
        outermost draws the tails are those of a normal distribution. Interval and
        p-value are nan where all draws have one difference.

    References
    ----------
    Efron, B. and Tibshirani, R. J. (1993). An introduction to the bootstrap. Chapman
    and Hall, chapters 14 and 15.

    Examples
    --------
    >>> import numpy as np
    >>> from sknnadl.significance import bootstrap_test, resample
    >>> errors = np.random.default_rng(0).random((2, 50)) + [[0.0], [0.5]]
    >>> a, b = (resample(lambda rows, e=e: -e[rows].mean(), 50) for e in errors)
    >>> bootstrap_test(a, b).p_value < 0.001
    True
    """
    difference = a - b
    low, high = _interval(difference, level)
    return PairedDifference(difference.score, low, high, _p_value(difference))


def _p_value(difference: Resampled) -> float:
    draws = _Draws.of(difference)
    if draws is None:
        return math.nan
    bias, skew = draws.bias(difference.score), _acceleration(difference.without)
    z = draws.z(0.0) - bias
    if 1 + skew * z <= 0:  # further out than any bound
        return 0.0
    return float(2 * ndtr(-abs(z / (1 + skew * z) - bias)))


def _stretch(z: float, skew: float) -> float:
    return z / (1 - skew * z) if skew * z < 1 else math.copysign(math.inf, z)


def _acceleration(without: NDArray[np.float64]) -> float:
    """Return how fast the standard error grows with the score."""
    sound = without[np.isfinite(without)]
    if len(sound) == 0:
        return 0.0
    steps = sound.mean() - sound
    scale = np.sum(steps**2) ** 1.5
    return float(np.sum(steps**3) / (6 * scale)) if scale > 0 else 0.0


@dataclass(frozen=True)
class _Draws:
    """The distribution of draws, by the quantiles of a normal one.

    Between two draws it is a line, so that each value has one quantile and each
    quantile one value, and an interval and its p-value cannot disagree.
    """

    values: NDArray[np.float64]
    quantiles: NDArray[np.float64]
    deviation: float

    @classmethod
    def of(cls, resampled: Resampled) -> _Draws | None:
        """Return the distribution, or None where there is no spread."""
        sound = resampled.draws[np.isfinite(resampled.draws)]
        if len(sound) < 2 or not math.isfinite(resampled.score):
            return None
        scale = max(abs(resampled.score), float(np.abs(sound).max()))
        values, counts = np.unique(sound, return_counts=True)
        if np.ptp(values) <= 1e-12 * scale:  # alike, but for rounding
            return None
        below = np.cumsum(counts) - counts / 2  # draws that are as large count by half
        return cls(values, ndtri(below / len(sound)), float(sound.std()))

    def z(self, value: float) -> float:
        """Return the quantile of a value."""
        values, quantiles = self.values, self.quantiles
        if value < values[0]:
            return float(quantiles[0] + (value - values[0]) / self.deviation)
        if value > values[-1]:
            return float(quantiles[-1] + (value - values[-1]) / self.deviation)
        return float(np.interp(value, values, quantiles))

    def value(self, z: float) -> float:
        """Return the value of a quantile."""
        values, quantiles = self.values, self.quantiles
        if z < quantiles[0]:
            return float(values[0] + (z - quantiles[0]) * self.deviation)
        if z > quantiles[-1]:
            return float(values[-1] + (z - quantiles[-1]) * self.deviation)
        return float(np.interp(z, quantiles, values))

    def bias(self, score: float) -> float:
        """Return how far the median of the draws is above the score."""
        return self.z(score)
