"""The compiled products and convolution against those in NumPy."""

import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sknnadl.network import Conv2D, MaxPool2D, Network
from sknnadl.network.kernels import Geometry, compiled, make_convolution
from sknnadl.network.kernels.compiled import CompiledConvolution, CompiledProduct
from sknnadl.network.kernels.with_numpy import BlasProduct, PatchConvolution

needs_kernels = pytest.mark.skipif(
    compiled.KERNELS is None, reason="there are no compiled kernels here"
)
counts = st.integers(1, 3)
pairs = st.tuples(counts, counts)


@st.composite
def geometries(draw):
    """Return sizes that fit: the images are at least as large as is needed."""
    kernel, stride, pool = draw(pairs), draw(pairs), draw(pairs)
    down, across = draw(counts), draw(st.integers(1, 12))
    needed = [
        (n * p - 1) * s + k
        for n, p, s, k in zip((down, across), pool, stride, kernel, strict=True)
    ]
    height, width = (size + draw(st.integers(0, 2)) for size in needed)
    filters, channels = draw(st.integers(1, 40)), draw(st.integers(1, 20))
    return Geometry(
        height, width, channels, kernel, stride, filters, pool, down, across
    )


def both_ways(way, sizes, x, kernels, gradient, need_input=True):
    """Return the largest sums, the gradient of the kernels and that of the images."""
    convolution = way(sizes)

    def own_scratch(name, shape, dtype=x.dtype):
        return np.empty(shape, dtype)

    pooled = convolution.forward(x, kernels, own_scratch, training=True).copy()
    kernels_gradient = np.empty_like(kernels)
    dx = convolution.backward(
        gradient.copy(), kernels_gradient, own_scratch, need_input
    )
    return pooled, kernels_gradient, dx


def draw_arrays(sizes, n, seed, dtype="float64"):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n, sizes.height, sizes.width, sizes.channels))
    kernels = rng.standard_normal((sizes.weights_per_kernel, sizes.filters))
    gradient = rng.standard_normal((n, sizes.down * sizes.across * sizes.filters))
    return [array.astype(dtype) for array in (x, kernels, gradient)]


@needs_kernels
@given(sizes=geometries(), n=st.integers(1, 3), seed=st.integers(0, 1000))
@settings(max_examples=150)
def test_both_ways_agree(level, sizes, n, seed):
    arrays = draw_arrays(sizes, n, seed)
    ours = both_ways(CompiledConvolution, sizes, *arrays)
    theirs = both_ways(PatchConvolution, sizes, *arrays)
    for one, other in zip(ours, theirs, strict=True):
        # up to 180 products of standard normal numbers, and 300 pixels
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-11)
    dx = both_ways(CompiledConvolution, sizes, *arrays, need_input=False)[2]
    assert dx is None


#: Where convolutions are done in tiles: of even and odd sizes, of fewer windows than
#: fit, of channels and filters that fill vectors or do not.
TILED = [
    Geometry(8, 8, 16, (3, 3), (1, 1), 16, (1, 1), 6, 6),
    Geometry(9, 12, 20, (3, 3), (1, 1), 17, (1, 1), 7, 10),
    Geometry(12, 9, 33, (3, 3), (1, 1), 40, (1, 1), 10, 7),
    Geometry(11, 11, 17, (3, 3), (1, 1), 35, (2, 2), 4, 4),
    Geometry(34, 34, 32, (3, 3), (1, 1), 32, (2, 2), 16, 16),
    Geometry(10, 10, 16, (3, 3), (1, 1), 64, (1, 1), 7, 8),
    Geometry(6, 6, 32, (3, 3), (1, 1), 24, (2, 2), 2, 2),
    Geometry(15, 9, 16, (3, 3), (1, 1), 16, (2, 2), 6, 3),
]


