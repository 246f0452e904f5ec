"""What is given to be compared: models by name, and rows divided into splits."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from sklearn.base import is_classifier, is_regressor
from sklearn.metrics import get_scorer
from sklearn.model_selection import check_cv, train_test_split
from sklearn.utils import column_or_1d, indexable
from sklearn.utils.multiclass import type_of_target

from sknnadl._sklearn import _safe_indexing


class Split(NamedTuple):
    """The rows that models are fitted on, and those that they are measured on."""

    X: Any
    y: Any
    weights: Any
    X_test: Any
    y_test: Any
    weights_test: Any


def name_estimators(estimators):
    """Return the models by name.

    Parameters
    ----------
    estimators : dict of str to estimator, or list of estimator or (str, estimator)
        The models. One without a name gets that of its class in lower case, as in
        `sklearn.pipeline.make_pipeline`, with a number where several have it.

    Returns
    -------
    by_name : dict of str to estimator
        The models, in the order given.

    Raises
    ------
    ValueError
        If there is none, if two have one name, or if something is no model; or if
        there are classifiers and others.
    """
    if isinstance(estimators, Mapping):
        pairs = list(estimators.items())
    elif isinstance(estimators, list | tuple):
        pairs = _name_all(estimators)
    else:
        pairs = []
    if not pairs:
        raise ValueError(
            "estimators must be a dict of at least one name and estimator, or a list "
            f"of estimators, got {estimators!r}."
        )
    counts = Counter(name for name, _ in pairs)
    for name, estimator in pairs:
        if not isinstance(name, str):
            raise ValueError(f"The names of estimators must be str, got {name!r}.")
        if counts[name] > 1:
            raise ValueError(f"{counts[name]} estimators have the name {name!r}.")
        _check_kind(name, estimator)
    _check_one_kind(pairs)
    return dict(pairs)


def _name_all(estimators):
    """Return (name, estimator) for each item of a list."""
    is_pair = [isinstance(item, tuple) and len(item) == 2 for item in estimators]
    bare = [
        type(e).__name__.lower()
        for e, p in zip(estimators, is_pair, strict=True)
        if not p
    ]
    numbers, seen = Counter(bare), Counter()
    pairs = []
    for item, named in zip(estimators, is_pair, strict=True):
        if named:
            pairs.append(item)
            continue
        name = type(item).__name__.lower()
        seen[name] += 1
        pairs.append((f"{name}-{seen[name]}" if numbers[name] > 1 else name, item))
    return pairs


def _check_kind(name, estimator):
    is_instance = hasattr(estimator, "fit") and not isinstance(estimator, type)
    if not is_instance or not (is_classifier(estimator) or is_regressor(estimator)):
        raise ValueError(
            f"estimators[{name!r}] must be a classifier or a regressor, got "
            f"{estimator!r}."
        )


def _check_one_kind(pairs):
    classify = {name: is_classifier(estimator) for name, estimator in pairs}
    if len(set(classify.values())) > 1:
        names = ", ".join(repr(name) for name, one in classify.items() if not one)
        raise ValueError(
            f"Classifiers are compared with classifiers, and {names} predict numbers."
        )


def get_scorers(scoring, classify):
    """Return the scorers by name.

    Parameters
    ----------
    scoring : str, callable, list of str, dict of str to str or callable, or None
        As in `sklearn.model_selection.cross_validate`. None is the accuracy of
        classifiers and the R2 of regressors.
    classify : bool
        Whether the models are classifiers.

    Returns
    -------
    scorers : dict of str to callable
        For each name a function of an estimator, X and y.
    """
    if scoring is None:
        scoring = "accuracy" if classify else "r2"
    if callable(scoring):
        return {getattr(scoring, "__name__", "score"): scoring}
    if isinstance(scoring, str):
        scoring = [scoring]
    if not isinstance(scoring, Mapping):
        scoring = {name: name for name in scoring}
    if not scoring:
        raise ValueError("scoring must name at least one score, got none.")
    return {
        name: one if callable(one) else get_scorer(one) for name, one in scoring.items()
    }


def divide_rows(X, y, *, cv, groups, random_state, classify):
    """Return which rows are fitted on, and which held out.

    Parameters
    ----------
    X, y : array-like
        The rows and their targets.
    cv : int, splitter, iterable or None
        How the rows are divided into folds. With None a quarter is held out.
    groups : array-like of shape (n_samples,) or None
        The groups of the rows, for the splitter.
    random_state : int, RandomState instance or None
        Which quarter that is.
    classify : bool
        Whether the quarter and the folds keep the parts of the classes.

    Returns
    -------
    parts : list of (ndarray, ndarray)
        For each fold the indices of the rows.
    """
    if cv is None:
        if groups is not None:
            raise ValueError("groups say how cv divides the rows: give cv too.")
        one_label = classify and type_of_target(y) in ("binary", "multiclass")
        stratify = y if one_label else None
        parts = [
            train_test_split(
                np.arange(len(y)),
                test_size=0.25,
                stratify=stratify,
                random_state=random_state,
            )
        ]
    else:
        splitter = check_cv(cv, y, classifier=classify)
        parts = splitter.split(X, y, groups)
    return [tuple(map(np.asarray, part)) for part in parts]


def take_splits(X, y, sample_weight, parts):
    """Return the splits that `divide_rows` has found."""

    def take(values, indices):
        return None if values is None else _safe_indexing(values, indices)

    return [
        Split(*(take(a, part) for part in parts_of for a in (X, y, sample_weight)))
        for parts_of in parts
    ]


def check_test(test):
    """Return the rows to measure on, and their targets, if they can be that."""
    if not isinstance(test, tuple) or len(test) != 2 or any(t is None for t in test):
        raise ValueError("test must be a tuple of (X_test, y_test).")
    X_test, y_test = indexable(*test)
    if len(y_test) == 0:
        raise ValueError("test must have at least one row, got none.")
    if getattr(y_test, "ndim", 1) == 2 and y_test.shape[1] == 1:
        y_test = column_or_1d(y_test, warn=True)
    return X_test, y_test
