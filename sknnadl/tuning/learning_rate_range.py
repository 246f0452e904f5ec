"""What is found of the learning rates that were tried."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Losses = npt.NDArray[np.float64]


@dataclass(frozen=True)
class LearningRateRange:
    """What `learning_rate_range_test` has found.

    Attributes
    ----------
    rates : ndarray of shape (n_rates,)
        The rates that were tried, in ascending order.
    losses : ndarray of shape (n_rates, n_epochs + 1)
        The mean loss of the training rows, without penalty and dropout: in the first
        column before training, then after each epoch. It is infinite from the epoch on
        in which the cost has exploded.
    falls : ndarray of shape (n_rates,), of bool
        Whether the loss fell in each epoch.
    threshold : float
        The largest rate at which it did, below the first at which it did not.

    Examples
    --------
    >>> from sknnadl import MLPClassifier
    >>> from sknnadl.datasets import load_digits_images
    >>> from sknnadl.model_selection import learning_rate_range_test
    >>> data = load_digits_images()
    >>> mlp = MLPClassifier((30,), random_state=0)
    >>> found = learning_rate_range_test(mlp, data.X_train, data.y_train)
    >>> found.rates.tolist()
    [0.01, 0.1, 1.0, 2.0, 5.0, 10.0]
    >>> found.losses.shape
    (6, 4)
    >>> int(found.falls.sum())
    3
    """

    rates: Losses
    losses: Losses
    falls: npt.NDArray[np.bool_]
    threshold: float

    @property
    def recommended(self) -> float:
        """Half of the threshold, or the rate with the lowest last loss if that is less.

        Half of it is the book's advice for a training of many epochs.
        """
        return min(self.threshold / 2, float(self.rates[self.losses[:, -1].argmin()]))
