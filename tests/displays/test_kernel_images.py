import numpy as np
import pytest

pytest.importorskip("matplotlib")

import matplotlib.pyplot as plt
from drawing import count_pixels

from sknnadl import ConvNetClassifier, MLPClassifier
from sknnadl.inspection import KernelDisplay


def check_drawn(display, kernels):
    """Check that exactly these images are drawn, on a scale around zero."""
    np.testing.assert_array_equal(display.kernels, kernels)
    drawn = [image.get_array() for image in display.images_]
    np.testing.assert_array_equal(drawn, kernels)
    assert list(display.ax_.images) == display.images_
    largest = np.abs(kernels).max()
    assert {image.get_clim() for image in display.images_} == {(-largest, largest)}
    assert count_pixels(display.figure_) > 1000


def test_kernels_of_a_convolutional_layer(net):
    check_drawn(
        KernelDisplay.from_estimator(net), net.coefs_[0][:, :, 0].transpose(2, 0, 1)
    )


def test_mean_over_channels_or_one_of_them(net):
    weights = net.coefs_[1]  # (3, 3, 4, 6)
    mean = KernelDisplay.from_estimator(net, layer=1)
    check_drawn(mean, weights.mean(axis=2).transpose(2, 0, 1))
    one = KernelDisplay.from_estimator(net, layer=-1, channel=3)
    check_drawn(one, weights[:, :, 3].transpose(2, 0, 1))


def test_weights_of_neurons_are_images_of_the_input(mlp):
    display = KernelDisplay.from_estimator(mlp)
    check_drawn(display, mlp.coefs_[0].T.reshape(7, 8, 8))
    display = KernelDisplay.from_estimator(mlp, image_shape=(4, 16))
    check_drawn(display, mlp.coefs_[0].T.reshape(7, 4, 16))
    display = KernelDisplay.from_estimator(mlp, image_shape=(4, 4, 4), channel=2)
    check_drawn(display, mlp.coefs_[0].T.reshape(7, 4, 4, 4)[..., 2])


def test_the_estimator_knows_the_shape_of_its_images(digits):
    net = ConvNetClassifier(
        (), image_shape=(4, 16), max_iter=2, n_iter_no_change=np.inf, random_state=0
    )
    net.fit(digits.X_train, digits.y_train)
    assert KernelDisplay.from_estimator(net).kernels.shape == (100, 4, 16)


def test_a_network_of_zeros_can_be_drawn():
    display = KernelDisplay(np.zeros((3, 2, 2))).plot()
    assert display.images_[0].get_clim() == (-1, 1)


def test_tiles_do_not_overlap_and_lie_in_rows(mlp):
    display = KernelDisplay.from_estimator(mlp, n_columns=3)
    corners = [image.get_extent() for image in display.images_]
    left, _, bottom, top = np.array(corners).T
    assert len(set(left)) == len(set(top)) == 3
    assert min(np.diff(sorted(set(left)))) > 8
    assert min(np.diff(sorted(set(top)))) > 8
    assert (bottom - top == 8).all()
    (x0, x1), (y0, y1) = display.ax_.get_xlim(), display.ax_.get_ylim()
    assert x0 < min(left)
    assert max(left) + 8 < x1
    assert y1 < min(top)
    assert max(bottom) < y0


@pytest.mark.parametrize(("n", "columns"), [(1, 1), (6, 3), (20, 5), (30, 6), (32, 8)])
def test_few_places_are_empty(n, columns):
    display = KernelDisplay(np.ones((n, 2, 2))).plot()
    assert len({image.get_extent()[0] for image in display.images_}) == columns


def test_the_axes_given_is_used(net):
    _, axes = plt.subplots(1, 2)
    display = KernelDisplay.from_estimator(
        net, ax=axes[1], cmap="PuOr", colorbar=False, im_kw={"vmax": 3}
    )
    assert display.ax_ is axes[1]
    assert display.colorbar_ is None
    assert display.images_[0].get_clim()[1] == 3
    assert display.images_[0].get_cmap().name == "PuOr"
    assert not axes[0].images


def test_errors(net, mlp, iris):
    with pytest.raises(ValueError, match="from 0 to 1, the network has 2 convolution"):
        KernelDisplay.from_estimator(net, layer=2)
    with pytest.raises(ValueError, match="layer must be 0, the network has 1 layer"):
        KernelDisplay.from_estimator(mlp, layer=1)
    with pytest.raises(ValueError, match="channel must be from 0 to 3, or None"):
        KernelDisplay.from_estimator(net, layer=1, channel=4)
    with pytest.raises(ValueError, match="n_columns must be at least 1"):
        KernelDisplay.from_estimator(net, n_columns=0)
    with pytest.raises(ValueError, match=r"image_shape must be .* 64 values, got"):
        KernelDisplay.from_estimator(mlp, image_shape=(8, 9))
    options = {"max_iter": 1, "n_iter_no_change": np.inf}
    wide = MLPClassifier((3,), **options).fit(iris[0][:, :3], iris[1])
    with pytest.raises(ValueError, match="3 values make no square grey image"):
        KernelDisplay.from_estimator(wide)
