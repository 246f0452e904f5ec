"""How weights and biases start, beside the starts that have a name alone."""

import numpy as np
import pytest

from sknnadl.network import (
    AveragePool2D,
    Conv2D,
    Dense,
    Flatten,
    Maxout,
    MaxPool2D,
    Network,
)
from sknnadl.network.layers.layer import LayerSpec


def start(*specs: LayerSpec, shape=(400,), seed=0):
    """Return the weights and biases of the first layer."""
    network = Network(specs, shape, "float64")
    network.initialize(np.random.default_rng(seed))
    values = network.layer_parameters[0]
    return values["weights"], values["biases"]


@pytest.mark.parametrize(
    ("spec", "shape"),
    [
        (Dense(50, weight_init="sparse"), (100,)),
        (Dense(50, weight_init="sparse"), (15,)),
        (Dense(50, weight_init="sparse"), (6,)),
        (Conv2D(40, (3, 4), weight_init="sparse"), (9, 9, 5)),
        (Maxout(20, 3, weight_init="sparse"), (30,)),
    ],
)
def test_fifteen_weights_of_each_neuron_are_there(spec, shape):
    weights, biases = start(spec, shape=shape)
    weights = weights.reshape(-1, weights.shape[-1])
    n_there = min(15, len(weights))
    assert set(np.count_nonzero(weights, axis=0)) == {n_there}
    there = weights[weights != 0]
    # of normal draws the deviation has a relative error of 1/sqrt(2 n)
    assert there.std() == pytest.approx(1, rel=5 / np.sqrt(2 * there.size))
    assert not biases.any()
    if len(weights) > 15:  # each of the inputs is chosen about as often as others
        share = 15 / len(weights)
        often = np.count_nonzero(weights, axis=1) / weights.shape[1]
        deviation = np.sqrt(share * (1 - share) / weights.shape[1])
        assert np.abs(often - share).max() < 5 * deviation


@pytest.mark.parametrize(
    ("pooling", "area"),
    [
        ((), 1),
        ((MaxPool2D(2),), 4),  # in one layer with the convolution
        ((AveragePool2D((2, 3)),), 6),
        ((MaxPool2D(3, 1),), 1),  # which overlaps, and leaves as many values
    ],
)
def test_the_fan_out_of_a_convolution_is_what_pooling_leaves(pooling, area):
    spec = Conv2D(64, 5, activation="relu", weight_init="fan_out")
    weights, _ = start(spec, *pooling, shape=(28, 28, 32))
    n_out = 64 * 5 * 5 / area
    expected = np.sqrt(1 / n_out)
    assert weights.std() == pytest.approx(expected, rel=5 / np.sqrt(2 * weights.size))


def test_joined_or_not_a_convolution_starts_the_same():
    starts = []
    for activation in ("relu", "gelu"):  # the second is not joined with pooling
        spec = Conv2D(4, 3, activation=activation, weight_init="fan_out")
        starts.append(start(spec, MaxPool2D(2), Flatten(), shape=(9, 9, 1)))
    np.testing.assert_array_equal(*(weights for weights, _ in starts))


def test_selu_starts_as_its_authors_ask():
    weights, biases = start(Dense(300, "selu"))
    assert weights.std() == pytest.approx(1 / 20, rel=5 / np.sqrt(240_000))
    assert not biases.any()


@pytest.mark.parametrize("weight_init", ["auto", "scaled", "he"])
def test_biases_start_apart_from_weights(weight_init):
    options = {"activation": "tanh", "weight_init": weight_init}
    weights, _ = start(Dense(300, **options))
    for bias_init, check in {
        "zeros": lambda b: not b.any(),
        "normal": lambda b: b.std() == pytest.approx(1, rel=5 / np.sqrt(600)),
        0.25: lambda b: (b == 0.25).all(),
        np.float32(-1): lambda b: (b == -1).all(),
        (lambda shape, rng: np.arange(300)): lambda b: (b == np.arange(300)).all(),
    }.items():
        same, biases = start(Dense(300, **options, bias_init=bias_init))
        np.testing.assert_array_equal(same, weights)
        assert check(biases), bias_init


def test_a_start_of_ones_own_is_given_shape_and_generator():
    def uniform(shape, rng):
        shapes.append(shape)
        return rng.uniform(-1, 1, shape)

    shapes = []
    weights, biases = start(Dense(3, "sigmoid", uniform, uniform), shape=(4,), seed=5)
    rng = np.random.default_rng(5)
    np.testing.assert_array_equal(weights, rng.uniform(-1, 1, (4, 3)))
    np.testing.assert_array_equal(biases, rng.uniform(-1, 1, 3))
    start(Conv2D(2, 3, weight_init=uniform), shape=(9, 9, 5))
    start(Maxout(2, 3, uniform), shape=(5,))
    assert shapes == [(4, 3), (3,), (3, 3, 5, 2), (5, 6)]


@pytest.mark.parametrize(
    ("values", "got"),
    [
        (np.zeros(3), r"one of shape \(3,\)"),
        (0.0, r"one of shape \(\)"),  # which would fit all shapes
        (np.full((4, 3), np.nan), "some that are not finite"),
        (np.full((4, 3), 1e300), "some that are not finite"),  # in float32
        (np.zeros((4, 3), complex), ".*dtype complex128"),
        (None, ".*dtype object"),
    ],
)
def test_what_is_no_start_is_told_of(values, got):
    network = Network([Dense(3, weight_init=lambda shape, rng: values)], (4,))
    message = rf"weight_init of Dense.* must return .* shape \(4, 3\), got {got}"
    with pytest.raises(ValueError, match=message):
        network.initialize(np.random.default_rng(0))


@pytest.mark.parametrize("bias_init", ["ones", None, True, np.inf, np.nan, [0.0]])
def test_bad_starts_of_biases_are_named(bias_init):
    with pytest.raises(ValueError, match=r"bias_init of Dense.*'normal'.*, got "):
        Network([Dense(3, bias_init=bias_init)], (4,))


def test_functions_are_no_part_of_what_is_left():
    def ones(shape, rng):
        return np.ones(shape)

    network = Network([Dense(3, "tanh", ones, ones)], (4,))
    expected = {"layer": "Dense", "units": 3, "activation": "tanh"}
    assert network.plain_specs == [expected]


def test_a_bias_beyond_the_dtype_is_refused():
    network = Network([Dense(2, bias_init=1e300)], (3,), "float32")
    with pytest.raises(ValueError, match="larger than any number in float32, got 1e"):
        network.initialize(np.random.default_rng(0))
