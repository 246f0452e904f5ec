"""When to stop: a watched value that no longer falls."""

from __future__ import annotations

import math


class Plateau:
    """Watch a value that should fall, and tell when it no longer does.

    Parameters
    ----------
    tol : float
        By how much a value must be below the best one to count as an improvement.
    patience : float
        After how many epochs in a row without an improvement a plateau is reached;
        infinity for never.

    Attributes
    ----------
    best : float
        The smallest value so far.
    n_stale : int
        The number of epochs since the last improvement.
    """

    def __init__(self, tol: float, patience: float) -> None:
        self.tol = tol
        self.patience = patience
        self.best = math.inf
        self.n_stale = 0

    def update(self, value: float) -> bool:
        """Take an epoch's value; return whether a plateau is reached."""
        self.n_stale = 0 if value < self.best - self.tol else self.n_stale + 1
        self.best = min(self.best, value)
        return self.n_stale >= self.patience
