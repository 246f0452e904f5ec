"""Named sets of rows that training is watched on, and that decide nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from sklearn.utils import get_tags

from sknnadl.estimators.validation import (
    check_can_be_scored,
    make_given,
    make_measure,
)
from sknnadl.network.losses import Loss
from sknnadl.network.network import Network
from sknnadl.training.data import Rows
from sknnadl.training.run import GRADIENT_NORMS, HISTORY, Measure, monitor_entries

#: Under the name of each set (X, y) or (X, y, sample_weight).
EvalSets: TypeAlias = Mapping[str, tuple[Any, ...]]


def make_monitors(
    estimator: Any,
    network: Network,
    loss: Loss,
    rows: Rows,
    monitored: tuple[Any, Any],
    history: dict[str, list[Any]],
) -> dict[str, Measure]:
    """Return what gives the loss and the score of each set, by its name.

    Parameters
    ----------
    estimator : BaseNetwork
        The estimator that is being fitted.
    network : Network
        What is trained.
    loss : Loss
        What is minimized.
    rows : Rows
        The rows to train on.
    monitored : tuple of (eval_sets, X_eval)
        What `fit` was given.
    history : dict of str to list
        The history until now.

    Returns
    -------
    monitors : dict of str to callable
        What `TrainingRun` asks after each epoch.

    Raises
    ------
    ValueError
        If a name or the data of a set are not what they have to be.
    """
    monitors = {}
    for name, (X, y, weights) in _take_apart(*monitored).items():
        names = f"eval_sets[{name!r}]"
        if y is None and get_tags(estimator).target_tags.required:
            raise ValueError(f"{names} has no y: give (X, y) or (X, y, sample_weight).")
        given = make_given(estimator, X, y, weights, rows, names)
        measure = make_measure(estimator, network, loss, given)
        remedy = "rows of each class there"
        told = measure, history, given, f"of {names}", remedy
        check_can_be_scored(estimator, *told)
        monitors[name] = measure
    return monitors


def _take_apart(eval_sets: Any, X_eval: Any) -> dict[str, tuple[Any, Any, Any]]:
    """Return the X, y and weights of each set, where X may come from ``X_eval``."""
    if eval_sets is None:
        if X_eval is not None:
            raise ValueError(
                "X_eval was given without eval_sets, which has the name and the y of "
                "each set: give eval_sets={'test': (None, y_test)}, say."
            )
        return {}
    if not isinstance(eval_sets, Mapping):
        raise ValueError(
            "eval_sets must be a dict such as {'test': (X_test, y_test)}, got "
            f"{type(eval_sets).__name__}."
        )
    sets = {name: _check_set(name, value) for name, value in eval_sets.items()}
    if X_eval is not None:
        sets = _put_in(X_eval, sets)
    for name, (X, *_) in sets.items():
        if X is None:
            raise ValueError(
                f"eval_sets[{name!r}] has no rows: give (X, y) or (X, y, "
                "sample_weight), or the rows of all sets in X_eval."
            )
    return sets


def _check_set(name: Any, value: Any) -> tuple[Any, Any, Any]:
    """Return the X, y and weights of a set, once its name and its form are checked."""
    if not isinstance(name, str) or not name.isidentifier():
        raise ValueError(
            "The names of eval_sets must be strings that could be names in Python, "
            f"such as 'test' or 'other_year', got {name!r}."
        )
    taken = [e for e in monitor_entries(name) if e in (*HISTORY, GRADIENT_NORMS)]
    if taken:
        raise ValueError(
            f"eval_sets[{name!r}] would go into history_[{taken[0]!r}], which is there "
            "already: give the set another name."
        )
    if not isinstance(value, tuple | list) or len(value) not in (2, 3):
        described = type(value).__name__
        if isinstance(value, tuple | list):
            described += f" of {len(value)}"
        raise ValueError(
            f"eval_sets[{name!r}] must be (X, y) or (X, y, sample_weight), got a "
            f"{described}."
        )
    X, y, weights = (*value, None)[:3]
    return X, y, weights


def _put_in(
    X_eval: Any, sets: dict[str, tuple[Any, Any, Any]]
) -> dict[str, tuple[Any, Any, Any]]:
    """Return the sets with the rows of ``X_eval`` in their order."""
    if not isinstance(X_eval, tuple) or len(X_eval) != len(sets):
        described = type(X_eval).__name__
        if isinstance(X_eval, tuple):
            described += f" of {len(X_eval)}"
        raise ValueError(
            f"X_eval must be a tuple of the rows of each of the {len(sets)} sets of "
            f"eval_sets, got a {described}."
        )
    for name, (X, *_) in sets.items():
        if X is not None:
            raise ValueError(
                f"eval_sets[{name!r}] has rows of its own beside X_eval: give them in "
                "one of the two, and None in eval_sets where they are in X_eval."
            )
    return {
        name: (X, *rest)
        for X, (name, (_, *rest)) in zip(X_eval, sets.items(), strict=True)
    }
