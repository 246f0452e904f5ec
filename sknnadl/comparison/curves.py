"""How the scores of models grow with the rows that they are fitted on."""

import statistics
from numbers import Integral

import joblib

from sknnadl.comparison.evaluation import evaluate


def measure_curve(estimators, splits, scorers, sizes, n_jobs):
    """Fit models on the first rows of each split, in several numbers.

    Parameters
    ----------
    estimators : dict of str to estimator
        The models, which are cloned.
    splits : list of Split
        The rows.
    scorers : dict of str to callable
        The scorers, by name.
    sizes : iterable of int
        How many rows to fit on.
    n_jobs : int or None
        How many fits run at a time.

    Returns
    -------
    rows : list of dict
        For each model and size ``name``, ``size``, the mean of each score,
        ``fit_seconds``, and ``error``.

    Raises
    ------
    ValueError
        If a size is not from 1 to the number of training rows.
    """
    sizes = list(sizes)
    n_train = min(len(split.train_indices) for split in splits)
    for size in sizes:
        if not isinstance(size, Integral) or not 1 <= size <= n_train:
            raise ValueError(
                f"sizes must be integers from 1 to the {n_train} training rows, got "
                f"{size!r}."
            )
    tasks = [(name, size) for name in estimators for size in sizes]
    measured = joblib.Parallel(n_jobs)(
        joblib.delayed(_evaluate_part)(estimators[name], split, scorers, int(size))
        for name, size in tasks
        for split in splits
    )
    n = len(splits)
    groups = [measured[i : i + n] for i in range(0, len(measured), n)]
    return [
        _merge(name, size, group, scorers)
        for (name, size), group in zip(tasks, groups, strict=True)
    ]


def _evaluate_part(estimator, split, scorers, size):
    return evaluate(estimator, split, scorers, size)[0]  # without the model


def _merge(name, size, results, scorers):
    row = {"name": name, "size": int(size), **dict.fromkeys(scorers)}
    row |= {"fit_seconds": None, "error": None}
    errors = [result["error"] for result in results if "error" in result]
    if errors:
        return row | {"error": errors[0]}
    means = {
        one: statistics.fmean(result["scores"][one] for result in results)
        for one in scorers
    }
    seconds = statistics.median(result["fit_seconds"] for result in results)
    return row | means | {"fit_seconds": seconds}
