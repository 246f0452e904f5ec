"""What is given to be compared: models by name, and what is measured of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sklearn.metrics import check_scoring, get_scorer

from sknnadl.comparison.measuring.evaluation import Scoring
from sknnadl.comparison.measuring.kinds import predicts_classes, predicts_numbers


def name_estimators(
    estimators: Mapping[str, Any] | list[Any] | tuple[Any, ...],
) -> dict[str, Any]:
    """Return the models by name.

    Parameters
    ----------
    estimators : dict of str to estimator, or list of estimator or (str, estimator)
        The models. One without a name gets that of its class in lower case, as in
        `sklearn.pipeline.make_pipeline`, with a number where several have it.

    Returns
    -------
    models : dict of str to estimator
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


def _name_all(estimators: Sequence[Any]) -> list[tuple[str, Any]]:
    """Return (name, estimator) for each item of a list."""
    is_pair = [isinstance(item, tuple) and len(item) == 2 for item in estimators]
    bare = [
        type(e).__name__.lower()
        for e, p in zip(estimators, is_pair, strict=True)
        if not p
    ]
    numbers, seen = Counter(bare), Counter[str]()
    pairs = []
    for item, named in zip(estimators, is_pair, strict=True):
        if named:
            pairs.append(item)
            continue
        name = type(item).__name__.lower()
        seen[name] += 1
        pairs.append((f"{name}-{seen[name]}" if numbers[name] > 1 else name, item))
    return pairs


def _check_kind(name: str, estimator: Any) -> None:
    is_instance = hasattr(estimator, "fit") and not isinstance(estimator, type)
    if not is_instance or not (
        predicts_classes(estimator) or predicts_numbers(estimator)
    ):
        raise ValueError(
            f"estimators[{name!r}] must be a classifier or a regressor, got "
            f"{estimator!r}."
        )


def _check_one_kind(pairs: list[tuple[str, Any]]) -> None:
    classify = {name: predicts_classes(estimator) for name, estimator in pairs}
    if len(set(classify.values())) > 1:
        names = ", ".join(repr(name) for name, one in classify.items() if not one)
        raise ValueError(
            f"Classifiers are compared with classifiers, and {names} predict numbers."
        )


def name_scoring(
    scoring: str | Callable[..., Any] | Iterable[str] | Mapping[str, Any] | None,
    model: Any,
) -> Scoring:
    """Return what is measured, by name.

    Parameters
    ----------
    scoring : str, callable, list of str, dict of str to str or callable, or None
        As in `sklearn.model_selection.cross_validate`. None is the accuracy of
        classifiers and the R2 of regressors.
    model : estimator
        One of the models.

    Returns
    -------
    by_name : dict of str to callable
        For each name a function of an estimator, X and y.
    """
    if scoring is None:
        scoring = "accuracy" if predicts_classes(model) else "r2"
    if callable(scoring):
        scoring = {getattr(scoring, "__name__", "score"): scoring}
    if isinstance(scoring, str):
        scoring = [scoring]
    if not isinstance(scoring, Mapping):
        scoring = {name: name for name in scoring}
    if not scoring:
        raise ValueError("scoring must name at least one score, got none.")
    return {
        # scikit-learn says of a metric that it is no scorer
        name: check_scoring(model, scoring=one) if callable(one) else get_scorer(one)
        for name, one in scoring.items()
    }
