import pickle

import numpy as np
import pytest
from gradients import assert_close, numerical_gradient
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit

from sknnadl.network import (
    ACTIVATIONS,
    INITIALIZERS,
    LOSSES,
    AveragePool2D,
    BatchNorm,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    L2Pool2D,
    Maxout,
    MaxPool2D,
    Network,
)
from sknnadl.network.building import from_plain
from sknnadl.network.layers import LAYERS
from sknnadl.network.losses import LogLoss
from sknnadl.network.parts import copy_part


def test_all_parameters_are_one_vector_weights_first():
    network = Network([Dense(3), Dropout(0.5), Dense(2)], (4,), "float64")
    assert network.parameters.shape == (4 * 3 + 3 * 2 + 3 + 2,)
    assert network.n_weights == 4 * 3 + 3 * 2
    network.parameters[:] = np.arange(23)
    first, none, second = network.layer_parameters
    np.testing.assert_array_equal(first["weights"], np.arange(12).reshape(4, 3))
    np.testing.assert_array_equal(second["weights"], np.arange(12, 18).reshape(3, 2))
    np.testing.assert_array_equal(first["biases"], [18, 19, 20])
    np.testing.assert_array_equal(second["biases"], [21, 22])
    assert none == {}


def test_forward_by_hand():
    network = Network([Dense(2, "sigmoid")], (2,), "float64")
    network.parameters[:] = [1, 2, 3, 4, 0.5, -0.5]
    x = np.array([[1.0, -1.0]])
    np.testing.assert_allclose(network.forward(x), expit([[-1.5, -2.5]]), rtol=1e-15)


def test_replica_shares_parameters_and_not_gradients():
    network = Network([Dense(2)], (2,))
    replica = network.replica()
    assert replica.parameters is network.parameters
    assert not np.shares_memory(replica.gradient, network.gradient)


def test_replicas_that_share_memory_use_the_same_scratch():
    network = Network([Dense(2)], (2,))
    x = np.ones((4, 2), "float32")
    network.parameters[:] = 1
    output = network.forward(x)
    assert network.replica(scratch_of=network).forward(x) is output
    assert network.replica().forward(x) is not output


def test_parts_one_after_the_other_are_the_whole():
    specs = [Conv2D(3, 3), MaxPool2D(2), BatchNorm(), Flatten(), Dense(5), Dense(2)]
    network = Network(specs, (8, 8, 1), "float64")
    network.initialize(np.random.default_rng(0))
    x = np.random.default_rng(1).standard_normal((4, 8, 8, 1))
    expected = network.forward(x).copy()
    for middle in range(1, len(specs)):
        first = copy_part(network, 0, middle)
        last = copy_part(network, middle, len(specs))
        np.testing.assert_allclose(last.forward(first.forward(x)), expected, rtol=1e-12)
        first.parameters[:] = 0  # which are copies
    np.testing.assert_array_equal(network.forward(x), expected)


def test_work_counts_multiplications():
    network = Network([Conv2D(20, 5), MaxPool2D(2), Flatten(), Dense(10)], (28, 28, 1))
    assert network.work == 24 * 24 * 20 * 25 + 12 * 12 * 20 + 12 * 12 * 20 * 10


def test_convolution_has_the_fans_of_its_kernels():
    network = Network([Conv2D(400, (3, 5), weight_init="glorot")], (9, 9, 8))
    network.initialize(np.random.default_rng(0))
    bound = np.sqrt(6 / (3 * 5 * 8 + 3 * 5 * 400))
    largest = np.abs(network.layer_parameters[0]["weights"]).max()
    # of 48,000 uniform draws the largest is within a thousandth of the bound
    assert largest == pytest.approx(bound, rel=1e-3)


