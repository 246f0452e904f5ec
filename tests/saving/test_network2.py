"""The files of the book's network2.py."""

import copy
import json
from itertools import pairwise

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.datasets import load_digits

import sknnadl
from sknnadl import MLPClassifier
from sknnadl.saving import load_network2, save_network2

X, y = load_digits(return_X_y=True)
X = X / 16


def make_book(sizes=(64, 30, 10), cost="CrossEntropyCost", seed=0):
    """Return what the book's ``Network.save`` writes, of large weights."""
    rng = np.random.default_rng(seed)
    return {
        "sizes": list(sizes),
        "weights": [
            rng.standard_normal((n_out, n_in)).tolist()
            for n_in, n_out in pairwise(sizes)
        ],
        "biases": [rng.standard_normal((n, 1)).tolist() for n in sizes[1:]],
        "cost": cost,
    }


def feedforward(book, rows):
    """Return the outputs of the book's network, for rows, as its code has them."""
    outputs = []
    for row in rows:
        a = row[:, np.newaxis]
        for b, w in zip(book["biases"], book["weights"], strict=True):
            a = 1 / (1 + np.exp(-(np.array(w) @ a + np.array(b))))
        outputs.append(a.ravel())
    return np.array(outputs)


def write(book, folder):
    path = folder / "net.json"
    path.write_text(json.dumps(book))
    return path


@pytest.mark.parametrize("cost", ["CrossEntropyCost", "QuadraticCost"])
@pytest.mark.parametrize("sizes", [(64, 30, 10), (64, 10), (64, 5, 7, 3)], ids=str)
def test_the_books_network_answers_as_there(cost, sizes, tmp_path):
    book = make_book(sizes, cost)
    model = load_network2(write(book, tmp_path))
    outputs = feedforward(book, X[:50])
    assert_array_equal(model.predict(X[:50]), outputs.argmax(axis=1))
    expected = outputs / outputs.sum(axis=1, keepdims=True)
    assert_allclose(model.predict_proba(X[:50]), expected, rtol=1e-9)
    save_network2(model, tmp_path / "again.json")
    assert json.loads((tmp_path / "again.json").read_text()) == book


def test_it_goes_on_training_and_is_saved_and_loaded(tmp_path):
    model = load_network2(write(make_book(), tmp_path))
    before = model.score(X, y)
    sknnadl.save(model, tmp_path / "model.npz")
    loaded = sknnadl.load(tmp_path / "model.npz")
    for one in (model, loaded):
        for _ in range(5):
            one.partial_fit(X, y)
    assert_array_equal(model.parameters_, loaded.parameters_)
    assert model.score(X, y) > before + 0.3
    assert len(model.loss_curve_) == 5


def test_ours_is_the_books(tmp_path):
    model = MLPClassifier(
        (12,), activation="sigmoid", loss="cross_entropy", dropout=0.1, max_iter=30
    ).fit(X, y)
    save_network2(model, tmp_path / "net.json")
    book = json.loads((tmp_path / "net.json").read_text())
    assert_array_equal(feedforward(book, X).argmax(axis=1), model.predict(X))


@pytest.mark.parametrize(
    "options",
    [
        {"activation": "relu", "loss": "cross_entropy"},
        {"activation": "sigmoid"},
        {"activation": "sigmoid", "loss": "cross_entropy", "batch_norm": True},
        {"activation": "sigmoid", "loss": "cross_entropy", "input_scaling": "robust"},
    ],
    ids=str,
)
def test_what_the_book_has_not_is_refused(options, tmp_path):
    model = MLPClassifier((4,), max_iter=2, n_iter_no_change=np.inf, **options)
    with pytest.raises(ValueError, match=r"network2.py has sigmoid layers alone"):
        save_network2(model.fit(X, y), tmp_path / "net.json")
    assert not list(tmp_path.iterdir())


WRONG = {
    "no JSON": lambda book: "{",
    "a list": lambda book: [],
    "another cost": lambda book: {**book, "cost": "HingeCost"},
    "no output": lambda book: make_book((64, 5, 0)),
    "sizes of text": lambda book: {**book, "sizes": ["64", 30, 10]},
    "other sizes": lambda book: {**book, "sizes": [64, 31, 10]},
    "no biases": lambda book: {k: v for k, v in book.items() if k != "biases"},
    "fewer biases": lambda book: {**book, "biases": book["biases"][1:]},
    "text": lambda book: {**book, "weights": [[["a"] * 64] * 30, [[1] * 30] * 10]},
    "nan": lambda book: {**book, "biases": [[[np.nan]] * 30, [[0]] * 10]},
    "huge sizes": lambda book: {**book, "sizes": [64, 10**12, 10]},
}


@pytest.mark.parametrize("case", WRONG)
def test_other_files_are_refused(case, tmp_path):
    path = tmp_path / "net.json"
    content = WRONG[case](copy.deepcopy(make_book()))
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    with pytest.raises(ValueError, match=r"no file of the book's network2.py"):
        load_network2(path)


def test_nothing_there_is_another_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        load_network2(tmp_path / "net.json")
