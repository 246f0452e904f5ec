"""Whether probabilities are what they say: the calibration curve and its error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sknnadl.comparison.findings.results import ModelResult
from sknnadl.comparison.measuring.class_scores import NoCurveError
from sknnadl.comparison.measuring.splits import Samples

#: Into how many bins of equal width probabilities are divided.
N_BINS = 10

_Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Reliability:
    """A calibration curve: a point for each bin of probabilities that has rows.

    Parameters
    ----------
    said : ndarray of shape (n_bins,)
        The mean probability of a bin's rows.
    found : ndarray of shape (n_bins,)
        The share of them that are as the classifier says.
    shares : ndarray of shape (n_bins,)
        The share of all rows that a bin has.
    error : float
        The expected calibration error: the mean over the rows of how far the two
        above are apart.
    probabilities : ndarray of shape (n,)
        The probabilities of all rows.
    """

    said: _Numbers
    found: _Numbers
    shares: _Numbers
    error: float
    probabilities: _Numbers


def find_reliability(result: ModelResult, samples: Sequence[Samples]) -> Reliability:
    """Return the calibration curve of a classifier, over the rows of all splits.

    Of two classes it is that of the probability of the second, as in
    `sklearn.calibration.calibration_curve`; of more that of the largest probability,
    and whether it is that of the right class [1]_. The expected error is that of [2]_.

    Parameters
    ----------
    result : ModelResult
        What was measured of the classifier.
    samples : list of Samples
        The test rows of each split.

    Returns
    -------
    reliability : Reliability
        The curve.

    Raises
    ------
    ValueError
        If its probabilities were not kept, or it has none.

    References
    ----------
    .. [1] Guo, C., Pleiss, G., Sun, Y. and Weinberger, K. Q. (2017). On calibration of
       modern neural networks. International Conference on Machine Learning.
    .. [2] Naeini, M. P., Cooper, G. F. and Hauskrecht, M. (2015). Obtaining well
       calibrated probabilities using Bayesian binning. AAAI Conference on Artificial
       Intelligence.
    """
    for kept in result.class_scores:
        why = kept.why_none
        if why is None and not kept.are_probabilities:
            why = "it has no predict_proba"
        elif why is None and not (0 <= kept.values.min() <= kept.values.max() <= 1):
            why = "its probabilities are not from 0 to 1"
        if why:
            raise NoCurveError(result.name, "calibration curve", why)
    said, right, weights = [], [], []
    for kept, test in zip(result.class_scores, samples, strict=True):
        targets = np.asarray(test.y)
        if len(kept.classes) == 2:
            said.append(kept.values[:, 1])
            right.append(targets == kept.classes[1])
        else:
            said.append(kept.values.max(axis=1))
            chosen = np.asarray(kept.classes)[kept.values.argmax(axis=1)]
            right.append(targets == chosen)
        equal = np.ones(len(targets))
        weights.append(equal if test.weights is None else np.asarray(test.weights))
    return _bin(np.concatenate(said), np.concatenate(right), np.concatenate(weights))


def _bin(said: _Numbers, right: NDArray[np.bool_], weights: _Numbers) -> Reliability:
    edges = np.linspace(0, 1, N_BINS + 1)
    numbers = np.searchsorted(edges[1:-1], said)

    def add(values: _Numbers) -> _Numbers:
        return np.bincount(numbers, weights=values, minlength=N_BINS).astype(float)

    total = add(weights)
    used = total > 0
    mean_said = add(weights * said)[used] / total[used]
    mean_found = add(weights * right)[used] / total[used]
    shares = total[used] / total.sum()
    error = float(np.sum(shares * abs(mean_said - mean_found)))
    return Reliability(mean_said, mean_found, shares, error, said)