@needs_kernels
@pytest.mark.parametrize("sizes", TILED, ids=range(len(TILED)))
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_both_ways_agree_in_tiles(level, sizes, dtype):
    arrays = draw_arrays(sizes, 3, seed=0, dtype=dtype)
    exact = both_ways(PatchConvolution, sizes, *(a.astype("float64") for a in arrays))
    ours = both_ways(CompiledConvolution, sizes, *arrays)
    # some 500 products of tiles that were added up, in float32 good to 6e-8 each, and
    # transforms that make the errors a few times as large
    tolerance = 5e-4 if dtype == "float32" else 1e-12
    for one, other in zip(ours, exact, strict=True):
        assert one.dtype == dtype
        np.testing.assert_allclose(one, other, rtol=0, atol=tolerance)
    x, kernels, gradient = arrays
    alone = both_ways(CompiledConvolution, sizes, x[:1], kernels, gradient[:1])
    np.testing.assert_array_equal(alone[0], ours[0][:1])
    np.testing.assert_array_equal(alone[2], ours[2][:1])


@needs_kernels
def test_both_ways_agree_in_float32(level):
    sizes = Geometry(12, 12, 20, (5, 5), (1, 1), 40, (2, 2), 4, 4)
    arrays = draw_arrays(sizes, 10, seed=0, dtype="float32")
    exact = both_ways(PatchConvolution, sizes, *(a.astype("float64") for a in arrays))
    for one, other in zip(
        both_ways(CompiledConvolution, sizes, *arrays), exact, strict=True
    ):
        assert one.dtype == np.float32
        # sums of 500 products, each good to 6e-8 of some 5, whose errors add up
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-4)


@needs_kernels
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_no_image_changes_the_bits_of_another(level, dtype):
    sizes = Geometry(11, 13, 3, (3, 4), (1, 1), 21, (3, 2), 3, 5)
    x, kernels, gradient = draw_arrays(sizes, 6, seed=0, dtype=dtype)
    together = both_ways(CompiledConvolution, sizes, x, kernels, gradient)
    for i in range(6):
        one = slice(i, i + 1)
        alone = both_ways(CompiledConvolution, sizes, x[one], kernels, gradient[one])
        np.testing.assert_array_equal(together[0][one], alone[0])
        np.testing.assert_array_equal(together[2][one], alone[2])


@needs_kernels
def test_the_first_of_the_largest_values_gets_the_gradient(level):
    sizes = Geometry(2, 3, 1, (1, 1), (1, 1), 1, (2, 3), 1, 1)
    x = np.array([[0.0, 5, 5], [5, 1, 5]]).reshape(1, 2, 3, 1)
    for way in (CompiledConvolution, PatchConvolution):
        *_, dx = both_ways(way, sizes, x, np.ones((1, 1)), np.array([[2.0]]))
        assert dx.ravel().tolist() == [0, 2, 0, 0, 0, 0]


@needs_kernels
@pytest.mark.parametrize("dtype", ["float64", "uint8", ">f4", "float16"])
def test_images_of_another_dtype_are_converted(level, dtype):
    sizes = Geometry(4, 4, 1, (2, 2), (1, 1), 3, (3, 1), 1, 3)
    x, kernels, _ = draw_arrays(sizes, 2, seed=0, dtype="float32")
    x = np.abs(10 * x).astype(dtype)
    layer = Network([Conv2D(3, 2), MaxPool2D((3, 1))], (4, 4, 1))
    layer.parameters[:] = np.concatenate([kernels.ravel(), np.zeros(3)])
    np.testing.assert_array_equal(
        layer.forward(x).copy(), layer.forward(x.astype("float32"))
    )
    assert layer.layers[0].compiled
    half = Network([Conv2D(3, 2), MaxPool2D((3, 1))], (4, 4, 1), "float16")
    assert not half.layers[0].compiled


@needs_kernels
def test_a_nan_is_the_largest_value_of_its_window(level):
    sizes = Geometry(2, 4, 1, (1, 1), (1, 1), 1, (2, 2), 1, 2)
    x = np.array([[0.0, 5, 2, 1], [5, np.nan, 3, 0]]).reshape(1, 2, 4, 1)
    for way in (CompiledConvolution, PatchConvolution):
        pooled, *_ = both_ways(way, sizes, x, np.ones((1, 1)), np.ones((1, 2)))
        np.testing.assert_array_equal(pooled, [[np.nan, 3]])


