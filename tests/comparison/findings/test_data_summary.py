"""The paragraph on the rows of a comparison."""

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array

from sknnadl.comparison.findings.data_summary import summarize_data
from sknnadl.comparison.measuring.splits import Samples, Split


def summarize(X, y, *, test=None, classify=True, weights=None):
    samples = Samples(X, y, weights)
    others = samples if test is None else Samples(*test)
    return summarize_data([Split(samples, None, others, None)], classify=classify)


def test_classes_and_missing_values():
    X, y = np.array([[1, np.nan], [2, 3], [4, np.nan]]), ["a", "b", "b"]
    assert str(summarize(X, y)) == (
        "3 rows, 2 features. 2 classes: a (33.3%), b (66.7%). "
        "2 values are missing (33.33%)."
    )
    summary = summarize(X, y, test=([[5.0, 6.0]], ["c"]), weights=[1, 2, 3])
    assert summary.class_shares == {"a": 0.25, "b": 0.5, "c": 0.25}
    assert (summary.n_rows, summary.n_missing) == (4, 2)
    assert str(summary).endswith("2 values are missing (25.00%). Rows have weights.")


def test_missing_values_of_many_rows():
    X = np.zeros((2500, 2))
    X[[0, 999, 1000, 2499], 1] = np.nan
    assert summarize(X, np.zeros(2500)).n_missing == 4


def test_numbers_as_targets():
    summary = summarize([[0], [1], [2]], [3.0, 1.0, 1234.5], classify=False)
    assert str(summary) == (
        "3 rows, 1 feature. Targets from 1 to 1234, median 3. No values are missing."
    )


@pytest.mark.parametrize(
    ("X", "begins", "n_missing"),
    [
        (["a text", "another"], "2 rows, each of which is one object", None),
        ([[1], [2, 3]], "2 rows, each of which is one object", None),
        (np.zeros((2, 8, 8), np.uint8), "2 rows, each of shape 8 x 8.", 0),
        (csr_array([[np.nan, 0], [0, 1]]), "2 rows, 2 features.", 1),
        (pd.DataFrame({"a": [None, "x"], "b": [1, 2]}), "2 rows, 2 features.", 1),
        (np.array([["x"], ["y"]], dtype=object), "2 rows, 1 feature.", None),
    ],
)
def test_rows_of_any_kind(X, begins, n_missing):
    summary = summarize(X, [0, 1])
    assert str(summary).startswith(begins)
    assert summary.n_missing == n_missing


def test_many_classes_and_many_targets():
    y = np.r_[np.arange(30), [0] * 10]
    assert "30 classes, each of 2.50% to 27.50% of the rows." in str(
        summarize(np.zeros((40, 1)), y)
    )
    assert "2 targets a row." in str(summarize(np.zeros((2, 1)), np.zeros((2, 2))))
