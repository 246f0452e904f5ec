"""The gradient of a row's cost with respect to the row."""

import pickle

import numpy as np
import pandas as pd
import pytest
from gradients import assert_close, numerical_gradient
from scipy.sparse import csr_array
from scipy.special import expit, log_expit, softmax, xlogy
from sklearn.exceptions import NotFittedError

from sknnadl import (
    ConvNetClassifier,
    ConvNetRegressor,
    DenoisingAutoencoder,
    MLPClassifier,
    MLPRegressor,
    NetworkClassifier,
)
from sknnadl.network import AveragePool2D, BatchNorm, Conv2D, Dense, Dropout, Flatten

FEW = {"max_iter": 3, "n_iter_no_change": np.inf, "random_state": 0}
EXACT = {"dtype": "float64", **FEW}


@pytest.fixture(scope="module")
def rows():
    """Return rows of any real numbers, in which no two values are the same."""
    return np.random.default_rng(0).standard_normal((60, 16))


def log_losses(model, X, y):
    return -model.predict_log_proba(X)[np.arange(len(y)), y]


def sigmoid_losses(model, X, y):
    """Return the cross-entropy of outputs that are divided by their sum."""
    targets = np.eye(3)[y] if y.ndim == 1 else y
    z = model._logits(X)
    return -(targets * log_expit(z) + (1 - targets) * log_expit(-z)).sum(axis=1)


def squared_errors(model, X, y):
    error = expit(model._logits(X)) - np.eye(3)[y]
    return 0.5 * (error**2).sum(axis=1)


def scaled_errors(model, X, y):
    scale = 1 if model.target_scale_ is None else model.target_scale_
    error = (model.predict(X) - y).reshape(len(y), -1) / scale
    return 0.5 * (error**2).sum(axis=1)


def deviances(model, X, y):
    a = model.predict(X)
    return a - y + xlogy(y, y) - y * np.log(a)


THREE = np.arange(60) % 3
INDICATOR = np.array([[1, 0, 1], [0, 0, 1], [0, 0, 0]])[THREE]
VALUES = np.random.default_rng(1).standard_normal((60, 2)) * [1, 30] + [0, 9]
LAYERS = [
    Dropout(0.2),
    Conv2D(3, 2, activation="silu"),
    BatchNorm("tanh"),
    Dropout(0.5),
    AveragePool2D(3, stride=1),
    Flatten(),
    Dense(5, "gelu"),
]
CASES = {
    "classes": (MLPClassifier((8, 6), **EXACT), THREE, log_losses),
    "two classes": (MLPClassifier((8,), "tanh", **EXACT), THREE % 2, log_losses),
    "no hidden layer": (MLPClassifier((), **EXACT), THREE, log_losses),
    "labels": (MLPClassifier((8,), **EXACT), INDICATOR, sigmoid_losses),
    "cross-entropy": (
        MLPClassifier((8,), loss="cross_entropy", **EXACT),
        THREE,
        sigmoid_losses,
    ),
    "squared error": (
        MLPClassifier((8,), loss="squared_error", **EXACT),
        THREE,
        squared_errors,
    ),
    "normalized": (
        MLPClassifier((8,), batch_norm=True, dropout=0.3, **EXACT),
        THREE,
        log_losses,
    ),
    "weights": (MLPClassifier(class_weight={0: 9.0}, **EXACT), THREE, log_losses),
    "standard": (MLPClassifier(input_scaling="standard", **EXACT), THREE, log_losses),
    "robust": (MLPClassifier(input_scaling="robust", **EXACT), THREE, log_losses),
    "bins": (
        MLPClassifier.for_tables((8,), **EXACT).set_params(categorical_features=None),
        THREE,
        log_losses,
    ),
    "bins alone": (MLPClassifier((8,), n_bins=3, **EXACT), THREE, log_losses),
    "value": (
        MLPRegressor(hidden_layer_sizes=(8,), **EXACT),
        VALUES[:, 1],
        scaled_errors,
    ),
    "values": (
        MLPRegressor(hidden_layer_sizes=(8,), input_scaling="robust", **EXACT),
        VALUES,
        scaled_errors,
    ),
    "raw values": (MLPRegressor(scale_targets=False, **EXACT), VALUES, scaled_errors),
    "counts": (MLPRegressor("poisson", **EXACT), 1.0 * THREE, deviances),
    "images": (
        ConvNetClassifier((3,), kernel_size=3, padding="same", **EXACT),
        THREE,
        log_losses,
    ),
    "images, normalized": (
        ConvNetClassifier((3, 4), kernel_size=2, pool_size=1, batch_norm=True, **EXACT),
        THREE,
        log_losses,
    ),
    "l2 pooling": (
        ConvNetClassifier((3,), kernel_size=2, pooling="l2", **EXACT),
        THREE,
        log_losses,
    ),
    "values of images": (
        ConvNetRegressor((3,), kernel_size=3, activation="tanh", **EXACT),
        VALUES,
        scaled_errors,
    ),
    "layers": (
        NetworkClassifier(LAYERS, input_shape=(4, 4), **EXACT),
        THREE,
        log_losses,
    ),
}


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("case", CASES)
def test_central_differences(case, rows):
    model, y, costs = CASES[case]
    model = pickle.loads(pickle.dumps(model)).fit(rows, y)
    X, y = np.random.default_rng(2).standard_normal((5, 16)), y[:5]
    # No row says anything of another: each row's own is that of the sum.
    numerical = numerical_gradient(lambda: costs(model, X, y).sum(), X)
    gradient = model.input_gradient(X, y)
    assert np.abs(gradient).max() > 1e-3
    assert_close(gradient, numerical)


