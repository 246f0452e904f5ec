"""The book's way to a learning rate: the largest at which the loss falls at once."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from numbers import Integral, Real
from typing import Any

import numpy as np
from joblib import Parallel, delayed, effective_n_jobs
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.pipeline import Pipeline
from sklearn.utils import check_random_state, gen_batches

from sknnadl._sklearn import MatrixLike, VectorLike
from sknnadl.estimators.base import BaseNetwork
from sknnadl.training.recipe import FULL_BATCH
from sknnadl.tuning.learning_rate_range import LearningRateRange

#: How many powers of ten away from the start rates are tried.
_DECADES = 6
#: The rates between two powers of ten, as people write them.
_BETWEEN = (2, 5)
#: A rate at which no weight changes.
_NO_RATE = 1e-30
#: What an estimator is set to while its rates are tried: the same rate all the time.
_PLAIN = {
    "learning_rate": "constant",
    "warmup_epochs": 0,
    "early_stopping": False,
    "scoring": None,
    "n_iter_no_change": np.inf,
    "gradient_norms": False,
    "warm_start": False,
    "verbose": 0,
}


def learning_rate_range_test(
    estimator: Any,
    X: MatrixLike,
    y: VectorLike | None = None,
    *,
    start: float = 0.01,
    n_epochs: int = 3,
    n_jobs: int | None = None,
    verbose: int = 0,
) -> LearningRateRange:
    """Find the threshold of the learning rate, above which training oscillates.

    The procedure of the book [1]_: from ``start`` on the rate rises by factors of ten
    while the training loss falls in each of the first epochs, or is lowered until it
    does; then twice and five times the last good rate are tried. The threshold is the
    largest rate at which the loss falls. For a whole training the book recommends
    about half of it; where a lower rate has come further in these epochs, that is
    recommended.

    All rates begin with the same weights and stay constant. Those of ``"cosine"`` and
    ``"one_cycle"`` are lower most of the time, and so bear more than half.

    See :doc:`/mnist`.

    Parameters
    ----------
    estimator : object
        An estimator of this package that trains a network, or a ``Pipeline`` that ends
        in one. It is cloned, and left as it is.
    X : {array-like, sparse matrix} of shape (n_samples, n_features)
        The training rows, as ``fit`` takes them. A part of them says enough.
    y : array-like of shape (n_samples,) or (n_samples, n_outputs), default=None
        The targets.
    start : float, default=0.01
        The first rate.
    n_epochs : int, default=3
        In how many epochs the loss has to fall.
    n_jobs : int, default=None
        How many rates are tried at a time, by joblib; None is one, -1 one on each
        core. The result does not depend on it.
    verbose : int, default=0
        Whether to print a line a rate.

    Returns
    -------
    found : LearningRateRange
        The rates, their losses and the threshold.

    Raises
    ------
    TypeError
        If the estimator trains no network.
    ValueError
        If there is no threshold within six powers of ten of ``start``, or the solver
        has no learning rate.

    See Also
    --------
    sknnadl.inspection.LearningRateRangeDisplay : The losses as curves.

    References
    ----------
    .. [1] Nielsen, M. A. (2015). Neural Networks and Deep Learning, chapter 3, "How to
       choose a neural network's hyper-parameters?". Determination Press.

    Examples
    --------
    >>> from sknnadl import MLPClassifier
    >>> from sknnadl.datasets import load_digits_images
    >>> from sknnadl.model_selection import learning_rate_range_test
    >>> data = load_digits_images()
    >>> mlp = MLPClassifier((30,), random_state=0)
    >>> found = learning_rate_range_test(mlp, data.X_train, data.y_train)
    >>> found.threshold, found.recommended
    (1.0, 0.5)
    """
    _check(start, n_epochs)
    network, X = _prepare(estimator, X, y)
    network.set_params(**_PLAIN, max_iter=int(n_epochs))
    # What is wrong with the data or the arguments is told here.
    before = clone(network).set_params(learning_rate_init=_NO_RATE, max_iter=1)
    losses_before = _fit(before, X, y).history_["train_loss"]
    tried: dict[float, list[float]] = {}
    n_at_once = effective_n_jobs(n_jobs)
    # Threads that end one after the other put back what was set here.
    with _quietly(), Parallel(n_jobs=n_jobs) as parallel:

        def walk(rates: list[float]) -> Iterator[tuple[float, bool]]:
            """Try rates in turn, some at once; what nobody asks for is not noted."""
            for batch in gen_batches(len(rates), n_at_once):
                some = rates[batch]
                measured = parallel(delayed(_measure)(network, r, X, y) for r in some)
                for rate, losses in zip(some, measured, strict=True):
                    tried[rate] = losses_before + losses
                    falls = _falls(tried[rate])
                    if verbose:
                        _print(rate, tried[rate], falls)
                    yield rate, falls

        threshold = _find_highest(walk, float(start))
    rates = sorted(tried)
    losses = np.array([tried[rate] for rate in rates])
    falls = np.array([_falls(tried[rate]) for rate in rates])
    return LearningRateRange(np.array(rates), losses, falls, threshold)


def _check(start: float, n_epochs: int) -> None:
    """Refuse arguments that are not what they have to be."""
    if not isinstance(start, Real) or not 0 < start < np.inf:
        raise ValueError(f"start must be a positive number, got {start!r}.")
    if not isinstance(n_epochs, Integral) or n_epochs < 1:
        raise ValueError(
            f"n_epochs must be an integer of at least 1, got {n_epochs!r}."
        )


def _prepare(estimator: Any, X: Any, y: Any) -> tuple[Any, Any]:
    """Return an unfitted network, and the rows as it is to see them.

    Rates are compared from the same weights, so it has a seed.
    """
    network = clone(estimator)
    while isinstance(network, Pipeline):
        before, network = network[:-1], network.steps[-1][1]
        if len(before):
            X = before.fit_transform(X, y)
    if not isinstance(network, BaseNetwork):
        raise TypeError(
            "estimator must be a network of sknnadl, alone or as the last step of a "
            f"Pipeline, got {type(network).__name__}."
        )
    if network.solver == FULL_BATCH:
        raise ValueError(
            f"solver={FULL_BATCH!r} has no learning rate: its line search finds the "
            "length of each step."
        )
    network.set_callbacks()
    if not isinstance(network.random_state, Integral):
        seed = check_random_state(network.random_state).randint(2**31 - 1)
        network.set_params(random_state=seed)
    return network, X


@contextmanager
def _quietly() -> Iterator[None]:
    """Say nothing of rates at which nothing is learned."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        yield


