"""What the regressors share: values, and predictions."""

from __future__ import annotations

from typing import Self

import numpy as np
from scipy.sparse import issparse
from sklearn.metrics import r2_score
from sklearn.utils.validation import column_or_1d

from sknnadl._sklearn import (
    MatrixLike,
    RegressorMixin,
    VectorLike,
    available_if,
    fit_context,
)
from sknnadl.estimators.base import BaseNetwork, can_train_by_parts
from sknnadl.estimators.chosen_loss import choose_loss
from sknnadl.estimators.features import HiddenFeatures
from sknnadl.estimators.input_gradients import InputGradients
from sknnadl.estimators.inputs import AnyArray, as_given, as_numpy
from sknnadl.estimators.monitors import EvalSets
from sknnadl.estimators.scaling import (
    mean_and_deviation,
    median_and_spread,
    quantiles,
)
from sknnadl.network.losses import REGRESSION_LOSSES
from sknnadl.training.data import Rows
from sknnadl.training.prediction import output_values

#: How many times as large as a target a prediction may be, in this dtype.
_BEYOND = 10


class BaseNetworkRegressor(RegressorMixin, HiddenFeatures, InputGradients, BaseNetwork):
    """Base class of the regressors, which have a ``loss``."""

    _least_to_score = 2

    target_mean_: AnyArray | None
    target_scale_: AnyArray | None

    @available_if(can_train_by_parts)
    @fit_context()
    def partial_fit(
        self,
        X: MatrixLike,
        y: VectorLike,
        sample_weight: VectorLike | None = None,
        *,
        X_val: MatrixLike | None = None,
        y_val: VectorLike | None = None,
        sample_weight_val: VectorLike | None = None,
        eval_sets: EvalSets | None = None,
        X_eval: tuple[MatrixLike, ...] | None = None,
    ) -> Self:
        """Train for one epoch of mini-batches over the rows given.

        Calls on the same rows give, bit for bit, what `fit` gives in as many epochs.
        No rows are held out and training does not stop by itself. With ``X_val``,
        each call adds its loss and score to ``history_``, and with ``early_stopping``
        the estimator is that of the best epoch so far.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The training rows, or images as in `fit`.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            The values of each row.
        sample_weight : array-like of shape (n_samples,), default=None
            The weight of each row's cost. Weights are divided by their mean in the
            first call, and by the same number in those that go on from it.
        X_val, y_val, sample_weight_val, eval_sets, X_eval
            Rows to validate on, and rows that only watch, as in `fit`.

        Returns
        -------
        self : object
            The estimator, trained for another epoch.

        Raises
        ------
        ValueError
            If the data cannot be trained on. The estimator is left as it was.
        """
        self._validate_params()  # which scikit-learn leaves out of later calls
        given = (X_val, y_val, sample_weight_val), (eval_sets, X_eval)
        return self._fit_epoch(X, y, sample_weight, *given)

    def predict(self, X: MatrixLike) -> AnyArray:
        """Return the values of each row.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The rows, or images as in `fit`.

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_outputs)
            The values; of one value a row without a second axis.
        """
        outputs = output_values(self._logits(X), self.out_activation_)
        return as_given(X, self._give_back(outputs))

    def _give_back(self, scaled):
        """Return values as they were before they were scaled, one a row as a vector."""
        if self.target_mean_ is not None:
            dtype = scaled.dtype
            most = np.finfo(dtype).max  # of a network that has exploded, say
            with np.errstate(over="ignore"):
                scaled = scaled.astype(np.float64) * self.target_scale_
                scaled = np.clip(scaled + self.target_mean_, -most, most).astype(dtype)
        return scaled.ravel() if scaled.shape[1] == 1 else scaled

    def _make_loss(self):
        return choose_loss(self, REGRESSION_LOSSES)

    def _make_rows(
        self,
        X,
        y,
        sample_weight,
        reset,
        class_weight=None,
        dtype=None,
        weight_scale=None,
    ):
        y = as_numpy(y, "y")
        if issparse(y) or np.asarray(y).dtype.kind not in "biufcO":
            raise ValueError(
                "y must be an array of numbers, got "
                f"{'a sparse one' if issparse(y) else np.asarray(y).dtype}."
            )
        X, y = self._check_X(X, y=y, reset=reset, multi_output=True, y_numeric=True)
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        weights = self._check_weights(sample_weight, X)
        X = self._to_inputs(X, weights, reset)
        dtype = dtype or self._network_dtype(X)
        if not hasattr(self, "target_mean_"):
            self.target_mean_, self.target_scale_ = self._find_scale(y, weights)
        targets = y.reshape(len(y), -1)
        if self.target_mean_ is not None and targets.shape[1] == len(self.target_mean_):
            targets = (targets - self.target_mean_) / self.target_scale_
        with np.errstate(over="ignore"):
            targets = targets.astype(dtype)
        # Predictions are of this dtype too, and may go a little further.
        largest = float(np.abs(y).max()) * _BEYOND
        if largest > np.finfo(dtype).max or not np.isfinite(targets).all():
            raise ValueError(
                f"y contains a value too large for dtype={str(dtype)!r}: scale the "
                "targets, or use dtype='float64'."
            )
        self._make_loss().check_targets(targets)
        n_outputs = getattr(self, "n_outputs_", targets.shape[1])
        if targets.shape[1] != n_outputs:
            raise ValueError(
                f"y has {targets.shape[1]} values a row, and the network {n_outputs} "
                "outputs."
            )
        weights, scale = self._normalize_weights(weights, dtype, weight_scale)
        shape = self._input_shape()
        return Rows(X, dtype, targets, None, weights, shape, scale), n_outputs

    def _find_scale(self, y, weights):
        """Return the centre and the scale of each target, or None for both.

        The centre is the constant that costs the least, so that outputs start there.
        """
        loss = self._make_loss()
        if not self.scale_targets or loss.output_activation != "identity":
            return None, None
        columns, share = y.reshape(len(y), -1).astype(np.float64), loss.best_quantile()
        if share is None:
            return mean_and_deviation(columns, weights)
        _, spread = median_and_spread(columns, weights)
        return quantiles(columns, [share], weights)[0], spread

    def _targets(self, rows):
        return self._give_back(rows.labels)

    def _score(self, logits, rows):
        if len(rows) < self._least_to_score:
            return np.nan
        outputs = output_values(logits, self._make_loss().output_activation)
        if not np.isfinite(outputs).all():
            return np.nan
        return float(r2_score(rows.labels, outputs, sample_weight=rows.weights))

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
