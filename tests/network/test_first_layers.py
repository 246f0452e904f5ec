"""The first layers of a network alone, and frozen."""

import numpy as np
import pytest
from gradients import assert_close, numerical_gradient

from sknnadl.network import (
    BatchNorm,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    MaxPool2D,
    Network,
)
from sknnadl.network.building import build_layers, find_ends
from sknnadl.network.layers.layer import Role
from sknnadl.network.losses import LOSSES

#: What the kernels know, and, in the first or in the last layer, what they do not.
STACKS = {
    "compiled": ("relu", "tanh"),
    "NumPy first": ("gelu", "tanh"),
    "NumPy last": ("relu", "gelu"),
}
LOSS = LOSSES["log_loss"]


def make_specs(stack, *more):
    first, last = STACKS[stack]
    convolution = Conv2D(3, 3, activation="identity"), MaxPool2D(2), BatchNorm(first)
    return [*convolution, Flatten(), Dense(5, last), *more, Dense(4, "identity")]


def make_network(specs, rng, **options):
    network = Network(specs, (8, 8, 1), "float64", **options)
    network.initialize(rng)
    for name in ("running_mean", "shift"):
        network.layers[1].values[name][...] = rng.standard_normal(3)
    return network


@pytest.mark.parametrize("stack", STACKS)
def test_the_first_layers_give_what_they_give_inside(stack):
    rng = np.random.default_rng(0)
    network = make_network(make_specs(stack, Dropout(0.5)), rng)
    x = rng.standard_normal((70, 8, 8, 1))
    for n_specs, n_layers in ((2, 1), (3, 2), (4, 3), (5, 4), (6, 5)):
        first = network.first(n_specs)
        outputs = np.empty((len(x), *first.output_shape))
        first.predict(x, outputs, n_pieces=2)
        expected = x
        for layer in network.layers[:n_layers]:
            expected = layer.forward(expected)
        # Kernels and BLAS add up in another order.
        np.testing.assert_allclose(outputs, expected, rtol=1e-12, atol=1e-12)
        assert np.shares_memory(first.parameters, network.parameters)


def test_a_convolution_can_end_before_its_pooling():
    network = Network([Conv2D(2, 3), MaxPool2D(2), Flatten(), Dense(3)], (6, 6, 1))
    network.initialize(np.random.default_rng(0))
    x = np.random.default_rng(1).random((2, 6, 6, 1), np.float32)
    maps = network.first(1).forward(x)
    assert maps.shape == (2, 4, 4, 2)
    windows = maps.reshape(2, 2, 2, 2, 2, 2).max(axis=(2, 4))
    np.testing.assert_allclose(network.first(2).forward(x), windows, rtol=1e-6)


def test_a_layer_ends_where_the_next_one_begins():
    specs = [BatchNorm(), *make_specs("compiled", BatchNorm(), Dropout(0.5))]
    assert find_ends(build_layers(specs, (8, 8, 1), "float32")) == [5, 8, 9]


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize("weighted", [False, True])
def test_gradients_of_what_is_not_frozen(stack, weighted):
    rng = np.random.default_rng(0)
    network = make_network(make_specs(stack), rng, n_frozen=4)
    x = rng.standard_normal((9, 8, 8, 1))
    targets = np.eye(4)[rng.integers(4, size=9)]
    weights = rng.random(9) if weighted else None

    def cost():
        costs = LOSS.value(network.forward(x), targets)
        return (costs * (1 if weights is None else weights)).sum() / 9

    network.differentiate(x, targets, LOSS, 1 / 9, weights, [np.random.default_rng(0)])
    expected = numerical_gradient(cost, network.parameters)
    for own, right, layer in zip(
        network.views(network.gradient),
        network.views(expected),
        network.layers,
        strict=True,
    ):
        is_frozen = network.layers.index(layer) < network.first_trained
        for name, gradient in own.items():
            if is_frozen:
                assert not gradient.any()
            else:
                assert_close(gradient, right[name])


def test_what_lies_where_in_the_vector():
    network = Network(make_specs("compiled", BatchNorm()), (8, 8, 1), n_frozen=4)
    n_kernels, n_dense, n_last = 3 * 3 * 3, 27 * 5, 5 * 4
    assert network.first_weight == n_kernels
    assert network.n_weights == n_kernels + n_dense + n_last
    # The biases, scales and shifts of all, and the running averages of the frozen.
    n_others = (3 + 2 * 3) + (5 + 2 * 5) + 4
    assert network.n_trained == network.n_weights + n_others + 2 * 3
    assert network.parameters.size == network.n_trained + 2 * 5
    assert network.first_trained == 3  # convolution and pooling are one
    assert len(network.values_of(Role.PENALIZED)) == 3
    assert len(network.values_of(Role.PENALIZED, are_trained=True)) == 2
    assert network.replica().first_weight == n_kernels


def test_frozen_dropout_and_normalization_are_as_in_inference():
    rng = np.random.default_rng(0)
    specs = [Dropout(0.5), Dense(3), BatchNorm(), Dense(2, "identity")]
    network = Network(specs, (4,), n_frozen=3)
    network.initialize(rng)
    assert not network.stochastic
    assert network.values_per_row == 0
    x = rng.random((5, 4), np.float32)
    in_inference = network.forward(x).copy()
    # In training the last layer may add up in another order.
    np.testing.assert_allclose(network.forward(x, rng), in_inference, rtol=1e-5)
