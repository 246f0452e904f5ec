"""Tricks that carry RealMLP (Holzmueller, Grinsztajn and Steinwart 2024), to measure.

What helps has become an argument of the estimators. The rest is here: a step of a
preparation, layers, a schedule, and estimators that have them.
"""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin

from sknnadl import MLPClassifier, MLPRegressor
from sknnadl.network import Dense
from sknnadl.network.layers import LAYERS
from sknnadl.network.layers.layer import Layer, LayerSpec, Parameter, Role
from sknnadl.training.schedules import SCHEDULES, Cosine


class PeriodicFeatures(TransformerMixin, BaseEstimator):
    """The columns, and cosines of each at random frequencies and phases."""

    def __init__(self, n_frequencies=8, deviation=0.1):
        self.n_frequencies, self.deviation = n_frequencies, deviation

    def fit(self, X, y=None):
        """Draw the frequencies and phases."""
        rng = np.random.default_rng(0)
        size = (X.shape[1], self.n_frequencies)
        self.frequencies_ = rng.normal(0, 2 * math.pi * self.deviation, size)
        self.phases_ = rng.uniform(-math.pi, math.pi, size)
        return self

    def transform(self, X):
        """Return the columns and the cosines."""
        waves = np.cos(X[:, :, None] * self.frequencies_ + self.phases_)
        return np.hstack([X, waves.reshape(len(X), -1)])


@dataclass(frozen=True)
class Scale(LayerSpec):
    """Each input by a learned factor, which learns ``speed`` times as fast."""

    speed: float = 6

    def build(self, input_shape, dtype):
        """Return the working layer."""
        return ScaleLayer(self.speed, input_shape, dtype)


class ScaleLayer(Layer):
    """The working layer of a `Scale`."""

    compiled = False

    def __init__(self, speed, input_shape, dtype):
        own = {"factors": Parameter(input_shape, Role.TRAINED)}
        super().__init__(input_shape, input_shape, dtype, own)
        self._root = math.sqrt(speed)

    def initialize(self, rng):
        """Begin with factors of 1."""
        self.values["factors"][:] = 1 / self._root

    def forward(self, x, rng=None):
        """Return the inputs by the factors."""
        self._x = x
        return x * (self._root * self.values["factors"])

    def backward(self, gradient, need_input=True):
        """Write the factors' gradient, and return the inputs'."""
        self.gradients["factors"][:] = self._root * (gradient * self._x).sum(axis=0)
        return gradient * (self._root * self.values["factors"])


@dataclass(frozen=True)
class Parametric(LayerSpec):
    """``x + a (relu(x) - x)`` with an ``a`` for each neuron that is learned from 1."""

    def build(self, input_shape, dtype):
        """Return the working layer."""
        return ParametricLayer(input_shape, dtype)


class ParametricLayer(Layer):
    """The working layer of a `Parametric`."""

    compiled = False

    def __init__(self, input_shape, dtype):
        own = {"shares": Parameter(input_shape, Role.TRAINED)}
        super().__init__(input_shape, input_shape, dtype, own)

    def initialize(self, rng):
        """Begin with a rectifier."""
        self.values["shares"][:] = 1

    def forward(self, x, rng=None):
        """Return the activations."""
        self._below, self._is_above = np.minimum(x, 0), x > 0
        return x - self.values["shares"] * self._below

    def backward(self, gradient, need_input=True):
        """Write the shares' gradient, and return the inputs'."""
        self.gradients["shares"][:] = -(gradient * self._below).sum(axis=0)
        slope = np.where(self._is_above, 1, 1 - self.values["shares"])
        return gradient * slope.astype(self.dtype)


@dataclass(frozen=True)
class Tangent(LayerSpec):
    """Inputs over the root of half their number: a neural tangent parametrization.

    The layer after it has weights of deviation 1.
    """

    def build(self, input_shape, dtype):
        """Return the working layer."""
        return TangentLayer(input_shape, input_shape, dtype)


class TangentLayer(Layer):
    """The working layer of a `Tangent`."""

    compiled = False

    def forward(self, x, rng=None):
        """Return the inputs by the factor."""
        return x * self.dtype.type(math.sqrt(2 / self.input_shape[0]))

    def backward(self, gradient, need_input=True):
        """Return the inputs' gradient."""
        return gradient * self.dtype.type(math.sqrt(2 / self.input_shape[0]))


class CosLog4(Cosine):
    """Four half waves of a cosine, each of twice the length of the one before."""

    def share(self, time):
        """Return which share of the initial rate there is."""
        return 0.5 - 0.5 * math.cos(
            2 * math.pi * math.log2(1 + 15 * self.progress(time))
        )


LAYERS |= {layer.__name__: layer for layer in (Scale, Parametric, Tangent)}
SCHEDULES["coslog4"] = CosLog4


class Tricky:
    """Mixin of estimators with a trick more."""

    trick: ClassVar[str | None] = None

    def _validate_params(self):
        """Take the schedule, which scikit-learn's check does not know."""
        if self.learning_rate != "coslog4":
            super()._validate_params()

    def _hidden_layers(self):
        layers = list(super()._hidden_layers())
        if self.trick == "scale":
            return [Scale(), *layers]
        if self.trick == "parametric":
            return [
                part
                for layer in layers
                for part in (Dense(layer.units, "identity", "glorot"), Parametric())
            ]
        if self.trick == "tangent":
            return [
                part
                for layer in layers
                for part in (Tangent(), Dense(layer.units, "relu", "large"))
            ]
        return layers


class LearnedScaleClassifier(Tricky, MLPClassifier):
    """With a learned scale of the inputs."""

    trick = "scale"


class LearnedScaleRegressor(Tricky, MLPRegressor):
    """With a learned scale of the inputs."""

    trick = "scale"


class ParametricClassifier(Tricky, MLPClassifier):
    """With parametric activations."""

    trick = "parametric"


class ParametricRegressor(Tricky, MLPRegressor):
    """With parametric activations."""

    trick = "parametric"


class TangentClassifier(Tricky, MLPClassifier):
    """With the neural tangent parametrization."""

    trick = "tangent"


class TangentRegressor(Tricky, MLPRegressor):
    """With the neural tangent parametrization."""

    trick = "tangent"


class CosLog4Classifier(Tricky, MLPClassifier):
    """With the schedule coslog4."""


class CosLog4Regressor(Tricky, MLPRegressor):
    """With the schedule coslog4."""
