"""One model on one split: fitted, measured, timed."""

import math
import pickle
import statistics
import time

import numpy as np
from sklearn.base import clone
from sklearn.utils.validation import has_fit_parameter

from sknnadl.comparison.parameters import count_parameters

#: Predictions are timed again until this many seconds or repeats have passed.
_TIMING_SECONDS, _TIMING_REPEATS = 0.2, 5


def evaluate(estimator, split, scorers, n_train=None):
    """Fit a clone of a model on a split, and measure it.

    Parameters
    ----------
    estimator : estimator
        The model, which is left as it is.
    split : Split
        The rows.
    scorers : dict of str to callable
        The scorers, by name.
    n_train : int, default=None
        How many of the training rows to fit on, the first; by default all.

    Returns
    -------
    result : dict
        Plain values: ``scores`` by name, ``predictions``, ``fit_seconds``,
        ``predict_microseconds`` a row, ``size_bytes`` of the pickled model or None,
        ``n_parameters``, ``best_params`` and ``search_seconds`` of a search, and
        ``n_train`` and ``n_test``. Of a model that fails ``error`` alone.
    model : estimator or None
        The fitted clone.
    """
    try:
        return _evaluate(clone(estimator), split.take(n_train), scorers)
    except Exception as error:  # one model's failure is a line of the table
        return {"error": f"{type(error).__name__}: {error}"}, None


def _evaluate(model, rows, scorers):
    weighting = {}
    if rows.weights is not None:
        weighting = {_weight_parameter(model): rows.weights}
    start = time.perf_counter()
    model.fit(rows.X, rows.y, **weighting)
    fit_seconds = time.perf_counter() - start
    predicted, seconds = _predict(model, rows.X_test)
    n_test = len(predicted)
    result = {
        "scores": _score(model, rows, scorers),
        "predictions": np.asarray(predicted).tolist(),
        "fit_seconds": fit_seconds,
        "predict_microseconds": seconds / n_test * 1e6,
        "size_bytes": _measure_size(model),
        "n_parameters": count_parameters(model),
        "n_train": len(rows.y),
        "n_test": n_test,
    }
    if hasattr(model, "best_params_"):
        result["best_params"] = {k: str(v) for k, v in model.best_params_.items()}
        result["search_seconds"] = fit_seconds - getattr(model, "refit_time_", 0.0)
    return result, model


def _measure_size(model):
    """Return the size of the pickled model, or None where it cannot be pickled."""
    try:
        return len(pickle.dumps(model))
    except (pickle.PicklingError, AttributeError, TypeError):
        return None  # a function defined inside another, for example


def _predict(model, X):
    """Return the predictions, and the median time that they take."""
    seconds = []
    while sum(seconds) < _TIMING_SECONDS and len(seconds) < _TIMING_REPEATS:
        start = time.perf_counter()
        predicted = model.predict(X)
        seconds.append(time.perf_counter() - start)
    return predicted, statistics.median(seconds)


def _score(model, rows, scorers):
    weighting = {}
    if rows.weights_test is not None:
        weighting = {"sample_weight": rows.weights_test}
    scores = {
        name: float(scorer(model, rows.X_test, rows.y_test, **weighting))
        for name, scorer in scorers.items()
    }
    for name, score in scores.items():
        if not math.isfinite(score):
            raise ValueError(f"The score {name!r} of the predictions is {score}.")
    return scores


def _weight_parameter(model):
    """Return what ``fit`` calls the weights of rows: of a pipeline the last step's."""
    if hasattr(model, "steps"):
        name, last = model.steps[-1]
        return f"{name}__{_weight_parameter(last)}"
    if hasattr(model, "best_params_") or hasattr(model, "param_grid"):
        return _weight_parameter(model.estimator)
    inner = getattr(model, "estimator", None)
    if inner is not None and not has_fit_parameter(model, "sample_weight"):
        return _weight_parameter(inner)
    if not has_fit_parameter(model, "sample_weight"):
        raise TypeError(f"{type(model).__name__} takes no sample_weight.")
    return "sample_weight"
