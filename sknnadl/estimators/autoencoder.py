"""What an autoencoder does: rows to codes, codes to rows, and what is lost."""

from __future__ import annotations

from abc import abstractmethod
from typing import Self

import numpy as np
from sklearn.utils import check_array
from sklearn.utils.validation import check_is_fitted

from sknnadl._sklearn import (
    ClassNamePrefixFeaturesOutMixin,
    MatrixLike,
    TransformerMixin,
    VectorLike,
    available_if,
    fit_context,
)
from sknnadl.estimators.base import BaseNetwork, can_train_by_parts
from sknnadl.estimators.features import preserved_dtypes
from sknnadl.estimators.flat_images import FlattensImages
from sknnadl.estimators.inputs import AnyArray, as_given, as_numpy
from sknnadl.estimators.monitors import EvalSets
from sknnadl.estimators.scaling import share_of_variance
from sknnadl.estimators.threads import count_threads
from sknnadl.network.losses import RECONSTRUCTION_LOSSES
from sknnadl.network.parts import copy_part
from sknnadl.training.data import OwnTargets, Rows
from sknnadl.training.prediction import output_values, predict_logits


class BaseAutoencoder(
    TransformerMixin, ClassNamePrefixFeaturesOutMixin, FlattensImages, BaseNetwork
):
    """Base class of the estimators whose targets are their rows.

    A subclass has a ``loss``, and says in `_encoder_and_decoder` which layers it has.
    """

    _least_to_score = 2

    n_encoder_layers_: int

    @fit_context()
    def fit(
        self,
        X: MatrixLike,
        y: VectorLike | None = None,
        sample_weight: VectorLike | None = None,
        *,
        X_val: MatrixLike | None = None,
        sample_weight_val: VectorLike | None = None,
        eval_sets: EvalSets | None = None,
        X_eval: tuple[MatrixLike, ...] | None = None,
    ) -> Self:
        """Train the network to restore rows.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The clean training rows, of any numeric dtype, or images of shape
            (n_samples, height, width) or (n_samples, height, width, channels). They
            are converted a mini-batch at a time, and contiguous arrays are never
            copied whole.
        y : None
            Not used: the rows are the targets.
        sample_weight : array-like of shape (n_samples,), default=None
            The weight of each row's cost; weights are divided by their mean. By
            default all rows weigh the same.
        X_val : {array-like, sparse matrix} of shape (n_val, n_features), default=None
            Rows to validate on, which are not corrupted: their loss and score go into
            ``history_``, and ``early_stopping`` watches them instead of holding rows
            out.
        sample_weight_val : array-like of shape (n_val,), default=None
            The weights of ``X_val``.
        eval_sets : dict of str to tuple, default=None
            Rows that only watch, uncorrupted: under a name ``(X, None)`` or ``(X, None,
            sample_weight)``. After each epoch their loss, without penalty, and their
            score go into ``history_``, of a set ``"test"`` as ``"test_loss"`` and
            ``"test_score"``.
        X_eval : tuple, default=None
            The rows of each set, for a pipeline to transform; in ``eval_sets`` None
            is in their place.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        ValueError
            If the data cannot be trained on, or the cost explodes before there is a
            network to keep. The estimator is left as it was.

        Warns
        -----
        ConvergenceWarning
            If ``max_iter`` epochs were not enough, if the cost explodes, or if the
            learning rate is too high to learn anything.
        UserWarning
            If training was interrupted. The estimator is that of the last whole
            epoch or, with ``early_stopping``, of the best one so far.
        """
        given = (X_val, None, sample_weight_val), (eval_sets, X_eval)
        return self._fit(X, None, sample_weight, *given)

    @available_if(can_train_by_parts)
    @fit_context()
    def partial_fit(
        self,
        X: MatrixLike,
        y: VectorLike | None = None,
        sample_weight: VectorLike | None = None,
        *,
        X_val: MatrixLike | None = None,
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
        y : None
            Not used.
        sample_weight : array-like of shape (n_samples,), default=None
            The weight of each row's cost. Weights are divided by their mean in the
            first call, and by the same number in those that go on from it.
        X_val, sample_weight_val, eval_sets, X_eval
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
        given = (X_val, None, sample_weight_val), (eval_sets, X_eval)
        return self._fit_epoch(X, None, sample_weight, *given)

    def transform(self, X: MatrixLike) -> AnyArray:
        """Return the codes of rows, which are not corrupted.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The rows, or images as in `fit`.

        Returns
        -------
        codes : ndarray of shape (n_samples, n_codes)
            The outputs of the encoder's last layer.
        """
        codes = self._through_part(self._check_rows(X), 0, self.n_encoder_layers_)
        return as_given(X, codes)

    def inverse_transform(self, X: MatrixLike) -> AnyArray:
        """Return the rows that codes stand for.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_codes)
            The codes, such as `transform` returns.

        Returns
        -------
        rows : ndarray of shape (n_samples, n_features)
            What the decoder makes of them; images of their shape where `fit` was
            given images.
        """
        check_is_fitted(self)
        own = self.parameters_.dtype
        codes = check_array(as_numpy(X, "X"), dtype=own, input_name="X")
        if codes.shape[1] != self._n_features_out:
            raise ValueError(
                f"X has {codes.shape[1]} numbers a row, and codes of this "
                f"{type(self).__name__} have {self._n_features_out}."
            )
        logits = self._through_part(codes, self.n_encoder_layers_, self.n_layers_ - 1)
        rows = output_values(logits, self.out_activation_)
        return as_given(X, self._to_images(rows, self.image_shape_))

    def reconstruct(self, X: MatrixLike) -> AnyArray:
        """Return rows restored: through the encoder and the decoder.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The rows, or images as in `fit`, as they are: noisy ones, say.

        Returns
        -------
        rows : ndarray of shape (n_samples, n_features)
            What the network makes of them; of images, images of their shape.
        """
        rows = output_values(self._logits(X), self.out_activation_)
        _, image_shape = self._to_rows(as_numpy(X, "X"))
        return as_given(X, self._to_images(rows, image_shape))

    def score(
        self,
        X: MatrixLike,
        y: VectorLike | None = None,
        sample_weight: VectorLike | None = None,
    ) -> float:
        """Return which share of the rows' variance is in what `reconstruct` returns.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            At least two rows, or images as in `fit`.
        y : None
            Not used.
        sample_weight : array-like of shape (n_samples,), default=None
            The weights of the rows.

        Returns
        -------
        score : float
            One minus the squared error of all features over that of the mean row: 1
            for all that is in the rows, 0 for their mean. Of rows that are all the
            same it is 0, or 1 without any error.
        """
        X = self._check_rows(X)
        weights = self._check_weights(sample_weight, X)
        rows = OwnTargets(X, self.parameters_.dtype, weights=weights)
        logits = predict_logits(self._network(), rows, count_threads(self.n_jobs))
        return self._score(logits, rows)

    @property
    def _n_features_out(self):
        """The number of codes."""
        return self._network().specs[self.n_encoder_layers_ - 1].units

    @abstractmethod
    def _encoder_and_decoder(self):
        """Return the specs of the encoder, and of the decoder without the outputs."""

    def _hidden_layers(self):
        encoder, decoder = self._encoder_and_decoder()
        return [*encoder, *decoder]

    def _check_rows(self, X):
        """Return X as validated rows."""
        check_is_fitted(self)
        with np.errstate(all="ignore"):  # checks that overflow say so in words
            return self._check_X(X, reset=False)

    def _through_part(self, rows, start, stop):
        """Return what the layers from one to before another make of rows."""
        part = copy_part(self._network(), start, stop)
        return predict_logits(part, Rows(rows, part.dtype), count_threads(self.n_jobs))

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
        X = self._check_X(X, reset=reset)
        self._make_loss().check_targets(X)
        dtype = dtype or self._network_dtype(X)
        weights = self._check_weights(sample_weight, X)
        weights, scale = self._normalize_weights(weights, dtype, weight_scale)
        self.n_encoder_layers_ = len(self._encoder_and_decoder()[0])
        rows = OwnTargets(X, dtype, weights=weights, weight_scale=scale)
        return rows, X.shape[1]

    def _make_loss(self):
        return RECONSTRUCTION_LOSSES[self.loss]

    def _targets(self, rows):
        return None

    def _score(self, logits, rows):
        if len(rows) < self._least_to_score:
            return np.nan
        outputs = output_values(logits, self._make_loss().output_activation)
        return share_of_variance(rows.targets(), outputs, rows.weights)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.required = False
        tags.transformer_tags.preserves_dtype = preserved_dtypes(self)
        return tags
