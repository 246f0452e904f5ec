"""Arguments with one entry for each layer, and starts of one's own."""

import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GridSearchCV

import sknnadl
from sknnadl import (
    ConvNetClassifier,
    ConvNetRegressor,
    MLPClassifier,
    MLPRegressor,
    NetworkClassifier,
)
from sknnadl.callbacks import Checkpoint
from sknnadl.network import BatchNorm, Conv2D, Dense, Flatten, MaxPool2D
from sknnadl.network.building import from_plain

SHORT = {"max_iter": 2, "n_iter_no_change": np.inf, "random_state": 0}


def halves(shape, rng):
    """Return weights that are all a half, of no random numbers."""
    return np.full(shape, 0.5)


def quick_convnet(**arguments):
    return ConvNetClassifier(
        (2, 3), kernel_size=3, padding="same", hidden_layer_sizes=(6,), **SHORT
    ).set_params(**arguments)


@pytest.mark.parametrize("kind", [list, tuple, np.array])
def test_each_hidden_layer_has_its_activation(kind, iris):
    model = MLPClassifier((5, 4), kind(["tanh", "sigmoid"]), **SHORT).fit(*iris)
    assert from_plain(model.layers_) == [
        Dense(5, "tanh"),
        Dense(4, "sigmoid"),
        Dense(3, "identity"),
    ]
    assert all(type(one["activation"]) is str for one in model.layers_)
    again = pickle.loads(pickle.dumps(model))
    again.partial_fit(*iris)
    model.partial_fit(*iris)
    np.testing.assert_array_equal(again.parameters_, model.parameters_)


def test_convolutional_layers_come_first(digits):
    model = quick_convnet(
        activation=["relu", "elu", "tanh"],
        weight_init=["he", "fan_out", "sparse", "zeros"],
        bias_init=["auto", "normal", 0.5, np.float64(1.5)],
        learning_rate_init=1e-30,
        alpha=0.0,
    ).partial_fit(digits.X_train, digits.y_train, classes=range(10))
    conv = {"kernel_size": 3, "padding": "same"}
    assert from_plain(model.layers_) == [
        Conv2D(2, **conv, activation="relu", weight_init="he"),
        MaxPool2D(2),
        Conv2D(3, **conv, activation="elu", weight_init="fan_out", bias_init="normal"),
        MaxPool2D(2),
        Flatten(),
        Dense(6, "tanh", "sparse", 0.5),
        Dense(10, "identity", "zeros", 1.5),
    ]
    assert (model.intercepts_[2] == 0.5).all()
    assert (model.intercepts_[3] == 1.5).all()
    assert model.intercepts_[1].any()
    assert not model.intercepts_[0].any()


def test_normalization_comes_before_each_activation(iris):
    model = MLPClassifier((5, 4), ["tanh", "elu"], batch_norm=True, **SHORT)
    assert from_plain(model.fit(*iris).layers_) == [
        Dense(5, "identity"),
        BatchNorm("tanh"),
        Dense(4, "identity"),
        BatchNorm("elu"),
        Dense(3, "identity"),
    ]


def test_one_for_all_is_a_list_of_it(iris):
    one = MLPClassifier((5, 4), "tanh", weight_init="he", bias_init=0.1, **SHORT)
    each = clone(one).set_params(
        activation=["tanh"] * 2, weight_init=["he"] * 3, bias_init=[0.1] * 3
    )
    np.testing.assert_array_equal(
        one.fit(*iris).parameters_, each.fit(*iris).parameters_
    )


def test_the_start_of_the_books_third_program():
    # network3.py: np.sqrt(1.0 / n_out) for weights, where n_out of a convolution is
    # filters * 5 * 5 / (2 * 2), biases from N(0, 1), and a softmax layer of zeros.
    X, y = np.zeros((10, 28, 28)), np.arange(10)
    model = ConvNetClassifier(
        (20, 40),
        hidden_layer_sizes=(100,),
        weight_init=["fan_out"] * 3 + ["zeros"],
        bias_init=["normal"] * 3 + ["zeros"],
        learning_rate_init=1e-30,
        alpha=0.0,
        **SHORT,
    ).partial_fit(X, y, classes=y)
    n_out = [20 * 25 / 4, 40 * 25 / 4, 100]
    for weights, biases, n in zip(
        model.coefs_, model.intercepts_, [*n_out, None], strict=True
    ):
        if n is None:
            assert np.abs(weights).max() < 1e-20
            assert np.abs(biases).max() < 1e-20
        else:
            rel = 5 / np.sqrt(2 * weights.size)
            assert weights.std() == pytest.approx(np.sqrt(1 / n), rel=rel)
            assert biases.std() == pytest.approx(1, rel=5 / np.sqrt(2 * biases.size))


