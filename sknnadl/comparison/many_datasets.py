"""Many data sets: compare models on each, and join the reports."""

from __future__ import annotations

import copy
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
from sklearn.utils import check_consistent_length

from sknnadl.comparison.findings.results import without_failures
from sknnadl.comparison.joined import JoinedReport
from sknnadl.comparison.measuring.candidates import name_estimators, name_scoring
from sknnadl.comparison.measuring.progress import Progress
from sknnadl.comparison.report import ComparisonReport
from sknnadl.significance.equivalence import check_rope


def join_reports(
    reports: Mapping[str, ComparisonReport], *, rope: float | None = None
) -> JoinedReport:
    """Join reports on the same models and several data sets.

    Parameters
    ----------
    reports : dict of str to ComparisonReport
        What `compare` returned for each data set, by its name. All have models of the
        same names, and the same scores. How they were measured, on folds or on test
        rows, may differ.
    rope : float, default=None
        The largest difference of the first score that does not matter, such as 0.01 of
        the accuracy.

    Returns
    -------
    joined : JoinedReport
        The reports, and what they say together.

    Raises
    ------
    ValueError
        If there are fewer than two reports, if something is none, or if their models or
        scores are not the same.

    Examples
    --------
    >>> from sklearn.datasets import load_iris, load_wine
    >>> from sklearn.dummy import DummyClassifier
    >>> from sklearn.naive_bayes import GaussianNB
    >>> from sknnadl import compare
    >>> from sknnadl.reports import join_reports
    >>> models = {"guess": DummyClassifier(), "Bayes": GaussianNB()}
    >>> iris = compare(models, *load_iris(return_X_y=True), cv=5)
    >>> wine = compare(models, *load_wine(return_X_y=True), random_state=0)
    >>> join_reports({"iris": iris, "wine": wine}).sentences()[0]
    'Bayes has the best mean rank, 1.00, of 2 models on 2 data sets.'
    """
    if not isinstance(reports, Mapping) or len(reports) < 2:
        raise ValueError(
            "reports must be a dict of at least two names and reports, as there are no "
            f"ranks over fewer data sets, got {_shorten(reports)}."
        )
    for name, report in reports.items():
        _check_name("reports", name)
        if not isinstance(report, ComparisonReport):
            raise ValueError(
                f"reports[{name!r}] must be a report, as compare returns one, got "
                f"{_shorten(report)}."
            )
    if rope is not None:
        check_rope(rope)
    _check_same("models", {n: [m.name for m in r.results] for n, r in reports.items()})
    sound = {n: r for n, r in reports.items() if without_failures(r.results)}
    _check_same("scores", {n: r.scorers for n, r in sound.items()})
    return JoinedReport(dict(reports), rope=rope)


def compare_on_each(
    compare: Callable[..., ComparisonReport],
    estimators: Any,
    datasets: Mapping[str, tuple[Any, Any]],
    options: Mapping[str, Any],
) -> JoinedReport:
    """Compare models on each of several data sets.

    Parameters
    ----------
    compare : callable
        The function that compares on one.
    estimators : dict or list
        The models.
    datasets : dict of str to tuple of (X, y)
        The data sets.
    options : dict
        The other arguments of `compare`, with a folder for ``save``.

    Returns
    -------
    joined : JoinedReport
        What was found.

    Raises
    ------
    ValueError
        If there are fewer than two data sets, or one is none; or if one cannot be
        compared on.
    """
    _check_datasets(datasets)
    if isinstance(options["cv"], Iterator | list | tuple):
        raise ValueError(
            "cv must be a number of folds or a splitter with datasets, as rows of one "
            "data set are none of another: join_reports joins a report on each."
        )
    models = name_estimators(estimators)
    scoring = name_scoring(options["scoring"], next(iter(models.values())))
    options = {**options, "scoring": scoring}
    paths = _make_folder(options["save"], datasets)
    seeds = _draw_seeds(options["random_state"], len(datasets))
    progress, reports = Progress(bool(options["verbose"])), {}
    for number, (name, (X, y)) in enumerate(datasets.items()):
        progress.tell(f"Data set {number + 1} of {len(datasets)}: {name}")
        own = {"random_state": seeds[number], "save": paths[name]}
        # A splitter that draws folds draws those of a data set whatever came before.
        own["cv"] = copy.deepcopy(options["cv"])
        try:
            reports[name] = compare(models, X, y, **{**options, **own})
        except ValueError as error:
            raise ValueError(f"datasets[{name!r}]: {error}") from error
    return join_reports(reports, rope=options["rope"])


def _check_datasets(datasets: Any) -> None:
    if not isinstance(datasets, Mapping) or len(datasets) < 2:
        raise ValueError(
            "datasets must be a dict of at least two names and tuples of (X, y), got "
            f"{_shorten(datasets)}: one data set is given as X and y."
        )
    for name, pair in datasets.items():
        _check_name("datasets", name)
        is_pair = isinstance(pair, tuple) and len(pair) == 2
        if not is_pair or any(one is None for one in pair):
            raise ValueError(
                f"datasets[{name!r}] must be a tuple of (X, y), got {_shorten(pair)}."
            )
        try:
            check_consistent_length(*pair)
        except (TypeError, ValueError) as error:
            raise ValueError(f"datasets[{name!r}]: {error}") from error


def _check_name(argument: str, name: Any) -> None:
    if not isinstance(name, str) or not name:
        raise ValueError(
            f"The names of {argument} must be str of at least a letter, got {name!r}."
        )


def _check_same(what: str, by_report: Mapping[str, list[str]]) -> None:
    """Refuse reports that have other models or scores than the first."""
    first, *others = by_report.items() or [("", [])]
    for name, found in others:
        if sorted(found) != sorted(first[1]):
            raise ValueError(
                f"All reports must have the same {what}: {first[0]!r} has {first[1]}, "
                f"and {name!r} has {found}."
            )


def _make_folder(
    save: str | os.PathLike[str] | None, names: Mapping[str, Any]
) -> dict[str, Path | None]:
    """Return where each data set is kept: a file of its name in a folder."""
    if save is None:
        return dict.fromkeys(names)
    folder = Path(save)
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise ValueError(
            f"save must be a folder with datasets, or where one can be made, got "
            f"{str(save)!r}: {error.strerror}."
        ) from error
    return {name: folder / f"{quote(name, safe=' ')}.json" for name in names}


def _draw_seeds(random_state: Any, n_datasets: int) -> list[Any]:
    """Return what each data set is divided by, whichever are already done."""
    if not isinstance(random_state, np.random.RandomState):
        return [random_state] * n_datasets
    return list(random_state.randint(2**31 - 1, size=n_datasets).tolist())


def _shorten(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
