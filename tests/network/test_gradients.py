"""Every layer, activation and loss against central differences in float64."""

import numpy as np
import pytest
from gradients import STEP, assert_close, check_gradients, numerical_gradient
from hypothesis import given, settings
from hypothesis import strategies as st

from sknnadl.network import ACTIVATIONS, LOSSES, Dense, Dropout, Network
from sknnadl.network.losses import REGRESSION_LOSSES, HuberLoss, PinballLoss

#: Those whose first or second derivative jumps at zero, where dropout leads.
KINKED = {"leaky_relu", "relu", "selu", "softsign"}


def one_hot(rng, n, n_classes):
    return np.eye(n_classes)[rng.integers(n_classes, size=n)]


def activate(name, z):
    """Return ``f(z)``, in new memory."""
    activation, a = ACTIVATIONS[name], z.copy()
    activation.forward(z if activation.needs_input else a, a)
    return a


@pytest.mark.parametrize("name", sorted(ACTIVATIONS))
def test_activation(name):
    z = np.linspace(-4, 4, 40)  # without the kink at zero
    gradient = np.ones_like(z)
    a = activate(name, z)
    # what is not needed is not looked at
    given = z if ACTIVATIONS[name].needs_input else np.full_like(z, np.nan)
    ACTIVATIONS[name].backward(given, a, gradient)
    numerical = numerical_gradient(lambda: activate(name, z).sum(), z)
    assert_close(gradient, numerical)


@pytest.mark.parametrize("name", sorted(ACTIVATIONS))
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_activations_of_extreme_values(name, dtype):
    z = np.array([-1e4, -800, -90, 0, 90, 800, 1e4], dtype)
    gradient = np.ones_like(z)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        a = activate(name, z)
        ACTIVATIONS[name].backward(z, a, gradient)
    assert a.dtype == gradient.dtype == dtype
    assert np.isfinite(a).all()
    assert np.isfinite(gradient).all()
    assert not ACTIVATIONS[name].monotone or (np.diff(a) >= 0).all()


@pytest.mark.parametrize("name", sorted(LOSSES))
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(1, 5), k=st.integers(1, 5))
@settings(max_examples=20)
def test_loss(name, seed, n, k):
    rng = np.random.default_rng(seed)
    logits, targets = 3 * rng.standard_normal((n, k)), one_hot(rng, n, k)
    loss = LOSSES[name]
    numerical = numerical_gradient(lambda: loss.value(logits, targets).sum(), logits)
    assert_close(loss.gradient(logits.copy(), targets), numerical)


OF_VALUES = [*REGRESSION_LOSSES.values(), HuberLoss(0.1), PinballLoss(0.9)]


@pytest.mark.parametrize("loss", OF_VALUES, ids=repr)
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(1, 5), k=st.integers(1, 5))
@settings(max_examples=20)
def test_loss_of_values(loss, seed, n, k):
    rng = np.random.default_rng(seed)
    logits, targets = rng.standard_normal((n, k)), rng.exponential(size=(n, k))
    numerical = numerical_gradient(lambda: loss.value(logits, targets).sum(), logits)
    assert_close(loss.gradient(logits.copy(), targets), numerical)


layers = st.lists(
    st.one_of(
        st.builds(
            Dense,
            st.integers(1, 6),
            st.sampled_from(sorted(ACTIVATIONS.keys() - KINKED)),
        ),
        st.builds(Dropout, st.floats(0, 0.7)),
    ),
    max_size=4,
)


@given(
    specs=layers,
    loss=st.sampled_from(sorted(LOSSES)),
    n=st.integers(1, 4),
    n_features=st.integers(1, 5),
    seed=st.integers(0, 2**32 - 1),
)
@settings(max_examples=40)
def test_network(specs, loss, n, n_features, seed):
    rng = np.random.default_rng(seed)
    network = Network([*specs, Dense(3, "identity")], (n_features,), "float64")
    network.initialize(rng)
    x, targets = rng.standard_normal((n, n_features)), one_hot(rng, n, 3)

    def logits():  # the same dropout mask each time
        return network.forward(x, np.random.default_rng(seed))

    def cost():
        return LOSSES[loss].value(logits(), targets).sum()

    dx = network.backward(LOSSES[loss].gradient(logits(), targets), need_input=True)
    dx, gradient = dx.copy(), network.gradient.copy()
    assert_close(gradient, numerical_gradient(cost, network.parameters))
    assert_close(dx, numerical_gradient(cost, x))


@pytest.mark.parametrize("activation", sorted(KINKED))
def test_rectified_layer_away_from_its_kink(activation):
    rng = np.random.default_rng(0)
    network = Network([Dense(8, activation), Dense(2, "identity")], (3,), "float64")
    network.initialize(rng)
    x = rng.standard_normal((6, 3))
    z = x @ network.layer_parameters[0]["weights"]
    assert np.abs(z).min() > 10 * STEP

    check_gradients(network, x, rng)
