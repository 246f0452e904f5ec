"""Batch normalization against its definition."""

import numpy as np
import pytest
from gradients import assert_close, numerical_gradient
from hypothesis import given, settings
from hypothesis import strategies as st

from sknnadl import MLPClassifier, NetworkClassifier
from sknnadl.network import (
    ACTIVATIONS,
    BatchNorm,
    Conv2D,
    Dense,
    Flatten,
    MaxPool2D,
    Network,
)
from sknnadl.network.building import from_plain
from sknnadl.network.summary import summarize

shapes = st.one_of(
    st.tuples(st.integers(1, 6)),
    st.tuples(st.integers(1, 4), st.integers(1, 4), st.integers(1, 3)),
)
smooth = st.sampled_from(sorted(ACTIVATIONS.keys() - {"relu", "leaky_relu"}))
seeds = st.integers(0, 2**32 - 1)


def make(specs, input_shape, rng, dtype="float64"):
    """Return a network whose parameters are all away from where they start."""
    network = Network(specs, input_shape, dtype)
    network.parameters[:] = rng.uniform(0.5, 2, network.parameters.shape)
    return network


def normalize(x, mean, variance, epsilon, values):
    return values["scale"] * (x - mean) / np.sqrt(variance + epsilon) + values["shift"]


@given(shape=shapes, n=st.integers(1, 9), epsilon=st.floats(1e-6, 0.9), seed=seeds)
def test_forward_is_the_definition(shape, n, epsilon, seed):
    rng = np.random.default_rng(seed)
    network = make([BatchNorm("tanh", epsilon=epsilon)], shape, rng)
    (values,) = network.layer_parameters
    x = 3 * rng.standard_normal((n, *shape)) + 1
    axes = tuple(range(x.ndim - 1))
    of_batch = x.mean(axis=axes), x.var(axis=axes)
    running = values["running_mean"], values["running_variance"]
    for (mean, variance), source in [(of_batch, rng), (running, None)]:
        expected = np.tanh(normalize(x, mean, variance, epsilon, values))
        # a small variance raises rounding errors in x - mean by 1/sqrt(epsilon)
        np.testing.assert_allclose(network.forward(x, source), expected, atol=1e-11)


def check_gradients(network, x, rng):
    """Check the gradients of a random linear function of the training outputs."""
    direction = rng.standard_normal((len(x), *network.output_shape))
    start = network.forward(x, rng).copy()

    def value():  # less the outputs at the start, and so with less rounding
        return ((network.forward(x, rng) - start) * direction).sum()

    dx = network.backward(direction.copy(), need_input=True).copy()
    gradient = network.gradient[: network.n_trained].copy()
    trained = network.parameters[: network.n_trained]
    assert_close(gradient, numerical_gradient(value, trained))
    assert_close(dx, numerical_gradient(value, x))


@given(
    shape=shapes,
    n=st.integers(1, 5),
    activation=smooth,
    epsilon=st.floats(1e-3, 0.9),
    seed=seeds,
)
@settings(max_examples=60)
def test_gradients(shape, n, activation, epsilon, seed):
    rng = np.random.default_rng(seed)
    network = make([BatchNorm(activation, epsilon=epsilon)], shape, rng)
    check_gradients(network, rng.standard_normal((n, *shape)), rng)


def test_gradients_among_other_layers():
    rng = np.random.default_rng(0)
    specs = [
        Conv2D(3, 2, activation="identity"),
        BatchNorm("tanh"),
        MaxPool2D(2),
        Flatten(),
        Dense(4, "identity"),
        BatchNorm("sigmoid"),
        Dense(2, "identity"),
    ]
    network = Network(specs, (6, 5, 2), "float64")
    network.initialize(rng)
    check_gradients(network, rng.standard_normal((5, 6, 5, 2)), rng)


def test_gradients_in_inference():
    rng = np.random.default_rng(0)
    network = make([BatchNorm("tanh")], (2, 3, 4), rng)
    x, direction = rng.standard_normal((2, 5, 2, 3, 4))

    def value():
        return (network.forward(x) * direction).sum()

    network.forward(x)
    dx = network.backward(direction.copy(), need_input=True).copy()
    n = network.n_trained
    gradient = network.gradient.copy()
    assert_close(gradient[:n], numerical_gradient(value, network.parameters[:n]))
    assert_close(dx, numerical_gradient(value, x))
    assert not gradient[n:].any()


