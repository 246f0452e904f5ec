import numpy as np
import pytest

pytest.importorskip("matplotlib")

import matplotlib.pyplot as plt
from drawing import count_pixels
from scipy.signal import correlate2d
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler

from sknnadl import ConvNetClassifier, NetworkClassifier
from sknnadl.inspection import FeatureMapDisplay
from sknnadl.network import AveragePool2D, Conv2D, Dense

OPTIONS = {"max_iter": 2, "n_iter_no_change": np.inf, "random_state": 0}


def maps_by_hand(net, image):
    """Return the pooled feature maps of a first layer with zeros around the image."""
    kernels, biases = net.coefs_[0][:, :, 0], net.intercepts_[0]
    sums = [
        correlate2d(image, kernels[..., i], mode="same") + biases[i]
        for i in range(len(biases))
    ]
    maps = np.maximum(sums, 0)  # (maps, 8, 8)
    return maps.reshape(len(maps), 4, 2, 4, 2).max(axis=(2, 4))


def test_feature_maps_are_those_computed_by_hand(net, digits):
    image = digits.X_test[0].reshape(8, 8)
    display = FeatureMapDisplay.from_estimator(net, image)
    expected = maps_by_hand(net, image)
    np.testing.assert_allclose(display.feature_maps, expected, atol=1e-5)
    drawn = [one.get_array() for one in display.images_]
    np.testing.assert_array_equal(drawn, display.feature_maps)
    np.testing.assert_array_equal(display.image_.get_array(), image)
    assert len(display.ax_.images) == 4 + 1
    assert count_pixels(display.figure_) > 1000


def test_a_row_is_an_image(net, digits):
    flat = FeatureMapDisplay.from_estimator(net, digits.X_test[0])
    image = FeatureMapDisplay.from_estimator(net, digits.X_test[0].reshape(8, 8, 1))
    np.testing.assert_array_equal(flat.feature_maps, image.feature_maps)


def test_the_last_maps_are_what_the_dense_layer_sees(net, digits):
    display = FeatureMapDisplay.from_estimator(net, digits.X_test[0], layer=1)
    assert display.feature_maps.shape == (6, 2, 2)
    x = np.moveaxis(display.feature_maps, 0, -1).ravel()
    hidden = np.maximum(x @ net.coefs_[2] + net.intercepts_[2], 0)
    logits = hidden @ net.coefs_[3] + net.intercepts_[3]
    said = np.exp(logits) / np.exp(logits).sum()
    np.testing.assert_allclose(said, net.predict_proba(digits.X_test[:1])[0], atol=1e-5)


def test_pooling_that_is_a_layer_of_its_own_is_taken_too(digits):
    layers = [Conv2D(3, 3, activation="tanh"), AveragePool2D(2), Conv2D(2, 2)]
    net = NetworkClassifier(layers, input_shape=(8, 8), solver="adam", **OPTIONS)
    net.fit(digits.X_train, digits.y_train)
    display = FeatureMapDisplay.from_estimator(net, digits.X_test[0])
    assert display.feature_maps.shape == (3, 3, 3)
    low, high = display.images_[0].get_clim()  # there are negative values
    assert low == -high == -np.abs(display.feature_maps).max()


def test_an_image_goes_through_the_steps_before(digits):
    net = ConvNetClassifier((4,), kernel_size=3, padding="same", **OPTIONS)
    pipeline = make_pipeline(MinMaxScaler((0, 2)), net)
    pipeline.fit(digits.X_train, digits.y_train)
    display = FeatureMapDisplay.from_estimator(pipeline, digits.X_test[0])
    scaled = pipeline[0].transform(digits.X_test[:1]).reshape(8, 8)
    expected = maps_by_hand(pipeline[-1], scaled)
    np.testing.assert_allclose(display.feature_maps, expected, atol=1e-5)


def test_images_of_colour(digits):
    X = np.repeat(digits.X_train.reshape(-1, 8, 8, 1), 3, axis=-1)
    net = ConvNetClassifier((4,), kernel_size=3, **OPTIONS).fit(X, digits.y_train)
    display = FeatureMapDisplay.from_estimator(net, X[0])
    assert display.image_.get_array().shape == (8, 8, 3)


def test_the_axes_given_is_used(net, digits):
    ax = plt.figure().add_subplot()
    display = FeatureMapDisplay.from_estimator(
        net, digits.X_test[0], ax=ax, cmap="magma", colorbar=False, n_columns=1
    )
    assert display.ax_ is ax
    assert display.colorbar_ is None
    assert display.images_[0].get_cmap().name == "magma"
    assert len({image.get_extent()[0] for image in display.images_}) == 1


def test_maps_alone_can_be_drawn():
    display = FeatureMapDisplay(np.zeros((2, 3, 3))).plot()
    assert display.image_ is None
    assert len(display.ax_.images) == 2


def test_errors(net, mlp, digits):
    with pytest.raises(ValueError, match="layer must be from 0 to 1"):
        FeatureMapDisplay.from_estimator(net, digits.X_test[0], layer=2)
    with pytest.raises(ValueError, match="MLPClassifier has no convolutional layer"):
        FeatureMapDisplay.from_estimator(mlp, digits.X_test[0])
    dense = NetworkClassifier([Dense(4)], **OPTIONS).fit(digits.X_train, digits.y_train)
    with pytest.raises(ValueError, match="has no convolutional layer"):
        FeatureMapDisplay.from_estimator(dense, digits.X_test[0])
    with pytest.raises(ValueError, match=r"one image of shape \(8, 8, 1\).*got .*\(2,"):
        FeatureMapDisplay.from_estimator(net, digits.X_test[:2])
