"""Penalties, stopping and the threads of BLAS."""

from types import SimpleNamespace

import numpy as np
import pytest
from gradients import assert_close, numerical_gradient
from threadpoolctl import threadpool_info, threadpool_limits

from sknnadl.training.parallel import single_threaded_blas
from sknnadl.training.recipe import resolve
from sknnadl.training.schedules import Plateau
from sknnadl.training.step import L1, L2, ElasticNet


def gradient_of(penalty, weights):
    gradient = np.zeros_like(weights)
    penalty.shrinkage(weights.size).add_gradient(weights, gradient)
    return gradient


@pytest.mark.parametrize(
    ("penalty", "value", "gradient"),
    [
        (L2(0.1), 0.05 * (1 + 4), [0.1, -0.2, 0]),
        (L1(0.1), 0.1 * (1 + 2), [0.1, -0.1, 0]),
        (
            ElasticNet(0.1, 0.75),
            0.1 * (0.75 * 3 + 0.25 * 2.5),
            [0.075 + 0.025, -0.075 - 0.05, 0],
        ),
    ],
)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_penalties_by_hand(penalty, value, gradient, dtype):
    weights = np.array([1, -2, 0], dtype)
    eps = float(np.finfo(dtype).eps)
    assert penalty.value(weights) == pytest.approx(value, rel=4 * eps)
    np.testing.assert_allclose(gradient_of(penalty, weights), gradient, rtol=4 * eps)
    # it is added to what is there, and the rest is left alone
    total = np.array([1, 2, 4, 8], dtype)
    penalty.shrinkage(3).add_gradient(weights, total)
    np.testing.assert_allclose(total - [1, 2, 4, 8], [*gradient, 0], atol=8 * eps)
    np.testing.assert_array_equal(weights, [1, -2, 0])


@pytest.mark.parametrize("penalty", [L2(0.3), L1(0.3), ElasticNet(0.3, 0.4)])
def test_gradients_of_penalties(penalty):
    weights = np.random.default_rng(0).standard_normal(20)
    numerical = numerical_gradient(lambda: penalty.value(weights), weights)
    assert_close(gradient_of(penalty, weights), numerical)


@pytest.mark.parametrize(("ratio", "pure"), [(0, L2), (1, L1)])
def test_an_elastic_net_at_its_ends(ratio, pure):
    weights = np.random.default_rng(0).standard_normal(20)
    elastic, pure = ElasticNet(0.3, ratio), pure(0.3)
    assert elastic.value(weights) == pure.value(weights)
    np.testing.assert_array_equal(
        gradient_of(elastic, weights), gradient_of(pure, weights)
    )


def test_plateau():
    plateau = Plateau(tol=0.1, patience=2)
    values = [1.0, 0.95, 0.8, 0.75, 0.72, 0.5]
    # improvements: 1.0, 0.8 (below 0.95 - 0.1), 0.5 (below 0.72 - 0.1)
    assert [plateau.update(v) for v in values] == [False] * 4 + [True, False]
    assert plateau.best == 0.5


def test_what_follows_a_rise_is_measured_against_the_best():
    plateau = Plateau(tol=0, patience=3)
    assert [plateau.update(v) for v in (1.0, 3.0, 2.0, 1.0)] == [False] * 3 + [True]
    assert plateau.best == 1
    assert not plateau.update(0.9)
    assert plateau.n_stale == 0


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


@pytest.mark.parametrize(
    ("n_rows", "n_epochs", "of_images", "alpha"),
    [
        (50, 400, 400, 0.1),
        (1000, 100, 100, 0.1),
        (5000, 30, 30, 0.1),
        (25_000, 30, 30, 0.02),
        (40_000, 30, 25, 0.0125),
        (50_000, 30, 20, 0.01),
        (10**7, 30, 20, 5e-5),
    ],
)
def test_epochs_and_penalty_by_the_number_of_rows(n_rows, n_epochs, of_images, alpha):
    arguments = SimpleNamespace(max_iter="auto", alpha="auto", solver="sgd")
    resolved = resolve(arguments, n_rows)
    assert resolved.max_iter == n_epochs
    assert resolve(arguments, n_rows, are_images=True).max_iter == of_images
    assert resolved.alpha == pytest.approx(alpha)
    assert arguments.max_iter == "auto"
