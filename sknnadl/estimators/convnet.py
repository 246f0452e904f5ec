"""The convolutional network."""

import math
from dataclasses import field, replace
from numbers import Integral
from typing import ClassVar

from sknnadl._sklearn import Interval, StrOptions
from sknnadl.estimators.arguments import arguments
from sknnadl.estimators.classifier import BaseNetworkClassifier
from sknnadl.estimators.docs import fill_docstring
from sknnadl.estimators.hidden import DenseArguments, check_sizes
from sknnadl.estimators.images import TakesImages
from sknnadl.network.checks import as_pair
from sknnadl.network.conv import Conv2D
from sknnadl.network.flatten import Flatten
from sknnadl.network.pooling import AveragePool2D, L2Pool2D, MaxPool2D

_POOLINGS = {"average": AveragePool2D, "l2": L2Pool2D, "max": MaxPool2D}
_ONE_OR_TWO = [Interval(Integral, 1, None, closed="left"), tuple, list]


@arguments
class ConvArguments:
    """The convolutional layers, by arguments that a grid can search."""

    n_filters: int | tuple = field(default=(20, 40), kw_only=False)
    kernel_size: int | tuple = 5
    pool_size: int | tuple = 2
    pooling: str = "max"
    stride: int | tuple = 1
    padding: str = "valid"
    image_shape: tuple | None = None

    _parameter_constraints: ClassVar[dict] = {
        "n_filters": ["array-like", Interval(Integral, 1, None, closed="left")],
        "kernel_size": _ONE_OR_TWO,
        "pool_size": _ONE_OR_TWO,
        "pooling": [StrOptions(set(_POOLINGS))],
        "stride": _ONE_OR_TWO,
        "padding": [StrOptions({"same", "valid"})],
        "image_shape": [tuple, list, None],
    }

    def _convolutions(self):
        """Return the specs of the convolutional layers, each with its pooling."""
        layers = []
        sizes = check_sizes("n_filters", self.n_filters, "a convolutional layer")
        for filters in sizes:
            conv = Conv2D(filters, self.kernel_size, self.stride, self.padding)
            conv = replace(
                conv, activation=self.activation, weight_init=self.weight_init
            )
            layers.append(conv)
            pool = _POOLINGS[self.pooling](self.pool_size)
            if as_pair(pool, "pool_size") != (1, 1):
                layers.append(pool)
        return layers


@fill_docstring
@arguments
class ConvNetClassifier(
    TakesImages, BaseNetworkClassifier, DenseArguments, ConvArguments
):
    """Convolutional network classifier.

    Layers of convolution, each followed by pooling, and then dense layers, trained
    like `MLPClassifier` [1]_, [6]_. The defaults are the book's network for MNIST. As
    everywhere in the field, convolution means cross-correlation: kernels are not
    flipped.

    Parameters
    ----------
    n_filters : int or array-like of int, default=(20, 40)
        The number of feature maps of each convolutional layer. Without any, ``()``,
        it is a multilayer perceptron on images.
    kernel_size : int or (int, int), default=5
        Height and width of the kernels of all convolutional layers.
    pool_size : int or (int, int), default=2
        Height and width of the windows that are pooled, side by side, after each
        convolutional layer; 1 pools nothing.
    pooling : {"max", "average", "l2"}, default="max"
        What is kept of a window: the largest value, the mean, or the square root of
        the sum of squares.
    stride : int or (int, int), default=1
        How far apart, down and across, the places are to which kernels are applied.
    padding : {"valid", "same"}, default="valid"
        ``"valid"`` applies kernels only inside an image, so feature maps are smaller;
        ``"same"`` puts zeros around it, so that they have its size divided by the
        stride.
    image_shape : (int, int) or (int, int, int), default=None
        Height and width, or height, width and channels, of the images that flat rows
        hold; one of them may be -1 and is inferred. By default flat rows are square
        grey images. Images of shape (n, height, width) or (n, height, width,
        channels) need no ``image_shape``.
    hidden_layer_sizes : int or array-like of int, default=(100,)
        The number of neurons of each dense hidden layer.
    <hidden layers>
    <training>

    Attributes
    ----------
    input_shape_ : tuple of int
        Height, width and channels of an image.
    <attributes>

    See Also
    --------
    MLPClassifier : Dense layers alone.
    NetworkClassifier : Any stack of layers.

    Notes
    -----
    Flat rows and images are one to `fit` and to `predict`: either form can be given to
    a network that was trained on the other.

    <notes>

    References
    ----------
    <references>
    .. [6] LeCun, Y., Bottou, L., Bengio, Y. and Haffner, P. (1998). Gradient-based
       learning applied to document recognition. Proceedings of the IEEE, 86,
       2278-2324.

    Examples
    --------
    >>> from sknnadl import ConvNetClassifier
    >>> from sknnadl.datasets import load_digits_images
    >>> data = load_digits_images()
    >>> net = ConvNetClassifier(kernel_size=3, padding="same", random_state=0)
    >>> net = net.set_params(max_iter=15, n_iter_no_change=float("inf"))
    >>> net.fit(data.X_train, data.y_train).score(data.X_test, data.y_test) > 0.97
    True
    """

    _parameter_constraints: ClassVar[dict] = {
        **BaseNetworkClassifier._parameter_constraints,
        **DenseArguments._parameter_constraints,
        **ConvArguments._parameter_constraints,
    }

    _shape_argument, _n_axes = "image_shape", (2, 3)

    def _hidden_layers(self):
        return [*self._convolutions(), Flatten(), *self._dense_layers()]

    def _shape_of_rows(self, n_features):
        side = math.isqrt(n_features)
        if side * side != n_features:
            raise ValueError(
                f"X has flat rows of {n_features} values, which make no square grey "
                "image: say image_shape=(height, width) or (height, width, channels)."
            )
        return side, side, 1
