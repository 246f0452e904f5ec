"""Every layer, activation, loss of classes and kind of target, by another runtime."""

import numpy as np
import pytest
from exported import assert_same_classes, run
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sknnadl import NetworkClassifier, NetworkRegressor, to_onnx
from sknnadl.network import (
    ACTIVATIONS,
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
)
from sknnadl.network.building import build_layers

pytestmark = [
    pytest.mark.usefixtures("needs_onnx"),
    # Nothing is to be learned, so that nothing need have been.
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
]


units = st.integers(1, 5)
activations = st.sampled_from(sorted(ACTIVATIONS))
sizes = st.one_of(st.integers(1, 3), st.tuples(st.integers(1, 3), st.integers(1, 3)))
of_any = [st.builds(BatchNorm, activations), st.just(Dropout(0.3))]
of_rows = st.one_of(
    st.builds(Dense, units, activations),
    st.builds(Maxout, units, st.integers(1, 3)),
    *of_any,
)
of_images = st.one_of(
    st.builds(
        Conv2D, units, sizes, sizes, st.sampled_from(["valid", "same"]), activations
    ),
    *(
        st.builds(pool, sizes, st.one_of(st.none(), sizes))
        for pool in (AveragePool2D, L2Pool2D, MaxPool2D)
    ),
    *of_any,
)
stacks = st.tuples(st.lists(of_images, max_size=4), st.lists(of_rows, max_size=3)).map(
    lambda layers: [*layers[0], Flatten(), *layers[1]]
)
shapes = st.tuples(st.integers(1, 7), st.integers(1, 7), st.integers(1, 3))


def fit_anything(layers, shape, loss, kind, dtype, rng):
    """Return a network that has learned next to nothing, of numbers that are drawn."""
    X = rng.standard_normal((12, *shape)).astype(np.float32)
    y = {
        "two": np.arange(12) % 2,
        "words": np.array(["a", "bc", "ä"])[np.arange(12) % 3],
        "labels": rng.integers(2, size=(12, 3)),
    }[kind]
    options = {"batch_size": 6, "max_iter": 1, "learning_rate_init": 0.01}
    network = NetworkClassifier(
        layers, loss=loss, dtype=dtype, input_shape=shape, random_state=0, **options
    )
    network.fit(X, y)
    network.intercepts_ = [rng.standard_normal(b.shape) for b in network.intercepts_]
    for values in network.batch_norms_:
        values["scale"][...] = rng.uniform(0.5, 2, len(values["scale"]))
        values["shift"][...] = rng.standard_normal(len(values["shift"]))
    return network


networks = given(
    layers=stacks,
    shape=shapes,
    loss=st.sampled_from(sorted(LOSSES)),
    kind=st.sampled_from(["two", "words", "labels"]),
    dtype=st.sampled_from(["float32", "float64"]),
    seed=st.integers(0, 2**32 - 1),
)


@networks
@settings(max_examples=30)
def test_any_network(**drawn):
    check_network(**drawn)


@pytest.mark.slow
@networks
@settings(max_examples=200)
def test_many_networks(**drawn):
    check_network(**drawn)


def check_network(layers, shape, loss, kind, dtype, seed):
    try:
        build_layers(layers, shape, dtype)
    except ValueError:
        assume(False)
    rng = np.random.default_rng(seed)
    network = fit_anything(layers, shape, loss, kind, dtype, rng)
    model = to_onnx(network)
    X = rng.standard_normal((1000, *shape)).astype(np.float32)
    for rows in (X[:1], X):
        assert_same_classes(model, {"X": rows}, network, rows)


@pytest.mark.parametrize("name", sorted(ACTIVATIONS))
def test_activations_of_extreme_values(name):
    X = np.r_[-1e4, -800, -90, -10:10.5:0.5, 90, 800, 1e4].astype(np.float32)[:, None]
    network = NetworkRegressor([Dense(1, name)], scale_targets=False, max_iter=1)
    network.fit(X[5:20], X[5:20, 0])
    network.coefs_ = [[[1.0]], [[1.0]]]
    network.intercepts_ = [[0.0], [0.0]]
    values = run(to_onnx(network), {"X": X})["variable"][:, 0]
    np.testing.assert_allclose(values, network.predict(X), 1e-6, 1e-6)
