"""Whether an estimator predicts classes or numbers."""

from __future__ import annotations

from typing import Any

from sklearn.base import is_classifier, is_regressor


def predicts_classes(estimator: Any) -> bool:
    """Return whether an estimator is a classifier.

    A search that does not say what it is, is what it searches for.

    Parameters
    ----------
    estimator : estimator
        Any one.

    Returns
    -------
    is_one : bool
        Whether it predicts classes.
    """
    return bool(is_classifier(_says_what_it_is(estimator)))


def predicts_numbers(estimator: Any) -> bool:
    """Return whether an estimator is a regressor, as `predicts_classes` does."""
    return bool(is_regressor(_says_what_it_is(estimator)))


def _says_what_it_is(estimator: Any) -> Any:
    if is_classifier(estimator) or is_regressor(estimator):
        return estimator
    inside = getattr(estimator, "estimator", None)
    if inside is None or isinstance(inside, type) or not hasattr(estimator, "predict"):
        return estimator
    return _says_what_it_is(inside)
