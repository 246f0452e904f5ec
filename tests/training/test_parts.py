"""Penalties, schedules and stopping, each against a table."""

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from sknnadl.training.blas import single_threaded_blas
from sknnadl.training.penalties import L1, L2
from sknnadl.training.schedules import Adaptive, InverseScaling, Schedule
from sknnadl.training.stopping import Plateau


def test_penalties_by_hand():
    w = np.array([1.0, -2.0, 0.0])
    assert L2(0.1).value(w) == pytest.approx(0.25)
    np.testing.assert_allclose(L2(0.1).gradient(w), [0.1, -0.2, 0])
    assert L1(0.1).value(w) == pytest.approx(0.3)
    np.testing.assert_allclose(L1(0.1).gradient(w), [0.1, -0.1, 0])


def test_constant():
    schedule = Schedule(0.5)
    assert [schedule.rate(epoch) for epoch in range(3)] == [0.5] * 3
    assert not schedule.on_plateau()


def test_inverse_scaling():
    schedule = InverseScaling(1.0, 0.5)
    rates = [schedule.rate(epoch) for epoch in range(4)]
    assert rates == pytest.approx([1, 0.7071067811865475, 0.5773502691896258, 0.5])


def test_adaptive_halves_down_to_one_128th():
    schedule, rates = Adaptive(1.28), []
    while schedule.on_plateau():
        rates.append(schedule.rate(0))
    assert rates == pytest.approx([0.64, 0.32, 0.16, 0.08, 0.04, 0.02, 0.01])


def test_plateau():
    plateau = Plateau(tol=0.1, patience=2)
    values = [1.0, 0.95, 0.8, 0.75, 0.72, 0.5]
    # improvements: 1.0, 0.8 (below 0.95 - 0.1), 0.5 (below 0.72 - 0.1)
    assert [plateau.update(v) for v in values] == [False] * 4 + [True, False]
    assert plateau.best == 0.5


def test_no_plateau_with_infinite_patience():
    plateau = Plateau(tol=0, patience=np.inf)
    assert not any(plateau.update(1.0) for _ in range(1000))


def n_threads():
    return {
        lib["num_threads"] for lib in threadpool_info() if lib["user_api"] == "blas"
    }


def test_blas_has_one_thread_until_the_last_user_leaves():
    with threadpool_limits(2, user_api="blas"):
        before = n_threads()
        first, second = single_threaded_blas(), single_threaded_blas()
        first.__enter__()
        second.__enter__()
        assert n_threads() == {1}
        first.__exit__(None, None, None)  # not in the order of a stack
        assert n_threads() == {1}
        second.__exit__(None, None, None)
        assert n_threads() == before
