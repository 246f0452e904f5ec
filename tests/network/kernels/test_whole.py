"""Networks that the compiled kernels go through in one call."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit

from sknnadl.network import (
    LOSSES,
    AveragePool2D,
    BatchNorm,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    L2Pool2D,
    MaxPool2D,
    Network,
)
from sknnadl.network.kernels import (
    KernelLayer,
    Kind,
    Steps,
    bind_network,
    bind_step,
    compiled,
)
from sknnadl.network.layers.activations import ACTIVATIONS
from sknnadl.network.losses import REGRESSION_LOSSES, CrossEntropy, LogLoss

pytestmark = pytest.mark.skipif(
    compiled.KERNELS is None, reason="there are no compiled kernels here"
)
KNOWN = [name for name, of in ACTIVATIONS.items() if of.kernel_number is not None]
#: The results of the same sums in another order: of up to 1,000 numbers around 1.
TOLERANCES = {"float64": 1e-12, "float32": 1e-4}
each_dtype = pytest.mark.parametrize("dtype", ["float32", "float64"])


def generators(n=1):
    return [np.random.default_rng(seed) for seed in range(n)]


def make(specs, shape, dtype):
    network = Network([*specs, Dense(5, "identity")], shape, dtype)
    network.initialize(np.random.default_rng(1))
    assert network.is_whole
    return network


def make_rows(n, shape, dtype, n_outputs=5):
    rng = np.random.default_rng(n)
    x = rng.standard_normal((n, *shape)).astype(dtype)
    return x, rng.random((n, n_outputs)).astype(dtype), rng.random(n).astype(dtype)


def differentiate(network, x, targets, loss, scale=1.0, weights=None, **options):
    """Return the logits and the gradient."""
    logits = np.empty_like(targets)
    network.gradient.fill(np.nan)
    network.differentiate(x, targets, loss, scale, weights, logits=logits, **options)
    return logits, network.gradient.copy()


def predict(network, x, *division):
    logits = np.empty((len(x), *network.output_shape), network.dtype)
    network.predict(x, logits, *division)
    return logits


def layer_by_layer(network, function, *arguments, **options):
    whole, network._whole = network._whole, None
    try:
        return function(network, *arguments, **options)
    finally:
        network._whole = whole


def check_both_ways(specs, shape, n, dtype, loss=None, weighted=True):
    network = make(specs, shape, dtype)
    x, targets, weights = make_rows(n, shape, dtype)
    given = x, targets, loss or LogLoss(), 1 / n, weights if weighted else None
    whole = *differentiate(network, *given, rngs=generators()), predict(network, x)
    parts = (
        *layer_by_layer(network, differentiate, *given, rngs=generators()),
        layer_by_layer(network, predict, x),
    )
    for one, other in zip(whole, parts, strict=True):
        assert one.dtype == dtype
        np.testing.assert_allclose(one, other, rtol=0, atol=TOLERANCES[dtype])


@each_dtype
@pytest.mark.parametrize("activation", KNOWN)
@pytest.mark.parametrize("loss", [*LOSSES.values(), *REGRESSION_LOSSES.values()])
@pytest.mark.parametrize("n", [1, 7, 30])
def test_dense_layers_in_one_call_and_one_by_one(level, loss, activation, n, dtype):
    hidden = [Dense(units, activation) for units in (25, 3)]
    for weighted in (True, False):
        check_both_ways([Flatten(), *hidden], (4, 3, 2), n, dtype, loss, weighted)


pools = st.sampled_from([MaxPool2D, AveragePool2D, L2Pool2D])
small = st.integers(1, 3)
pairs = st.tuples(small, small)
activations = st.sampled_from(KNOWN)
#: Behind a dead unit all rows are alike and normalized to 0, or nearly: no kink there.
smooth = activations.filter(lambda name: "relu" not in name)


@st.composite
def image_layers(draw):
    """Return some layers for images of 12 x 11 pixels, and whether all fit."""
    layers = []
    for _ in range(draw(st.integers(1, 3))):
        layers.append(
            Conv2D(
                draw(st.integers(1, 35)),
                draw(pairs),
                stride=draw(pairs),
                padding=draw(st.sampled_from(["valid", "same"])),
                activation=draw(activations),
            )
        )
        if draw(st.booleans()):
            layers.append(draw(pools)(draw(pairs), stride=draw(st.none() | pairs)))
        if draw(st.booleans()):
            layers.append(BatchNorm(draw(smooth), epsilon=0.1))
        if draw(st.booleans()):
            layers.append(Dropout(0.3))
    if draw(st.booleans()):
        layers += [Flatten(), Dense(draw(st.integers(1, 40)), draw(activations))]
        if draw(st.booleans()):
            layers += [BatchNorm(draw(smooth), epsilon=0.1), Dropout(0.5)]
        return layers
    return [*layers, Flatten()]


@each_dtype
@given(
    layers=image_layers(),
    before=st.sampled_from([[], [Dropout(0.1)], [BatchNorm()]]),
    channels=st.integers(1, 5),
    n=st.integers(2, 9),
)
@settings(max_examples=60)
def test_drawn_layers_in_one_call_and_one_by_one(
    level, layers, before, channels, n, dtype
):
    shape = (12, 11, channels)
    try:
        Network([*layers, Dense(5)], shape)
    except ValueError:  # feature maps became too small for the next layer
        return
    check_both_ways([*before, *layers], shape, n, dtype)


TILES = [
    [Conv2D(20, 3, padding="same"), MaxPool2D(2), Conv2D(36, 3), AveragePool2D(2)],
    [Conv2D(17, 3), Conv2D(32, 3, padding="same", activation="tanh"), L2Pool2D(3)],
    [Conv2D(16, 3, activation="identity"), BatchNorm("relu"), MaxPool2D(2)],
]


@each_dtype
@pytest.mark.parametrize("layers", TILES, ids=range(len(TILES)))
def test_convolutions_in_tiles_in_one_call_and_one_by_one(level, layers, dtype):
    check_both_ways([*layers, Flatten(), Dense(9)], (13, 15, 18), 5, dtype)


PIECES = {
    "dense": ([Dense(40, "tanh"), Dense(30)], (90,)),
    "dropped": ([Dropout(0.2), Dense(40, "tanh"), Dropout(0.5)], (90,)),
    "normalized": ([BatchNorm(), Dense(40), BatchNorm("tanh")], (90,)),
    "images": ([Conv2D(7, 3), MaxPool2D(2), Conv2D(20, 2), Flatten()], (9, 9, 2)),
    "tiles": ([Conv2D(16, 3), Conv2D(18, 3), Flatten(), Dense(9)], (9, 9, 16)),
    "averages": (
        [Conv2D(7, 3, padding="same"), BatchNorm("relu"), AveragePool2D(2), Flatten()],
        (9, 9, 2),
    ),
    # Of many weights, so that a thread takes pieces together.
    "wide": (
        [Dropout(0.2), Dense(400, "tanh"), BatchNorm(), Dropout(0.5), Dense(300)],
        (90,),
    ),
    "wide images": (
        [
            *(Conv2D(7, 3), MaxPool2D(2), BatchNorm("relu"), Flatten()),
            *(Dense(700), Dropout(0.5), Dense(200)),
        ],
        (9, 9, 2),
    ),
}
each_network = pytest.mark.parametrize("name", PIECES)


@each_dtype
@each_network
def test_a_batch_in_pieces_is_the_sum_of_its_pieces(level, name, dtype):
    network = make(*PIECES[name], dtype)
    x, targets, weights = make_rows(101, PIECES[name][1], dtype)
    whole = differentiate(
        network, x, targets, LogLoss(), 1 / 101, weights, rngs=generators(3)
    )
    gradient, trained = 0, network.n_trained
    for i, rows in enumerate(np.split(np.arange(101), [33, 67])):
        given = x[rows], targets[rows], LogLoss(), 1 / 101, weights[rows]
        options = {"rngs": [np.random.default_rng(i)]}
        logits, own = layer_by_layer(network, differentiate, *given, **options)
        np.testing.assert_allclose(
            whole[0][rows], logits, rtol=0, atol=TOLERANCES[dtype]
        )
        own[trained:] *= len(rows) / 101
        gradient = gradient + own
    np.testing.assert_allclose(whole[1], gradient, rtol=0, atol=TOLERANCES[dtype])


@each_dtype
@each_network
def test_threads_change_no_bit(level, name, dtype):
    network = make(*PIECES[name], dtype)
    x, targets, weights = make_rows(101, PIECES[name][1], dtype)
    first = None
    for n_threads in (1, 2, 3, 8):
        for _ in range(5):
            options = {"rngs": generators(8), "n_threads": n_threads}
            given = x, targets, LogLoss(), 1 / 101, weights
            results = differentiate(network, *given, **options)
            results = *results, predict(network, x, 8, n_threads)
            first = first or results
            for one, other in zip(results, first, strict=True):
                np.testing.assert_array_equal(one, other)


@each_network
def test_no_row_changes_the_bits_of_another_in_inference(level, name):
    network = make(*PIECES[name], "float32")
    x, *_ = make_rows(50, PIECES[name][1], "float32")
    together = predict(network, x, 3)
    for rows in (slice(0, 1), slice(7, 19), slice(49, 50)):
        np.testing.assert_array_equal(together[rows], predict(network, x[rows]))


def test_networks_share_the_threads_with_the_bits_of_each_alone():
    network = {name: make(*PIECES[name], "float32") for name in PIECES}
    rows = {name: make_rows(101, PIECES[name][1], "float32") for name in PIECES}

    def repeat(name, n_threads):
        x, targets, weights = rows[name]
        own = network[name].replica()
        given = x, targets, LogLoss(), 1 / 101, weights
        return [
            differentiate(own, *given, rngs=generators(8), n_threads=n_threads)[1]
            for _ in range(30)
        ]

    alone = {name: repeat(name, 1)[0] for name in PIECES}
    with ThreadPoolExecutor(len(PIECES)) as pool:
        for name, results in zip(
            PIECES, pool.map(repeat, PIECES, [3] * len(PIECES)), strict=True
        ):
            for gradient in results:
                np.testing.assert_array_equal(gradient, alone[name])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a system with fork")
# Python warns of forks where there are threads: this is how they are survived.
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_child_has_threads_of_its_own():
    network = make(*PIECES["images"], "float32")
    x, targets, weights = make_rows(101, PIECES["images"][1], "float32")
    given = x, targets, LogLoss(), 1 / 101, weights
    options = {"rngs": generators(8), "n_threads": 2}
    expected = differentiate(network, *given, **options)[1]
    stop = threading.Event()

    def keep_busy():  # so that the fork meets a pool at work
        own = network.replica()
        while not stop.is_set():
            differentiate(own, *given, **options)

    with ThreadPoolExecutor(1) as pool:
        busy = pool.submit(keep_busy)
        for _ in range(20):
            child = os.fork()
            if child == 0:
                own = network.replica()
                same = [
                    (differentiate(own, *given, **options)[1] == expected).all()
                    for _ in range(20)
                ]
                os._exit(0 if all(same) else 1)
            assert os.waitpid(child, 0)[1] == 0
        stop.set()
        busy.result()


@each_dtype
def test_masks_are_numpys(level, dtype):
    network = make([Dropout(0.25)], (7,), dtype)
    network.parameters[:] = 1
    x, targets = np.ones((3, 7), dtype), np.zeros((3, 5), dtype)
    logits, _ = differentiate(network, x, targets, LogLoss(), rngs=generators())
    mask = np.random.default_rng(0).random((3, 7), dtype=dtype) >= 0.25
    expected = mask.sum(axis=1, keepdims=True) / 0.75 + 1
    np.testing.assert_allclose(logits, expected * np.ones(5), rtol=1e-6)


@each_dtype
def test_the_sigmoid_is_good_to_the_last_digits(level, dtype):
    network = Network([Dense(1, "identity")], (1,), dtype)
    network.parameters[:] = 1, 0
    for z in np.linspace(-85, 85, 701).astype(dtype):
        one = np.ones((1, 1), dtype)
        _, slope = differentiate(network, z * one, 0 * one, CrossEntropy())
        # with a target of 0 the slope is the output, here that of the bias
        precision = 4 * np.finfo(dtype).eps
        np.testing.assert_allclose(slope[1], expit(np.float64(z)), rtol=precision)


@each_dtype
@pytest.mark.parametrize("activation", KNOWN)
def test_activations_are_good_to_the_last_digits(level, dtype, activation):
    network = Network([Dense(1, activation)], (1,), dtype)
    network.parameters[:] = 1, 0
    z = np.concatenate([np.linspace(-40, 40, 2001), np.linspace(-1, 1, 2001)])
    z = z.astype(dtype)[:, np.newaxis]
    exact = z.astype(np.float64)
    ACTIVATIONS[activation].forward(exact.copy(), exact)
    tolerance = 4 * np.finfo(dtype).eps
    np.testing.assert_allclose(
        predict(network, z), exact, rtol=tolerance, atol=tolerance
    )


@each_dtype
@pytest.mark.parametrize("activation", KNOWN)
def test_infinite_and_missing_numbers_pass_activations_as_in_numpy(
    level, dtype, activation
):
    network = Network([Dense(1, activation)], (1,), dtype)
    network.parameters[:] = 1, 0
    z = np.array([[np.nan], [1e30], [-1e30], [np.inf]], dtype)
    with np.errstate(all="ignore"):
        expected = layer_by_layer(network, predict, z)
    np.testing.assert_allclose(predict(network, z), expected, rtol=0, atol=1e-30)


@each_dtype
@pytest.mark.parametrize("loss", LOSSES.values())
def test_no_logit_is_too_large(level, dtype, loss):
    network = Network([Dense(3, "identity")], (3,), dtype)
    network.parameters[:] = [*np.eye(3).ravel(), 0, 0, 0]
    for x in ([1e3, -1e3, 0], [1e30, 1e30, -1e30], [-1e30, -1e30, -1e30]):
        x, targets = np.array([x], dtype), np.array([[0, 1, 0]], dtype)
        one = differentiate(network, x, targets, loss)
        other = layer_by_layer(network, differentiate, x, targets, loss)
        np.testing.assert_array_equal(one[0], other[0])
        np.testing.assert_allclose(one[1][-3:], other[1][-3:], rtol=0, atol=1e-6)
    x[0, 1] = np.nan
    logits, gradient = differentiate(network, x, targets, loss)
    assert np.isnan(logits).any()
    assert np.isnan(gradient).any()


def test_no_arrays_of_another_size():
    network = Network([Dense(2, "identity")], (3,), "float64")
    network.initialize(np.random.default_rng(0))
    x, targets, loss = np.zeros((4, 3)), np.zeros((4, 2)), CrossEntropy()
    with pytest.raises(ValueError, match=r"inputs of shape \(n, \*\(3,\)\)"):
        network.differentiate(x[:, :2], targets, loss, 1.0)
    for name, arguments in (
        ("targets", (x[:3], targets, loss, 1.0)),
        ("targets", (x, targets[:, :1], loss, 1.0)),
        ("weights", (x, targets, loss, 1.0, np.ones(3))),
        ("logits", (x, targets, loss, 1.0, None, None, np.empty((4, 1)))),
    ):
        with pytest.raises(ValueError, match=rf"{name} has \d+ bytes, not \d+\."):
            network.differentiate(*arguments)
    with pytest.raises(ValueError, match=r"logits has 64 bytes, not 56|not 64"):
        network.predict(x, np.empty((4, 1)))


DENSE = KernelLayer(Kind.DENSE, 0, 3, 2, 0, 6)
WINDOWS = (0, 4, 4, 1, 2, 2, 3, 1, 1, 1, 1, 3, 3)
CONV = KernelLayer(Kind.CONV, 0, 16, 27, 0, 12, inside=(0, 0, 4, 4), windows=WINDOWS)
POOL = KernelLayer(Kind.POOL, 0, 16, 4, windows=(0, 4, 4, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2))
NORM = KernelLayer(Kind.BATCH_NORM, 0, 6, 6, 0, 2, 4, windows=(0, 0, 0, 2, *[0] * 9))
DROP = KernelLayer(Kind.DROPOUT, 0, 4, 4, numbers=(0.5, 0))


def in_windows(layer, place, value):
    windows = list(layer.windows)
    windows[place] = value
    return layer._replace(windows=tuple(windows))


def run(layers, n_parameters=15, loss=1, n_pieces=1, n_rows=4, rngs=None):
    parameters = np.zeros(n_parameters)
    whole = bind_network(layers, parameters, parameters.copy())
    x = np.zeros((n_rows, max(layers[0].inputs, 1)))
    outputs = np.zeros((n_rows, min(max(layers[-1].outputs, 1), 100)))
    given = x, outputs.copy(), None, 1.0, loss, outputs
    whole.differentiate(*given, rngs, n_pieces, 1)
    whole.predict(x, outputs, n_pieces, 1)


@pytest.mark.parametrize(
    ("sound", "changes"),
    [
        (
            DENSE,
            [
                {"kind": 5},
                {"activation": 7},
                {"activation": -1},
                {"inputs": 0},
                {"outputs": 0},
                {"outputs": 2**60},
                {"weights": -1},
                {"weights": 10},
                {"biases": 14},
            ],
        ),
        (
            CONV,
            [
                {"inputs": 15},
                {"outputs": 26},
                {"weights": 4},
                {"biases": 13},
                {"inside": (1, 0, 4, 4)},
                {"inside": (0, 1, 4, 4)},
                {"inside": (-1, 0, 4, 4)},
                {"windows": (0,) * 13},
                {"windows": (0, 4, 4, 1, 5, 2, 3, 1, 1, 1, 1, 3, 3)},
            ],
        ),
        (
            POOL,
            [
                {"pooling": 3},
                {"pooling": -1},
                {"inputs": 15},
                {"outputs": 3},
                {"windows": (0, 4, 4, 1, 1, 1, 1, 2, 2, 2, 2, 3, 2)},
                {"windows": (0, 4, 4, 1, 1, 1, 1, 0, 2, 2, 2, 2, 2)},
            ],
        ),
        (
            NORM,
            [{"outputs": 5}, {"weights": 14}, {"biases": 14}, {"statistics": 12}]
            + [{"windows": (0, 0, 0, c, *[0] * 9)} for c in (0, 4, -1)],
        ),
        (DROP, [{"outputs": 3}, {"numbers": (1.0, 0)}, {"numbers": (-0.1, 0)}]),
    ],
    ids=["dense", "convolution", "pooling", "normalization", "dropout"],
)
def test_layers_that_do_not_fit_are_refused(sound, changes):
    run([sound])
    for change in changes:
        with pytest.raises(ValueError, match="do not fit"):
            run([sound._replace(**change)])
    with pytest.raises(ValueError, match="do not fit"):
        run([sound, DENSE._replace(inputs=sound.outputs + 1)], 10**4)
    with pytest.raises(ValueError, match="too many pieces"):
        run([sound], n_pieces=5)


def test_a_loss_or_a_generator_that_is_none_is_refused():
    with pytest.raises(ValueError, match="loss must be from 0 to 3, not 4"):
        run([DENSE], loss=4)
    with pytest.raises(ValueError, match="a generator for each piece"):
        run([DROP], n_pieces=2, rngs=generators(1))
    run([DROP], n_pieces=2, rngs=generators(2))


KEPT = np.array([[0.0, 0.0, 1.0]] * 2)
STEPS = Steps(0, None, None, np.full((2, 1), 0.1), 6, KEPT)


def take_steps(rngs=None, sizes=(3, 1), n_pieces=(1, 1), steps=STEPS, targets=None):
    """Train on four rows of three features, in two mini-batches."""
    parameters = np.zeros(8)
    whole = bind_network([DENSE], parameters, parameters.copy())
    x, logits = np.ones((4, 3)), np.zeros((4, 2))
    targets = np.ones((4, 2)) if targets is None else targets
    rngs = generators(2) if rngs is None else rngs
    whole.train(x, targets, None, 3, logits, rngs, sizes, n_pieces, steps, 2)
    return parameters


def test_steps_are_taken_one_after_the_other():
    # of the linear squared error: all gradients are -1, then -(1 - 4 * 0.1)
    np.testing.assert_allclose(take_steps(), 0.1 + 0.1 * 0.6, rtol=1e-14)


@each_dtype
@each_network
def test_steps_have_the_bits_of_gradients_and_steps_apart(level, name, dtype):
    shape, n_pieces = PIECES[name][1], (3, 2)
    x, targets, weights = make_rows(101, shape, dtype)
    adam, shrinkage = (0.01, 1e-8, 0.9, 0.99, 1.5), (0.1, 0.2, 0.7)
    apart = make(*PIECES[name], dtype)
    trained = apart.n_trained
    state, logits, rngs = np.zeros((2, trained), dtype), [], generators(3)
    step = bind_step(2, apart.parameters[:trained], list(state))
    for rows, n in zip((slice(60), slice(60, 101)), n_pieces, strict=True):
        given = x[rows], targets[rows], LogLoss(), 1 / len(x[rows]), weights[rows]
        of_rows, gradient = differentiate(apart, *given, rngs=rngs[:n])
        logits.append(of_rows)
        step(gradient[:trained], 0, trained, (apart.n_weights, *shrinkage), adam, 1)
        apart.parameters[trained:] -= gradient[trained:]
    for n_threads in (1, 2):
        network = make(*PIECES[name], dtype)
        own, of_all = np.zeros_like(state), np.empty_like(targets)
        numbers, shrinkages = np.array([adam] * 2), np.array([shrinkage] * 2)
        steps = Steps(2, *own, numbers, network.n_weights, shrinkages)
        given = (x, targets, weights), LogLoss(), generators(3), of_all
        network.train(*given, (60, 41), n_pieces, steps, n_threads)
        np.testing.assert_array_equal(network.parameters, apart.parameters)
        np.testing.assert_array_equal(own, state)
        np.testing.assert_array_equal(of_all, np.concatenate(logits))


@pytest.mark.parametrize(
    "wrong",
    [
        {"sizes": (3, 2)},
        {"sizes": (3, 0)},
        {"sizes": (5, -1)},
        {"sizes": (4,), "n_pieces": (1,)},
        {"sizes": (2, 1)},
        {"n_pieces": (1, 2)},
        {"n_pieces": (3, 1)},
        {"n_pieces": (0, 1)},
        {"steps": STEPS._replace(optimizer=6)},
        {"steps": STEPS._replace(optimizer=1)},
        {"steps": STEPS._replace(first=np.zeros(8))},
        {"steps": STEPS._replace(numbers=np.zeros((2, 2)))},
        {"steps": STEPS._replace(shrinkages=np.zeros((1, 3)))},
        {"targets": np.ones((3, 2))},
    ],
    ids=repr,
)
def test_mini_batches_and_steps_that_do_not_fit_are_refused(wrong):
    take_steps()
    with pytest.raises(ValueError, match=r"mini-batches|ptimizer|bytes, not"):
        take_steps(**wrong)


def test_layers_that_the_kernels_do_not_know():
    for specs in ([Dense(3, "gelu"), Dense(2)], [Conv2D(3, 2, activation="silu")]):
        shape = (4,) if isinstance(specs[0], Dense) else (4, 4, 1)
        assert not Network(specs, shape).is_whole
    assert not Network([Flatten()], (4, 1)).is_whole
    assert not Network([MaxPool2D(17)], (17, 17, 1)).is_whole
    assert not Network([Dense(2)] * 129, (2,)).is_whole
    assert not Network([Dense(2)], (2,), "float16").is_whole
