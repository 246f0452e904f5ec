"""What a scorer measures: by what it is, whatever it is called."""

from __future__ import annotations

from typing import Any

from sklearn.metrics import (
    accuracy_score,
    balanced_accuracy_score,
    top_k_accuracy_score,
)

from sknnadl._sklearn import scorer_function


def is_accuracy(scorer: Any) -> bool:
    """Return whether a scorer is the share of rows whose prediction is right.

    Parameters
    ----------
    scorer : callable or None
        A function of an estimator, X and y.

    Returns
    -------
    is_one : bool
        False also where nothing is known of it.
    """
    function, arguments = scorer_function(scorer)
    return function is accuracy_score and bool(arguments.get("normalize", True))


def is_share(scorer: Any) -> bool:
    """Return whether a scorer is a share of the rows, from 0 to 1.

    Parameters
    ----------
    scorer : callable or None
        A function of an estimator, X and y.

    Returns
    -------
    is_one : bool
        False also where nothing is known of it.
    """
    function, arguments = scorer_function(scorer)
    if function is balanced_accuracy_score:
        return not arguments.get("adjusted", False)
    if function is top_k_accuracy_score:
        return bool(arguments.get("normalize", True))
    return is_accuracy(scorer)
