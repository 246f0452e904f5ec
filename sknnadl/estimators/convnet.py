"""The convolutional network."""

import math
from numbers import Integral

from sknnadl._sklearn import Interval, StrOptions
from sknnadl.estimators.classifier import BaseNetworkClassifier
from sknnadl.estimators.docs import fill_docstring
from sknnadl.estimators.hidden import (
    HIDDEN_CONSTRAINTS,
    check_sizes,
    make_hidden_layers,
)
from sknnadl.estimators.images import TakesImages
from sknnadl.network.checks import as_pair
from sknnadl.network.conv import Conv2D
from sknnadl.network.flatten import Flatten
from sknnadl.network.pooling import AveragePool2D, L2Pool2D, MaxPool2D

_POOLINGS = {"average": AveragePool2D, "l2": L2Pool2D, "max": MaxPool2D}
_ONE_OR_TWO = [Interval(Integral, 1, None, closed="left"), tuple, list]


@fill_docstring
class ConvNetClassifier(TakesImages, BaseNetworkClassifier):
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
    hidden_layer_sizes : int or array-like of int, default=(100,)
        The number of neurons of each dense hidden layer.
    image_shape : (int, int) or (int, int, int), default=None
        Height and width, or height, width and channels, of the images that flat rows
        hold; one of them may be -1 and is inferred. By default flat rows are square
        grey images. Images of shape (n, height, width) or (n, height, width,
        channels) need no ``image_shape``.
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

    _parameter_constraints: dict = {
        **BaseNetworkClassifier._parameter_constraints,
        **HIDDEN_CONSTRAINTS,
        "n_filters": ["array-like", Interval(Integral, 1, None, closed="left")],
        "kernel_size": _ONE_OR_TWO,
        "pool_size": _ONE_OR_TWO,
        "pooling": [StrOptions(set(_POOLINGS))],
        "stride": _ONE_OR_TWO,
        "padding": [StrOptions({"same", "valid"})],
        "image_shape": [tuple, list, None],
    }

    _shape_argument, _n_axes = "image_shape", (2, 3)

    def __init__(
        self,
        n_filters=(20, 40),
        *,
        kernel_size=5,
        pool_size=2,
        pooling="max",
        stride=1,
        padding="valid",
        hidden_layer_sizes=(100,),
        image_shape=None,
        activation="relu",
        weight_init="auto",
        dropout=0.0,
        loss="log_loss",
        solver="sgd",
        penalty="l2",
        alpha=1e-4,
        batch_size=32,
        learning_rate="constant",
        learning_rate_init=0.2,
        power_t=0.5,
        momentum=0.0,
        nesterovs_momentum=True,
        max_iter=200,
        shuffle=True,
        tol=1e-4,
        n_iter_no_change=10,
        early_stopping=False,
        validation_fraction=0.1,
        warm_start=False,
        dtype="auto",
        n_jobs=None,
        verbose=False,
        random_state=None,
    ):
        self.n_filters = n_filters
        self.kernel_size = kernel_size
        self.pool_size = pool_size
        self.pooling = pooling
        self.stride = stride
        self.padding = padding
        self.hidden_layer_sizes = hidden_layer_sizes
        self.image_shape = image_shape
        self.activation = activation
        self.weight_init = weight_init
        self.dropout = dropout
        self.loss = loss
        self.solver = solver
        self.penalty = penalty
        self.alpha = alpha
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.learning_rate_init = learning_rate_init
        self.power_t = power_t
        self.momentum = momentum
        self.nesterovs_momentum = nesterovs_momentum
        self.max_iter = max_iter
        self.shuffle = shuffle
        self.tol = tol
        self.n_iter_no_change = n_iter_no_change
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.warm_start = warm_start
        self.dtype = dtype
        self.n_jobs = n_jobs
        self.verbose = verbose
        self.random_state = random_state

    def _hidden_layers(self):
        layers = []
        for filters in check_sizes(
            "n_filters", self.n_filters, "a convolutional layer"
        ):
            layers.append(
                Conv2D(
                    filters,
                    self.kernel_size,
                    self.stride,
                    self.padding,
                    self.activation,
                    self.weight_init,
                )
            )
            pool = _POOLINGS[self.pooling](self.pool_size)
            if as_pair(pool, "pool_size") != (1, 1):
                layers.append(pool)
        return [*layers, Flatten(), *make_hidden_layers(self)]

    def _shape_of_rows(self, n_features):
        side = math.isqrt(n_features)
        if side * side != n_features:
            raise ValueError(
                f"X has flat rows of {n_features} values, which make no square grey "
                "image: say image_shape=(height, width) or (height, width, channels)."
            )
        return side, side, 1
