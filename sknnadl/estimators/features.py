"""What hidden layers make of rows, for the next step of a pipeline."""

from __future__ import annotations

import math
from typing import Any

from sknnadl._sklearn import (
    ClassNamePrefixFeaturesOutMixin,
    MatrixLike,
    TransformerMixin,
)
from sknnadl.estimators.inputs import AnyArray, as_given
from sknnadl.network.building import build_layers, find_ends
from sknnadl.network.network import Network
from sknnadl.training.recipe import FULL_BATCH


class HiddenFeatures(ClassNamePrefixFeaturesOutMixin, TransformerMixin):
    """Mixin of the estimators whose `transform` gives the outputs of a hidden layer.

    ``feature_layer`` says of which.
    """

    feature_layer: int

    def transform(self, X: MatrixLike) -> AnyArray:
        """Return the outputs of a hidden layer, as features for another estimator.

        They are those of ``feature_layer``, by default the last one, as in prediction:
        after normalization, activation and pooling, and without dropout.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The rows, or images as in `fit`.

        Returns
        -------
        features : ndarray of shape (n_samples, n_features_out)
            The outputs; images of feature maps are laid out as rows.
        """
        outputs = self._logits(X, self._features_end)
        features: AnyArray = as_given(X, outputs.reshape(len(outputs), -1))
        return features

    @property
    def _n_features_out(self) -> int:
        network = self._network()
        return math.prod(network.first(self._features_end(network)).output_shape)

    def _features_end(self, network: Network, number: int | None = None) -> int:
        """Return how many of a network's specs lead to the features.

        They are those of a hidden layer, by default of ``feature_layer``.
        """
        ends = self._hidden_ends(network)
        n, number = len(ends), self.feature_layer if number is None else number
        if not -n <= number < n:
            allowed = f"from {-n} to {n - 1}" if n else "left as it is"
            raise ValueError(
                f"feature_layer must be {allowed}, as the network has {n} hidden "
                f"layer{'' if n == 1 else 's'}, got {number}: features are the "
                "outputs of one of these."
            )
        return ends[number]

    def _hidden_ends(self, network: Network) -> list[int]:
        """Return how many of the specs lead to the output of each hidden layer."""
        layers = build_layers(network.specs, network.input_shape, network.dtype)
        *ends, _ = find_ends(layers)
        return ends

    def _check_network(self, network: Network) -> None:
        # Without hidden layers the default asks for nothing.
        if self.feature_layer != -1:
            self._features_end(network)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = preserved_dtypes(self)
        return tags


def preserved_dtypes(estimator: Any) -> list[str]:
    """Return which dtypes of rows are those of what `transform` makes of them."""
    if estimator.dtype != "auto":
        return [estimator.dtype]
    return ["float64"] if estimator.solver == FULL_BATCH else ["float64", "float32"]
