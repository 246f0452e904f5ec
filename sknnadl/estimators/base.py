"""What every estimator that trains a network shares: fit, and the checks before it."""

from abc import ABC, abstractmethod

import numpy as np
from joblib import effective_n_jobs
from sklearn.base import BaseEstimator
from sklearn.callback import CallbackSupportMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from sknnadl._fitted import forget, kept_on_failure
from sknnadl._sklearn import _check_sample_weight, _fit_context
from sknnadl.estimators.arguments import TrainingArguments, arguments
from sknnadl.estimators.continuation import check_same_shapes
from sknnadl.estimators.fitted import TellsOfItself
from sknnadl.estimators.fitting import train
from sknnadl.estimators.validation import find_validation_rows, make_validation
from sknnadl.network.layers.dense import Dense
from sknnadl.network.network import Network
from sknnadl.training.augmentation import as_augmentations
from sknnadl.training.data import Rows
from sknnadl.training.epoch import Trainer
from sknnadl.training.full_batch import FullBatchRun
from sknnadl.training.prediction import predict_logits
from sknnadl.training.recipe import (
    FULL_BATCH,
    check_full_batch,
    make_plateau,
    make_schedule,
    make_step,
)
from sknnadl.training.run import TrainingRun

#: What a float64 network is trained on where the user does not say.
_DOUBLES = [np.dtype(name) for name in ("<f8", ">f8", "longdouble")]
#: Rows that need no conversion, and so few numbers that their validation would count.
_FLOATS, _FEW = [np.dtype(name) for name in ("float32", "float64")], 10**4


def can_train_by_parts(estimator):
    """Return whether there is a `partial_fit`, or say why not."""
    if estimator.solver == FULL_BATCH:
        raise AttributeError(
            f"solver={FULL_BATCH!r} trains on all rows at once, so there is no "
            "partial_fit: use another solver."
        )
    return True


