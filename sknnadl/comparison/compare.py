"""Compare models: fit each on the same splits, and collect what can be said of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypedDict, Unpack, overload

import joblib
import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import is_classifier
from sklearn.utils import indexable

from sknnadl._sklearn import MatrixLike
from sknnadl.comparison.candidates import name_estimators, name_scoring
from sknnadl.comparison.cells import describe_result
from sknnadl.comparison.evaluation import Evaluation, Scoring, evaluate
from sknnadl.comparison.joined import JoinedReport
from sknnadl.comparison.many_datasets import compare_on_each
from sknnadl.comparison.progress import Progress
from sknnadl.comparison.report import ComparisonReport
from sknnadl.comparison.resampling import resample_scores
from sknnadl.comparison.results import ModelResult, merge
from sknnadl.comparison.saved import SavedResults
from sknnadl.comparison.splits import Samples, Split, check_test, divide_rows

if TYPE_CHECKING:
    _Models = Mapping[str, Any] | list[Any] | tuple[Any, ...]


class CompareOptions(TypedDict, total=False):
    """What `compare` can be told of one data set and of several."""

    cv: Any
    scoring: str | Callable[..., Any] | Iterable[str] | Mapping[str, Any] | None
    n_jobs: int | None
    random_state: int | np.random.RandomState | None
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
    save: str | os.PathLike[str] | None = None,
    verbose: int = 0,
) -> ComparisonReport | JoinedReport:
    """Fit models on the same rows and compare them on others.

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
        by name. ``cv`` is then a number or a splitter. ``test``, ``sample_weight`` and
        ``groups``, which are of one data set, do not go with it;
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
        fails.
    groups : array-like of shape (n_samples,), default=None
        The groups of the rows, for ``cv``.
    save : str or path-like, default=None
        A file that keeps the results of each model when it is done. A comparison that
        was stopped, and is called again with the same arguments, goes on from there;
        so does one with further models. Files of other arguments are no use to it, and
        written over. With ``datasets`` a folder, which is made where it is not there,
        with such a file for each.
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
        If there is nothing to compare, or if something to compare is no model.

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
        _refuse(X=X, y=y, test=test, sample_weight=sample_weight, groups=groups)
        options: CompareOptions = {
            "cv": cv,
            "scoring": scoring,
            "n_jobs": n_jobs,
            "random_state": random_state,
            "save": save,
            "verbose": verbose,
        }
        return compare_on_each(compare, estimators, datasets, options)
    if X is None or y is None:
        raise ValueError("Give the rows X and their targets y, or datasets.")
    models = name_estimators(estimators)
    classify = is_classifier(next(iter(models.values())))
    named = name_scoring(scoring, next(iter(models.values())))
    if cv is not None and test is not None:
        raise ValueError("cv and test exclude each other: give one of them.")
    if isinstance(cv, Iterable):
        cv = list(cv)
    X, y, sample_weight, groups = indexable(X, y, sample_weight, groups)
    samples = Samples(X, y, sample_weight)
    depends_on = X, y, sample_weight, groups, test, cv, random_state, named
    saved = SavedResults(save, depends_on)
    if test is not None:
        splits = [Split(samples, None, check_test(test), None)]
    else:
        if saved.index_pairs is None:
            how = {"cv": cv, "groups": groups, "random_state": random_state}
            saved.index_pairs = divide_rows(X, y, classify=classify, **how)
        splits = [
            Split(samples, train, samples, held_out)
            for train, held_out in saved.index_pairs
        ]
    progress = Progress(bool(verbose))
    results, fitted = _measure(models, splits, named, saved, n_jobs, progress)
    return ComparisonReport(
        results, models=models, scoring=named, splits=splits, estimators=fitted
    )


def _refuse(**of_one_dataset: Any) -> None:
    """Refuse arguments that are of one data set."""
    given = [name for name, value in of_one_dataset.items() if value is not None]
    if given:
        raise ValueError(
            f"{given[0]} is of one data set, and does not go with datasets: give one "
            "of the two. join_reports joins a report on each data set."
        )


