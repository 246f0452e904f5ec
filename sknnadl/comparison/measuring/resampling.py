"""The scores of a fitted model on rows that are drawn from the test rows."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from sklearn import config_context
from sklearn.utils.multiclass import type_of_target

from sknnadl._sklearn import _safe_indexing
from sknnadl.comparison.measuring.costs import is_cost
from sknnadl.comparison.measuring.evaluation import Scoring
from sknnadl.comparison.measuring.kinds import predicts_classes
from sknnadl.comparison.measuring.scorers import is_accuracy
from sknnadl.comparison.measuring.splits import RowNumbers, Samples
from sknnadl.comparison.measuring.warned import without_warnings
from sknnadl.significance import resample

#: What scorers ask a model for: a value a row.
_ANSWERS = "predict", "predict_proba", "predict_log_proba", "decision_function"


class RecordedModel:
    """A fitted model that answers each question once, on all test rows.

    It is then asked for the numbers of rows in place of rows, so that a scorer can
    measure it on many draws of them and nothing is predicted again.

    Parameters
    ----------
    model : estimator
        The fitted model.
    X : array-like
        The test rows.
    """

    def __init__(self, model: Any, X: Any) -> None:
        self._model = model
        self._X = X
        self._answers: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._model, name)
        if name not in _ANSWERS:
            return value
        if name not in self._answers:
            self._answers[name] = value(self._X)
        answers = self._answers[name]

        def answer(rows: RowNumbers) -> Any:
            return _safe_indexing(answers, rows)

        answer.__name__ = name  # which scikit-learn's scorers read
        return answer


def resample_scores(
    model: Any, test: Samples, scoring: Scoring, scores: Mapping[str, float]
) -> dict[str, dict[str, list[float]]]:
    """Measure the scores of a model again and again, on rows drawn from its test rows.

    Parameters
    ----------
    model : estimator
        The fitted model.
    test : Samples
        The rows that it was measured on.
    scoring : dict of str to callable
        What was measured, by name.
    scores : dict of str to float
        What the scores are, by name.

    Returns
    -------
    resampled : dict of str to dict
        For each score ``draws`` and ``without``, as `Resampled` has them. Scores are
        left out that are nan or accuracies, which need none, and those that look at
        more of the rows than what a model says of them.
    """
    recorded, resampled = RecordedModel(model, test.X), {}
    for name, scorer in scoring.items():
        if is_accuracy(scorer) and test.weights is None:
            continue
        for one in [name] if name in scores else scores:  # or the keys of its dict
            measure = _measure_rows(recorded, test, scorer, one)
            # a mean cost follows from how many rows each class has
            classes = None if is_cost(scorer) else _classes(model, test)
            every = measure(np.arange(len(test.y)))
            if not math.isclose(every, scores[one], rel_tol=1e-6, abs_tol=1e-12):
                continue
            # The answers were checked once, which is enough.
            with config_context(assume_finite=True, skip_parameter_validation=True):
                found = resample(measure, len(test.y), classes=classes)
            resampled[one] = {
                "draws": found.draws.tolist(),
                "without": found.without.tolist(),
            }
    return resampled


def _measure_rows(
    recorded: RecordedModel, test: Samples, scorer: Callable[..., Any], name: str
) -> Callable[[RowNumbers], float]:
    """Return a function of the numbers of rows that gives a score; nan if it cannot."""
    y = np.asarray(test.y)
    weights = None if test.weights is None else np.asarray(test.weights)

    def measure(rows: RowNumbers) -> float:
        weighting = {} if weights is None else {"sample_weight": weights[rows]}
        try:
            with without_warnings():  # of a class that a draw lacks, say
                found = scorer(recorded, rows, y[rows], **weighting)
            return float(found[name] if isinstance(found, Mapping) else found)
        except Exception:  # as a fold of these rows would
            return math.nan

    return measure


def _classes(model: Any, test: Samples) -> Any:
    """Return what the rows are drawn by: the class, where each has one."""
    one_label = type_of_target(test.y) in ("binary", "multiclass")
    return test.y if predicts_classes(model) and one_label else None
