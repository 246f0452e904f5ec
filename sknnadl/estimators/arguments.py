"""What the arguments that the estimators share may be."""

import os
from collections.abc import Callable, Mapping, Sequence
from numbers import Integral, Real
from typing import Any, SupportsFloat, TypeAlias

import numpy as np
from sklearn.frozen import FrozenEstimator

from sknnadl._sklearn import Interval, Options, StrOptions
from sknnadl.estimators.base import BaseNetwork
from sknnadl.network.layers.activations import ACTIVATIONS
from sknnadl.network.layers.initializers import BIAS_INITS, INITIALIZERS, Start
from sknnadl.network.loss import Loss
from sknnadl.network.losses import LOSSES, RECONSTRUCTION_LOSSES, REGRESSION_LOSSES
from sknnadl.training.augmentation import Augmentation
from sknnadl.training.corruption import CORRUPTIONS
from sknnadl.training.recipe import SOLVERS
from sknnadl.training.schedules import SCHEDULES
from sknnadl.training.step import PENALTIES

#: What scores an estimator, given X and y.
Scorer: TypeAlias = Callable[..., SupportsFloat]
#: The factors of classes' weights.
ClassWeight: TypeAlias = (
    Mapping[Any, float] | Sequence[Mapping[Any, float]] | str | None
)
#: How the weights, or the biases, of a layer start, and those of all layers.
WeightInit: TypeAlias = str | Start
BiasInit: TypeAlias = str | float | Start
WeightInits: TypeAlias = WeightInit | Sequence[WeightInit]
BiasInits: TypeAlias = BiasInit | Sequence[BiasInit]
#: The learning rate, by name or as a function of the epoch.
LearningRate: TypeAlias = str | Callable[[float], float]
#: A fitted network, or the file of one.
InitFrom: TypeAlias = BaseNetwork | FrozenEstimator | str | os.PathLike[str] | None

_COUNT = Interval(Integral, 1, None, closed="left")
_COUNTS = ["array-like", _COUNT]
_ONE_OR_TWO = [_COUNT, tuple, list]
_POSITIVE = Interval(Real, 0, None, closed="neither")
_NOT_NEGATIVE = Interval(Real, 0, None, closed="left")
_FINITE = Interval(Real, None, None, closed="neither")
_BELOW_ONE = Interval(Real, 0, 1, closed="left")
_SHARE = Interval(Real, 0, 1, closed="both")

#: How a network is trained.
TRAINING = {
    "solver": [StrOptions(set(SOLVERS))],
    "learning_rate": [StrOptions(set(SCHEDULES)), callable],
    "learning_rate_init": [_POSITIVE, StrOptions({"auto"})],
    "power_t": [_NOT_NEGATIVE],
    "warmup_epochs": [_NOT_NEGATIVE],
    "momentum": [_SHARE],
    "nesterovs_momentum": ["boolean"],
    "beta_1": [_BELOW_ONE],
    "beta_2": [_BELOW_ONE],
    "rho": [_BELOW_ONE],
    "epsilon": [Interval(Real, 1e-30, None, closed="left"), None],
    "penalty": [StrOptions(set(PENALTIES)), None],
    "alpha": [_NOT_NEGATIVE, StrOptions({"auto"})],
    "divide_alpha": ["boolean"],
    "l1_ratio": [_SHARE],
    "max_norm": [_POSITIVE, None],
    "clip_norm": [_POSITIVE, None],
    "gradient_noise": [_NOT_NEGATIVE],
    "batch_size": [_COUNT, StrOptions({"auto"})],
    "max_iter": [_COUNT, StrOptions({"auto"})],
    "max_fun": [_COUNT],
    "shuffle": ["boolean"],
    "tol": [_NOT_NEGATIVE],
    "n_iter_no_change": [_COUNT, Options(Real, {np.inf})],
    "early_stopping": ["boolean"],
    "validation_fraction": [_BELOW_ONE, None],
    "scoring": [str, callable, None],
    "gradient_norms": ["boolean"],
    "init_from": [BaseNetwork, FrozenEstimator, str, os.PathLike, None],
    "init_layers": [_COUNT, None],
    "train_init_layers": ["boolean"],
    "warm_start": ["boolean"],
    "dtype": [StrOptions({"auto", "float32", "float64"})],
    "n_jobs": [Integral, None],
    "verbose": ["verbose"],
    "random_state": ["random_state"],
}
#: The hidden layer that `transform` is of.
FEATURES = {"feature_layer": [Integral]}
#: What is minimized for classes, and for values.
CLASSES = {
    **FEATURES,
    "loss": [StrOptions(set(LOSSES)), Loss],
    "label_smoothing": [_BELOW_ONE],
    "class_weight": [dict, list, StrOptions({"balanced"}), None],
}
VALUES = {
    **FEATURES,
    "loss": [StrOptions(set(REGRESSION_LOSSES)), Loss],
    "quantile": [Interval(Real, 0, 1, closed="neither")],
    "huber_delta": [_POSITIVE],
    "scale_targets": ["boolean"],
}
#: The output layer, beside the layers that a user names.
OUTPUT = {
    "weight_init": [StrOptions({"auto", *INITIALIZERS}), callable],
    "bias_init": [StrOptions(set(BIAS_INITS)), _FINITE, callable],
}
#: The dense hidden layers.
DENSE = {
    **{name: [*allowed, "array-like"] for name, allowed in OUTPUT.items()},
    "hidden_layer_sizes": _COUNTS,
    "activation": [StrOptions(set(ACTIVATIONS)), "array-like"],
    "batch_norm": ["boolean"],
    "dropout": [_BELOW_ONE, "array-like"],
}
#: The dense hidden layers, and how the columns of a table become their inputs.
TABULAR = {
    **DENSE,
    "input_scaling": [StrOptions({"standard", "robust"}), None],
    "n_bins": [Interval(Integral, 2, None, closed="left"), None],
    "categorical_features": [StrOptions({"from_dtype"}), "array-like", None],
    "impute_missing": ["boolean"],
}
#: How images are changed.
AUGMENTATION = {"augmentation": [Augmentation, list, tuple, None]}
#: The convolutional layers, on images, and the dense ones after them.
CONV = {
    **DENSE,
    **AUGMENTATION,
    "n_filters": _COUNTS,
    "kernel_size": _ONE_OR_TWO,
    "pool_size": _ONE_OR_TWO,
    "pooling": [StrOptions({"average", "l2", "max"})],
    "stride": _ONE_OR_TWO,
    "padding": [StrOptions({"same", "valid"})],
    "image_shape": [tuple, list, None],
}
#: Any layers.
ANY_LAYERS = {
    **OUTPUT,
    **AUGMENTATION,
    "layers": [tuple, list],
    "input_shape": [tuple, list, None],
}
#: The encoder and the decoder, and what a training row loses.
DENOISING = {
    **OUTPUT,
    "hidden_layer_sizes": _COUNTS,
    "decoder_layer_sizes": [*_COUNTS, None],
    "activation": [StrOptions(set(ACTIVATIONS))],
    "code_activation": [StrOptions(set(ACTIVATIONS))],
    "loss": [StrOptions(set(RECONSTRUCTION_LOSSES))],
    "corruption": [StrOptions(set(CORRUPTIONS)), None],
    "corruption_level": [_NOT_NEGATIVE],
}
