"""scikit-learn's private helpers, and types for what its base classes give.

The helpers are all imported here and nowhere else. scikit-learn says no types: where
code is checked, the base classes are subclasses of its own that say them, and where it
runs, they are its own.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self, TypeAlias, TypeVar

import numpy.typing as npt
from scipy.sparse import sparray, spmatrix
from sklearn import base, callback
from sklearn.base import _fit_context
from sklearn.utils import _safe_indexing
from sklearn.utils._array_api import get_namespace_and_device, move_to
from sklearn.utils._openmp_helpers import _openmp_effective_n_threads
from sklearn.utils._param_validation import Interval, Options, StrOptions
from sklearn.utils.metaestimators import available_if as _available_if
from sklearn.utils.multiclass import _check_partial_fit_first_call
from sklearn.utils.validation import _check_sample_weight

__all__ = [
    "BaseEstimator",
    "CallbackSupportMixin",
    "ClassNamePrefixFeaturesOutMixin",
    "ClassifierMixin",
    "Interval",
    "MatrixLike",
    "Options",
    "RegressorMixin",
    "StrOptions",
    "TransformerMixin",
    "VectorLike",
    "_check_partial_fit_first_call",
    "_check_sample_weight",
    "_openmp_effective_n_threads",
    "_safe_indexing",
    "available_if",
    "fit_context",
    "get_namespace_and_device",
    "move_to",
    "scorer_function",
]

#: Rows: what NumPy makes an array of, or a sparse matrix.
MatrixLike: TypeAlias = npt.ArrayLike | sparray | spmatrix
#: Targets and weights of rows.
VectorLike: TypeAlias = npt.ArrayLike

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


def scorer_function(
    scorer: Any, sign: int = 1
) -> tuple[Callable[..., Any] | None, dict[str, Any]]:
    """Return the function of targets and predictions that a scorer calls, and how.

    It is None of a function of one's own, and of a scorer with another sign, which is
    -1 where it is turned.
    """
    if getattr(scorer, "_sign", 0) != sign:
        return None, {}
    return getattr(scorer, "_score_func", None), getattr(scorer, "_kwargs", {})


if TYPE_CHECKING:
    # A checker takes the classes below, which have no types, for Any: each is ignored.

    class BaseEstimator(base.BaseEstimator):  # type: ignore[misc]  # no types
        """scikit-learn's own, with types."""

        def __init__(self) -> None: ...

        def get_params(self, deep: bool = True) -> dict[str, Any]:
            """Return the parameters by name."""

        def set_params(self, **params: Any) -> Self:
            """Set parameters by name; return the estimator."""

    class CallbackSupportMixin(callback.CallbackSupportMixin):  # type: ignore[misc]  # no types
        """scikit-learn's own, with types."""

        def set_callbacks(self, *callbacks: Any) -> Self:
            """Set what is told of the tasks of `fit`; return the estimator."""

    class ClassifierMixin(base.ClassifierMixin):  # type: ignore[misc]  # no types
        """scikit-learn's own, with types."""

        def score(
            self, X: MatrixLike, y: VectorLike, sample_weight: VectorLike | None = None
        ) -> float:
            """Return the share of rows that are classified correctly."""

    class RegressorMixin(base.RegressorMixin):  # type: ignore[misc]  # no types
        """scikit-learn's own, with types."""

        def score(
            self, X: MatrixLike, y: VectorLike, sample_weight: VectorLike | None = None
        ) -> float:
            """Return the coefficient of determination."""

    class ClassNamePrefixFeaturesOutMixin(base.ClassNamePrefixFeaturesOutMixin):  # type: ignore[misc]  # no types
        """scikit-learn's own, with types."""

        def get_feature_names_out(
            self, input_features: npt.ArrayLike | None = None
        ) -> npt.NDArray[Any]:
            """Return the names of the columns of `transform`."""

    class TransformerMixin(base.TransformerMixin):  # type: ignore[misc]  # no types
        """scikit-learn's own, with types."""

        def fit_transform(
            self, X: MatrixLike, y: VectorLike | None = None, **fit_params: Any
        ) -> npt.NDArray[Any]:
            """Fit, and return what `transform` makes of the same rows."""

        def set_output(self, *, transform: str | None = None) -> Self:
            """Set what `transform` returns, such as ``"pandas"``; return self."""

else:
    BaseEstimator = base.BaseEstimator
    CallbackSupportMixin = callback.CallbackSupportMixin
    ClassifierMixin = base.ClassifierMixin
    ClassNamePrefixFeaturesOutMixin = base.ClassNamePrefixFeaturesOutMixin
    RegressorMixin = base.RegressorMixin
    TransformerMixin = base.TransformerMixin
