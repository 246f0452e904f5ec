"""Fits with weights of rows, which each kind of estimator calls by its own name."""

from __future__ import annotations

from typing import Any

from sklearn import get_config
from sklearn.base import is_classifier, is_regressor
from sklearn.utils.validation import has_fit_parameter

from sknnadl.comparison.measuring.splits import Samples


def fit_weighted(model: Any, train: Samples) -> None:
    """Fit a model, with the weights of the rows where they have some.

    Where scikit-learn's ``enable_metadata_routing`` is set, the weights go where the
    model's requests send them. Elsewhere they go to the last step of a pipeline, and
    through a search or another wrapper, to what is inside it.

    Parameters
    ----------
    model : estimator
        The model, which is fitted in place.
    train : Samples
        The rows to fit on.

    Raises
    ------
    Exception
        What ``fit`` raises, of which it takes no weights for one.
    """
    if train.weights is None:
        model.fit(train.X, train.y)
        return
    routed = get_config()["enable_metadata_routing"]
    name = "sample_weight" if routed else _weight_name(model)
    model.fit(train.X, train.y, **{name: train.weights})


def _weight_name(model: Any) -> str:
    """Return what ``fit`` calls the weights: of a pipeline the last step's."""
    if hasattr(model, "steps"):
        name, last = model.steps[-1]
        return f"{name}__{_weight_name(last)}"
    if has_fit_parameter(model, "sample_weight") or not hasattr(model, "get_params"):
        return "sample_weight"
    parameters = model.get_params(deep=False)
    if "estimators" in parameters:  # each of which gets them
        return "sample_weight"
    inside = [
        one
        for one in parameters.values()
        if hasattr(one, "fit")
        and not isinstance(one, type)
        and (is_classifier(one) or is_regressor(one))
    ]
    return _weight_name(inside[0]) if len(inside) == 1 else "sample_weight"
