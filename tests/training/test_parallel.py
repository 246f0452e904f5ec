"""Threads: the limits of BLAS are those before, whoever comes and goes."""

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from sknnadl import MLPClassifier
from sknnadl.training import parallel
from sknnadl.training.parallel import single_threaded_blas


def n_threads():
    return [
        library["num_threads"]
        for library in threadpool_info()
        if library["user_api"] == "blas"
    ]


@pytest.fixture(autouse=True)
def _limits_are_those_before():
    before = n_threads()
    yield
    assert n_threads() == before


def in_another_thread(function):
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(function).result()


def test_each_thread_may_be_the_last(monkeypatch):
    with threadpool_limits(2, user_api="blas"):
        before = n_threads()
        inside, leave = threading.Event(), threading.Event()

        def stay():
            with single_threaded_blas():
                inside.set()
                leave.wait()
                return n_threads()

        with ThreadPoolExecutor(1) as pool:
            with single_threaded_blas():
                other = pool.submit(stay)
                inside.wait()
            assert set(n_threads()) == {1}  # the first has left, the other has not
            leave.set()
            assert set(other.result()) == {1}
        assert n_threads() == before


def test_a_limit_of_ones_own_works_in_any_thread_afterwards(iris):
    model = MLPClassifier((5,), max_iter=2, n_iter_no_change=np.inf)
    model.fit(*iris)
    in_another_thread(lambda: model.fit(*iris))

    def limit():
        with threadpool_limits(1, user_api="blas"):
            return n_threads()

    assert set(limit()) == {1}
    assert set(in_another_thread(limit)) == {1}


def test_fits_inside_a_limit_of_ones_own_leave_it(iris):
    model = MLPClassifier((5,), max_iter=2, n_iter_no_change=np.inf)
    with threadpool_limits(2, user_api="blas"):
        before = n_threads()
        model.fit(*iris)
        assert n_threads() == before
        in_another_thread(lambda: model.fit(*iris))
        assert n_threads() == before


def test_fits_in_threads_are_those_one_after_the_other(digits):
    X, y = digits.X_train[:300], digits.y_train[:300]

    def fit(seed):
        options = {"batch_size": 150, "max_iter": 3, "n_iter_no_change": np.inf}
        model = MLPClassifier((64,), activation="tanh", **options, random_state=seed)
        return model.fit(X, y).parameters_

    seeds = range(24)
    with threadpool_limits(2, user_api="blas"):
        before = n_threads()
        alone = [fit(seed) for seed in seeds]
        with ThreadPoolExecutor(6) as pool:
            together = list(pool.map(fit, seeds))
        assert n_threads() == before
    for one, other in zip(alone, together, strict=True):
        np.testing.assert_array_equal(one, other)


class Library:
    """A library of which each thread has a limit of its own."""

    threading_layer = "openmp"

    def __init__(self):
        self._limits = threading.local()

    @property
    def num_threads(self):
        return getattr(self._limits, "n", 4)

    def set_num_threads(self, n):
        self._limits.n = n


def test_limits_of_threads_of_their_own(monkeypatch):
    library = Library()
    monkeypatch.setattr(parallel, "_libraries", lambda: [library])
    with single_threaded_blas():
        assert library.num_threads == 1
        assert in_another_thread(lambda: library.num_threads) == 4
        with single_threaded_blas():
            assert library.num_threads == 1
        assert library.num_threads == 1  # the inner one has lifted nothing
    assert library.num_threads == 4
