"""The convolutional layer against its definition, and against itself with pooling."""

import numpy as np
import pytest
from gradients import STEP, check_gradients
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sknnadl.network import ACTIVATIONS, Conv2D, Dense, Flatten, MaxPool2D, Network

pairs = st.one_of(st.integers(1, 4), st.tuples(st.integers(1, 4), st.integers(1, 4)))


def convolutions(activations):
    return st.builds(
        Conv2D,
        st.integers(1, 4),
        pairs,
        pairs,
        st.sampled_from(["valid", "same"]),
        st.sampled_from(sorted(activations)),
        st.just("large"),
    )


any_convolution = convolutions(ACTIVATIONS)
#: Central differences know no kinks.
smooth_convolution = convolutions(ACTIVATIONS.keys() - {"relu", "leaky_relu", "selu"})
#: Up to 6 channels: patches are gathered in one way or the other at 16 numbers a row.
image_shapes = st.tuples(st.integers(1, 9), st.integers(1, 9), st.integers(1, 6))
seeds = st.integers(0, 2**32 - 1)


def as_pair(value):
    return value if isinstance(value, tuple) else (value, value)


def build(specs, shape, seed):
    """Return a network with random parameters, or reject one that does not fit."""
    try:
        network = Network(specs, shape, "float64")
    except ValueError as error:
        if "does not fit" not in str(error):
            raise
        assume(False)
    network.initialize(np.random.default_rng(seed))
    return network


def convolve(x, spec, kernels, biases):
    """Return the convolution by its definition, a number at a time."""
    (height, width), (down, across) = as_pair(spec.kernel_size), as_pair(spec.stride)
    if spec.padding == "same":
        rows, columns = -(-x.shape[1] // down), -(-x.shape[2] // across)
        extra = [
            max((rows - 1) * down + height - x.shape[1], 0),
            max((columns - 1) * across + width - x.shape[2], 0),
        ]
        sides = [(e // 2, e - e // 2) for e in extra]
        x = np.pad(x, [(0, 0), *sides, (0, 0)])
    rows = (x.shape[1] - height) // down + 1
    columns = (x.shape[2] - width) // across + 1
    z = np.empty((len(x), rows, columns, spec.filters))
    for i, j in np.ndindex(rows, columns):
        patch = x[:, i * down : i * down + height, j * across : j * across + width]
        z[:, i, j] = np.einsum("nhwc,hwcf->nf", patch, kernels) + biases
    return z


@given(spec=any_convolution, shape=image_shapes, n=st.integers(1, 3), seed=seeds)
@settings(max_examples=200)
def test_forward_is_the_definition(spec, shape, n, seed):
    network = build([spec], shape, seed)
    x = np.random.default_rng(seed).standard_normal((n, *shape))
    parameters = network.layer_parameters[0]
    z = convolve(x, spec, parameters["weights"], parameters["biases"])
    a = z.copy()
    activation = ACTIVATIONS[spec.activation]
    activation.forward(z if activation.needs_input else a, a)
    np.testing.assert_allclose(network.forward(x), a, rtol=0, atol=1e-12)
    assert network.output_shape == z.shape[1:]


@given(spec=smooth_convolution, shape=image_shapes, n=st.integers(1, 3), seed=seeds)
@settings(max_examples=40)
def test_gradients(spec, shape, n, seed):
    network = build([spec], shape, seed)
    rng = np.random.default_rng(seed)
    check_gradients(network, rng.standard_normal((n, *shape)), rng)


@given(
    spec=any_convolution,
    pool=pairs,
    shape=image_shapes,
    n=st.integers(1, 3),
    seed=seeds,
)
@settings(max_examples=200)
def test_fused_with_pooling_is_one_after_the_other(spec, pool, shape, n, seed):
    fused = build([spec, MaxPool2D(pool)], shape, seed)
    assert len(fused.layers) == (1 if ACTIVATIONS[spec.activation].monotone else 2)
    conv = Network([spec], shape, "float64", fused.parameters)
    pooling = Network([MaxPool2D(pool)], conv.output_shape, "float64")
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n, *shape))
    y = fused.forward(x)
    np.testing.assert_allclose(
        y, pooling.forward(conv.forward(x)), rtol=1e-13, atol=1e-14
    )
    gradient = rng.standard_normal(y.shape)
    dx = fused.backward(gradient.copy(), need_input=True)
    between = pooling.backward(gradient, need_input=True)
    plain_dx = conv.backward(between, need_input=True)
    np.testing.assert_allclose(dx, plain_dx, rtol=0, atol=1e-11)
    np.testing.assert_allclose(fused.gradient, conv.gradient, rtol=0, atol=1e-11)


@given(
    spec=smooth_convolution,
    pool=pairs,
    shape=image_shapes,
    n=st.integers(1, 2),
    seed=seeds,
)
@settings(max_examples=40)
def test_gradients_with_pooling(spec, pool, shape, n, seed):
    network = build([spec, MaxPool2D(pool), Flatten(), Dense(2, "tanh")], shape, seed)
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n, *shape))
    # away from where a small step changes the winner of a window
    z = Network([spec], shape, "float64")
    z.parameters[:] = np.concatenate(
        [network.layer_parameters[0][name].ravel() for name in ("weights", "biases")]
    )
    assume(smallest_gap(z.forward(x), as_pair(pool)) > 1000 * STEP)
    check_gradients(network, x, rng)


