"""What every estimator that trains a network shares: fit, and what it has learned."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from typing import Any, ClassVar, Self
from weakref import ref

import numpy as np
from sklearn.utils.validation import check_is_fitted

from sknnadl._sklearn import (
    BaseEstimator,
    CallbackSupportMixin,
    MatrixLike,
    VectorLike,
    fit_context,
)
from sknnadl.estimators.attributes import (
    DerivedAttributes,
    ParameterViews,
    forget,
    kept_on_failure,
)
from sknnadl.estimators.fitting import resume_run, start_run, train
from sknnadl.estimators.hidden_layers import make_output_layer
from sknnadl.estimators.inputs import AnyArray, TakesRows
from sknnadl.estimators.monitors import EvalSets
from sknnadl.estimators.threads import count_threads
from sknnadl.network.building import from_plain
from sknnadl.network.network import Network
from sknnadl.network.summary import summarize
from sknnadl.training.data import Rows
from sknnadl.training.prediction import predict_logits
from sknnadl.training.recipe import FULL_BATCH

#: The network that each thread has used last, and a weak reference to its estimator.
_of_thread = threading.local()


def can_train_by_parts(estimator):
    """Return whether there is a `partial_fit`, or say why not."""
    if estimator.solver == FULL_BATCH:
        raise AttributeError(
            f"solver={FULL_BATCH!r} trains on all rows at once, so there is no "
            "partial_fit: use another solver."
        )
    return True


class BaseNetwork(
    TakesRows,
    ParameterViews,
    DerivedAttributes,
    CallbackSupportMixin,
    BaseEstimator,
    ABC,
):
    """Base class of the estimators that train a network.

    A subclass says what its rows and targets are, which layers it has, and what is
    minimized: in the abstract methods, and in the others where its own differ.
    """

    #: How many rows `score` needs.
    _least_to_score: ClassVar[int] = 1

    # What fit learns, beside what the subclasses say.
    parameters_: AnyArray
    history_: dict[str, list[Any]]
    n_iter_: int
    layers_: list[dict[str, Any]]
    training_state_: dict[str, Any]
    out_activation_: str
    n_outputs_: int
    n_features_in_: int
    feature_names_in_: AnyArray

    @abstractmethod
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
        """Check the data; return them as `Rows`, and the number of outputs.

        With ``reset`` learn from them what `fit` learns of the data's form. The dtype
        is by default what suits them, and weights are divided by their mean, or by
        ``weight_scale``, the numbers of an earlier call.
        """

    @abstractmethod
    def _hidden_layers(self):
        """Return the specs of all layers but the last."""

    def _output_layer(self, n_outputs):
        """Return the spec of the last layer, whose outputs are the loss's logits."""
        return make_output_layer(self, n_outputs)

    @abstractmethod
    def _make_loss(self):
        """Return the `Loss` that is minimized."""

    def _augmentation(self):
        """Return how rows are changed at random in training: one, several or None."""
        return getattr(self, "augmentation", None)

    def _stratify(self, rows):
        """Return the class of each row to hold out the same share of, or None."""
        return None

    @abstractmethod
    def _targets(self, rows):
        """Return the targets of rows as the user gave them."""

    @abstractmethod
    def _score(self, logits, rows):
        """Return what `score` would return, given the outputs for the rows."""

    @fit_context()
    def fit(
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
        """Train the network.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The training rows, of any numeric dtype. They are converted a mini-batch
            at a time; contiguous arrays are never copied whole. `ConvNetClassifier`
            and `NetworkClassifier` also take images, of shape (n_samples, height,
            width) or (n_samples, height, width, channels).
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            The class of each row, or an indicator with a column a label; of regressors
            the values.
        sample_weight : array-like of shape (n_samples,), default=None
            The weight of each row's cost; weights are divided by their mean. By
            default all rows weigh the same.
        X_val : {array-like, sparse matrix} of shape (n_val, n_features), default=None
            Rows to validate on: their loss and score go into ``history_``, and
            ``early_stopping`` watches them instead of holding rows out.
        y_val : array-like of shape (n_val,) or (n_val, n_outputs), default=None
            The targets of ``X_val``.
        sample_weight_val : array-like of shape (n_val,), default=None
            The weights of ``X_val``.
        eval_sets : dict of str to tuple, default=None
            Rows that only watch: under a name ``(X, y)`` or ``(X, y,
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
        validation = X_val, y_val, sample_weight_val
        return self._fit(X, y, sample_weight, validation, (eval_sets, X_eval))

    def _fit(self, X, y, sample_weight, validation, monitored):
        """Do the work of `fit`."""
        given = X, y, sample_weight, validation, monitored
        with kept_on_failure(self):
            if not self.warm_start:
                forget(self)
            run = start_run(self, *given, is_fit=True)
            run.schedule.begin(len(run.history["loss"]))
            n_epochs = run.max_epochs
            context = self._init_callback_context(max_subtasks=n_epochs)
            train(self, run, n_epochs, context, X, y, sample_weight, is_fit=True)
        return self

    def _fit_epoch(self, X, y, sample_weight, validation, monitored):
        """Do the work of `partial_fit`."""
        with kept_on_failure(self):
            run = start_run(self, X, y, sample_weight, validation, monitored)
            context = None
            if getattr(self, "_skl_callbacks", None):
                context = self._init_callback_context("partial_fit", max_subtasks=1)
            train(self, run, 1, context, X, y, sample_weight)
        return self

    @fit_context()
    def _resume(self, X, y, sample_weight, validation, monitored):
        """Go on with a fit that was left after an epoch, in the same state."""
        with kept_on_failure(self):
            given = X, y, sample_weight, validation, monitored
            run, n_epochs = resume_run(self, *given)
            if n_epochs:
                context = self._init_callback_context(max_subtasks=n_epochs)
                train(self, run, n_epochs, context, X, y, sample_weight, is_fit=True)
        return self

    def summary(self) -> str:
        """Describe the layers of the fitted network.

        Returns
        -------
        text : str
            A table with a line a layer: its arguments, the shape of its output, and
            how many parameters it has.
        """
        check_is_fitted(self)
        return summarize(self._network().specs, self._input_shape())

    def _network(self):
        """Return the fitted network.

        Building one takes longer than predicting a row, so a thread keeps its last.
        """
        kept = vars(_of_thread).setdefault("kept", [])
        for estimator, network in tuple(kept):
            if estimator() is self and network.parameters is self.parameters_:
                return network
        network = Network(
            from_plain(self.layers_),
            self._input_shape(),
            self.parameters_.dtype,
            self.parameters_,
        )
        kept[:] = [(ref(self, lambda _: kept.clear()), network)]
        return network

    def _check_network(self, network):
        """Refuse arguments that do not suit the layers, before any training."""

    def _logits(self, X, find_end=None):
        """Return the network's outputs before their activation function.

        Given what finds how many of its specs lead to them, those of other layers.
        """
        check_is_fitted(self)
        with np.errstate(all="ignore"):  # checks that overflow say so in words
            X = self._to_inputs(self._check_X(X, reset=False))
        network = self._network()
        if find_end is not None:
            network = network.first(find_end(network))
        rows = Rows(X, network.dtype, input_shape=network.input_shape)
        return predict_logits(network, rows, count_threads(self.n_jobs))

    def __sklearn_clone__(self):
        """Return an unfitted copy, whose fit starts from the same network.

        By default that would be an unfitted copy too.
        """
        copy = super().__sklearn_clone__()
        if hasattr(self, "init_from"):
            copy.init_from = self.init_from
        return copy

    def __dask_tokenize__(self):
        """Return what tells the estimator from others, fitted state and all.

        By default dask would go by the pickle, in which equal strings that are not one
        object count as different.
        """
        from dask.base import normalize_token

        return normalize_token((type(self), vars(self)))

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags
