"""What a user expects of `ConvNetClassifier` and `NetworkClassifier`."""

import json
import pickle

import numpy as np
import pytest
import skops.io
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import StratifiedKFold, cross_val_score

from sknnadl import ConvNetClassifier, MLPClassifier, NetworkClassifier
from sknnadl.cli.models import image_models
from sknnadl.network import (
    AveragePool2D,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    L2Pool2D,
    MaxPool2D,
)
from sknnadl.network.building import from_plain
from sknnadl.network.layers.pooling import Pool2D

OPTIONS = {"max_iter": 3, "n_iter_no_change": np.inf, "random_state": 0}


def quick(**parameters):
    defaults = {"n_filters": (4,), "kernel_size": 3, "hidden_layer_sizes": (10,)}
    return ConvNetClassifier(**(OPTIONS | defaults | parameters))


def fitted_layers(model, digits):
    model.fit(digits.X_train[:50], digits.y_train[:50])
    return from_plain(model.layers_)


@pytest.mark.filterwarnings("ignore:The network has learned nothing")
def test_the_defaults_are_the_books_network():
    X = np.zeros((6, 28, 28))
    model = ConvNetClassifier(**OPTIONS).fit(X, [0, 1, 2, 0, 1, 2])
    assert from_plain(model.layers_) == [
        Conv2D(20, 5),
        MaxPool2D(2),
        Conv2D(40, 5),
        MaxPool2D(2),
        Flatten(),
        Dense(100),
        Dense(3, "identity"),
    ]
    shapes = [(5, 5, 1, 20), (5, 5, 20, 40), (640, 100), (100, 3)]
    assert [c.shape for c in model.coefs_] == shapes


def test_arguments_reach_every_layer(digits):
    model = quick(
        n_filters=[2, 3],
        kernel_size=(3, 2),
        pool_size=(1, 2),
        pooling="l2",
        stride=(2, 1),
        padding="same",
        hidden_layer_sizes=(6, 5),
        activation="tanh",
        weight_init="he",
        dropout=0.25,
    )
    conv = {"stride": (2, 1), "padding": "same", "activation": "tanh"}
    assert fitted_layers(model, digits) == [
        Conv2D(2, (3, 2), weight_init="he", **conv),
        L2Pool2D((1, 2)),
        Conv2D(3, (3, 2), weight_init="he", **conv),
        L2Pool2D((1, 2)),
        Flatten(),
        Dense(6, "tanh", "he"),
        Dropout(0.25),
        Dense(5, "tanh", "he"),
        Dropout(0.25),
        Dense(10, "identity", "he"),
    ]


@pytest.mark.parametrize("pool_size", [1, (1, 1), [1, 1]])
def test_pooling_of_one_pixel_is_none(pool_size, digits):
    layers = fitted_layers(quick(pool_size=pool_size), digits)
    assert layers == [Conv2D(4, 3), Flatten(), Dense(10), Dense(10, "identity")]


@pytest.mark.parametrize(
    ("pooling", "spec"),
    [("max", MaxPool2D), ("average", AveragePool2D), ("l2", L2Pool2D)],
)
def test_pooling(pooling, spec, digits):
    assert fitted_layers(quick(pooling=pooling), digits)[1] == spec(2)


def test_without_filters_it_is_a_perceptron(digits):
    X, y = digits.X_train, digits.y_train
    conv = quick(n_filters=()).fit(X.reshape(-1, 8, 8), y)
    mlp = MLPClassifier((10,), **OPTIONS).fit(X, y)
    np.testing.assert_array_equal(conv.parameters_, mlp.parameters_)
    np.testing.assert_array_equal(conv.predict_proba(X), mlp.predict_proba(X))


def test_the_same_network_by_layers(digits):
    X, y = digits.X_train.reshape(-1, 8, 8), digits.y_train
    layers = [Conv2D(4, 3), MaxPool2D(2), Flatten(), Dense(10), Dropout(0.1)]
    by_layers = NetworkClassifier(layers, **OPTIONS).fit(X, y)
    by_arguments = quick(dropout=0.1).fit(X, y)
    np.testing.assert_array_equal(by_layers.parameters_, by_arguments.parameters_)


def test_layers_that_end_in_images_are_laid_out(digits):
    X, y = digits.X_train.reshape(-1, 8, 8), digits.y_train
    model = NetworkClassifier((Conv2D(4, 3), MaxPool2D(2)), **OPTIONS).fit(X, y)
    assert [c.shape for c in model.coefs_] == [(3, 3, 1, 4), (36, 10)]
    assert NetworkClassifier((), **OPTIONS).fit(X, y).coefs_[0].shape == (64, 10)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"n_filters": (4, 0)}, r"n_filters .* at least 1.*\(4, 0\)"),
        ({"n_filters": 2.5}, "n_filters"),
        ({"kernel_size": 0}, "'kernel_size'"),
        ({"kernel_size": (3,)}, r"Layer 1 of 5: kernel_size .* got \(3,\)"),
        ({"kernel_size": (3, -1)}, r"kernel_size .* got \(3, -1\)"),
        ({"pool_size": (2, 2, 2)}, r"pool_size .* got \(2, 2, 2\)"),
        ({"stride": "two"}, "'stride'"),
        ({"pool_size": True}, "'pool_size'|pool_size .* got True"),
        ({"pool_size": (1.0, 1.0)}, r"pool_size .* got \(1.0, 1.0\)"),
        ({"padding": "full"}, "'padding'.*'same'"),
        ({"pooling": "min"}, "'pooling'.*'average'"),
        ({"kernel_size": 9}, "9x9 does not fit the 8x8 feature maps"),
        (
            {"n_filters": (4, 4), "kernel_size": 5},
            "Layer 3 of 7: kernel_size 5x5 does not fit the 2x2 feature maps",
        ),
        ({"pool_size": 7}, "Layer 2 of 5: pool_size 7x7 does not fit the 6x6"),
    ],
)
def test_errors_come_before_training(parameters, message, digits):
    model = quick(**parameters)
    with pytest.raises(ValueError, match=message):
        model.fit(digits.X_train, digits.y_train)
    assert not hasattr(model, "classes_")


