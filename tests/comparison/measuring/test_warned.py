"""Warnings of models are counted, wherever they are fitted."""

import threading
import warnings

import joblib
import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import ConvergenceWarning, UndefinedMetricWarning
from sklearn.linear_model import LogisticRegression

from sknnadl import compare
from sknnadl.comparison.measuring.warned import counted_warnings, listening


@pytest.fixture(autouse=True)
def _as_users_have_it():
    """Take back what makes errors of warnings in tests."""
    with warnings.catch_warnings():
        warnings.resetwarnings()
        yield


def make_warning(*texts, error=None):
    """Return a model that warns; a class of a function is sent to processes whole."""

    class Warning_(ClassifierMixin, BaseEstimator):
        def __init__(self, texts, error):
            self.texts = texts
            self.error = error

        def fit(self, X, y):
            import warnings

            import numpy as np

            for text in self.texts:
                for _ in range(2):  # from one line
                    warnings.warn(text, UserWarning, stacklevel=1)
            self.classes_ = np.unique(y)
            if self.error:
                raise RuntimeError(self.error)
            return self

        def predict(self, X):
            return np.full(len(X), self.classes_[0])

    return Warning_(texts, error)


@pytest.mark.parametrize(
    "where", [{}, {"n_jobs": 2}, {"n_jobs": 2, "backend": "threading"}]
)
def test_counted_in_any_worker(where, iris):
    models = {
        "one": make_warning("a"),
        "two": make_warning("a", "b"),
        "fails": make_warning("c", error="no"),
        "none": make_warning(),
    }
    before = warnings.filters[:], warnings.showwarning
    with joblib.parallel_config(**{"backend": "loky", **where}):
        report = compare(models, *iris, cv=3)
    assert (warnings.filters, warnings.showwarning) == before
    counts = [row["warnings"] for row in report.table]
    assert counts[0] == {"UserWarning: a": 6}
    assert counts[1] == {"UserWarning: a": 6, "UserWarning: b": 6}
    assert counts[2] == {"UserWarning: c": 6}
    assert counts[3] == {}
    lines = str(report).splitlines()
    assert lines[0].endswith("warnings")
    ends = [line.split()[-1] for line in (lines[2], lines[3], lines[5])]
    assert ends == ["6", "12", "0"]
    assert report.table[2]["error"].startswith("RuntimeError: no")


def test_real_ones_and_what_the_user_ignores(iris):
    model = LogisticRegression(max_iter=2)
    scoring = ["accuracy", "precision_macro"]
    row = compare([model], *iris, cv=3, scoring=scoring).table[0]
    assert list(row["warnings"].values()) == [3]
    assert next(iter(row["warnings"])).startswith("ConvergenceWarning: lbfgs failed")
    warnings.simplefilter("ignore", ConvergenceWarning)
    for n_jobs in (1, 2):
        row = compare([model], *iris, cv=3, n_jobs=n_jobs).table[0]
        assert row["warnings"] == {}
    warnings.simplefilter("error", ConvergenceWarning)
    row = compare([model], *iris, cv=3).table[0]
    assert row["error"].startswith("ConvergenceWarning: ")


def test_draws_of_rows_do_not_count(iris):
    guess = make_warning()
    scoring = "precision_macro"  # of two classes it is undefined
    row = compare([guess], *iris, random_state=0, scoring=scoring).table[0]
    (text,) = row["warnings"]
    assert text.startswith(UndefinedMetricWarning.__name__)
    assert row["warnings"][text] == 1


def test_other_threads_than_the_main_one_change_nothing(iris):
    tables, before = [], warnings.showwarning

    def work():
        tables.append(compare({"a": make_warning("a")}, *iris, cv=2).table)

    with warnings.catch_warnings(record=True) as heard:
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    assert tables[0][0]["warnings"] is None
    assert {str(one.message) for one in heard} == {"a"}
    assert warnings.showwarning is before


def test_threads_are_told_apart():
    counts, begins = {}, threading.Barrier(2)

    def work(name):
        with counted_warnings() as found:
            begins.wait(timeout=60)
            warnings.warn(name, UserWarning, stacklevel=1)
            begins.wait(timeout=60)
            counts[name] = dict(found)

    with listening():
        threads = [threading.Thread(target=work, args=(name,)) for name in "ab"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert counts == {name: {f"UserWarning: {name}": 1} for name in "ab"}
