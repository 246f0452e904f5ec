"""What the classifiers share: labels, and predictions."""

import numpy as np
from joblib import effective_n_jobs
from sklearn.base import ClassifierMixin
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import LabelEncoder
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from sknnadl._fitted import kept_on_failure
from sknnadl._sklearn import (
    _check_partial_fit_first_call,
    _check_sample_weight,
    _fit_context,
)
from sknnadl.estimators.base import BaseNetwork
from sknnadl.estimators.epochs import train
from sknnadl.network.losses import LOSSES, log_probabilities
from sknnadl.network.rows import Rows
from sknnadl.training.prediction import predict_logits


class BaseNetworkClassifier(ClassifierMixin, BaseNetwork):
    """Base class of the classifiers."""

    @_fit_context(prefer_skip_nested_validation=True)
    def partial_fit(self, X, y, classes=None, sample_weight=None):
        """Train for one epoch of mini-batches over the rows given.

        Calls on the same rows give, bit for bit, what `fit` gives in as many epochs.
        ``early_stopping`` has no effect here: all rows are trained on, and when to
        stop is the caller's to say.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The training rows, or images as in `fit`.
        y : array-like of shape (n_samples,)
            The class of each row.
        classes : array-like of shape (n_classes,), default=None
            All classes that will ever come. Required in the first call, where ``y``
            need not have all of them, and optional later.
        sample_weight : array-like of shape (n_samples,), default=None
            The weight of each row's cost; weights are divided by their mean.

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
        with kept_on_failure(self):
            _check_partial_fit_first_call(self, classes)
            train(self, self._start(X, y, sample_weight), 1)
        return self

    def predict(self, X):
        """Return the most probable class of each row.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The rows, or images as in `fit`.

        Returns
        -------
        y : ndarray of shape (n_samples,)
            A label of ``classes_`` for each row.
        """
        check_is_fitted(self)
        return self.classes_[self._logits(X).argmax(axis=1)]

    def predict_proba(self, X):
        """Return the probability of each class.

        With ``loss="log_loss"`` these are the outputs of the network, and with the
        sigmoid outputs of the other losses the outputs divided by their sum.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The rows, or images as in `fit`.

        Returns
        -------
        probabilities : ndarray of shape (n_samples, n_classes)
            Rows that sum to one, in the order of ``classes_`` and the dtype that the
            network was trained in.
        """
        return np.exp(self.predict_log_proba(X))

    def predict_log_proba(self, X):
        """Return the logarithm of the probability of each class.

        It is computed without the probabilities and finite where they are zero.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The rows, or images as in `fit`.

        Returns
        -------
        log_probabilities : ndarray of shape (n_samples, n_classes)
            Natural logarithms, in the order of ``classes_``.
        """
        check_is_fitted(self)
        return log_probabilities(self._logits(X), self.out_activation_)

    def _logits(self, X):
        X, _ = self._to_rows(X)
        X = validate_data(self, X, accept_sparse="csr", dtype="numeric", reset=False)
        _check_numeric(X)
        network = self._network()
        rows = Rows(X, network.dtype, input_shape=network.input_shape)
        return predict_logits(network, rows, effective_n_jobs(self.n_jobs))

    def _make_rows(self, X, y, sample_weight):
        is_new = not hasattr(self, "training_state_")
        X, image_shape = self._to_rows(X)
        X, y = validate_data(
            self, X, y, accept_sparse="csr", dtype="numeric", reset=is_new
        )
        _check_numeric(X)
        self._learn_input_shape(image_shape)
        check_classification_targets(y)
        dtype = self._network_dtype(X)
        weights = None
        if sample_weight is not None:
            weights = _check_sample_weight(
                sample_weight, X, dtype=np.float64, ensure_non_negative=True
            )
            weights = weights / weights.max()  # whose mean cannot overflow
            weights = (weights / weights.mean()).astype(dtype)
        codes = self._encode(y)
        n_classes = len(self.classes_)
        rows = Rows(X, dtype, codes, n_classes, weights, self._input_shape())
        return rows, n_classes

    def _encode(self, y):
        """Return the number of each row's class; learn the classes at first."""
        encoder = LabelEncoder()
        if not hasattr(self, "classes_"):
            codes = encoder.fit_transform(y)
            self.classes_ = encoder.classes_
            return codes
        unseen = np.setdiff1d(y, self.classes_)
        if len(unseen):
            raise ValueError(
                f"y has the labels {unseen.tolist()}, which are not among the classes "
                f"{self.classes_.tolist()} of the first call. Name all classes in the "
                "first call of partial_fit, or start anew with fit and "
                "warm_start=False."
            )
        encoder.classes_ = self.classes_
        return encoder.transform(y)

    def _hold_out(self, rows, seed):
        """Set ``validation_fraction`` of each class apart, where classes allow it.

        Rows without weight are no evidence, so they are never held out.
        """
        weighted = (
            np.arange(len(rows)) if rows.weights is None else rows.weights.nonzero()[0]
        )
        codes = rows.codes[weighted]
        counts = np.bincount(codes)
        counts = counts[counts > 0]
        n_validation = int(np.ceil(len(codes) * self.validation_fraction))
        if n_validation >= len(codes):
            raise ValueError(
                f"early_stopping with validation_fraction={self.validation_fraction} "
                f"holds out {n_validation} of n_samples={len(codes)} rows with weight, "
                "which leaves none to train on: give more rows, or set "
                "early_stopping=False."
            )
        can_stratify = counts.min() >= 2 and len(counts) <= n_validation <= len(
            codes
        ) - len(counts)
        _, validation = train_test_split(
            weighted,
            test_size=self.validation_fraction,
            stratify=codes if can_stratify else None,
            random_state=seed,
        )
        training = np.setdiff1d(np.arange(len(rows)), validation)
        return rows.subset(training), rows.subset(validation)

    def _evaluate(self, network, rows):
        """Return the mean cost, without penalty, and the accuracy."""
        logits = predict_logits(network, rows, effective_n_jobs(self.n_jobs))
        costs = LOSSES[self.loss].value(logits, rows.targets())
        hits = logits.argmax(axis=1) == rows.codes
        return (
            float(np.average(costs, weights=rows.weights)),
            float(np.average(hits, weights=rows.weights)),
        )


def _check_numeric(X):
    """Refuse dates and the like, which could be converted to numbers."""
    if X.dtype.kind not in "biuf":
        raise ValueError(f"X must be numeric, got an array of dtype {X.dtype}.")
