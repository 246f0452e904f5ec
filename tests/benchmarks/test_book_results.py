"""The page on the book's results says what is in the file of results."""

import json
from pathlib import Path

import numpy as np

PAGE = Path(__file__).parents[2] / "docs" / "reproduced.rst"


def test_the_page_is_made_of_the_file(script):
    results = script("book_results")
    assert PAGE.read_text() == results.make_page(results.read())


def test_what_is_noted_is_added(script, tmp_path):
    results = script("book_results")
    path = tmp_path / "book.json"
    results.note("conv", 0, {"test": [98.0]}, path)
    results.note("conv", 1, {"test": [97.5]}, path)
    found = json.loads(path.read_text())["conv"]
    assert [found[seed]["test"] for seed in "01"] == [[98.0], [97.5]]
    assert found["0"]["where"]["numpy"] == np.__version__


def test_the_accuracy_that_counts(script):
    results, rows = script("book_results"), script("book_rows")
    run = {"test": [97.0, 98.0, 98.5], "validation": [96.0, 99.0, 98.0]}
    counted = {row.measure: results.result(row, run) for row in rows.ROWS}
    assert counted == {
        "test": 98.5,
        "validation": 99.0,
        "test at the end": 98.5,
        "test at best validation": 98.0,
    }


def test_most_networks_decide(script):
    """All are right about the first row, two about the second, one about the third."""
    runs = [{"labels": labels} for labels in ("123", "124", "154")]
    assert script("book_results").vote(runs, np.array([1, 2, 3])) == 66.67