def each_one_shorter(arrays):
    """Return each name, and the arrays where that one lacks its first row."""
    for name in arrays:
        yield name, (arrays | {name: arrays[name][1:]}).values()


@needs_kernels
def test_images_of_another_size_are_refused():
    kernels, x = compiled.KERNELS, np.zeros((1, 4, 4, 1))
    arrays = {
        "x": x,
        "kernels": np.zeros((4, 3)),
        "pooled": np.zeros(3),
        "winners": np.zeros(3, np.uint8),
    }
    memory, sizes = bytearray(), ((1, 4, 4, 1), (2, 2, 3), (1, 1), (3, 3, 1, 1))
    kernels.conv_pool(True, *arrays.values(), memory, *sizes)
    for name, shorter in each_one_shorter(arrays):
        with pytest.raises(ValueError, match=rf"{name} has \d+ bytes, not \d+\."):
            kernels.conv_pool(True, *shorter, memory, *sizes)
    arrays["x"] = x.astype("float32")
    with pytest.raises(ValueError, match="x has 64 bytes, not 128"):
        kernels.conv_pool(True, *arrays.values(), memory, *sizes)
    back = {
        "x": x,
        "kernels": arrays["kernels"],
        "dz": np.zeros(3),
        "winners": arrays["winners"],
        "gradient": np.zeros((4, 3)),
        "dx": x.copy(),
    }
    kernels.conv_pool_gradients(True, True, *back.values(), memory, *sizes)
    for name, shorter in each_one_shorter(back):
        with pytest.raises(ValueError, match=rf"{name} has \d+ bytes, not \d+\."):
            kernels.conv_pool_gradients(True, True, *shorter, memory, *sizes)


@needs_kernels
@pytest.mark.parametrize(
    "sizes",
    [
        ((1, 4, 4, 1), (2, 2, 3), (1, 1), (4, 3, 1, 1)),  # a row too low
        ((1, 4, 4, 1), (2, 2, 3), (1, 1), (3, 3, 1, 2)),
        ((1, 4, 4, 1), (2, 2, 3), (0, 1), (3, 3, 1, 1)),
        ((0, 2**40, 2**40, 1), (1, 1, 1), (1, 1), (1, 1, 1, 1)),
        ((1, 17, 17, 1), (1, 1, 1), (1, 1), (17, 17, 1, 1)),  # not in a byte
    ],
)
def test_sizes_that_do_not_fit_are_refused(sizes):
    with pytest.raises(ValueError, match="sizes do not fit"):
        compiled.KERNELS.conv_pool(True, b"", b"", b"", b"", bytearray(), *sizes)


@needs_kernels
def test_arrays_of_another_size_are_refused():
    kernels = compiled.KERNELS
    arrays = {
        "x": np.zeros((4, 3)),
        "weights": np.zeros((3, 2)),
        "biases": np.zeros(2),
        "out": np.zeros((4, 2)),
    }
    memory, sizes = bytearray(), (4, 3, 2)
    kernels.dense(True, *arrays.values(), memory, sizes)
    for name, shorter in each_one_shorter(arrays):
        with pytest.raises(ValueError, match=rf"{name} has \d+ bytes, not \d+\."):
            kernels.dense(True, *shorter, memory, sizes)
    back = {
        "x": arrays["x"],
        "weights": arrays["weights"],
        "dz": arrays["out"],
        "weights_gradient": np.zeros((3, 2)),
        "biases_gradient": np.zeros(2),
        "dx": np.zeros((4, 3)),
    }
    kernels.dense_gradients(True, True, *back.values(), memory, sizes)
    for name, shorter in each_one_shorter(back):
        with pytest.raises(ValueError, match=rf"{name} has \d+ bytes, not \d+\."):
            kernels.dense_gradients(True, True, *shorter, memory, sizes)
    with pytest.raises(ValueError, match=r"\(4, 0, 2\) are no sizes"):
        kernels.dense(True, *arrays.values(), memory, (4, 0, 2))


