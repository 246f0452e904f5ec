import numpy as np
import pytest

pytest.importorskip("matplotlib")

import matplotlib.pyplot as plt
from drawing import count_pixels

from sknnadl import NetworkClassifier
from sknnadl.inspection import GradientNormDisplay
from sknnadl.network import BatchNorm, Dense


def test_curves_are_the_norms(net):
    display = GradientNormDisplay.from_estimator(net)
    norms = np.array(net.history_["gradient_norms"])  # (epochs, layers)
    assert norms.shape == (4, 4)
    np.testing.assert_array_equal(display.gradient_norms, norms)
    for line, values in zip(display.lines_, norms.T, strict=True):
        np.testing.assert_array_equal(line.get_xdata(), [1, 2, 3, 4])
        np.testing.assert_array_equal(line.get_ydata(), values)
    assert display.ax_.get_yscale() == "log"
    assert [text.get_text() for text in display.ax_.get_legend().get_texts()] == [
        "1: convolutional",
        "2: convolutional",
        "3: dense",
        "4: output",
    ]
    assert count_pixels(display.figure_) > 1000


def test_epochs_without_are_nan(iris):
    mlp = NetworkClassifier([Dense(5)], random_state=0)
    mlp.partial_fit(*iris, classes=[0, 1, 2])
    mlp.set_params(gradient_norms=True).partial_fit(*iris)
    display = GradientNormDisplay.from_estimator(mlp)
    drawn = [line.get_ydata() for line in display.lines_]
    assert np.isnan(drawn)[:, 0].all()
    np.testing.assert_array_equal(
        np.array(drawn)[:, 1], mlp.history_["gradient_norms"][1]
    )


def test_layers_are_numbered_where_normalization_comes_first(iris):
    layers = [BatchNorm(), Dense(5)]
    options = {"max_iter": 2, "n_iter_no_change": np.inf, "random_state": 0}
    mlp = NetworkClassifier(layers, gradient_norms=True, **options).fit(*iris)
    assert GradientNormDisplay.from_estimator(mlp).layer_names == ["1", "2", "3"]


def test_the_axes_given_is_used(net):
    ax = plt.figure().add_subplot()
    display = GradientNormDisplay.from_estimator(net, ax=ax, line_kw={"color": "red"})
    assert display.ax_ is ax
    assert display.figure_ is ax.figure
    assert {line.get_color() for line in ax.lines} == {"red"}


def test_what_to_do_where_there_are_none(mlp):
    with pytest.raises(ValueError, match="fit it with gradient_norms=True"):
        GradientNormDisplay.from_estimator(mlp)
