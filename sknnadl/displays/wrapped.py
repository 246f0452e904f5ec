"""The fitted network inside a pipeline or a search."""

from __future__ import annotations

from typing import Any

from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

#: Where the estimators that wrap another one keep it: searches, and
#: `TransformedTargetRegressor`.
_INSIDE = ("best_estimator_", "regressor_")


def unwrap(estimator: Any) -> tuple[Any, list[Pipeline]]:
    """Return the network's estimator, and the steps of pipelines before it.

    Parameters
    ----------
    estimator : object
        A fitted estimator of this package, or a `Pipeline` that ends in one, or a
        search or `TransformedTargetRegressor` of either.

    Returns
    -------
    network : object
        The estimator of this package.
    before : list of Pipeline
        What rows go through before they come to it.

    Raises
    ------
    NotFittedError
        If it is not fitted.
    TypeError
        If there is no network of this package inside.
    """
    outermost, before = estimator, []
    while True:
        if isinstance(estimator, Pipeline):
            if len(estimator) > 1:
                before.append(estimator[:-1])
            estimator = estimator.steps[-1][1]
            continue
        check_is_fitted(estimator)
        inside = [name for name in _INSIDE if hasattr(estimator, name)]
        if not inside:
            break
        estimator = getattr(estimator, inside[0])
    if not (hasattr(estimator, "layers_") and hasattr(estimator, "history_")):
        described = type(outermost).__name__
        if estimator is not outermost:
            described += f" of {type(estimator).__name__}"
        raise TypeError(
            "This display is drawn of a network of sknnadl, such as MLPClassifier or "
            "ConvNetClassifier, alone, as the last step of a Pipeline or in a search "
            f"with refit=True, got {described}."
        )
    return estimator, before


def check_layer(layer: int, n: int, kind: str) -> int:
    """Check the number of a layer against how many of its kind there are.

    Parameters
    ----------
    layer : int
        The number.
    n : int
        How many there are.
    kind : str
        What kind, for the error.

    Returns
    -------
    layer : int
        The number, counted from the first layer where it is negative.

    Raises
    ------
    ValueError
        If there is no such layer.
    """
    if not -n <= layer < n:
        allowed = f"from 0 to {n - 1}" if n > 1 else "0"
        raise ValueError(
            f"layer must be {allowed}, the network has {n} {kind}"
            f"{'s' if n > 1 else ''}, got {layer}."
        )
    return layer % n
