"""The columns of a report beside the scores: what each measures, and how it is written.

A column is an entry of `COLUMNS`; no other file knows how many there are.
"""

from __future__ import annotations

import pickle
import statistics
from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import numpy as np

from sknnadl.comparison.measuring.splits import Samples


@dataclass(frozen=True)
class FittedModel:
    """A model that was fitted and has predicted: what a column measures.

    Parameters
    ----------
    model : estimator
        The fitted model.
    test : Samples
        The rows that it has predicted.
    fit_seconds, predict_seconds : float
        What fitting took, and predicting all these rows.
    """

    model: Any
    test: Samples
    fit_seconds: float
    predict_seconds: float


@dataclass(frozen=True)
class Column:
    """A number, or another plain value, that is measured of each fitted model.

    Parameters
    ----------
    name : str
        Its key in `ComparisonReport.table`.
    header : str
        What it is called in a table that is printed; an empty one keeps it out of it.
    measure : callable
        Returns the value of a `FittedModel`, one that JSON can hold; None where there
        is none.
    merge : callable
        Makes one value of those of several splits. They come in a list without None,
        which may be empty.
    write : callable, default=str
        Returns the merged value as text.
    """

    name: str
    header: str
    measure: Callable[[FittedModel], Any]
    merge: Callable[[list[Any]], Any]
    write: Callable[[Any], str] = str


def count_parameters(estimator: Any) -> int | None:
    """Count the learned numbers of a fitted estimator, where it shows them.

    These are the floating-point numbers in its public fitted attributes, arrays or
    lists of arrays. Of a pipeline the last step counts, and of a search the best
    estimator.

    Parameters
    ----------
    estimator : estimator instance
        Any fitted scikit-learn estimator.

    Returns
    -------
    n_parameters : int or None
        The count; None where the estimator keeps what it learned in another form, as
        trees and neighbours do.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sknnadl.comparison.measuring.columns import count_parameters
    >>> model = LogisticRegression(max_iter=1000).fit(*load_iris(return_X_y=True))
    >>> count_parameters(model)
    15
    """
    if hasattr(estimator, "best_estimator_"):
        return count_parameters(estimator.best_estimator_)
    if hasattr(estimator, "steps"):
        return count_parameters(estimator.steps[-1][1])
    count = sum(
        array.size
        for name, value in vars(estimator).items()
        if name.endswith("_") and not name.startswith("_")
        for array in (value if isinstance(value, list) else [value])
        if isinstance(array, np.ndarray) and array.dtype.kind == "f"
    )
    return count or None


def _count_parameters(fitted: FittedModel) -> int | None:
    return count_parameters(fitted.model)


def _measure_prediction(fitted: FittedModel) -> float:
    """Return the microseconds a row, when all are predicted at once."""
    return fitted.predict_seconds / len(fitted.test.y) * 1e6


def _measure_size(fitted: FittedModel) -> int | None:
    """Return the bytes of the pickled model, or None where it cannot be pickled."""
    try:
        return len(pickle.dumps(fitted.model))
    except (pickle.PicklingError, AttributeError, TypeError):
        return None  # a function defined inside another, for example


def _find_choice(fitted: FittedModel) -> dict[str, str] | None:
    """Return what a search has chosen."""
    if not hasattr(fitted.model, "best_params_"):
        return None
    return {name: str(value) for name, value in fitted.model.best_params_.items()}


def _measure_search(fitted: FittedModel) -> float | None:
    """Return the seconds of a search beside the fit of what it chose."""
    if not hasattr(fitted.model, "best_params_"):
        return None
    return fitted.fit_seconds - float(getattr(fitted.model, "refit_time_", 0.0))


def _median(values: list[Any]) -> Any:
    return statistics.median(values) if values else None


def _first(values: list[Any]) -> Any:
    return values[0] if values else None


#: In the order of the table.
COLUMNS = (
    Column(
        name="fit_seconds",
        header="fit, s",
        measure=attrgetter("fit_seconds"),
        merge=_median,
        write="{:.3g}".format,
    ),
    Column(
        name="predict_microseconds",
        header="predict, us/row",
        measure=_measure_prediction,
        merge=_median,
        write="{:.3g}".format,
    ),
    Column(
        name="size_bytes",
        header="size, kB",
        measure=_measure_size,
        merge=_median,
        write=lambda size: f"{size / 1000:,.3g}",
    ),
    Column(
        name="n_parameters",
        header="parameters",
        measure=_count_parameters,
        merge=_first,
        write="{:,}".format,
    ),
    Column("best_params", header="", measure=_find_choice, merge=list),
    Column("search_seconds", header="", measure=_measure_search, merge=_median),
)
