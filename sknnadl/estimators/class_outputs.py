"""What the outputs of a classifier are, and what they say of classes and labels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.special import log_expit

from sknnadl._sklearn import MatrixLike
from sknnadl.estimators.chosen_loss import choose_loss
from sknnadl.estimators.inputs import AnyArray, as_given
from sknnadl.network.loss import Loss
from sknnadl.network.losses import LOSSES

#: What `target_type_` is where a row has several labels.
MULTILABEL = "multilabel-indicator"


class ClassOutputs:
    """Mixin of the outputs, their targets and the loss of both.

    A class has an output, a label too, and of two classes the second alone.
    """

    classes_: AnyArray
    target_type_: str
    out_activation_: str
    loss: str | Loss
    label_smoothing: float
    _logits: Callable[[Any], AnyArray]

    def decision_function(self, X: MatrixLike) -> AnyArray:
        """Return the outputs before their activation function.

        Of two classes it is the log odds of the second, which `predict` returns where
        they are positive. Else `predict` returns the class whose output is the largest,
        or the labels whose outputs are positive.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The rows, or images as in `fit`.

        Returns
        -------
        decision : ndarray of shape (n_samples,) or (n_samples, n_classes)
            One number a row for two classes, else one a class, or a label, in the order
            of ``classes_``.
        """
        logits = self._logits(X)
        if self.target_type_ == MULTILABEL or len(self.classes_) != 2:
            decision = logits
        elif logits.shape[1] == 1:
            decision = logits[:, 0]
        else:
            is_logistic = self.out_activation_ == "logistic"
            first, second = (log_expit(logits) if is_logistic else logits).T
            decision = second - first
        given: AnyArray = as_given(X, decision)
        return given

    def _decide(self, logits: AnyArray) -> AnyArray:
        """Return the labels, given the network's outputs."""
        if self.target_type_ == MULTILABEL:
            return (logits > 0).astype(int)
        labels: AnyArray = self.classes_[self._of_classes(logits).argmax(axis=1)]
        return labels

    def _of_classes(self, logits: AnyArray) -> AnyArray:
        """Return one logit a class, where one output may tell two classes."""
        if logits.shape[1] == len(self.classes_):
            return logits
        return np.hstack([-logits, logits])

    def _make_loss(self) -> Loss:
        loss = choose_loss(self, LOSSES)
        is_many = self.target_type_ == MULTILABEL or self._is_binary()
        return loss.for_labels() if is_many else loss

    def _is_binary(self) -> bool:
        """Return whether one logistic output tells two classes.

        A network of two outputs, from the book or from a file, goes on with two.
        """
        has_two = self.target_type_ != MULTILABEL and len(self.classes_) == 2
        is_free = getattr(self, "n_outputs_", 1) == 1
        return has_two and is_free and self._takes_labels()

    def _takes_labels(self) -> bool:
        """Return whether the loss has sigmoid outputs, or another takes its place."""
        if isinstance(self.loss, Loss):
            try:
                self.loss.for_labels()
            except ValueError:
                return False
        return True

    def _class_targets(self) -> tuple[AnyArray | None, int]:
        """Return the targets of classes, or of an indicator, and how many outputs.

        An indicator that is not smoothed stands for itself, which is None.
        """
        share, n_classes = self.label_smoothing, len(self.classes_)
        if self.target_type_ == MULTILABEL:
            return np.array([share / 2, 1 - share / 2]) if share else None, n_classes
        targets = np.eye(n_classes)[:, int(self._is_binary()) :]
        is_softmax = self._make_loss().output_activation == "softmax"
        # The share of each class that the softmax tells, or of yes and no.
        even = 1 / n_classes if is_softmax else 1 / 2
        return (1 - share) * targets + share * even, targets.shape[1]
