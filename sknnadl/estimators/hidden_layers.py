"""The dense hidden layers that an estimator's arguments stand for."""

from dataclasses import replace
from numbers import Integral, Real
from typing import ClassVar

import numpy as np

from sknnadl._sklearn import Interval, StrOptions
from sknnadl.estimators.arguments import arguments
from sknnadl.network.activations import ACTIVATIONS
from sknnadl.network.initializers import INITIALIZERS
from sknnadl.network.layers.batch_norm import BatchNorm
from sknnadl.network.layers.dense import Dense
from sknnadl.network.layers.dropout import Dropout

WEIGHT_INIT = [StrOptions({"auto", *INITIALIZERS})]


@arguments
class DenseArguments:
    """The dense hidden layers, by arguments that a grid can search."""

    hidden_layer_sizes: int | tuple = (100,)
    activation: str = "relu"
    weight_init: str = "auto"
    batch_norm: bool = False
    dropout: float | tuple = 0.0

    _parameter_constraints: ClassVar[dict] = {
        "hidden_layer_sizes": [
            "array-like",
            Interval(Integral, 1, None, closed="left"),
        ],
        "activation": [StrOptions(set(ACTIVATIONS))],
        "weight_init": WEIGHT_INIT,
        "batch_norm": ["boolean"],
        "dropout": [Interval(Real, 0, 1, closed="left"), "array-like"],
    }

    def _dense_layers(self):
        """Return the specs of the dense hidden layers, each with its dropout."""
        layers = []
        sizes = check_sizes(
            "hidden_layer_sizes", self.hidden_layer_sizes, "a hidden layer"
        )
        rates = _check_rates(self.dropout, len(sizes))
        for units, rate in zip(sizes, rates, strict=True):
            layers += self._normalized(Dense(units, weight_init=self.weight_init))
            if rate > 0:
                layers.append(Dropout(float(rate)))
        return layers

    def _normalized(self, layer, *pooling):
        """Return a layer, the pooling after it and the activation, with its place.

        As in the book, pooling comes before the activation; so does normalization.
        """
        if not self.batch_norm:
            return [replace(layer, activation=self.activation), *pooling]
        linear = replace(layer, activation="identity")
        return [linear, *pooling, BatchNorm(self.activation)]


def _check_rates(dropout, n_layers):
    """Return one dropout rate a hidden layer."""
    try:
        rates = np.asarray(dropout)
    except ValueError:  # a ragged list
        rates = np.asarray([[np.nan]])
    if rates.ndim == 0:
        return [float(rates)] * n_layers
    is_number = rates.dtype.kind in "fiu" or not rates.size
    is_rate = is_number and ((rates >= 0) & (rates < 1)).all()
    if rates.shape != (n_layers,) or not is_rate:
        raise ValueError(
            "dropout must be a number of at least 0 and below 1, or one for each of "
            f"the {n_layers} dense hidden layers, got {dropout!r}."
        )
    return rates.tolist()


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
