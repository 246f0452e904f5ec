"""How the weights and biases of a layer start."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sknnadl.network.arrays import Array
from sknnadl.network.layers.activations import ACTIVATIONS

#: Fills ``weights`` and ``biases`` in place from ``rng``, given the layer's fan-in and
#: fan-out. Draws are made in float64 whatever the dtype, so that a seed gives the same
#: network, up to rounding, in float32 and in float64.
Initializer = Callable[[Array, Array, int, int, np.random.Generator], None]


def scaled(
    weights: Array, biases: Array, fan_in: int, fan_out: int, rng: np.random.Generator
) -> None:
    """Weights from N(0, 1/fan_in), biases from N(0, 1).

    The book's ``default_weight_initializer`` (Nielsen 2015, chapter 3).
    """
    weights[...] = rng.standard_normal(weights.shape) / np.sqrt(fan_in)
    biases[...] = rng.standard_normal(biases.shape)


def large(
    weights: Array, biases: Array, fan_in: int, fan_out: int, rng: np.random.Generator
) -> None:
    """Weights and biases from N(0, 1).

    The book's ``large_weight_initializer`` (Nielsen 2015, chapters 1 and 3).
    """
    weights[...] = rng.standard_normal(weights.shape)
    biases[...] = rng.standard_normal(biases.shape)


def he(
    weights: Array, biases: Array, fan_in: int, fan_out: int, rng: np.random.Generator
) -> None:
    """Weights from N(0, 2/fan_in), zero biases (He et al. 2015)."""
    weights[...] = rng.standard_normal(weights.shape) * np.sqrt(2 / fan_in)
    biases[...] = 0


def glorot(
    weights: Array, biases: Array, fan_in: int, fan_out: int, rng: np.random.Generator
) -> None:
    """Weights from U(-b, b), b = sqrt(6/(fan_in + fan_out)), zero biases.

    Glorot and Bengio (2010).
    """
    bound = np.sqrt(6 / (fan_in + fan_out))
    weights[...] = rng.uniform(-bound, bound, weights.shape)
    biases[...] = 0


INITIALIZERS: dict[str, Initializer] = {
    "glorot": glorot,
    "he": he,
    "large": large,
    "scaled": scaled,
}


def get_initializer(name: str, activation: str) -> Initializer:
    """Return the initializer of this name; ``"auto"`` is that of the activation.

    That is the book's ``"scaled"`` for the sigmoid, and ``"glorot"`` for all others.
    For the rectifiers too: on small tables a network of one hidden layer generalizes
    better from it than from ``"he"`` (``benchmarks/defaults.py``).
    """
    if name == "auto":
        name = ACTIVATIONS[activation].initializer
    return INITIALIZERS[name]