BAD = [
    ({"activation": ["tanh"]}, "activation must be one .* the 2 hidden layers, got"),
    ({"activation": ["tanh"] * 3}, "activation must be one"),
    ({"activation": []}, "activation must be one"),
    ({"activation": [["tanh"], ["elu"]]}, "activation must be one"),
    ({"activation": [None, "tanh"]}, "activation must be one"),
    ({"activation": ["tanh", "step"]}, "Layer 2 of 3: activation of Dense.*'step'"),
    ({"activation": ["tanh", np.tanh]}, "activation of Dense.*ufunc 'tanh'"),
    ({"activation": 3}, "'activation'"),
    ({"activation": np.array("tanh")}, "activation must be one"),
    ({"weight_init": ["he"] * 2}, "weight_init must be .* and the output layer, got"),
    ({"weight_init": ["he", "he", "ones"]}, "Layer 3 of 3: weight_init of Dense"),
    ({"weight_init": ["he", 1.0, "he"]}, "weight_init of Dense"),
    ({"weight_init": "ones"}, "'weight_init'"),
    ({"weight_init": lambda shape, rng: 1}, "weight_init of Dense.* must return"),
    ({"bias_init": ["zeros"] * 4}, "bias_init must be one .* and the output layer"),
    ({"bias_init": ["zeros", np.inf, 0]}, "Layer 2 of 3: bias_init of Dense"),
    ({"bias_init": np.inf}, "'bias_init'"),
    ({"bias_init": None}, "'bias_init'"),
    ({"bias_init": lambda shape, rng: [np.nan] * 5}, "bias_init of .* must return"),
]


@pytest.mark.parametrize(("parameters", "message"), BAD)
@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
def test_wrong_lists_are_told_of(kind, parameters, message, iris):
    model = kind(hidden_layer_sizes=(5, 4), **SHORT).set_params(**parameters)
    with pytest.raises(ValueError, match=message):
        model.fit(*iris)
    assert not hasattr(model, "layers_")


def test_wrong_lists_of_images_are_told_of(digits):
    for kind in (ConvNetClassifier, ConvNetRegressor):
        model = kind((2,), kernel_size=3, activation=["relu"], **SHORT)
        with pytest.raises(ValueError, match="each of the 2 hidden layers"):
            model.fit(digits.X_train, digits.y_train)


def test_any_stack_has_a_start_of_its_output_layer_alone(iris):
    model = NetworkClassifier((Dense(4, "tanh"),), bias_init=0.5, weight_init="zeros")
    model.set_params(learning_rate_init=1e-30, alpha=0.0, **SHORT)
    model.partial_fit(*iris, classes=range(3))
    assert np.abs(model.coefs_[1]).max() < 1e-20
    assert (model.intercepts_[1] == 0.5).all()
    with pytest.raises(ValueError, match="'weight_init'"):
        model.set_params(weight_init=["zeros", "zeros"]).fit(*iris)


def test_rectifiers_that_start_at_zero_were_not_driven_there(iris):
    message = "has learned nothing.*or another learning rate"
    for rate in (0.2, 1e-30):
        model = MLPClassifier((5,), weight_init="zeros", learning_rate_init=rate)
        with pytest.warns(ConvergenceWarning, match=message):
            model.set_params(max_iter=30, random_state=0).fit(*iris)


def test_a_start_is_asked_for_once_whatever_comes_of_it(digits):
    """Weights from elsewhere may be gone then."""
    rng = np.random.default_rng(0)
    weights = iter([rng.normal(size=(64, 30)), rng.normal(size=(30, 10))])
    model = MLPClassifier((30,), weight_init=lambda shape, rng: next(weights))
    model.set_params(learning_rate_init=1e-9, max_iter=5, n_iter_no_change=np.inf)
    with pytest.warns(ConvergenceWarning, match="learning rate is too low"):
        model.fit(digits.X_train, digits.y_train)


@pytest.mark.parametrize("kind", ["weight_init", "bias_init"])
def test_a_start_that_is_a_function_is_pickled_and_not_saved(kind, iris, tmp_path):
    model = MLPClassifier((5, 4), "tanh", **{kind: halves}, **SHORT).fit(*iris)
    again = pickle.loads(pickle.dumps(clone(model).fit(*iris)))
    np.testing.assert_array_equal(again.parameters_, model.parameters_)
    with pytest.raises(TypeError, match=f"{kind} has <function halves"):
        sknnadl.save(model, tmp_path / "model.npz")
    # What has been learned is plain, and another start is enough to keep it.
    model.set_params(**{kind: "auto"})
    sknnadl.save(model, tmp_path / "model.npz")
    loaded = sknnadl.load(tmp_path / "model.npz")
    np.testing.assert_array_equal(
        loaded.partial_fit(*iris).parameters_, model.partial_fit(*iris).parameters_
    )


@pytest.mark.parametrize(
    "argument",
    [
        {"weight_init": halves},
        {"bias_init": ["zeros", halves]},
        {"learning_rate": lambda epoch: 0.1},
        {"scoring": lambda *_: 0.5},
    ],
    ids=lambda argument: next(iter(argument)),
)
def test_a_checkpoint_of_code_is_refused_before_any_work(argument, iris, tmp_path):
    model = MLPClassifier((5,), **argument, **SHORT)
    model.set_callbacks(Checkpoint(tmp_path / "run.npz"))
    with pytest.raises(TypeError, match=f"{next(iter(argument))} has .* is code"):
        model.fit(*iris)
    assert not hasattr(model, "layers_")


def test_a_grid_searches_starts_and_activations(iris):
    grid = {
        "activation": ["tanh", ["elu", "tanh"]],
        "weight_init": ["lecun", ["he", halves, "zeros"]],
        "bias_init": [0.0, ["normal", "zeros", 0.5]],
    }
    search = GridSearchCV(MLPClassifier((5, 4), **SHORT), grid, cv=2)
    assert len(search.fit(*iris).cv_results_["params"]) == 8
