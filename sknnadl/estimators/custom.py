"""A classifier of any layers."""

from dataclasses import field
from typing import ClassVar

from sknnadl.estimators.arguments import arguments
from sknnadl.estimators.classifier import BaseNetworkClassifier
from sknnadl.estimators.docs import fill_docstring
from sknnadl.estimators.hidden_layers import WEIGHT_INIT
from sknnadl.estimators.inputs import AUGMENTATION, TakesImages
from sknnadl.network.layers import LAYERS
from sknnadl.network.layers.dense import Dense
from sknnadl.network.layers.flatten import Flatten
from sknnadl.training.augmentation import Augmentation


@arguments
class StackArguments:
    """The layers themselves."""

    layers: tuple | list = field(default=(Dense(100),), kw_only=False)
    input_shape: tuple | None = None
    weight_init: str = "auto"
    augmentation: Augmentation | list | tuple | None = None

    _parameter_constraints: ClassVar[dict] = {
        "layers": [tuple, list],
        "input_shape": [tuple, list, None],
        "weight_init": WEIGHT_INIT,
        "augmentation": AUGMENTATION,
    }

    _shape_argument, _n_axes = "input_shape", (1, 2, 3)

    def _hidden_layers(self):
        for number, layer in enumerate(self.layers, start=1):
            if type(layer) not in LAYERS.values():
                raise ValueError(
                    "layers must be layers of sknnadl.network, such as Dense(100), "
                    f"got {layer!r} as layer {number}."
                )
        if any(isinstance(layer, Dense | Flatten) for layer in self.layers):
            return self.layers
        return [*self.layers, Flatten()]

    def _shape_of_rows(self, n_features):
        return (n_features,)


@fill_docstring
@arguments
class NetworkClassifier(TakesImages, BaseNetworkClassifier, StackArguments):
    """Classifier of any stack of layers.

    The layers are those of `sknnadl.network`, such as ``Conv2D(20, kernel_size=5)``
    or ``Dense(100, activation="tanh")``. The output layer is added from the number of
    classes.

    Parameters
    ----------
    layers : tuple or list of layers, default=(Dense(100),)
        The hidden layers, from the input on. Where they end in images, these are laid
        out as rows for the output layer.
    input_shape : tuple of int, default=None
        The shape that the first layer sees: (height, width) or (height, width,
        channels) where flat rows hold images; one of them may be -1 and is inferred.
        By default rows are rows, and images are images.
    weight_init : {"auto", "glorot", "he", "large", "scaled"}, default="auto"
        How the output layer starts; see `MLPClassifier`. The other layers have a
        ``weight_init`` of their own.
    <augmentation>
    <classification>
    <training>

    Attributes
    ----------
    input_shape_ : tuple of int
        The shape that the first layer sees.
    <classes>
    <attributes>

    See Also
    --------
    MLPClassifier : Dense layers, by arguments that a grid can search.
    ConvNetClassifier : Convolution and pooling, by arguments that a grid can search.

    Notes
    -----
    <notes>

    References
    ----------
    <references>

    Examples
    --------
    >>> from sknnadl import NetworkClassifier
    >>> from sknnadl.datasets import load_digits_images
    >>> from sknnadl.network import Conv2D, Dense, Dropout, Flatten, MaxPool2D
    >>> layers = [
    ...     Conv2D(16, kernel_size=3, padding="same"),
    ...     MaxPool2D(2),
    ...     Flatten(),
    ...     Dense(64),
    ...     Dropout(0.2),
    ... ]
    >>> net = NetworkClassifier(layers, input_shape=(8, 8), random_state=0)
    >>> net = net.set_params(max_iter=20, n_iter_no_change=float("inf"))
    >>> data = load_digits_images()
    >>> net.fit(data.X_train, data.y_train).score(data.X_test, data.y_test) > 0.97
    True
    """

    _parameter_constraints: ClassVar[dict] = {
        **BaseNetworkClassifier._parameter_constraints,
        **StackArguments._parameter_constraints,
    }