def test_beside_torch(rows):
    torch = pytest.importorskip("torch")
    model = MLPClassifier((8, 6), "tanh", **EXACT).fit(rows, THREE)
    X = torch.tensor(rows, requires_grad=True)
    z = X
    *hidden, last = zip(model.coefs_, model.intercepts_, strict=True)
    for weights, biases in hidden:
        z = torch.tanh(z @ torch.tensor(weights) + torch.tensor(biases))
    z = z @ torch.tensor(last[0]) + torch.tensor(last[1])
    loss = torch.nn.functional.cross_entropy(z, torch.tensor(THREE), reduction="sum")
    loss.backward()
    # of sums of ten numbers in float64
    np.testing.assert_allclose(
        model.input_gradient(rows, THREE), X.grad.numpy(), rtol=1e-10, atol=1e-13
    )


def test_of_a_linear_model_it_is_known(rows):
    model = MLPClassifier((), **EXACT).fit(rows, THREE)
    (weights,), (biases,) = model.coefs_, model.intercepts_
    error = softmax(rows @ weights + biases, axis=1) - np.eye(3)[THREE]
    np.testing.assert_allclose(
        model.input_gradient(rows, THREE), error @ weights.T, rtol=1e-10, atol=1e-13
    )


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("case", ["classes", "images, normalized", "layers", "bins"])
def test_rows_alone_or_among_others(case, dtype, rows):
    model, y, _ = CASES[case]
    model = pickle.loads(pickle.dumps(model)).set_params(dtype=dtype).fit(rows, y)
    X = np.tile(rows, (10, 1))  # of more than one block
    together = model.input_gradient(X, np.tile(y, 10))
    assert together.dtype == dtype
    alone = [model.input_gradient(rows[[i]], y[[i]])[0] for i in range(60)]
    # BLAS may add in another order for another number of rows
    tolerance = 1e-5 if dtype == "float32" else 1e-13
    np.testing.assert_allclose(together[:60], alone, rtol=0, atol=tolerance)
    np.testing.assert_allclose(together[-60:], alone, rtol=0, atol=tolerance)


def test_the_shape_is_that_of_the_rows(rows):
    net = ConvNetClassifier((3,), kernel_size=3, **FEW).fit(rows, THREE)
    flat = net.input_gradient(rows, THREE)
    for shape in ((60, 4, 4), (60, 4, 4, 1)):
        gradient = net.input_gradient(rows.reshape(shape), THREE)
        assert gradient.shape == shape
        np.testing.assert_array_equal(gradient.reshape(60, 16), flat)
    model = MLPClassifier((8,), **FEW).fit(rows, THREE)
    expected = model.input_gradient(rows, THREE)
    for X in (csr_array(rows), rows.tolist(), rows[:, ::-1][:, ::-1]):
        np.testing.assert_array_equal(model.input_gradient(X, THREE), expected)
    frame = pd.DataFrame(rows).add_prefix("x")
    model = MLPClassifier.for_tables((8,), **FEW).fit(frame, THREE)
    assert model.input_gradient(frame, THREE).shape == (60, 16)


def test_of_bytes_it_is_that_of_the_same_numbers(digits):
    bytes_ = (255 * digits.X_train[:200]).astype(np.uint8)
    y = digits.y_train[:200]
    model = MLPClassifier((8,), input_scaling="standard", dtype="float64", **FEW)
    model.fit(bytes_, y)
    np.testing.assert_array_equal(
        model.input_gradient(bytes_, y), model.input_gradient(bytes_.astype(float), y)
    )


def test_a_missing_number_moves_nothing(rows):
    X = rows.copy()
    X[::7, 3] = np.nan
    options = {"impute_missing": True, "input_scaling": "robust", **FEW}
    model = MLPClassifier((8,), **options).fit(X, THREE)
    gradient = model.input_gradient(X, THREE)
    assert not gradient[::7, 3].any()
    assert gradient[1:7].all()


def test_it_changes_nothing_and_training_goes_on(rows):
    model = MLPClassifier((8,), batch_norm=True, dropout=0.2, **FEW).fit(rows, THREE)
    other = pickle.loads(pickle.dumps(model))
    before = pickle.dumps(model)
    model.input_gradient(rows, THREE)
    assert pickle.dumps(model) == before
    np.testing.assert_array_equal(model.predict_proba(rows), other.predict_proba(rows))
    model.partial_fit(rows, THREE)
    np.testing.assert_array_equal(
        model.parameters_, other.partial_fit(rows, THREE).parameters_
    )


def test_what_there_is_no_gradient_of(rows):
    with pytest.raises(NotFittedError):
        MLPClassifier().input_gradient(rows, THREE)
    model = MLPClassifier((8,), **FEW).fit(rows, THREE)
    with pytest.raises(ValueError, match=r"y has the labels \[7\]"):
        model.input_gradient(rows, np.where(THREE == 0, 7, THREE))
    with pytest.raises(ValueError, match="X has 15 features"):
        model.input_gradient(rows[:, 1:], THREE)
    model.set_params(loss="cross_entropy")
    with pytest.raises(ValueError, match="3 softmax outputs, and the loss set"):
        model.input_gradient(rows, THREE)
    frame = pd.DataFrame(rows).assign(word=np.array(["a", "b", "c"])[THREE])
    frame.columns = frame.columns.astype(str)
    model = MLPClassifier.for_tables((8,), **FEW).fit(frame, THREE)
    with pytest.raises(ValueError, match=r"columns \[16\] of X have categories"):
        model.input_gradient(frame, THREE)
    # Its rows are targets too, which would have to move with them.
    assert not hasattr(DenoisingAutoencoder(), "input_gradient")
