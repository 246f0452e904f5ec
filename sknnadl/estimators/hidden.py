"""The dense hidden layers that an estimator's arguments stand for."""

from numbers import Integral, Real
from typing import ClassVar

import numpy as np

from sknnadl._sklearn import Interval, StrOptions
from sknnadl.estimators.arguments import arguments
from sknnadl.network.activations import ACTIVATIONS
from sknnadl.network.dense import Dense
from sknnadl.network.dropout import Dropout
from sknnadl.network.initializers import INITIALIZERS

WEIGHT_INIT = [StrOptions({"auto", *INITIALIZERS})]


@arguments
class DenseArguments:
    """The dense hidden layers, by arguments that a grid can search."""

    hidden_layer_sizes: int | tuple = (100,)
    activation: str = "relu"
    weight_init: str = "auto"
    dropout: float = 0.0

    _parameter_constraints: ClassVar[dict] = {
        "hidden_layer_sizes": [
            "array-like",
            Interval(Integral, 1, None, closed="left"),
        ],
        "activation": [StrOptions(set(ACTIVATIONS))],
        "weight_init": WEIGHT_INIT,
        "dropout": [Interval(Real, 0, 1, closed="left")],
    }

    def _dense_layers(self):
        """Return the specs of the dense hidden layers, each with its dropout."""
        layers = []
        sizes = check_sizes(
            "hidden_layer_sizes", self.hidden_layer_sizes, "a hidden layer"
        )
        for units in sizes:
            layers.append(Dense(units, self.activation, self.weight_init))
            if self.dropout > 0:
                layers.append(Dropout(self.dropout))
        return layers


def check_sizes(name, value, of_what):
    """Return an argument with one size a layer as a list of int."""
    sizes = np.atleast_1d(np.asarray(value))
    if sizes.ndim != 1 or (
        sizes.size and (sizes.dtype.kind not in "iu" or sizes.min() < 1)
    ):
        raise ValueError(
            f"{name} must be one or several integers of at least 1, one {of_what}, got "
            f"{value!r}."
        )
    return sizes.astype(int).tolist()
