"""A series without noise that few units learn from a hundred points.

The setting is the example of the article "Radial basis function network" of Wikipedia:
``x(t + 1) = 4 * x(t) * (1 - x(t))``, five Gaussian units ``exp(-5 * d**2)``, or
normalized ``exp(-6 * d**2)``, one pass at a rate of 0.3 through 100 points, and 100
more to test. It gives root mean squared errors of 0.15, and normalized 0.084, for one
draw of five points as centres. The error depends on that draw: here it is
k-means that places them.
"""

import numpy as np
import pytest

from sknnadl import RBFRegressor

SOURCE = {False: 0.15, True: 0.084}
BETA = {False: 5, True: 6}


def series(seed):
    """Return 200 values, and those that follow them."""
    values = [np.random.default_rng(seed).uniform(0.1, 0.9)]
    for _ in range(200):
        values.append(4 * values[-1] * (1 - values[-1]))
    return np.array(values[:-1]).reshape(-1, 1), np.array(values[1:])


def make(normalize, seed, **arguments):
    width = 1 / np.sqrt(2 * BETA[normalize])
    return RBFRegressor(
        5, width=width, normalize=normalize, random_state=seed, **arguments
    )


def error(model, X, y):
    return np.sqrt(np.mean((model.predict(X[100:]) - y[100:]) ** 2))


@pytest.fixture(scope="module")
def after_one_pass():
    """The error of 30 series, without and with normalization."""
    errors = {}
    for normalize in (False, True):
        errors[normalize] = []
        for seed in range(30):
            X, y = series(seed)
            model = make(normalize, seed).partial_fit(X[:100], y[:100])
            errors[normalize].append(error(model, X, y))
    return {normalize: np.array(each) for normalize, each in errors.items()}


@pytest.mark.parametrize("normalize", [False, True])
def test_one_pass_is_as_good_as_the_sources(normalize, after_one_pass):
    ratio = after_one_pass[normalize].mean() / SOURCE[normalize]
    assert 1 / 2 < ratio < 2


def test_normalized_units_learn_faster(after_one_pass):
    is_better = after_one_pass[True] < after_one_pass[False]
    assert is_better.mean() > 0.8
    assert after_one_pass[True].mean() < 0.85 * after_one_pass[False].mean()


@pytest.mark.parametrize("normalize", [False, True])
def test_least_squares_are_better_than_one_pass(normalize, after_one_pass):
    X, y = series(0)
    solved = make(normalize, 0, alpha=0).fit(X[:100], y[:100])
    # A parabola is not among the functions that five Gaussians make.
    assert error(solved, X, y) < after_one_pass[normalize].min() / 2
