"""From outputs of least squares to probabilities: one number, by the likelihood."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.special import softmax

from sknnadl.rbf.gaussian_units import Floats

#: Beyond these probabilities are alike, or 0 and 1. The lower is above 0, so that the
#: most probable class stays the one of the largest output.
_LEAST, _MOST = 0.01, 2.0**20


def find_inverse_temperature(
    outputs: Floats, own: npt.NDArray[np.intp], weights: Floats
) -> float:
    """Return the factor of outputs whose softmax is the likeliest.

    Parameters
    ----------
    outputs : ndarray of shape (n_samples, n_classes)
        Outputs for rows that the network was not trained on.
    own : ndarray of shape (n_samples,)
        The number of each row's class.
    weights : ndarray of shape (n_samples,)
        The weight of each row.

    Returns
    -------
    factor : float
        The most likely one if there were one row more, whose outputs are those of one
        class and which is of another: n rows of the right class do not say that the
        next is so for certain.
    """
    mistaken = np.where(np.arange(outputs.shape[1]) == 0, 1.0, -1.0)
    outputs = np.vstack([outputs, mistaken])
    own, weights = np.append(own, 1), np.append(weights, 1.0)
    own_outputs = outputs[np.arange(len(own)), own]

    def slope(factor: float) -> float:
        """Return the derivative of the negative log-likelihood, which only grows."""
        expected = np.sum(softmax(factor * outputs, axis=1) * outputs, axis=1)
        return float(weights @ (expected - own_outputs))

    high = 1.0
    while slope(high) < 0 and high < _MOST:
        high *= 2
    if slope(_LEAST) >= 0 or slope(high) <= 0:
        return _LEAST if slope(_LEAST) >= 0 else high
    return float(brentq(slope, _LEAST, high, xtol=1e-12))
