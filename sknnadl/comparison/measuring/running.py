"""All models on all splits: one fit after the other, or several at a time."""

from __future__ import annotations

import pickle
import warnings
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from typing import Any

import joblib
from joblib.externals.loky.backend.reduction import dumps
from sklearn import config_context, get_config

from sknnadl.comparison.measuring.class_scores import ask_class_scores
from sknnadl.comparison.measuring.deadlines import run_in_time
from sknnadl.comparison.measuring.evaluation import Evaluation, Scoring, evaluate
from sknnadl.comparison.measuring.progress import Progress
from sknnadl.comparison.measuring.resampling import resample_scores
from sknnadl.comparison.measuring.splits import Split
from sknnadl.comparison.measuring.warned import listening

#: The name of a model that is done, what was found out on each split, and the fitted
#: model. There is none of folds: one on all rows is what a user would want.
Done = tuple[str, list[Evaluation], Any]
#: The name of a model and the number of a split, and what was found out there.
_OneDone = tuple[tuple[str, int], tuple[Evaluation, Any]]


def run_models(
    models: Mapping[str, Any],
    splits: Sequence[Split],
    scoring: Scoring,
    *,
    n_jobs: int | None,
    timeout: float | None,
    progress: Progress,
) -> Generator[Done, None, None]:
    """Fit and measure models.

    Parameters
    ----------
    models : dict of str to estimator
        The models, which are cloned.
    splits : list of Split
        The rows.
    scoring : dict of str to callable
        What is measured, by name.
    n_jobs : int or None
        How many fits run at a time.
    timeout : float or None
        The seconds that a fit may take.
    progress : Progress
        What is told of it.

    Yields
    ------
    name : str
        The name of a model, as soon as it is done.
    evaluations : list of dict
        What `evaluate` returned for each split.
    fitted : estimator or None
        The fitted model, of a single test set.
    """
    n_parallel = joblib.effective_n_jobs(n_jobs)
    if timeout is None and n_parallel == 1:
        yield from _run_in_turn(models, splits, scoring, progress)
        return
    if timeout is None:
        finished = _run_in_parallel(models, splits, scoring, n_jobs)
    else:
        # Its processes are of this machine, whatever the backend has beside it.
        n_workers = min(n_parallel, joblib.cpu_count(), len(models) * len(splits))
        finished = _run_in_time(
            models, splits, scoring, timeout=timeout, n_workers=n_workers
        )
    yield from _gather(finished, models, len(splits), progress)


def _run_in_turn(
    models: Mapping[str, Any],
    splits: Sequence[Split],
    scoring: Scoring,
    progress: Progress,
) -> Iterator[Done]:
    for number, (name, model) in enumerate(models.items(), start=1):
        progress.tell(f"[{number}/{len(models)}] {name}")
        with progress.ticking():
            done = [_run(model, split, scoring, len(splits)) for split in splits]
        yield name, [evaluation for evaluation, _ in done], done[0][1]


def _run_in_parallel(
    models: Mapping[str, Any],
    splits: Sequence[Split],
    scoring: Scoring,
    n_jobs: int | None,
) -> Iterator[_OneDone]:
    surroundings = get_config(), list(warnings.filters)
    finished: Iterator[_OneDone] = joblib.Parallel(
        n_jobs, return_as="generator_unordered"
    )(
        joblib.delayed(_run_task)(
            (name, i), surroundings, model, scoring, len(splits), *split.parts()
        )
        for name, model in models.items()
        for i, split in enumerate(splits)
    )
    return finished


def _run_task(
    task: tuple[str, int],
    surroundings: tuple[Any, Any],
    model: Any,
    scoring: Scoring,
    n_splits: int,
    *parts: Any,
) -> _OneDone:
    """Return the task with what was found out, as tasks do not end in their order."""
    split = Split.from_parts(*parts)
    return task, _run_as_at_home(surroundings, model, split, scoring, n_splits)


def _gather(
    finished: Iterable[_OneDone],
    models: Mapping[str, Any],
    n_splits: int,
    progress: Progress,
) -> Iterator[Done]:
    """Yield each model whose splits are all done."""
    done: dict[str, dict[int, tuple[Evaluation, Any]]] = {name: {} for name in models}
    n_done = 0
    for (name, i), one in finished:
        done[name][i] = one
        if len(done[name]) == n_splits:
            n_done += 1
            progress.tell(f"[{n_done}/{len(models)}] {name}")
            evaluations = [done[name][i][0] for i in range(n_splits)]
            yield name, evaluations, done[name][0][1]


def _run_in_time(
    models: Mapping[str, Any],
    splits: Sequence[Split],
    scoring: Scoring,
    *,
    timeout: float,
    n_workers: int,
) -> Iterator[_OneDone]:
    """Yield each task; those of a model that was late once are not begun."""
    begun: set[tuple[str, int]] = set()
    late: set[str] = set()

    def tasks() -> Iterator[tuple[tuple[str, int], tuple[Any, int]]]:
        for name, model in models.items():
            for i in range(len(splits)):
                if name not in late:
                    begun.add((name, i))
                    yield (name, i), (model, i)

    shared = splits, scoring, (get_config(), list(warnings.filters))
    finished = run_in_time(
        _run_and_send, shared, tasks(), timeout=timeout, n_workers=n_workers
    )
    for (name, i), found in finished:
        if not isinstance(found, BaseException):
            evaluation, pickled = found
            model = None if pickled is None else pickle.loads(pickled)
            yield (name, i), (evaluation, model)
            continue
        failed = {"error": f"{type(found).__name__}: {found}", "warnings": None}
        yield (name, i), (failed, None)
        if isinstance(found, TimeoutError):
            late.add(name)
            for other in range(len(splits)):
                if (name, other) not in begun:
                    begun.add((name, other))
                    yield (name, other), (failed, None)


def _run_and_send(
    splits: Sequence[Split],
    scoring: Scoring,
    surroundings: tuple[Any, Any],
    model: Any,
    i: int,
) -> tuple[Evaluation, bytes | None]:
    """Return what was found out, and the pickled model, where it can be sent."""
    evaluation, fitted = _run_as_at_home(
        surroundings, model, splits[i], scoring, len(splits)
    )
    if fitted is None:
        return evaluation, None
    try:
        return evaluation, bytes(dumps(fitted))
    except Exception as error:  # whatever an object raises that cannot be pickled
        text = f"UserWarning: report.estimators lacks the fitted model: {error}"
        counts = evaluation["warnings"] or {}
        return evaluation | {"warnings": counts | {text: 1}}, None


def _run_as_at_home(
    surroundings: tuple[Any, Any], *arguments: Any
) -> tuple[Evaluation, Any]:
    """Do what `_run` does, with settings and filters of where it was asked for."""
    config, filters = surroundings
    with config_context(**config), listening(filters):
        return _run(*arguments)


def _run(
    model: Any, split: Split, scoring: Scoring, n_splits: int
) -> tuple[Evaluation, Any]:
    """Return what was found out and, where it is no fold, the fitted model."""
    evaluation, fitted = evaluate(model, split, scoring)
    if fitted is None:
        return evaluation, None
    test = split.take_test()
    evaluation |= {"class_scores": ask_class_scores(fitted, test)}
    if n_splits > 1:
        return evaluation, None
    resampled = resample_scores(fitted, test, scoring, evaluation["scores"])
    return evaluation | {"resampled": resampled}, fitted
