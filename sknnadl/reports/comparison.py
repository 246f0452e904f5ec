"""Compare classifiers: fit each, and collect what can be said of it."""

import json
import statistics
import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from sklearn.base import clone, is_classifier
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split
from sklearn.utils import column_or_1d, indexable

from sknnadl.reports.files import check_report_path, write_text
from sknnadl.reports.parameters import count_parameters
from sknnadl.reports.progress import Progress
from sknnadl.reports.results import HEADER, ModelResult, make_cells, summarize
from sknnadl.reports.statistics import wilson_interval
from sknnadl.reports.tables import render_markdown, render_text

#: Predictions are timed again until this many seconds or repeats have passed.
_TIMING_SECONDS, _TIMING_REPEATS = 0.2, 5


class ComparisonReport:
    """The results of a comparison, which prints as a table.

    Parameters
    ----------
    results : list of ModelResult
        A result for each model, in the order of the comparison.
    estimators : dict of str to estimator
        The fitted models that did not fail.
    n_train, n_test : int
        The numbers of rows.

    Attributes
    ----------
    table : list of dict
        The results as plain values.

    Examples
    --------
    >>> from sklearn.dummy import DummyClassifier
    >>> from sknnadl import compare
    >>> X, y = [[0], [1], [2], [3]], [0, 1, 1, 1]
    >>> report = compare({"majority": DummyClassifier()}, X, y, test=(X, y))
    >>> report.table[0]["accuracy"]
    0.75
    """

    def __init__(self, results, estimators, n_train, n_test):
        self.results = results
        self.estimators = estimators
        self.n_train = n_train
        self.n_test = n_test

    @property
    def table(self):
        """The results as a list of dicts of plain values."""
        return [asdict(result) for result in self.results]

    def to_markdown(self):
        """Return the table in Markdown.

        Returns
        -------
        text : str
            A table with a line a model.
        """
        return render_markdown(*self._cells()) + "\n"

    def to_json(self):
        """Return all results as JSON.

        Returns
        -------
        text : str
            An object with ``n_train``, ``n_test`` and the list ``models``.
        """
        content = {
            "n_train": self.n_train,
            "n_test": self.n_test,
            "models": self.table,
        }
        return json.dumps(content, indent=2) + "\n"

    def save(self, path):
        """Write the report to a file, in the format that its suffix names.

        Parameters
        ----------
        path : str or path-like
            A file that ends in ``.md`` or ``.json``. It is replaced in one step.

        Raises
        ------
        ValueError
            If the suffix names no format.
        """
        write_text(path, self._format(path)())

    def _format(self, path):
        formats = {".md": self.to_markdown, ".json": self.to_json}
        check_report_path(path)
        return formats[Path(path).suffix]

    def _cells(self):
        return HEADER, [make_cells(result) for result in self.results]

    def __str__(self):
        text = render_text(*self._cells())
        return f"{text}\n{self.n_train:,} rows to train, {self.n_test:,} to test."

    __repr__ = __str__


def compare(estimators, X, y, *, test=None, random_state=None, verbose=0):
    """Fit classifiers on the same rows and compare them on others.

    Parameters
    ----------
    estimators : dict of str to estimator
        The models by name: any scikit-learn classifiers, pipelines or searches. They
        are cloned, and left as they are.
    X : array-like of shape (n_samples, ...)
        The training rows.
    y : array-like of shape (n_samples,)
        Their classes.
    test : tuple of (X_test, y_test), default=None
        The rows to compare on. By default a quarter of the rows, with the classes in
        equal parts, which is then not trained on.
    random_state : int, RandomState instance or None, default=None
        Which quarter that is.
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
        If there is nothing to compare, or if something to compare is no classifier.

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
    _check_estimators(estimators)
    if test is None:
        X, X_test, y, y_test = train_test_split(
            X, y, test_size=0.25, stratify=y, random_state=random_state
        )
    else:
        X_test, y_test = _check_test(test)
    X, y = indexable(X, y)
    y_test = column_or_1d(y_test, warn=True)
    progress = Progress(verbose)
    results, fitted = [], {}
    for number, (name, estimator) in enumerate(estimators.items(), start=1):
        progress.tell(f"[{number}/{len(estimators)}] {name}")
        model = clone(estimator)
        try:
            with progress.ticking():
                result = _measure(name, model, X, y, X_test, y_test)
        except Exception as error:  # one model's failure is a line of the table
            result = ModelResult(name, error=f"{type(error).__name__}: {error}")
        else:
            fitted[name] = model
        results.append(result)
        progress.tell(f"      {summarize(result)}")
    return ComparisonReport(results, fitted, len(y), len(y_test))


def _check_estimators(estimators):
    if not isinstance(estimators, Mapping) or not estimators:
        raise ValueError(
            "estimators must be a dict of at least one name and classifier, got "
            f"{estimators!r}."
        )
    for name, estimator in estimators.items():
        if not isinstance(name, str):
            raise ValueError(f"The names of estimators must be str, got {name!r}.")
        is_instance = hasattr(estimator, "fit") and not isinstance(estimator, type)
        if not is_instance or not is_classifier(estimator):
            raise ValueError(
                f"estimators[{name!r}] must be a classifier, got {estimator!r}."
            )


def _check_test(test):
    if not isinstance(test, tuple) or len(test) != 2 or any(t is None for t in test):
        raise ValueError("test must be a tuple of (X_test, y_test).")
    X_test, y_test = indexable(*test)
    if len(y_test) == 0:
        raise ValueError("test must have at least one row, got none.")
    return X_test, y_test


def _measure(name, model, X, y, X_test, y_test):
    """Fit a model, predict the test rows, and time both."""
    start = time.perf_counter()
    model.fit(X, y)
    fit_seconds = time.perf_counter() - start
    seconds = []
    while sum(seconds) < _TIMING_SECONDS and len(seconds) < _TIMING_REPEATS:
        start = time.perf_counter()
        predicted = model.predict(X_test)
        seconds.append(time.perf_counter() - start)
    n_correct = int(accuracy_score(y_test, predicted, normalize=False))
    low, high = wilson_interval(n_correct, len(y_test))
    return ModelResult(
        name=name,
        n_correct=n_correct,
        accuracy=n_correct / len(y_test),
        accuracy_low=low,
        accuracy_high=high,
        fit_seconds=fit_seconds,
        predict_microseconds=statistics.median(seconds) / len(y_test) * 1e6,
        n_parameters=count_parameters(model),
    )