def _fit(network: Any, X: Any, y: Any) -> Any:
    """Fit a network that watches its training rows after each epoch."""
    with _quietly():
        return network.fit(X, y, eval_sets={"train": (X, y)})


def _measure(network: Any, rate: float, X: Any, y: Any) -> list[float]:
    """Return the loss after each epoch at a rate, infinite where it has exploded."""
    network = clone(network).set_params(learning_rate_init=rate)
    try:
        losses: list[float] = _fit(network, X, y).history_["train_loss"]
    except ValueError:  # the cost exploded: all else was refused before
        losses = []
    return losses + [np.inf] * (network.max_iter - len(losses))


def _falls(losses: list[float]) -> bool:
    """Return whether each loss is below the one before."""
    return all(after < before for before, after in pairwise(losses))


def _print(rate: float, losses: list[float], falls: bool) -> None:
    """Print one line on a rate."""
    text = ", ".join(f"{loss:.4g}" for loss in losses)
    print(f"learning_rate_init={rate:g}: loss {text} ({'falls' if falls else 'no'})")


def _find_highest(
    walk: Callable[[list[float]], Iterator[tuple[float, bool]]], start: float
) -> float:
    """Return the highest rate at which the loss falls, below the first where not."""
    powers = range(_DECADES + 1)
    up, down = ([_tidy(start * 10.0 ** (s * p)) for p in powers] for s in (1, -1))
    highest = None
    for rate, falls in walk(up):
        if not falls:
            break
        highest = rate
    else:
        raise ValueError(
            f"The loss falls at every learning rate from {up[0]:g} to {up[-1]:g}, so "
            "there is no threshold: try more epochs, or a higher start."
        )
    if highest is None:
        highest = next((rate for rate, falls in walk(down[1:]) if falls), None)
    if highest is None:
        raise ValueError(
            f"The loss falls at no learning rate from {down[-1]:g} to {up[0]:g}. If "
            "the features say anything of the targets, try features of similar scale, "
            "as StandardScaler makes them of rows, or pixels from 0 to 1."
        )
    for rate, falls in list(walk([_tidy(highest * factor) for factor in _BETWEEN])):
        if not falls:
            break
        highest = rate
    return highest


def _tidy(rate: float) -> float:
    """Return a rate without what rounding has added to it."""
    return float(f"{rate:.12g}")
