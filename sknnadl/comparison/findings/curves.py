"""How the scores of models grow with the rows that they are fitted on."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from numbers import Integral
from typing import Any

from sklearn.utils.parallel import Parallel, delayed

from sknnadl.comparison.measuring.evaluation import Evaluation, Scoring, evaluate
from sknnadl.comparison.measuring.splits import Split
from sknnadl.comparison.measuring.warned import add_counts


def measure_curve(
    models: Mapping[str, Any],
    splits: Sequence[Split],
    scoring: Scoring,
    scorers: Sequence[str],
    sizes: Iterable[int],
    n_jobs: int | None,
) -> list[dict[str, Any]]:
    """Fit models on the first rows of each split, in several numbers.

    Parameters
    ----------
    models : dict of str to estimator
        The models, which are cloned.
    splits : list of Split
        The rows.
    scoring : dict of str to callable
        What is measured, by name.
    scorers : list of str
        The names of the scores.
    sizes : iterable of int
        How many rows to fit on.
    n_jobs : int or None
        How many fits run at a time.

    Returns
    -------
    rows : list of dict
        For each model and size ``name``, ``size``, the mean of each score,
        ``fit_seconds``, ``warnings``, how often each came, and ``error``.

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
    tasks = [(name, int(size)) for name in models for size in sizes]
    measured = Parallel(n_jobs)(
        delayed(_evaluate_size)(models[name], scoring, size, *split.parts())
        for name, size in tasks
        for split in splits
    )
    n = len(splits)
    of_tasks = [measured[i : i + n] for i in range(0, len(measured), n)]
    return [
        _merge(name, size, evaluations, scorers)
        for (name, size), evaluations in zip(tasks, of_tasks, strict=True)
    ]


def _evaluate_size(model: Any, scoring: Scoring, size: int, *parts: Any) -> Evaluation:
    """Return what was found out, without the fitted model."""
    return evaluate(model, Split.from_parts(*parts), scoring, size)[0]


def _merge(
    name: str, size: int, evaluations: list[Evaluation], scorers: Iterable[str]
) -> dict[str, Any]:
    row = {"name": name, "size": size, **dict.fromkeys(scorers)}
    counts = add_counts([one["warnings"] for one in evaluations])
    row |= {"fit_seconds": None, "warnings": counts, "error": None}
    errors = [one["error"] for one in evaluations if "error" in one]
    if errors:
        return row | {"error": errors[0]}
    means = {
        scorer: statistics.fmean(
            one["scores"].get(scorer, math.nan) for one in evaluations
        )
        for scorer in scorers
    }
    seconds = statistics.median(one["fit_seconds"] for one in evaluations)
    return row | means | {"fit_seconds": seconds}
