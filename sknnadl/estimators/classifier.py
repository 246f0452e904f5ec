"""What the classifiers share: labels, and predictions."""

from __future__ import annotations

from typing import Self

import numpy as np
from scipy.special import expit, log_expit
from sklearn.preprocessing import LabelEncoder
from sklearn.utils.class_weight import compute_class_weight, compute_sample_weight
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import column_or_1d

from sknnadl._sklearn import (
    ClassifierMixin,
    MatrixLike,
    VectorLike,
    _check_partial_fit_first_call,
    available_if,
    fit_context,
)
from sknnadl.estimators.attributes import kept_on_failure
from sknnadl.estimators.base import BaseNetwork, can_train_by_parts
from sknnadl.estimators.class_outputs import MULTILABEL, ClassOutputs
from sknnadl.estimators.features import HiddenFeatures
from sknnadl.estimators.input_gradients import InputGradients
from sknnadl.estimators.inputs import AnyArray, as_given, as_numpy
from sknnadl.estimators.labels import check_labels
from sknnadl.estimators.monitors import EvalSets
from sknnadl.training.data import Rows
from sknnadl.training.prediction import log_probabilities


class BaseNetworkClassifier(
    ClassOutputs, ClassifierMixin, HiddenFeatures, InputGradients, BaseNetwork
):
    """Base class of the classifiers, which have a ``loss`` and a ``class_weight``."""

    @available_if(can_train_by_parts)
    @fit_context()
    def partial_fit(
        self,
        X: MatrixLike,
        y: VectorLike,
        sample_weight: VectorLike | None = None,
        classes: VectorLike | None = None,
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
            The class of each row, or an indicator with a column a label.
        sample_weight : array-like of shape (n_samples,), default=None
            The weight of each row's cost. Weights are divided by their mean in the
            first call, and by the same number in those that go on from it.
        classes : array-like of shape (n_classes,), default=None
            All classes that will ever come, or the numbers of the labels. Required in
            the first call, where ``y`` need not have all of them, and optional later.
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
        if self.class_weight == "balanced":
            raise ValueError(
                "class_weight='balanced' needs all rows, which partial_fit does not "
                "see: give the weights as a dict, such as "
                "dict(zip(classes, compute_class_weight('balanced', classes=classes, "
                "y=y))), or as sample_weight."
            )
        given = (X_val, y_val, sample_weight_val), (eval_sets, X_eval)
        with kept_on_failure(self):
            _check_partial_fit_first_call(self, as_numpy(classes, "classes"))
            return self._fit_epoch(X, y, sample_weight, *given)

    def predict(self, X: MatrixLike) -> AnyArray:
        """Return the most probable class of each row, or its labels.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The rows, or images as in `fit`.

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_outputs)
            A label of ``classes_`` for each row; with an indicator, 1 for each label
            whose probability is above 1/2.
        """
        return as_given(X, self._decide(self._logits(X)))

    def predict_proba(self, X: MatrixLike) -> AnyArray:
        """Return the probability of each class.

        With ``loss="log_loss"`` these are the outputs of the network, and with the
        sigmoid outputs of the other losses the outputs divided by their sum. Labels
        of an indicator have the sigmoid outputs themselves.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The rows, or images as in `fit`.

        Returns
        -------
        probabilities : ndarray of shape (n_samples, n_classes)
            Rows that sum to one (but for an indicator's), in the order of
            ``classes_`` and the dtype that the network was trained in.
        """
        logits = self._logits(X)
        if self.target_type_ == MULTILABEL:
            return as_given(X, expit(logits))
        logits = self._of_classes(logits)
        return as_given(X, np.exp(log_probabilities(logits, self.out_activation_)))

    def predict_log_proba(self, X: MatrixLike) -> AnyArray:
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
        logits = self._logits(X)
        if self.target_type_ == MULTILABEL:
            return as_given(X, log_expit(logits))
        logits = self._of_classes(logits)
        return as_given(X, log_probabilities(logits, self.out_activation_))

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
        check_labels(y)
        X, y = self._check_X(X, y=y, reset=reset, multi_output=True)
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        check_classification_targets(y)
        weights = self._check_weights(sample_weight, X)
        X = self._to_inputs(X, weights, reset)
        dtype = dtype or self._network_dtype(X)
        targets = self._encode(y, dtype)
        if class_weight is not None:
            factors = self._class_factors(class_weight, y, targets, weights)
            weights = factors if weights is None else weights * factors
            weights = self._check_weights(weights, X)
        weights, scale = self._normalize_weights(weights, dtype, weight_scale)
        class_targets, n_outputs = self._class_targets()
        shape = self._input_shape()
        rows = Rows(X, dtype, targets, class_targets, weights, shape, scale)
        return rows, n_outputs

    def _class_factors(self, class_weight, y, codes, weights):
        """Return the factor of each row's class."""
        if codes.ndim == 2:
            return compute_sample_weight(class_weight, y)
        if isinstance(class_weight, list):
            raise ValueError(
                f"class_weight={class_weight!r} is for an indicator y: give a dict."
            )
        if isinstance(class_weight, dict):
            unknown = [c for c in class_weight if c not in set(self.classes_.tolist())]
            if unknown:
                raise ValueError(
                    f"class_weight names the classes {unknown}, which are not among "
                    f"the classes {self.classes_.tolist()}: name only these."
                )
        # Some of the rows need not have all classes.
        present = np.unique(codes) if class_weight == "balanced" else slice(None)
        classes = self.classes_[present]
        factors = np.ones(len(self.classes_))
        with np.errstate(divide="ignore"):
            factors[present] = compute_class_weight(
                class_weight, classes=classes, y=y, sample_weight=weights
            )
        factors[np.isinf(factors)] = 1  # of a class whose rows have no weight
        return factors[codes]

    def _encode(self, y, dtype):
        """Return the number of each row's class, or the indicator; learn of them."""
        kind = type_of_target(y)
        kind = kind if kind == MULTILABEL else "multiclass"
        if not hasattr(self, "target_type_"):
            self.target_type_ = kind
        if kind != self.target_type_:
            raise ValueError(
                f"The network was trained on {self.target_type_} targets, and y is "
                f"{kind}: start anew with fit and warm_start=False."
            )
        if kind == MULTILABEL:
            return self._encode_indicator(y, dtype)
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

    def _encode_indicator(self, y, dtype):
        """Return the indicator as targets; learn how many labels there are."""
        if not hasattr(self, "classes_"):
            self.classes_ = np.arange(y.shape[1])
        if y.shape[1] != len(self.classes_):
            raise ValueError(
                f"y has {y.shape[1]} labels, and the network {len(self.classes_)}."
            )
        y = y.toarray() if hasattr(y, "toarray") else np.asarray(y)
        if not np.isin(y, (0, 1)).all():
            raise ValueError(
                "An indicator y has 1 where a row has a label and 0 elsewhere, got the "
                f"values {np.unique(y)[:5].tolist()}."
            )
        return y.astype(dtype)

    def _stratify(self, rows):
        return rows.labels if rows.labels.ndim == 1 else None

    def _targets(self, rows):
        if rows.labels.ndim == 1:
            return self.classes_[rows.labels]
        return rows.labels.astype(int)

    def _score(self, logits, rows):
        hits = self._decide(logits) == self._targets(rows)
        hits = hits if hits.ndim == 1 else hits.all(axis=1)
        return float(np.average(hits, weights=rows.weights))

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = self._takes_labels()
        return tags
