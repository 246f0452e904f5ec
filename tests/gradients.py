"""What the tests of gradients share: central differences."""

import numpy as np

STEP = 1e-6
#: The error of central differences is about STEP**2 + eps / STEP = 1e-12 + 2e-10.
TOLERANCE = 1e-6


def numerical_gradient(function, vector):
    """Return the gradient of a function of no arguments that reads `vector`."""
    gradient = np.empty_like(vector)
    for i in range(vector.size):
        value = vector.flat[i]
        vector.flat[i] = value + STEP
        above = function()
        vector.flat[i] = value - STEP
        below = function()
        vector.flat[i] = value
        gradient.flat[i] = (above - below) / (2 * STEP)
    return gradient


def assert_close(analytic, numerical):
    """Check that two gradients agree, relative to the largest numerical one or 1e-3."""
    scale = np.abs(numerical).max(initial=1e-3)
    np.testing.assert_allclose(analytic, numerical, rtol=0, atol=TOLERANCE * scale)


def check_gradients(network, x, rng):
    """Check a network's gradients of a random linear function of its outputs."""
    direction = rng.standard_normal((len(x), *network.output_shape))

    def value():
        return (network.forward(x) * direction).sum()

    network.forward(x)
    dx = network.backward(direction.copy(), need_input=True).copy()
    gradient = network.gradient.copy()
    assert_close(gradient, numerical_gradient(value, network.parameters))
    assert_close(dx, numerical_gradient(value, x))
