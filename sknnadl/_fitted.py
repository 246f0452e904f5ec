"""Fitted attributes: taken back where a fit fails."""

from contextlib import contextmanager


@contextmanager
def kept_on_failure(estimator):
    """Put an estimator's fitted attributes back where the work inside fails."""
    before = _fitted_attributes(estimator)
    try:
        yield
    except BaseException:
        forget(estimator)
        vars(estimator).update(before)
        raise


def forget(estimator):
    """Remove an estimator's fitted attributes."""
    for name in _fitted_attributes(estimator):
        delattr(estimator, name)


def _fitted_attributes(estimator):
    return {
        name: value
        for name, value in vars(estimator).items()
        if name.endswith("_") and not name.startswith("_")
    }
