"""The maxout layer."""

import numpy as np
import pytest
from gradients import STEP, check_gradients
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone

import sknnadl
from sknnadl import NetworkClassifier, NetworkRegressor
from sknnadl.network import Conv2D, Dense, Dropout, Flatten, Maxout, Network
from sknnadl.training import parallel


def test_by_hand():
    network = Network([Maxout(2, pieces=3)], (1,), "float64")
    # the first pieces of both units, the second, the third; then their biases
    network.parameters[:] = [1, 2, -1, 0, 0, -2, 0, 0, 0, 1, 0.5, 0]
    outputs = network.forward(np.array([[2.0], [-2.0], [0.0]]))
    np.testing.assert_array_equal(outputs, [[2, 4], [2, 4], [0.5, 1]])


@given(
    units=st.integers(1, 5),
    pieces=st.integers(1, 4),
    n=st.integers(1, 5),
    n_features=st.integers(1, 5),
    seed=st.integers(0, 2**32 - 1),
)
@settings(max_examples=40)
def test_gradients(units, pieces, n, n_features, seed):
    rng = np.random.default_rng(seed)
    specs = [Maxout(units, pieces, bias_init="normal"), Dense(2, "tanh"), Maxout(3)]
    network = Network(specs, (n_features,), "float64")
    network.initialize(rng)
    x = rng.standard_normal((n, n_features))
    network.forward(x)
    for layer in network.layers[::2]:  # away from where the largest piece changes
        order = np.sort(layer._pieces, axis=0)
        if len(order) > 1 and (order[-1] - order[-2]).min() < 100 * STEP:
            return
    check_gradients(network, x, rng)


@given(
    units=st.integers(1, 6),
    pieces=st.integers(1, 5),
    seed=st.integers(0, 2**32 - 1),
)
@settings(max_examples=40)
def test_it_is_the_maximum_of_linear_layers_of_pytorch(units, pieces, seed):
    torch = pytest.importorskip("torch", reason="needs the bench extra: torch")
    rng = np.random.default_rng(seed)
    network = Network([Maxout(units, pieces)], (4,), "float64")
    network.parameters[:] = rng.standard_normal(network.parameters.size)
    (values,), (gradients,) = network.layer_parameters, network.views(network.gradient)
    linear = torch.nn.Linear(4, units * pieces, dtype=torch.float64)
    linear.load_state_dict(
        {
            "weight": torch.tensor(values["weights"].T),
            "bias": torch.tensor(values["biases"]),
        }
    )
    x, direction = rng.standard_normal((7, 4)), rng.standard_normal((7, units))
    inputs = torch.tensor(x, requires_grad=True)
    theirs = linear(inputs).view(7, pieces, units).max(dim=1).values
    theirs.backward(torch.tensor(direction))
    ours = network.forward(x).copy()
    dx = network.backward(direction.copy(), need_input=True)
    for mine, other in [
        (ours, theirs.detach()),
        (dx, inputs.grad),
        (gradients["weights"].T, linear.weight.grad),
        (gradients["biases"], linear.bias.grad),
    ]:
        np.testing.assert_allclose(mine, other.numpy(), rtol=0, atol=1e-10)


def test_the_first_of_equal_pieces_gets_the_gradient():
    network = Network([Maxout(1, 3)], (1,), "float64")
    network.parameters[:] = 0
    network.forward(np.ones((1, 1)))
    network.backward(np.full((1, 1), 2.0))
    np.testing.assert_array_equal(network.gradient, [2, 0, 0, 2, 0, 0])


@pytest.mark.parametrize(
    ("spec", "shape", "message"),
    [
        (Maxout(0), (4,), "units of Maxout.* at least 1"),
        (Maxout(2, 0), (4,), "pieces of Maxout.* at least 1"),
        (Maxout(2, 1.5), (4,), "pieces of Maxout.* at least 1"),
        (Maxout(2), (4, 4, 1), r"Maxout.*got inputs of shape \(4, 4, 1\)"),
        (Maxout(2, weight_init="none"), (4,), "weight_init of Maxout"),
        (Maxout(2, bias_init="none"), (4,), "bias_init of Maxout"),
    ],
)
def test_bad_arguments_are_named(spec, shape, message):
    with pytest.raises(ValueError, match=message):
        Network([spec], shape)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("first", [(Dropout(0.2),), (Conv2D(2, 3), Flatten())])
def test_networks_of_it_are_saved_and_go_on(first, digits, tmp_path):
    X, y = digits.X_train[:300], digits.y_train[:300]
    model = NetworkClassifier((*first, Maxout(12, 3)), max_iter=2, random_state=0)
    if len(first) > 1:
        model.set_params(input_shape=(8, 8))
    fitted = clone(model).set_params(max_norm=1.0).fit(X, y)
    assert "Maxout(units=12, pieces=3)" in fitted.summary()
    assert fitted.summary().count("Flatten") == len(first) // 2  # it gives rows itself
    assert fitted.n_layers_ == len(fitted.coefs_) + 1
    assert fitted.coefs_[-2].shape[1] == 36
    assert np.linalg.norm(fitted.coefs_[-2], axis=0).max() < 1 + 1e-6
    sknnadl.save(fitted, tmp_path / "model.npz")
    loaded = sknnadl.load(tmp_path / "model.npz")
    loaded.partial_fit(X, y)
    fitted.partial_fit(X, y)
    np.testing.assert_array_equal(loaded.parameters_, fitted.parameters_)


def test_the_number_of_threads_changes_nothing(digits, monkeypatch):
    monkeypatch.setattr(parallel, "_piece_work", lambda *_: 1)  # many pieces
    X, y = digits.X_train[:300], digits.y_train[:300]
    model = NetworkClassifier((Maxout(12), Dropout(0.5)), batch_size=64, max_iter=2)
    model.set_params(random_state=0, n_iter_no_change=np.inf)
    alone, together = (clone(model).set_params(n_jobs=n).fit(X, y) for n in (1, 3))
    np.testing.assert_array_equal(alone.parameters_, together.parameters_)


def test_two_pieces_learn_the_absolute_value():
    X = np.linspace(-1, 1, 200)[:, np.newaxis]
    y = np.abs(X).ravel()
    model = NetworkRegressor((Maxout(4),), max_iter=100, random_state=0)
    model.set_params(n_iter_no_change=np.inf, alpha=0.0, learning_rate_init=0.01)
    assert model.fit(X, y).score(X, y) > 0.999
