"""Fitted attributes: taken back where a fit fails."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def kept_on_failure(estimator: Any) -> Iterator[None]:
    """Put an estimator's fitted attributes back where the work inside fails."""
    before = _fitted_attributes(estimator)
    try:
        yield
    except BaseException:
        forget(estimator)
        vars(estimator).update(before)
        raise


def forget(estimator: Any) -> None:
    """Remove an estimator's fitted attributes."""
    for name in _fitted_attributes(estimator):
        delattr(estimator, name)


def _fitted_attributes(estimator: Any) -> dict[str, Any]:
    return {
        name: value
        for name, value in vars(estimator).items()
        if name.endswith("_") and not name.startswith("_")
    }