@pytest.mark.parametrize("shape", [(3,), (4, 5, 3)])
@pytest.mark.parametrize("momentum", [0, 0.5, 0.9])
def test_running_statistics(shape, momentum):
    rng = np.random.default_rng(0)
    network = Network([BatchNorm(momentum=momentum)], shape, "float64")
    network.initialize(rng)
    mean, variance = np.zeros(3), np.ones(3)
    for _ in range(4):
        x = 3 * rng.standard_normal((6, *shape)) + 2
        before = network.parameters.copy()
        network.backward(network.forward(x, rng).copy())
        np.testing.assert_array_equal(network.parameters, before)
        n = network.n_trained
        network.parameters[n:] -= network.gradient[n:]
        rows = x.reshape(-1, 3)
        mean = momentum * mean + (1 - momentum) * rows.mean(axis=0)
        variance = momentum * variance + (1 - momentum) * rows.var(axis=0, ddof=1)
    (values,) = network.layer_parameters
    np.testing.assert_allclose(values["running_mean"], mean, rtol=1e-13)
    np.testing.assert_allclose(values["running_variance"], variance, rtol=1e-13)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", [(7,), (3, 2, 7)])
def test_inference_takes_each_row_alone(shape, dtype):
    rng = np.random.default_rng(0)
    network = make([BatchNorm("sigmoid")], shape, rng, dtype)
    x = rng.standard_normal((20, *shape)).astype(dtype)
    together = network.forward(x).copy()
    alone = [network.forward(row[np.newaxis])[0].copy() for row in x]
    np.testing.assert_array_equal(together, alone)


def test_one_row_becomes_the_shift():
    rng = np.random.default_rng(0)
    network = make([BatchNorm(momentum=0.75)], (3,), rng)
    (values,), (steps,) = network.layer_parameters, network.views(network.gradient)
    x = rng.standard_normal((1, 3))
    y = network.forward(x, rng)
    np.testing.assert_array_equal(y, values["shift"][np.newaxis])
    dx = network.backward(np.ones((1, 3)), need_input=True)
    np.testing.assert_array_equal(dx, np.zeros((1, 3)))
    expected = (values["running_mean"] - x[0]) / 4
    np.testing.assert_allclose(steps["running_mean"], expected, rtol=1e-15)
    # one value has no variance that the running one could move to
    np.testing.assert_array_equal(steps["running_variance"], np.zeros(3))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("epsilon", [1e-5, 1e-30])
def test_a_constant_feature_becomes_the_shift(dtype, epsilon):
    rng = np.random.default_rng(0)
    network = make([BatchNorm(epsilon=epsilon)], (2, 2, 3), rng, dtype)
    x = rng.standard_normal((4, 2, 2, 3)).astype(dtype)
    x[..., 1] = 5
    y = network.forward(x, rng)
    shift = network.layer_parameters[0]["shift"]
    np.testing.assert_array_equal(y[..., 1], np.full((4, 2, 2), shift[1]))
    dx = network.backward(np.ones_like(y), need_input=True)
    assert np.isfinite(dx).all()
    assert np.isfinite(network.gradient).all()


def test_inputs_are_read_in_any_memory_order_and_left_alone():
    rng = np.random.default_rng(0)
    network = make([BatchNorm("relu")], (2, 3, 4), rng)
    x = rng.standard_normal((4, 3, 2, 5)).T  # (n, height, width, channels)
    before = x.copy()
    y = network.forward(x, rng).copy()
    np.testing.assert_array_equal(x, before)
    np.testing.assert_allclose(y, network.forward(before, rng), rtol=1e-13)


def test_statistics_are_the_last_section_of_the_vector():
    specs = [Dense(3), BatchNorm(), Dense(2), BatchNorm()]
    network = Network(specs, (4,), "float64")
    assert network.n_weights == 4 * 3 + 3 * 2
    assert network.n_trained == network.n_weights + 2 * (3 + 2) + 3 + 2
    assert network.parameters.size == network.n_trained + 2 * (3 + 2)
    network.parameters[:] = np.arange(43)
    first, second = network.layer_parameters[1::2]
    np.testing.assert_array_equal(first["running_mean"], [33, 34, 35])
    np.testing.assert_array_equal(first["running_variance"], [36, 37, 38])
    np.testing.assert_array_equal(second["running_variance"], [41, 42])
    replica = network.replica()
    replica.layer_parameters[3]["running_mean"][0] = -1
    assert second["running_mean"][0] == -1
    assert Network([Dense(3)], (4,)).n_trained == 4 * 3 + 3