@needs_kernels
def test_no_array_is_held_after_an_error():
    # a bytearray that is held by someone cannot be resized
    arrays = [bytearray(8 * size) for size in (12, 6, 2, 8)]
    for i in range(4):
        others = [*arrays[:i], b"", *arrays[i + 1 :]]
        with pytest.raises((ValueError, BufferError)):
            compiled.KERNELS.dense(True, *others, memory := bytearray(), (4, 3, 2))
        for array in (*arrays, memory):
            array.append(0)
            array.pop()


@needs_kernels
def test_memory_in_use_is_not_resized():
    arrays, memory = (np.zeros(1) for _ in range(4)), bytearray()
    with memoryview(memory), pytest.raises(BufferError):
        compiled.KERNELS.dense(True, *arrays, memory, (1, 1, 1))


def multiply_both_ways(way, x, weights, gradient):
    """Return the product, the gradients of weights and biases, and that of the rows."""
    product, biases = way(), np.arange(weights.shape[1]).astype(x.dtype)

    def own_scratch(name, shape, dtype=x.dtype):
        return np.empty(shape, dtype)

    out = product.forward(x, weights, biases, own_scratch, training=True).copy()
    gradients = np.empty_like(weights), np.empty_like(biases)
    dx = product.backward(gradient, *gradients, own_scratch, need_input=True)
    gradients_alone = [np.empty_like(g) for g in gradients]
    nothing = product.backward(gradient, *gradients_alone, own_scratch, False)
    assert nothing is None
    for one, other in zip(gradients, gradients_alone, strict=True):
        np.testing.assert_array_equal(one, other)
    return out, *gradients, dx


@needs_kernels
@given(
    n=st.integers(1, 40),
    n_in=st.integers(1, 40),
    units=st.integers(1, 70),
    seed=st.integers(0, 1000),
    dtype=st.sampled_from(["float32", "float64"]),
)
@settings(max_examples=200)
def test_both_products_agree(level, n, n_in, units, seed, dtype):
    rng = np.random.default_rng(seed)
    shapes = (n, n_in), (n_in, units), (n, units)
    arrays = [rng.standard_normal(shape).astype(dtype) for shape in shapes]
    # up to 70 products of standard normal numbers
    tolerance = 1e-4 if dtype == "float32" else 1e-12
    for one, other in zip(
        multiply_both_ways(CompiledProduct, *arrays),
        multiply_both_ways(BlasProduct, *arrays),
        strict=True,
    ):
        assert one.dtype == dtype
        np.testing.assert_allclose(one, other, rtol=0, atol=tolerance)


@needs_kernels
@pytest.mark.parametrize("units", [3, 10, 100])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_no_row_changes_the_bits_of_another(level, dtype, units):
    rng = np.random.default_rng(0)
    shapes = (50, 200), (200, units), (50, units)
    x, weights, gradient = (rng.standard_normal(s).astype(dtype) for s in shapes)
    out, *_, dx = multiply_both_ways(CompiledProduct, x, weights, gradient)
    for rows in (slice(0, 1), slice(7, 19), slice(49, 50)):
        some = multiply_both_ways(CompiledProduct, x[rows], weights, gradient[rows])
        np.testing.assert_array_equal(out[rows], some[0])
        np.testing.assert_array_equal(dx[rows], some[-1])


@st.composite
def mostly_zeros(draw):
    """Return rows, some with few numbers that are not zeros, and weights."""
    n, n_in = draw(st.integers(1, 80)), draw(st.integers(60, 150))
    rng = np.random.default_rng(draw(st.integers(0, 1000)))
    shares = draw(st.sampled_from([(0.1,), (0.0, 0.02), (0.05, 0.9), (0.3, 0.36)]))
    x = rng.standard_normal((n, n_in)) * (
        rng.random((n, n_in)) < rng.choice(shares, (n, 1))
    )
    if draw(st.booleans()):
        x[:, rng.random(n_in) < 0.5] = -0.0
    return x, rng.standard_normal((n_in, draw(st.integers(1, 150)))), rng


