"""scikit-learn's private helpers, all imported here and nowhere else."""

from collections.abc import Callable
from typing import Any, TypeVar

from sklearn.base import _fit_context
from sklearn.utils import _safe_indexing
from sklearn.utils._param_validation import Interval, Options, StrOptions
from sklearn.utils.metaestimators import available_if as _available_if
from sklearn.utils.multiclass import _check_partial_fit_first_call
from sklearn.utils.validation import _check_sample_weight

__all__ = [
    "Interval",
    "Options",
    "StrOptions",
    "_check_partial_fit_first_call",
    "_check_sample_weight",
    "_safe_indexing",
    "available_if",
    "fit_context",
]

Method = TypeVar("Method", bound=Callable[..., Any])


def fit_context() -> Callable[[Method], Method]:
    """Check the parameters before a method runs; its signature stays to be seen."""
    decorator: Callable[[Method], Method] = _fit_context(
        prefer_skip_nested_validation=True
    )
    return decorator


def available_if(check: Callable[[Any], bool]) -> Callable[[Method], Method]:
    """Let a method be there under a condition; its signature stays to be seen."""
    decorator: Callable[[Method], Method] = _available_if(check)
    return decorator
