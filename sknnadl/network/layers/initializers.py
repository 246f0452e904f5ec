"""How the weights and biases of a layer start."""

from __future__ import annotations

import math
from collections.abc import Callable
from numbers import Real
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sknnadl.network.arrays import Array, Shape
from sknnadl.network.layers.activations import ACTIVATIONS
from sknnadl.network.layers.layer import check_choice

#: A start of one's own: returns the values of a shape, drawn from a generator.
Start = Callable[[Shape, np.random.Generator], npt.ArrayLike]
#: What is drawn.
Values = npt.NDArray[np.float64]
#: How many weights of a neuron are not 0 in the start ``"sparse"``.
_N_INCOMING = 15


class Fans(NamedTuple):
    """What the size of weights is chosen by.

    Parameters
    ----------
    n_in : int
        The inputs of a neuron, or the weights of a kernel.
    n_out : int
        The neurons, or values of feature maps, that an input goes to.
    n_pooled : int, default=1
        Of how many of these the next layer sees one.
    """

    n_in: int
    n_out: int
    n_pooled: int = 1


#: Returns weights of a shape, whose last axis is that of the neurons. Draws are made in
#: float64 whatever the dtype, so that a seed gives the same network, up to rounding, in
#: float32 and in float64.
Initializer = Callable[[Shape, Fans, np.random.Generator], Values]


def scaled(shape: Shape, fans: Fans, rng: np.random.Generator) -> Values:
    """Return weights from N(0, 1/n_in).

    With biases from N(0, 1) the book's ``default_weight_initializer`` (Nielsen 2015,
    chapter 3), and with biases of 0 that of LeCun et al. (1998).
    """
    return rng.standard_normal(shape) / math.sqrt(fans.n_in)


def large(shape: Shape, fans: Fans, rng: np.random.Generator) -> Values:
    """Return weights from N(0, 1).

    With biases from N(0, 1) the book's ``large_weight_initializer`` (Nielsen 2015,
    chapters 1 and 3).
    """
    return rng.standard_normal(shape)


def he(shape: Shape, fans: Fans, rng: np.random.Generator) -> Values:
    """Return weights from N(0, 2/n_in) (He et al. 2015)."""
    return rng.standard_normal(shape) * math.sqrt(2 / fans.n_in)


def glorot(shape: Shape, fans: Fans, rng: np.random.Generator) -> Values:
    """Return weights from U(-b, b), b = sqrt(6/(n_in + n_out)).

    Glorot and Bengio (2010).
    """
    bound = math.sqrt(6 / (fans.n_in + fans.n_out))
    return rng.uniform(-bound, bound, shape)


def of_fan_out(shape: Shape, fans: Fans, rng: np.random.Generator) -> Values:
    """Return weights from N(0, 1/n_out), where pooling divides n_out.

    The start of the hidden layers in the book's ``network3.py`` (Nielsen 2015).
    """
    return rng.standard_normal(shape) * math.sqrt(fans.n_pooled / fans.n_out)


def sparse(shape: Shape, fans: Fans, rng: np.random.Generator) -> Values:
    """Return 15 weights from N(0, 1) for each neuron, and 0 for the others.

    Martens (2010).
    """
    is_there = np.zeros((fans.n_in, shape[-1]))
    is_there[:_N_INCOMING] = 1
    is_there = rng.permuted(is_there, axis=0)
    return rng.standard_normal(shape) * is_there.reshape(shape)


def zeros(shape: Shape, fans: Fans, rng: np.random.Generator) -> Values:
    """Return weights of 0, for output layers: hidden neurons would stay all equal."""
    return np.zeros(shape)


INITIALIZERS: dict[str, Initializer] = {
    "fan_out": of_fan_out,
    "glorot": glorot,
    "he": he,
    "large": large,
    "lecun": scaled,
    "scaled": scaled,
    "sparse": sparse,
    "zeros": zeros,
}
#: The starts of weights that biases from N(0, 1) belong to: the book's.
_WITH_NORMAL_BIASES = "large", "scaled"
#: The starts of biases that have a name.
BIAS_INITS = ("auto", "normal", "zeros")


def check_starts(spec: Any) -> None:
    """Refuse a ``weight_init`` or ``bias_init`` of a spec that is none."""
    if not callable(spec.weight_init):
        check_choice(spec, "weight_init", ("auto", *INITIALIZERS))
    bias = spec.bias_init
    is_name = isinstance(bias, str) and bias in BIAS_INITS
    if not (is_name or callable(bias) or _is_finite(bias)):
        raise ValueError(
            f"bias_init of {spec} must be one of {list(BIAS_INITS)}, a finite number "
            f"or a function, got {bias!r}."
        )


def _is_finite(value: Any) -> bool:
    is_number = isinstance(value, Real) and not isinstance(value, bool)
    return is_number and bool(np.isfinite(float(value)))


def initialize(
    spec: Any,
    weights: Array,
    biases: Array,
    fans: Fans,
    activation: str,
    rng: np.random.Generator,
) -> None:
    """Fill the weights of a layer and then its biases, as its spec says.

    ``weight_init="auto"`` is the initializer of the activation: the book's ``"scaled"``
    for the sigmoid, ``"lecun"`` for SELU, and ``"glorot"`` for all others. For the
    rectifiers too: on small tables a network of one hidden layer generalizes better
    from it than from ``"he"`` (``benchmarks/defaults.py``).
    """
    name, bias = spec.weight_init, spec.bias_init
    if name == "auto":
        name = ACTIVATIONS[activation].initializer
    if callable(name):
        weights[...] = _draw(spec, "weight_init", name, weights, rng)
    else:
        weights[...] = INITIALIZERS[name](weights.shape, fans, rng)
    if bias == "auto":
        bias = "normal" if name in _WITH_NORMAL_BIASES else "zeros"
    if callable(bias):
        biases[...] = _draw(spec, "bias_init", bias, biases, rng)
    elif bias == "normal":
        biases[...] = rng.standard_normal(biases.shape)
    elif bias == "zeros":
        biases[...] = 0
    elif abs(float(bias)) <= float(np.finfo(biases.dtype).max):
        biases[...] = bias
    else:
        raise ValueError(
            f"bias_init of {spec} is larger than any number in {biases.dtype}, got "
            f"{bias!r}: use a smaller one."
        )


def _draw(
    spec: Any, name: str, start: Start, own: Array, rng: np.random.Generator
) -> npt.NDArray[Any]:
    """Return what a start of one's own draws for an array, once that is right."""
    values = np.asarray(start(own.shape, rng))
    if values.shape != own.shape or values.dtype.kind not in "fiu":
        got = f"one of shape {values.shape} and dtype {values.dtype}"
    else:
        with np.errstate(over="ignore"):
            values = values.astype(own.dtype)
        if np.isfinite(values).all():
            return values
        got = "some that are not finite"
    raise ValueError(
        f"{name} of {spec} must return an array of finite numbers of shape "
        f"{own.shape}, got {got}."
    )