@needs_kernels
@given(arrays=mostly_zeros(), dtype=st.sampled_from(["float32", "float64"]))
@settings(max_examples=200)
def test_zeros_that_are_left_out_change_no_bit(level, arrays, dtype):
    x, weights, rng = arrays
    n, units = len(x), weights.shape[1]
    gradient = rng.standard_normal((n, units))
    arrays = [array.astype(dtype) for array in (x, weights, gradient)]
    out, weights_gradient, *_ = multiply_both_ways(CompiledProduct, *arrays)
    tolerance = 1e-4 if dtype == "float32" else 1e-12
    exact = multiply_both_ways(BlasProduct, *arrays)
    np.testing.assert_allclose(out, exact[0], rtol=0, atol=tolerance)
    np.testing.assert_allclose(weights_gradient, exact[1], rtol=0, atol=tolerance)
    # With numbers behind them that meet weights of zero, no row has few.
    more = np.ones((n, 2 * x.shape[1]), dtype), np.zeros((2 * x.shape[1], units), dtype)
    full = np.hstack([arrays[0], more[0]]), np.vstack([arrays[1], more[1]]), arrays[2]
    np.testing.assert_array_equal(multiply_both_ways(CompiledProduct, *full)[0], out)
    # Of fewer rows than 32, no column has few.
    parts = [rows for rows in (slice(20), slice(20, 40)) if len(x[rows])]
    for rows in parts:
        few = [arrays[0][rows], arrays[1], arrays[2][rows]]
        many = [np.zeros((80, array.shape[1]), dtype) for array in (few[0], few[2])]
        for one, other in zip(many, (few[0], few[2]), strict=True):
            one[: len(other)] = other
        filled = multiply_both_ways(CompiledProduct, many[0], few[1], many[1])
        alone = multiply_both_ways(CompiledProduct, *few)
        np.testing.assert_array_equal(filled[1], alone[1])


@needs_kernels
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_rows_of_more_words_than_a_cache_holds(level, dtype):
    rng = np.random.default_rng(0)
    x = rng.standard_normal((70, 3000)) * (rng.random((70, 3000)) < 0.01)
    arrays = x, rng.standard_normal((3000, 90)), rng.standard_normal((70, 90))
    arrays = [array.astype(dtype) for array in arrays]
    tolerance = 1e-4 if dtype == "float32" else 1e-12
    for one, other in zip(
        multiply_both_ways(CompiledProduct, *arrays)[:3],
        multiply_both_ways(BlasProduct, *arrays)[:3],
        strict=True,
    ):
        np.testing.assert_allclose(one, other, rtol=0, atol=tolerance)


@needs_kernels
def test_images_that_cannot_be_written_to(level):
    sizes = Geometry(4, 4, 1, (2, 2), (1, 1), 3, (1, 1), 3, 3)
    x, kernels, gradient = draw_arrays(sizes, 2, seed=0)
    expected = both_ways(CompiledConvolution, sizes, x, kernels, gradient)
    x.flags.writeable = False
    results = both_ways(CompiledConvolution, sizes, x, kernels, gradient, False)
    for one, other in zip(results[:2], expected[:2], strict=True):
        np.testing.assert_array_equal(one, other)


@needs_kernels
def test_a_level_that_is_none_is_refused():
    with pytest.raises(ValueError, match="level must be from 0 to"):
        compiled.KERNELS.set_level(3)


def test_numpy_alone_on_request():
    code = "from sknnadl.network.kernels import KERNELS; print(KERNELS)"
    environment = os.environ | {"SKNNADL_PURE_PYTHON": "1"}
    result = subprocess.run(
        [sys.executable, "-c", code],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    assert result.stdout == "None\n"


def test_windows_too_large_for_a_byte_are_left_to_numpy():
    sizes = Geometry(17, 17, 1, (1, 1), (1, 1), 1, (17, 17), 1, 1)
    assert isinstance(make_convolution(sizes, "float32"), PatchConvolution)