def test_error_names_the_layer_and_the_shapes():
    with pytest.raises(ValueError, match=r"Layer 1 of 2: .*Dense.*got.*\(8, 8\)"):
        Network([Dense(3), Dense(2)], (8, 8))
    with pytest.raises(ValueError, match=r"Layer 2 of 2: rate of .* below 1"):
        Network([Dense(3), Dropout(1.0)], (8,))
    for rate in ("a", None, True):
        with pytest.raises(ValueError, match=r"Layer 1 of 1: rate of .* a number"):
            Network([Dropout(rate)], (8,))
    with pytest.raises(ValueError, match="at least one layer"):
        Network([], (8,))
    with pytest.raises(ValueError, match=r"shape \(6,\)"):
        Network([Dense(2)], (2,), parameters=np.zeros(5, "float32"))


def test_inputs_of_another_shape_are_refused():
    network = Network([Conv2D(4, 3)], (8, 8, 1))
    for shape in [(2, 3, 3, 1), (2, 1, 8, 8), (8, 8, 1)]:
        with pytest.raises(ValueError, match=r"inputs of shape \(n, \*\(8, 8, 1\)\)"):
            network.forward(np.zeros(shape, "float32"))


def test_dropout_scales_what_it_keeps():
    network = Network([Dropout(0.25)], (1000,), "float64")
    x = np.ones((100, 1000))
    assert network.forward(x) is x  # inference changes nothing
    y = network.forward(x, np.random.default_rng(0))
    assert set(np.unique(y)) == {0, 1 / 0.75}
    # 100,000 draws: the mean is within 5 standard deviations of 1
    assert y.mean() == pytest.approx(1, abs=5 * np.sqrt(0.25 / 0.75 / 1e5))


@pytest.mark.parametrize("name", sorted(INITIALIZERS))
def test_initializers(name):
    network = Network([Dense(300, weight_init=name)], (400,), "float64")
    network.initialize(np.random.default_rng(0))
    weights = network.layer_parameters[0]["weights"]
    biases = network.layer_parameters[0]["biases"]
    deviation = {
        "fan_out": 1 / np.sqrt(300),
        "scaled": 1 / np.sqrt(400),
        "lecun": 1 / np.sqrt(400),
        "sparse": np.sqrt(15 / 400),  # one in so many is from N(0, 1)
        "zeros": 0,
        "large": 1,
        "he": np.sqrt(2 / 400),
        "glorot": np.sqrt(2 / 700),  # of a uniform variable: bound / sqrt(3)
    }[name]
    # the deviation of 120,000 draws has a relative error of about 1/sqrt(240,000)
    n_drawn = 300 * 15 if name == "sparse" else weights.size
    assert weights.std() == pytest.approx(deviation, rel=5 / np.sqrt(2 * n_drawn))
    if name in ("scaled", "large"):
        assert biases.std() == pytest.approx(1, rel=5 / np.sqrt(600))
    else:
        assert not biases.any()
    if name == "glorot":
        assert np.abs(weights).max() <= np.sqrt(6 / 700)


@pytest.mark.parametrize("name", sorted(INITIALIZERS))
def test_a_seed_gives_the_same_network_in_both_precisions(name):
    vectors = []
    for dtype in ("float32", "float64"):
        network = Network([Dense(5, weight_init=name), Dense(2)], (7,), dtype)
        network.initialize(np.random.default_rng(3))
        vectors.append(network.parameters)
    np.testing.assert_array_equal(vectors[0], vectors[1].astype("float32"))


counts = st.one_of(st.integers(1, 9), st.tuples(st.integers(1, 9), st.integers(1, 9)))
specs = st.one_of(
    st.builds(
        Dense,
        st.integers(1, 1000),
        st.sampled_from(sorted(ACTIVATIONS)),
        st.sampled_from(["auto", *INITIALIZERS]),
        st.sampled_from(["auto", "normal", "zeros", 0.5]),
    ),
    st.builds(Maxout, st.integers(1, 9), st.integers(1, 9)),
    st.builds(Dropout, st.floats(0, 0.99)),
    st.builds(
        Conv2D,
        st.integers(1, 64),
        counts,
        counts,
        st.sampled_from(["same", "valid"]),
        st.sampled_from(sorted(ACTIVATIONS)),
        st.sampled_from(["auto", *INITIALIZERS]),
    ),
    *(
        st.builds(pool, counts, st.none() | counts)
        for pool in (AveragePool2D, L2Pool2D, MaxPool2D)
    ),
    st.just(Flatten()),
)