def smallest_gap(maps, pool):
    """Return the smallest difference between the two largest values of a window."""
    (high, wide), (n, height, width, f) = pool, maps.shape
    if high * wide == 1:
        return np.inf
    down, across = height // high, width // wide
    maps = maps[:, : down * high, : across * wide]
    windows = maps.reshape(n, down, high, across, wide, f).swapaxes(2, 3)
    ordered = np.sort(windows.reshape(n * down * across, high * wide, f), axis=1)
    return (ordered[:, -1] - ordered[:, -2]).min()


def test_equal_values_of_a_window_share_nothing():
    """The first of them gets the gradient, as it does in plain max-pooling."""
    network = Network([Conv2D(1, 1, activation="identity"), MaxPool2D(2)], (2, 2, 1))
    network.parameters[:] = [1, 0]
    network.forward(np.ones((1, 2, 2, 1), "float32"))
    dx = network.backward(np.ones((1, 1, 1, 1), "float32"), need_input=True)
    np.testing.assert_array_equal(dx.ravel(), [1, 0, 0, 0])


def test_overlapping_windows_are_pooled_on_their_own():
    assert len(Network([Conv2D(2, 3), MaxPool2D(3, 2)], (9, 9, 1)).layers) == 2
    assert len(Network([Conv2D(2, 3), MaxPool2D(2)], (9, 9, 1)).layers) == 1


@pytest.mark.parametrize("stride", [1, 2, 3])
def test_same_padding_keeps_the_size_over_the_stride(stride):
    network = Network([Conv2D(4, (5, 3), stride, "same")], (10, 7, 2))
    assert network.output_shape == (-(-10 // stride), -(-7 // stride), 4)


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (Conv2D(0, 3), "filters of .* at least 1, got 0"),
        (Conv2D(2, (3, 3, 3)), r"kernel_size of .* \(height, width\)"),
        (Conv2D(2, 2.5), "kernel_size of .* got 2.5"),
        (Conv2D(2, 3, True), "stride of .* got True"),
        (Conv2D(2, 3, padding="full"), r"padding of .* \['same', 'valid'\]"),
        (Conv2D(2, 3, activation="swish"), "activation of .* 'tanh'.* got 'swish'"),
        (Conv2D(2, 3, weight_init="zero"), "weight_init of .* got 'zero'"),
        (Conv2D(2, 9), "9x9 does not fit the 8x8 feature maps"),
        (MaxPool2D(0), "pool_size of .* got 0"),
        (MaxPool2D(2, (1, 0)), r"stride of .* got \(1, 0\)"),
        (MaxPool2D((9, 1)), "9x1 does not fit the 8x8 feature maps"),
        (Dense(3), r"Dense.* got inputs of shape \(8, 8, 1\): put Flatten"),
    ],
)
def test_errors_name_the_argument(spec, message):
    with pytest.raises(ValueError, match=f"Layer 1 of 1: .*{message}"):
        Network([spec], (8, 8, 1))


def test_images_have_three_axes():
    for spec in (Conv2D(2, 3), MaxPool2D(2)):
        with pytest.raises(ValueError, match=r"height, width, channels.* \(64,\)"):
            Network([spec], (64,))


@pytest.mark.parametrize("channels", [1, 8])
@pytest.mark.parametrize("kernel_size", [2, (1, 16)])
def test_images_in_any_order_of_memory(channels, kernel_size):
    x = np.random.default_rng(0).standard_normal((2, 20, 18, channels))
    network = build([Conv2D(3, kernel_size)], x.shape[1:], seed=0)
    expected = network.forward(x).copy()
    for same in (
        np.moveaxis(np.ascontiguousarray(np.moveaxis(x, -1, 1)), 1, -1),
        np.asfortranarray(x),
        x[:, ::-1].copy()[:, ::-1],
        np.repeat(x, 2, axis=2)[:, :, ::2],
    ):
        # The patches may be laid out differently, so BLAS may add in another order.
        np.testing.assert_allclose(network.forward(same), expected, rtol=0, atol=1e-13)
