"""Compare models: fit each on the same splits, and collect what can be said of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Any, TypedDict, Unpack, overload

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils import indexable

from sknnadl._sklearn import MatrixLike
from sknnadl.comparison.findings.cells import describe_result
from sknnadl.comparison.findings.provenance import find_provenance
from sknnadl.comparison.findings.results import ModelResult, merge
from sknnadl.comparison.joined import JoinedReport
from sknnadl.comparison.many_datasets import compare_on_each
from sknnadl.comparison.measuring.candidates import name_estimators, name_scoring
from sknnadl.comparison.measuring.costs import add_cost
from sknnadl.comparison.measuring.deadlines import check_timeout
from sknnadl.comparison.measuring.evaluation import Scoring
from sknnadl.comparison.measuring.kinds import predicts_classes
from sknnadl.comparison.measuring.progress import Progress
from sknnadl.comparison.measuring.running import run_models
from sknnadl.comparison.measuring.saved import SavedResults
from sknnadl.comparison.measuring.splits import (
    Samples,
    Split,
    check_test,
    divide_rows,
    flatten,
)
from sknnadl.comparison.measuring.warned import listening
from sknnadl.comparison.report import ComparisonReport
from sknnadl.significance.equivalence import check_rope

if TYPE_CHECKING:
    _Models = Mapping[str, Any] | list[Any] | tuple[Any, ...]


class CompareOptions(TypedDict, total=False):
    """What `compare` can be told of one data set and of several."""

    cv: Any
    scoring: str | Callable[..., Any] | Iterable[str] | Mapping[str, Any] | None
    n_jobs: int | None
    random_state: int | np.random.RandomState | None
    rope: float | None
    timeout: float | None
    save: str | os.PathLike[str] | None
    verbose: int


@overload
def compare(
    estimators: _Models,
    X: MatrixLike,
    y: ArrayLike,
    *,
    test: tuple[MatrixLike, ArrayLike] | None = None,
    sample_weight: ArrayLike | None = None,
    groups: ArrayLike | None = None,
    cost_matrix: ArrayLike | None = None,
    **options: Unpack[CompareOptions],
) -> ComparisonReport: ...


@overload
def compare(
    estimators: _Models,
    *,
    datasets: Mapping[str, tuple[MatrixLike, ArrayLike]],
    **options: Unpack[CompareOptions],
) -> JoinedReport: ...


def compare(
    estimators: _Models,
    X: MatrixLike | None = None,
    y: ArrayLike | None = None,
    *,
    datasets: Mapping[str, tuple[MatrixLike, ArrayLike]] | None = None,
    cv: Any = None,
    test: tuple[MatrixLike, ArrayLike] | None = None,
    scoring: str | Callable[..., Any] | Iterable[str] | Mapping[str, Any] | None = None,
    n_jobs: int | None = None,
    random_state: int | np.random.RandomState | None = None,
    sample_weight: ArrayLike | None = None,
    groups: ArrayLike | None = None,
    cost_matrix: ArrayLike | None = None,
    rope: float | None = None,
    timeout: float | None = None,
    save: str | os.PathLike[str] | None = None,
    verbose: int = 0,
) -> ComparisonReport | JoinedReport:
    """Fit models on the same rows and compare them on others.

    See :doc:`/comparing`.

    Parameters
    ----------
    estimators : dict of str to estimator, or list of estimator or (str, estimator)
        The models: any scikit-learn classifiers, or regressors, pipelines or searches.
        They are cloned, and left as they are. Those in a list without a name get that
        of their class.
    X : array-like of shape (n_samples, ...)
        The rows.
    y : array-like of shape (n_samples,)
        Their targets.
    datasets : dict of str to tuple of (X, y), default=None
        Compare on each of several data sets, in place of ``X`` and ``y``: two or more,
        by name. ``cv`` is then a number or a splitter. ``test``, ``sample_weight``,
        ``groups`` and ``cost_matrix``, which are of one data set, do not go with it;
        `sknnadl.reports.join_reports` joins reports that were made with them.
    cv : int, splitter or iterable, default=None
        Compare on folds, as in `sklearn.model_selection.cross_validate`; all models
        have the same ones.
    test : tuple of (X_test, y_test), default=None
        Compare on these rows, instead of folds. Without ``cv`` and ``test`` a quarter
        of the rows, with the shares of the classes that all rows have, is held out.
    scoring : str, callable, list, dict or None, default=None
        What is measured, as in `sklearn.model_selection.cross_validate`. By default
        the accuracy of classifiers and the R2 of regressors. A score that fails is nan.
    n_jobs : int, default=None
        How many fits run at a time, through joblib, and so on what
        `joblib.parallel_config` says. None means one.
    random_state : int, RandomState instance or None
        Which quarter is held out.
    sample_weight : array-like of shape (n_samples,), default=None
        The weights of the rows, in fitting and measuring. A model that takes none
        fails. With ``sklearn.set_config(enable_metadata_routing=True)`` they go where
        the requests of a model send them.
    groups : array-like of shape (n_samples,), default=None
        The groups of the rows, for ``cv``.
    cost_matrix : array-like of shape (n_classes, n_classes), default=None
        What predictions of classifiers cost: a row for each true class, a column for
        each that is predicted, both in the order of the sorted classes. The mean cost
        of a row is measured too, with its sign turned, as the score
        ``neg_expected_cost``.
    rope : float, default=None
        The largest difference of the first score that does not matter, such as 0.01 of
        the accuracy: the report says which models are practically the same, as
        `~sknnadl.reports.ComparisonReport.pairwise` does. It needs ``cv``.
    timeout : float, default=None
        The seconds that a model may take on a split, to be fitted and measured. It
        runs in a process of its own, which is killed then; the model has failed, and
        the others go on. Each process has a copy of the data.
    save : str or path-like, default=None
        A file that keeps the results of each model when it is done. A comparison that
        was stopped, and is called again with the same arguments, goes on from there;
        so does one with further models, or a second process with the same file. Models
        that failed are tried again. Files of other arguments, code or versions of
        packages are no use to it, and written over, with a warning. With ``datasets`` a
        folder, which is made where it is not there, with such a file for each.
    verbose : int, default=0
        Whether to tell, on standard error, which model is being fitted, and on a
        terminal for how long.

    Returns
    -------
    report : ComparisonReport or JoinedReport
        The results. A model that fails has its error in place of results; the others
        go on. With ``datasets`` it has a report on each, and what they say together.

    Raises
    ------
    ValueError
        If there is nothing to compare, or if something to compare is no model; or if
        another argument cannot be.

    Examples
    --------
    >>> from sklearn.svm import SVC
    >>> from sknnadl import MLPClassifier, compare
    >>> from sknnadl.datasets import load_digits_images
    >>> data = load_digits_images()
    >>> models = {"SVM": SVC(), "MLP": MLPClassifier(random_state=0)}
    >>> test = (data.X_test, data.y_test)
    >>> report = compare(models, data.X_train, data.y_train, test=test)
    >>> [result["name"] for result in report.table if result["accuracy"] > 0.95]
    ['SVM', 'MLP']
    """
    if datasets is not None:
        of_one = {"test": test, "sample_weight": sample_weight, "groups": groups}
        _refuse(X=X, y=y, **of_one, cost_matrix=cost_matrix)
        options: CompareOptions = {
            "cv": cv,
            "scoring": scoring,
            "n_jobs": n_jobs,
            "random_state": random_state,
            "rope": rope,
            "timeout": timeout,
            "save": save,
            "verbose": verbose,
        }
        return compare_on_each(compare, estimators, datasets, options)
    if X is None or y is None:
        raise ValueError("Give the rows X and their targets y, or datasets.")
    models = name_estimators(estimators)
    classify = predicts_classes(next(iter(models.values())))
    named = name_scoring(scoring, next(iter(models.values())))
    _check_division(cv, test, rope)
    if isinstance(cv, Iterable):
        cv = list(cv)
    X, y, sample_weight, groups = indexable(X, y, sample_weight, groups)
    y = flatten(y)
    samples = Samples(X, y, sample_weight)
    test_samples = None if test is None else check_test(test)
    if cost_matrix is not None:
        if not classify:
            raise ValueError("cost_matrix is for classifiers, got regressors.")
        targets = [y] if test_samples is None else [y, test_samples.y]
        named = add_cost(named, cost_matrix, targets)
    sent = {f"estimators[{name!r}]": model for name, model in models.items()}
    check_timeout(timeout, sent | {"scoring": named})
    divided = {"cv": cv, "groups": groups, "random_state": random_state}
    divide = None
    if test is None:
        divide = partial(divide_rows, X, y, classify=classify, **divided)
    depends_on = X, y, sample_weight, groups, test, cv, random_state, named
    saved = SavedResults(save, depends_on, (named, cv), divide)
    if test_samples is not None:
        splits = [Split(samples, None, test_samples, None)]
    else:
        pairs = saved.index_pairs or []
        splits = [Split(samples, train, samples, rest) for train, rest in pairs]
    how = {"n_jobs": n_jobs, "timeout": timeout, "progress": Progress(bool(verbose))}
    results, fitted = _measure(models, splits, named, saved, how)
    given = {"cv": cv, "random_state": random_state, "has_test": test is not None}
    return ComparisonReport(
        results,
        models=models,
        scoring=named,
        splits=splits,
        estimators=fitted,
        provenance=find_provenance(models.values(), **given),
        rope=rope,
    )


def _refuse(**of_one_dataset: Any) -> None:
    """Refuse arguments that are of one data set."""
    given = [name for name, value in of_one_dataset.items() if value is not None]
    if given:
        raise ValueError(
            f"{given[0]} is of one data set, and does not go with datasets: give one "
            "of the two. join_reports joins a report on each data set."
        )


def _check_division(cv: Any, test: object, rope: float | None) -> None:
    """Refuse two ways of dividing the rows, and what the given one has no use for."""
    if cv is not None and test is not None:
        raise ValueError("cv and test exclude each other: give one of them.")
    if rope is not None:
        check_rope(rope)
        if cv is None:
            raise ValueError("rope needs the scores of folds: give cv.")


def _measure(
    models: dict[str, Any],
    splits: Sequence[Split],
    scoring: Scoring,
    saved: SavedResults,
    how: dict[str, Any],
) -> tuple[list[ModelResult], dict[str, Any]]:
    """Return the result of each model, and the fitted models of a single test set."""
    weighted = splits[0].samples.weights is not None
    results, fitted, progress = {}, {}, how["progress"]
    for name, model in models.items():
        found = saved.find(name, model)
        if found is not None:
            results[name] = merge(name, found, scoring, weighted)
            progress.tell(
                f"{name}: {describe_result(results[name])}, from {saved.path}"
            )
    todo = {name: model for name, model in models.items() if name not in results}
    with listening(), closing(run_models(todo, splits, scoring, **how)) as finished:
        for name, evaluations, fitted_model in finished:
            saved.keep(name, models[name], evaluations)
            results[name] = merge(name, evaluations, scoring, weighted)
            if fitted_model is not None:
                fitted[name] = fitted_model
            progress.tell(f"      {describe_result(results[name])}")
    in_order = {name: fitted[name] for name in models if name in fitted}
    return [results[name] for name in models], in_order
