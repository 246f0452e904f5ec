"""The convolutional network."""

import math
from dataclasses import field, replace
from numbers import Integral
from typing import ClassVar

from sknnadl._sklearn import Interval, StrOptions
from sknnadl.estimators.arguments import arguments
from sknnadl.estimators.classifier import BaseNetworkClassifier
from sknnadl.estimators.docs import fill_docstring
from sknnadl.estimators.hidden_layers import DenseArguments, check_sizes
from sknnadl.estimators.inputs import AUGMENTATION, TakesImages
from sknnadl.estimators.regressor import BaseNetworkRegressor
from sknnadl.network.layers.checks import as_pair
from sknnadl.network.layers.conv import Conv2D
from sknnadl.network.layers.flatten import Flatten
from sknnadl.network.layers.pooling import AveragePool2D, L2Pool2D, MaxPool2D
from sknnadl.training.augmentation import Augmentation

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
    augmentation: Augmentation | list | tuple | None = None

    _parameter_constraints: ClassVar[dict] = {
        "n_filters": ["array-like", Interval(Integral, 1, None, closed="left")],
        "kernel_size": _ONE_OR_TWO,
        "pool_size": _ONE_OR_TWO,
        "pooling": [StrOptions(set(_POOLINGS))],
        "stride": _ONE_OR_TWO,
        "padding": [StrOptions({"same", "valid"})],
        "image_shape": [tuple, list, None],
        "augmentation": AUGMENTATION,
    }

    _shape_argument, _n_axes = "image_shape", (2, 3)

    def _hidden_layers(self):
        layers = []
        sizes = check_sizes("n_filters", self.n_filters, "a convolutional layer")
        for filters in sizes:
            conv = Conv2D(filters, self.kernel_size, self.stride, self.padding)
            pool = _POOLINGS[self.pooling](self.pool_size)
            pooling = [] if as_pair(pool, "pool_size") == (1, 1) else [pool]
            conv = replace(conv, weight_init=self.weight_init)
            layers += self._normalized(conv, *pooling)
        return [*layers, Flatten(), *self._dense_layers()]

    def _shape_of_rows(self, n_features):
        side = math.isqrt(n_features)
        if side * side != n_features:
            raise ValueError(
                f"X has flat rows of {n_features} values, which make no square grey "
                "image: say image_shape=(height, width) or (height, width, channels)."
            )
        return side, side, 1


@fill_docstring
@arguments
class ConvNetClassifier(
    TakesImages, BaseNetworkClassifier, DenseArguments, ConvArguments
):
    """Convolutional network classifier.

    Layers of convolution, each followed by pooling, and then dense layers, trained
    like `MLPClassifier` [1]_, [17]_. The defaults are the book's network for MNIST. As
    everywhere in the field, convolution means cross-correlation: kernels are not
    flipped.

    Parameters
    ----------
    <convolution>
    <augmentation>
    hidden_layer_sizes : int or array-like of int, default=(100,)
        The number of neurons of each dense hidden layer.
    <hidden layers>
    <classification>
    <training>

    Attributes
    ----------
    input_shape_ : tuple of int
        Height, width and channels of an image.
    <classes>
    <attributes>

    See Also
    --------
    ConvNetRegressor : The same for values.
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
    .. [17] LeCun, Y., Bottou, L., Bengio, Y. and Haffner, P. (1998). Gradient-based
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


@fill_docstring
@arguments
class ConvNetRegressor(
    TakesImages, BaseNetworkRegressor, DenseArguments, ConvArguments
):
    """Convolutional network regressor, for one value an image or several.

    The network of `ConvNetClassifier` with outputs as they are, whose squared error is
    minimized. Targets are best scaled, as with
    `sklearn.compose.TransformedTargetRegressor`.

    Parameters
    ----------
    <convolution>
    <augmentation>
    hidden_layer_sizes : int or array-like of int, default=(100,)
        The number of neurons of each dense hidden layer.
    <hidden layers>
    <regression>
    <training>

    Attributes
    ----------
    input_shape_ : tuple of int
        Height, width and channels of an image.
    <values>
    <attributes>

    See Also
    --------
    ConvNetClassifier : The same for classes.
    MLPRegressor : Dense layers alone.

    Notes
    -----
    <notes>

    References
    ----------
    <references>

    Examples
    --------
    How much ink is in a digit?

    >>> from sknnadl import ConvNetRegressor
    >>> from sknnadl.datasets import load_digits_images
    >>> data = load_digits_images()
    >>> X, y = data.X_train, data.X_train.sum(axis=1) / 10
    >>> net = ConvNetRegressor((8,), kernel_size=3, solver="adam", random_state=0)
    >>> net = net.set_params(max_iter=20, n_iter_no_change=float("inf")).fit(X, y)
    >>> net.score(data.X_test, data.X_test.sum(axis=1) / 10) > 0.8
    True
    """

    _parameter_constraints: ClassVar[dict] = {
        **BaseNetworkRegressor._parameter_constraints,
        **DenseArguments._parameter_constraints,
        **ConvArguments._parameter_constraints,
    }
