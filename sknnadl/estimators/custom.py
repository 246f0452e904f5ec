"""A classifier of any layers."""

from sknnadl.estimators.classifier import BaseNetworkClassifier
from sknnadl.estimators.docs import fill_docstring
from sknnadl.estimators.hidden import WEIGHT_INIT
from sknnadl.estimators.images import TakesImages
from sknnadl.network.dense import Dense
from sknnadl.network.flatten import Flatten
from sknnadl.network.registry import LAYERS


@fill_docstring
class NetworkClassifier(TakesImages, BaseNetworkClassifier):
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
    <training>

    Attributes
    ----------
    input_shape_ : tuple of int
        The shape that the first layer sees.
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

    _parameter_constraints: dict = {
        **BaseNetworkClassifier._parameter_constraints,
        "layers": [tuple, list],
        "input_shape": [tuple, list, None],
        "weight_init": WEIGHT_INIT,
    }

    _shape_argument, _n_axes = "input_shape", (1, 2, 3)

    def __init__(
        self,
        layers=(Dense(100),),
        *,
        input_shape=None,
        weight_init="auto",
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
        self.layers = layers
        self.input_shape = input_shape
        self.weight_init = weight_init
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