def test_start():
    network = Network([BatchNorm()], (2,), "float64")
    network.initialize(np.random.default_rng(0))
    (values,) = network.layer_parameters
    assert {name: set(value) for name, value in values.items()} == {
        "scale": {1},
        "shift": {0},
        "running_mean": {0},
        "running_variance": {1},
    }
    assert not network.stochastic


def test_the_summary_counts_statistics_apart():
    lines = summarize([Dense(30), BatchNorm("relu")], (10,)).splitlines()
    assert lines[-3].split() == ["BatchNorm(activation='relu')", "30", "60"]
    assert lines[-2].split() == ["all", "390"]
    assert lines[-1].split() == ["running", "averages", "60"]
    assert "running" not in summarize([Dense(30)], (10,))


def test_specs_survive_plain_values():
    spec = BatchNorm("relu", np.float64(0.8), 1e-3)
    assert from_plain([spec.to_plain()]) == [spec]


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("activation", ["swish", None, 3]),
        ("momentum", [-0.1, 1, np.nan, "0.9", None, True]),
        ("epsilon", [0, -1e-5, 1e-40, 1, np.nan, np.inf, "1e-5", None, True]),
    ],
)
def test_bad_arguments_are_named(name, values):
    for value in values:
        with pytest.raises(ValueError, match=rf"Layer 1 of 1: {name} of .* must be"):
            Network([BatchNorm(**{name: value})], (3,))


@pytest.mark.parametrize("n_left", [1, 2, 5, 7])
def test_few_rows_that_are_left_join_the_mini_batch_before(n_left, digits):
    X, y = digits.X_train[: 160 + n_left], digits.y_train[: 160 + n_left]
    model = MLPClassifier(batch_norm=True, max_iter=60, n_iter_no_change=np.inf)
    model.set_params(random_state=0).fit(X, y)
    assert model.score(X, y) > 0.99
    assert model.score(digits.X_test, digits.y_test) > 0.85


def test_one_row_cannot_be_normalized(iris):
    X, y = iris
    model = MLPClassifier((5,), batch_norm=True, random_state=0)
    with pytest.raises(ValueError, match="at least 2 rows in a mini-batch"):
        model.partial_fit(X[:1], y[:1], classes=[0, 1, 2])
    with pytest.raises(ValueError, match=r"batch_size=1, n_samples=150"):
        model.set_params(batch_size=1).fit(X, y)
    assert not hasattr(model, "classes_")


def test_the_pixels_of_one_image_can_be_normalized(digits):
    images = digits.X_train[:20].reshape(-1, 8, 8)
    net = NetworkClassifier([Conv2D(4, 3, activation="identity"), BatchNorm("relu")])
    net.set_params(batch_size=1, learning_rate_init=0.02, random_state=0)
    net.set_params(max_iter=20, n_iter_no_change=np.inf)
    assert net.fit(images, digits.y_train[:20]).score(images, digits.y_train[:20]) > 0.9


def test_what_is_learned_has_a_name(digits):
    X, y = digits.X_train[:200], digits.y_train[:200]
    model = MLPClassifier((6, 4), batch_norm=True, max_iter=3, n_iter_no_change=np.inf)
    model.set_params(random_state=0, activation="identity").fit(X, y)
    assert [layer["scale"].shape for layer in model.batch_norms_] == [(6,), (4,)]
    a = X.astype(float)
    for layer, w, b in zip(
        model.batch_norms_, model.coefs_[:2], model.intercepts_[:2], strict=True
    ):
        u = (a @ w + b - layer["running_mean"]) / np.sqrt(
            layer["running_variance"] + 1e-5
        )
        a = layer["scale"] * u + layer["shift"]
    logits = a @ model.coefs_[2] + model.intercepts_[2]
    expected = np.exp(logits - logits.max(axis=1, keepdims=True))
    expected /= expected.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(model.predict_proba(X), expected, atol=1e-5)
    plain = MLPClassifier((3,), max_iter=1, n_iter_no_change=np.inf).fit(X, y)
    assert plain.batch_norms_ == []


@pytest.mark.parametrize(("n_rows", "size", "n_steps"), [(20, 2, 10), (21, 4, 5)])
def test_a_whole_mini_batch_is_a_mini_batch(n_rows, size, n_steps, digits):
    X, y = digits.X_train[:n_rows], digits.y_train[:n_rows]
    model = MLPClassifier((3,), batch_norm=True, batch_size=size, solver="adam")
    model.partial_fit(X, y, classes=range(10))
    assert model.training_state_["optimizer"]["n_steps"] == n_steps