@given(st.lists(specs))
def test_specs_survive_plain_values_and_pickle(layers):
    assert from_plain(layer.to_plain() for layer in layers) == layers
    assert pickle.loads(pickle.dumps(layers)) == layers
    assert hash(tuple(layers)) == hash(
        tuple(from_plain(layer.to_plain() for layer in layers))
    )
    assert all(eval(repr(layer), dict(LAYERS)) == layer for layer in layers)


@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
@pytest.mark.parametrize("first", [Dense(5, "tanh"), Dense(5, "sigmoid")])
@pytest.mark.parametrize("loss", ["cross_entropy", "log_loss"])
def test_the_last_layer_may_have_an_activation(first, activation, loss):
    rng = np.random.default_rng(0)
    network = Network([first, Dense(3, activation)], (4,), "float64")
    network.initialize(rng)
    x, targets = rng.standard_normal((6, 4)), np.eye(3)[rng.integers(3, size=6)]
    network.differentiate(x, targets, LOSSES[loss], 1.0)
    gradient = network.gradient.copy()

    def cost():
        return LOSSES[loss].value(network.forward(x), targets).sum()

    assert_close(gradient, numerical_gradient(cost, network.parameters))


def test_memory_is_that_of_the_most_rows():
    net = Network([Conv2D(2, 3), Flatten(), Dense(3), BatchNorm()], (6, 6, 1))
    net.initialize(np.random.default_rng(0))
    x = np.random.default_rng(1).standard_normal((40, 6, 6, 1)).astype("float32")

    def n_bytes():
        return sum(
            array.nbytes for layer in net.layers for array in layer._scratch.values()
        )

    expected = net.forward(x).copy()
    most = n_bytes()
    for n_rows in range(1, 40):
        shorter = net.forward(x[:n_rows])
        np.testing.assert_allclose(shorter, expected[:n_rows], atol=1e-5)
    assert n_bytes() == most


def misaligned(array):
    """Return an array of the same numbers that begins at an odd address."""
    memory = np.zeros(array.nbytes + 1, np.uint8)
    view = memory[1:].view(array.dtype).reshape(array.shape)
    view[...] = array
    assert not view.flags.aligned
    return view


@pytest.mark.parametrize(
    ("specs", "shape"),
    [
        ((Dense(5), Dense(3, "identity")), (4,)),
        ((Conv2D(3, 2), MaxPool2D(2), Flatten(), Dense(3, "identity")), (5, 5, 1)),
    ],
    ids=["dense", "convolutional"],
)
def test_arrays_at_odd_addresses_are_copied(specs, shape):
    network = Network(specs, shape)
    network.initialize(np.random.default_rng(0))
    x = np.random.default_rng(1).random((6, *shape), np.float32)
    targets = np.eye(3, dtype=np.float32)[[0, 1, 2, 0, 1, 2]]
    expected = network.forward(x).copy()
    np.testing.assert_array_equal(network.forward(misaligned(x)), expected)
    rng = np.random.default_rng(0)
    network.differentiate(x, targets, LogLoss(), 1, None, [rng])
    gradient = network.gradient.copy()
    network.differentiate(misaligned(x), misaligned(targets), LogLoss(), 1, None, [rng])
    np.testing.assert_array_equal(network.gradient, gradient)
    with pytest.raises(ValueError, match="must be a contiguous array"):
        Network(specs, shape, parameters=misaligned(network.parameters))
    with pytest.raises(ValueError, match="must be a contiguous array"):
        Network(specs, shape, parameters=np.repeat(network.parameters, 2)[::2])


def test_a_network_too_large_for_memory_is_told_with_its_size():
    with pytest.raises(ValueError, match=r"1,000,\d{3},\d{3},\d{3} parameters.* GB"):
        Network((Dense(10**6), Dense(10**6)), (10,))