def test_layers_must_be_layers(digits):
    for layers in ([Dense], [Dense(3), "relu"], [quick()], [Pool2D(2)]):
        with pytest.raises(ValueError, match=r"layers of sknnadl.network.*got"):
            NetworkClassifier(layers).fit(digits.X_train, digits.y_train)
    with pytest.raises(ValueError, match=r"Layer 1 of 2: units of .* got -1"):
        NetworkClassifier([Dense(-1)]).fit(digits.X_train, digits.y_train)


def test_summary(digits):
    model = quick()
    with pytest.raises(NotFittedError):
        model.summary()
    summary = model.fit(digits.X_train, digits.y_train).summary()
    assert repr(summary) == str(summary)  # as a notebook shows it
    lines = summary.splitlines()
    assert lines[1].split() == ["input", "8x8x1"]
    first = ["Conv2D(filters=4,", "kernel_size=3)", "6x6x4", "40"]
    assert lines[2].split() == first
    assert lines[3].split() == ["MaxPool2D(pool_size=2)", "3x3x4", "0"]
    assert lines[-1].split() == ["all", str(model.parameters_.size)]
    assert "ConvNetClassifier" in model._repr_html_()


def test_small_integers_of_numpy_do_not_overflow(digits):
    X, y = digits.X_train[:300], digits.y_train[:300]
    model = quick(n_filters=np.array([100], np.uint8), batch_size=np.uint8(200))
    other = quick(n_filters=(100,), batch_size=200)
    np.testing.assert_array_equal(
        model.fit(X, y).parameters_, other.fit(X, y).parameters_
    )


def test_doubles_of_any_byte_order_train_a_float64_network(digits):
    X, y = digits.X_train[:50].astype(">f8"), digits.y_train[:50]
    assert quick().fit(X, y).parameters_.dtype == np.float64


def test_fitted_layers_are_plain_values(digits):
    sizes = np.array([4]), np.int64(3), (np.int64(2), np.int64(1))
    model = quick(n_filters=sizes[0], kernel_size=sizes[1], pool_size=sizes[2])
    fitted_layers(model, digits)
    assert json.loads(json.dumps(model.layers_))[1]["pool_size"] == [2, 1]
    assert "Conv2D(filters=4, kernel_size=3)" in model.summary()


def test_clone_pickle_and_skops(digits):
    X, y = digits.X_train, digits.y_train
    layers = (Conv2D(3, (3, 2), activation="tanh"), MaxPool2D(2), Dropout(0.1))
    for model in (
        quick(kernel_size=(3, 2)),
        NetworkClassifier(layers, input_shape=(8, 8), **OPTIONS),
    ):
        assert clone(model).get_params() == model.get_params()
        model.fit(X, y)
        expected = model.predict_proba(X)
        loaded = pickle.loads(pickle.dumps(model))
        np.testing.assert_array_equal(loaded.predict_proba(X), expected)
        dumped = skops.io.dumps(model)
        trusted = skops.io.get_untrusted_types(data=dumped)
        loaded = skops.io.loads(dumped, trusted=trusted)
        np.testing.assert_array_equal(loaded.predict_proba(X), expected)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"kernel_size": 3}, {"kernel_size": 5}),
        ({"kernel_size": (3, 1)}, {"kernel_size": (1, 3)}),
        ({"pool_size": 2}, {"pool_size": 3}),
        ({"pool_size": (1, 2)}, {"pool_size": (2, 1)}),
        ({"hidden_layer_sizes": (5,)}, {"hidden_layer_sizes": (5, 5)}),
        ({}, {"image_shape": (4, 16)}),
    ],
)
def test_the_network_cannot_change_within_a_warm_start(before, after, digits):
    X, y = digits.X_train, digits.y_train
    options = {"padding": "same", "pooling": "average", "warm_start": True}
    model = quick(**options, **before).fit(X, y)
    expected = model.parameters_.copy()
    with pytest.raises(ValueError, match="start anew with fit and warm_start=False"):
        model.set_params(**after).fit(X, y)
    np.testing.assert_array_equal(model.parameters_, expected)
    model.set_params(**before, image_shape=(8, 8), dropout=0.2).fit(X, y)


def test_the_sizes_are_named_where_they_have_changed(digits):
    X, y = digits.X_train, digits.y_train
    model = quick(warm_start=True).fit(X, y)
    with pytest.raises(
        ValueError, match=r"Conv2D 6x6x4 of 3x3 kernels.*Conv2D 6x6x5 of"
    ):
        model.set_params(n_filters=(5,)).fit(X, y)


@pytest.mark.slow
def test_as_accurate_as_the_tuned_svm_on_digits(digits):
    """The models of the command line on all 1,797 digits.

    The mean of three seeds varies by less than the difference.
    """
    X = np.concatenate([digits.X_train, digits.X_val, digits.X_test])
    y = np.concatenate([digits.y_train, digits.y_val, digits.y_test])
    folds = StratifiedKFold(5, shuffle=True, random_state=0)

    def accuracy(name, seed):
        model = image_models("digits", seed)[name]
        return cross_val_score(model, X, y, cv=folds, n_jobs=2).mean()

    svm = accuracy("SVM, tuned", 0)
    assert 0.985 < svm < 0.995
    nets = [accuracy("convolutional network", seed) for seed in range(3)]
    assert np.mean(nets) >= svm