def _measure(
    models: dict[str, Any],
    splits: Sequence[Split],
    scoring: Scoring,
    saved: SavedResults,
    n_jobs: int | None,
    progress: Progress,
) -> tuple[list[ModelResult], dict[str, Any]]:
    """Return the result of each model, and the fitted models of a single test set."""
    weighted = splits[0].samples.weights is not None
    results, fitted = {}, {}
    for name, model in models.items():
        found = saved.find(name, model)
        if found is not None:
            results[name] = merge(name, found, scoring, weighted)
            progress.tell(
                f"{name}: {describe_result(results[name])}, from {saved.path}"
            )
    todo = {name: model for name, model in models.items() if name not in results}
    parallel = joblib.effective_n_jobs(n_jobs) > 1
    evaluated = (
        _evaluate_in_parallel(todo, splits, scoring, n_jobs, progress)
        if parallel
        else _evaluate_in_turn(todo, splits, scoring, progress)
    )
    for name, evaluations, fitted_model in evaluated:
        saved.keep(name, models[name], evaluations)
        results[name] = merge(name, evaluations, scoring, weighted)
        if fitted_model is not None:
            fitted[name] = fitted_model
        progress.tell(f"      {describe_result(results[name])}")
    in_order = {name: fitted[name] for name in models if name in fitted}
    return [results[name] for name in models], in_order


#: The name of a model that is done, what was found out on each split, and the fitted
#: model. There is none of folds: one on all rows is what a user would want.
_Done = tuple[str, list[Evaluation], Any]


def _evaluate_in_turn(
    models: dict[str, Any],
    splits: Sequence[Split],
    scoring: Scoring,
    progress: Progress,
) -> Iterator[_Done]:
    """Yield each model as it is done."""
    for number, (name, model) in enumerate(models.items(), start=1):
        progress.tell(f"[{number}/{len(models)}] {name}")
        with progress.ticking():
            done = [_evaluate(model, split, scoring, len(splits)) for split in splits]
        yield name, [evaluation for evaluation, _ in done], done[0][1]


def _evaluate_in_parallel(
    models: dict[str, Any],
    splits: Sequence[Split],
    scoring: Scoring,
    n_jobs: int | None,
    progress: Progress,
) -> Iterator[_Done]:
    """Yield each model as it is done, whichever is first."""
    finished = joblib.Parallel(n_jobs, return_as="generator_unordered")(
        joblib.delayed(_evaluate_task)((name, i), model, split, scoring, len(splits))
        for name, model in models.items()
        for i, split in enumerate(splits)
    )
    done: dict[str, dict[int, tuple[Evaluation, Any]]] = {name: {} for name in models}
    n_done = 0
    for (name, i), one in finished:
        done[name][i] = one
        if len(done[name]) == len(splits):
            n_done += 1
            progress.tell(f"[{n_done}/{len(models)}] {name}")
            evaluations = [done[name][i][0] for i in range(len(splits))]
            yield name, evaluations, done[name][0][1]


def _evaluate_task(
    task: tuple[str, int], *arguments: Any
) -> tuple[tuple[str, int], tuple[Evaluation, Any]]:
    """Return the task with what was found out, as tasks do not end in their order."""
    return task, _evaluate(*arguments)


def _evaluate(
    model: Any, split: Split, scoring: Scoring, n_splits: int
) -> tuple[Evaluation, Any]:
    """Return what was found out and, where it is no fold, the fitted model."""
    evaluation, fitted = evaluate(model, split, scoring)
    if n_splits > 1 or fitted is None:
        return evaluation, None
    scores = evaluation["scores"]
    resampled = resample_scores(fitted, split.take_test(), scoring, scores)
    return evaluation | {"resampled": resampled}, fitted
