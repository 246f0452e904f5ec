"""One model on one split: fitted, measured, timed."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from sklearn.base import clone

from sknnadl.comparison.measuring.columns import COLUMNS, FittedModel
from sknnadl.comparison.measuring.splits import Samples, Split
from sknnadl.comparison.measuring.warned import counted_warnings, without_warnings
from sknnadl.comparison.measuring.weights import fit_weighted

#: What is measured: a function of an estimator, X and y by the name of its score.
Scoring = Mapping[str, Callable[..., Any]]
#: What `evaluate` finds out: plain values by name, which JSON can hold.
Evaluation = dict[str, Any]

#: Predictions are timed again until this many seconds or repeats have passed.
_TIMING_SECONDS, _TIMING_REPEATS = 0.2, 5

#: What is wrong with a scorer that returns an empty dict.
_NO_SCORE = "ValueError: scoring gave no score."


def evaluate(
    estimator: Any, split: Split, scoring: Scoring, n_train: int | None = None
) -> tuple[Evaluation, Any]:
    """Fit a clone of a model on a split, and measure it.

    Parameters
    ----------
    estimator : estimator
        The model, which is left as it is.
    split : Split
        The rows.
    scoring : dict of str to callable
        What is measured, by name.
    n_train : int, default=None
        How many of the training rows to fit on, the first; by default all.

    Returns
    -------
    evaluation : dict
        ``scores`` by name, ``score_errors`` of those that failed and are nan,
        ``predictions``, ``n_train`` and ``n_test``, and a value for each of `COLUMNS`.
        Of a model that fails, or all of whose scores do, ``error`` in place of these.
        ``warnings`` has how often each came, or is None where they were not counted.
    model : estimator or None
        The fitted clone.
    """
    model: Any = None
    evaluation: Evaluation = {}
    with counted_warnings() as counts:
        try:
            train, test = split.take_train(n_train), split.take_test()
            evaluation, model = _evaluate(clone(estimator), train, test, scoring)
        except Exception as error:  # one model's failure is a line of the table
            evaluation = {"error": f"{type(error).__name__}: {error}"}
    return evaluation | {"warnings": None if counts is None else dict(counts)}, model


def _evaluate(
    model: Any, train: Samples, test: Samples, scoring: Scoring
) -> tuple[Evaluation, Any]:
    start = time.perf_counter()
    fit_weighted(model, train)
    fit_seconds = time.perf_counter() - start
    predicted, predict_seconds = _predict(model, test.X)
    scores, score_errors = _score(model, test, scoring)
    if len(score_errors) == len(scores):
        return {"error": next(iter(score_errors.values()), _NO_SCORE)}, None
    evaluation = {
        "scores": scores,
        "score_errors": score_errors,
        "predictions": np.asarray(predicted).tolist(),
        "n_train": len(train.y),
        "n_test": len(predicted),
    }
    fitted = FittedModel(model, test, fit_seconds, predict_seconds)
    evaluation |= {column.name: column.measure(fitted) for column in COLUMNS}
    return evaluation, model


def _predict(model: Any, X: Any) -> tuple[Any, float]:
    """Return the predictions, and the median time that they take."""
    start = time.perf_counter()
    predicted = model.predict(X)
    seconds = [time.perf_counter() - start]
    with without_warnings():  # which the first time has given
        while sum(seconds) < _TIMING_SECONDS and len(seconds) < _TIMING_REPEATS:
            start = time.perf_counter()
            model.predict(X)
            seconds.append(time.perf_counter() - start)
    return predicted, statistics.median(seconds)


def _score(
    model: Any, test: Samples, scoring: Scoring
) -> tuple[dict[str, float], dict[str, str]]:
    """Return the scores, nan where one failed, and why it did."""
    weighting = {} if test.weights is None else {"sample_weight": test.weights}
    scores: dict[str, float] = {}
    errors: dict[str, str] = {}
    for name, measure in scoring.items():
        try:
            found = measure(model, test.X, test.y, **weighting)
            several = found if isinstance(found, Mapping) else {name: found}
            numbers = {one: float(value) for one, value in several.items()}
        except Exception as error:  # the other scores are measured all the same
            numbers = {name: math.nan}
            errors[name] = f"{type(error).__name__}: {error}"
        for one, score in numbers.items():
            scores[one] = score if math.isfinite(score) else math.nan
            if not math.isfinite(score):
                why = f"ValueError: The score {one!r} of the predictions is {score}."
                errors.setdefault(one, why)
    return scores, errors