@arguments
class BaseNetwork(
    TellsOfItself, TrainingArguments, CallbackSupportMixin, BaseEstimator, ABC
):
    """Base class of the estimators that train a network.

    A subclass says what its targets are; and its arguments, in `_hidden_layers`, give
    the specs of all layers but the last.
    """

    @abstractmethod
    def _loss(self):
        """Return the `Loss` that is minimized."""

    @abstractmethod
    def _make_rows(self, X, y, sample_weight, reset, class_weight=None, dtype=None):
        """Check the data; return them as `Rows`, and the number of outputs.

        With ``reset`` learn from them what `fit` learns of the data's form. The dtype
        is by default what suits them.
        """

    @abstractmethod
    def _stratify(self, rows):
        """Return the class of each row to hold out the same part of, or None."""

    @abstractmethod
    def _targets(self, rows):
        """Return the targets of rows as the user gave them."""

    @abstractmethod
    def _score(self, logits, rows):
        """Return what `score` would return, given the outputs for the rows."""

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(
        self,
        X,
        y,
        sample_weight=None,
        *,
        X_val=None,
        y_val=None,
        sample_weight_val=None,
    ):
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

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        ValueError
            If the data cannot be trained on, or the cost is not finite in the very
            first epoch. The estimator is left as it was.

        Warns
        -----
        ConvergenceWarning
            If ``max_iter`` epochs were not enough, or if the learning rate is too
            high to learn anything.
        UserWarning
            If training was interrupted. The estimator is that of the last whole
            epoch or, with ``early_stopping``, of the best one so far.
        """
        with kept_on_failure(self):
            if not self.warm_start:
                forget(self)
            given = X_val, y_val, sample_weight_val
            run = self._start(X, y, sample_weight, given, self.early_stopping)
            run.schedule.begin(len(run.history["loss"]))
            context = self._init_callback_context(max_subtasks=self.max_iter)
            train(self, run, self.max_iter, context, X, y, sample_weight)
        return self

    def _train_epoch(self, X, y, sample_weight, validation, classes=None):
        """Do the work of `partial_fit`."""
        with kept_on_failure(self):
            self._before_epoch(classes)
            run = self._start(X, y, sample_weight, validation)
            train(self, run, 1)
        return self

    def _start(self, X, y, sample_weight, validation, may_hold_out=False):
        """Check everything and return the run, at its start or where it was left."""
        goes_on = hasattr(self, "training_state_")
        weighting = getattr(self, "class_weight", None)
        rows, n_outputs = self._make_rows(X, y, sample_weight, not goes_on, weighting)
        output = Dense(n_outputs, "identity", self.weight_init)
        network = Network(
            [*self._hidden_layers(), output], rows.input_shape, rows.dtype
        )
        augmentations = as_augmentations(getattr(self, "augmentation", None))
        for augmentation in augmentations:
            augmentation.check(rows.input_shape)
        check_full_batch(self, network, augmentations)
        if goes_on:
            check_same_shapes(self._network(), network)
            seed = self.training_state_["seed"]
        else:
            seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        rng = np.random.default_rng(seed)
        if not goes_on:
            network.initialize(rng)
        rows, validation_rows = find_validation_rows(
            self, rows, sample_weight, validation, seed, may_hold_out
        )
        watched, validate = make_validation(self, network, validation_rows)
        is_full_batch = self.solver == FULL_BATCH
        trainer = Trainer(
            network,
            self._loss(),
            make_step(self, network),
            len(rows) if is_full_batch else min(int(self.batch_size), len(rows)),
            self.shuffle,
            rng,
            augmentations,
            effective_n_jobs(self.n_jobs),
        )
        run = (FullBatchRun if is_full_batch else TrainingRun)(
            trainer,
            rows,
            make_schedule(self),
            make_plateau(self, watched),
            seed,
            validate,
            watched,
            self.gradient_norms,
        )
        if goes_on:
            run.load(self.training_state_, self.history_, self.parameters_)
        return run

    def _before_epoch(self, classes):
        """Take notice of what the first call of `partial_fit` says of all rows."""

    def _to_rows(self, X):
        """Return X as rows; of images also the shape of one, else None."""
        return X, None

    def _learn_input_shape(self, image_shape):
        """Learn the shape of an input, or check it, given what `_to_rows` returned."""

    def _check_X(self, X, **options):
        """Return X as validated rows and, where it is given, y.

        The options are those of scikit-learn's `validate_data`.
        """
        X, image_shape = self._to_rows(X)
        if options == {"reset": False} and self._is_sound(X):
            return X
        checked = validate_data(
            self, X, accept_sparse="csr", dtype="numeric", **options
        )
        has_y = isinstance(checked, tuple)
        kind = (checked[0] if has_y else checked).dtype
        if kind.kind not in "biuf":  # dates and the like could be converted
            raise ValueError(f"X must be numeric, got an array of dtype {kind}.")
        if has_y:
            self._learn_input_shape(image_shape)
        return checked

    def _is_sound(self, X):
        """Return whether scikit-learn's validation would return X as it is.

        It is told of few rows alone, whose prediction takes less time than that.
        """
        return (
            type(X) is np.ndarray
            and X.dtype in _FLOATS
            and X.ndim == 2
            and 0 < X.size < _FEW
            and X.shape[1] == self.n_features_in_
            and not hasattr(self, "feature_names_in_")
            and bool(np.isfinite(X).all())
        )

    def _logits(self, X):
        """Return the network's outputs before their activation function."""
        check_is_fitted(self)
        X = self._check_X(X, reset=False)
        network = self._network()
        rows = Rows(X, network.dtype, input_shape=network.input_shape)
        return predict_logits(network, rows, effective_n_jobs(self.n_jobs))

    def _check_weights(self, sample_weight, X):
        """Return the rows' weights in float64, or None where there are none."""
        if sample_weight is None:
            return None
        return _check_sample_weight(
            sample_weight, X, dtype=np.float64, ensure_non_negative=True
        )

    def _normalize_weights(self, weights, dtype):
        """Return weights of mean 1."""
        if weights is None:
            return None
        weights = weights / weights.max()  # whose mean cannot overflow
        return (weights / weights.mean()).astype(dtype)

    def _network_dtype(self, X):
        """Return the dtype to train in on these data."""
        if self.dtype != "auto":
            return np.dtype(self.dtype)
        if hasattr(self, "training_state_"):
            return self.parameters_.dtype
        return np.dtype("float64" if X.dtype in _DOUBLES else "float32")

    def _input_shape(self):
        """Return the shape of one row for the network."""
        return (self.n_features_in_,)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags
