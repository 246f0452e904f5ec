"""How a network's cost changes with what it is given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

from sknnadl._sklearn import MatrixLike, VectorLike
from sknnadl.estimators.inputs import AnyArray, as_given
from sknnadl.network.losses import Loss
from sknnadl.network.network import Network
from sknnadl.training.prediction import input_gradients


class InputGradients:
    """Mixin of the gradient with respect to inputs."""

    n_outputs_: int
    out_activation_: str
    _make_loss: Callable[[], Loss]
    _make_rows: Callable[..., Any]
    _network: Callable[[], Network]
    _to_features: Callable[[AnyArray, Any], AnyArray]

    def input_gradient(self, X: MatrixLike, y: VectorLike) -> AnyArray:
        """Return the gradient of each row's cost with respect to the row.

        It says which features, or pixels, move the cost of a row and which way: its
        size is a map of what the network looks at (Simonyan, Vedaldi and Zisserman
        2013). The cost is ``loss`` of the row alone, without penalty and weights, of
        the network as it predicts: without dropout, and batch normalization by its
        running averages. Through ``input_scaling`` and ``n_bins`` it is chained, so
        that it is with respect to ``X`` as it was given.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The rows, or images as in `fit`.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            The target of each row, the class or the values whose cost is meant; it
            need not be the true one.

        Returns
        -------
        gradient : ndarray of the shape of X
            The gradient of each row, in the dtype that the network was trained in.
            Of regressors it is that of the scaled problem, as ``loss_`` is.

        Raises
        ------
        ValueError
            If columns have categories, or if ``loss`` was set to another one since
            `fit` that needs another output layer.

        Examples
        --------
        >>> from sknnadl import MLPClassifier
        >>> from sknnadl.datasets import load_digits_images
        >>> data = load_digits_images()
        >>> net = MLPClassifier(random_state=0).fit(data.X_train, data.y_train)
        >>> net.input_gradient(data.X_test, data.y_test).shape
        (300, 64)
        """
        check_is_fitted(self)
        network = self._network()
        with np.errstate(all="ignore"):  # checks that overflow say so in words
            rows, n_outputs = self._make_rows(
                X, y, None, reset=False, dtype=network.dtype
            )
        loss = self._make_loss()
        fitted, asked = self.out_activation_, loss.output_activation
        if (fitted, self.n_outputs_) != (asked, n_outputs):
            raise ValueError(
                f"The network has {self.n_outputs_} {fitted} outputs, and the loss set "
                f"now is of {n_outputs} {asked} outputs: set it back to what it was in "
                "fit, or start anew with fit."
            )
        gradients = input_gradients(network, rows, loss).reshape(len(rows), -1)
        with np.errstate(all="ignore"):
            gradients = self._to_features(gradients, X)
        shaped: AnyArray = as_given(X, gradients.reshape(np.shape(X)))
        return shaped
