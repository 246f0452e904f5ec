"""Compare models: fit each on the same splits, and collect what can be said of it."""

from collections.abc import Iterable

import joblib
from sklearn.base import is_classifier
from sklearn.utils import indexable

from sknnadl.comparison.candidates import get_scorers, name_estimators
from sknnadl.comparison.evaluation import evaluate
from sknnadl.comparison.progress import Progress
from sknnadl.comparison.report import ComparisonReport
from sknnadl.comparison.results import merge, summarize
from sknnadl.comparison.saved import SavedResults
from sknnadl.comparison.splits import Split, check_test, divide_rows


def compare(
    estimators,
    X,
    y,
    *,
    cv=None,
    test=None,
    scoring=None,
    n_jobs=None,
    random_state=None,
    sample_weight=None,
    groups=None,
    save=None,
    verbose=0,
):
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
    cv : int, splitter or iterable, default=None
        Compare on folds, as in `sklearn.model_selection.cross_validate`; all models
        have the same ones.
    test : tuple of (X_test, y_test), default=None
        Compare on these rows, instead of folds. Without ``cv`` and ``test`` a quarter
        of the rows, with the classes in equal parts, is held out.
    scoring : str, callable, list, dict or None, default=None
        What is measured, as in `sklearn.model_selection.cross_validate`. By default
        the accuracy of classifiers and the R2 of regressors.
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
        written over.
    verbose : int, default=0
        Whether to tell, on standard error, which model is being fitted, and on a
        terminal for how long.

    Returns
    -------
    report : ComparisonReport
        The results. A model that fails has its error in place of results; the others
        go on.

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
    estimators = name_estimators(estimators)
    classify = is_classifier(next(iter(estimators.values())))
    scorers = get_scorers(scoring, classify)
    if cv is not None and test is not None:
        raise ValueError("cv and test exclude each other: give one of them.")
    if isinstance(cv, Iterable):
        cv = list(cv)
    X, y, sample_weight, groups = indexable(X, y, sample_weight, groups)
    saved = SavedResults(
        save, (X, y, sample_weight, groups, test, cv, random_state, scorers)
    )
    if test is not None:
        splits = [Split((X, y, sample_weight), None, (*check_test(test), None), None)]
    else:
        if saved.parts is None:
            how = {"cv": cv, "groups": groups, "random_state": random_state}
            saved.parts = divide_rows(X, y, classify=classify, **how)
        data = X, y, sample_weight
        splits = [Split(data, train, data, held) for train, held in saved.parts]
    done = {name: saved.find(name, model) for name, model in estimators.items()}
    progress, fitted, results = Progress(verbose), {}, {}
    todo = {name: model for name, model in estimators.items() if done[name] is None}
    runs = _run(todo, splits, scorers, n_jobs, progress)
    for name in estimators:
        if done[name] is None:
            continue
        results[name] = merge(name, done[name], scorers, sample_weight is not None)
        progress.tell(f"{name}: {summarize(results[name])}, from {save}")
    for name, parts, models in runs:
        saved.keep(name, estimators[name], parts)
        results[name] = merge(name, parts, scorers, sample_weight is not None)
        if models[0] is not None:
            fitted[name] = models[0]
        progress.tell(f"      {summarize(results[name])}")
    return ComparisonReport(
        [results[name] for name in estimators],
        {name: fitted[name] for name in estimators if name in fitted},
        scorers,
        estimators,
        splits,
    )


def _run(estimators, splits, scorers, n_jobs, progress):
    """Yield the name and the results of each as it is done, and the fitted models.

    Models of folds are None: one on all rows is what a user would want.
    """
    if joblib.effective_n_jobs(n_jobs) == 1:
        for number, (name, estimator) in enumerate(estimators.items(), start=1):
            progress.tell(f"[{number}/{len(estimators)}] {name}")
            with progress.ticking():
                done = [
                    _evaluate_task(None, estimator, split, scorers, len(splits))[1]
                    for split in splits
                ]
            yield name, *map(list, zip(*done, strict=True))
        return
    tasks = [(name, i) for name in estimators for i in range(len(splits))]
    finished = joblib.Parallel(n_jobs, return_as="generator_unordered")(
        joblib.delayed(_evaluate_task)(
            task, estimators[task[0]], splits[task[1]], scorers, len(splits)
        )
        for task in tasks
    )
    parts = {name: {} for name in estimators}
    for (name, i), done in finished:
        parts[name][i] = done
        if len(parts[name]) == len(splits):
            progress.tell(f"[{_count(parts, splits)}/{len(estimators)}] {name}")
            ordered = [parts[name][i] for i in range(len(splits))]
            yield name, *map(list, zip(*ordered, strict=True))


def _evaluate_task(task, estimator, split, scorers, n_splits):
    """Return the task with its result and, where it is no fold, the fitted model."""
    result, model = evaluate(estimator, split, scorers)
    return task, (result, model if n_splits == 1 else None)


def _count(parts, splits):
    return sum(len(part) == len(splits) for part in parts.values())
