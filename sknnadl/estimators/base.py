"""What every estimator that trains a network shares: parameters, fit, partial_fit."""

from abc import ABC, abstractmethod

import numpy as np
from joblib import effective_n_jobs
from sklearn.base import BaseEstimator
from sklearn.callback import CallbackSupportMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from sknnadl._fitted import forget, kept_on_failure
from sknnadl._sklearn import _fit_context
from sknnadl.estimators.arguments import TrainingArguments
from sknnadl.estimators.epochs import train
from sknnadl.estimators.parts import make_optimizer, make_penalty, make_schedule
from sknnadl.network.dense import Dense
from sknnadl.network.dropout import Dropout
from sknnadl.network.losses import LOSSES
from sknnadl.network.network import Network, build_layers
from sknnadl.network.registry import from_plain
from sknnadl.network.summary import summarize
from sknnadl.training.run import TrainingRun
from sknnadl.training.stopping import Plateau
from sknnadl.training.trainer import Trainer

#: What a float64 network is trained on where the user does not say.
_DOUBLES = [np.dtype(name) for name in ("<f8", ">f8", "longdouble")]


class BaseNetwork(TrainingArguments, CallbackSupportMixin, BaseEstimator, ABC):
    """Base class of the estimators that train a network.

    A subclass adds its own arguments, says in `_hidden_layers` which layers they stand
    for, and what its targets are.
    """

    @abstractmethod
    def _hidden_layers(self):
        """Return the specs of all layers but the last."""

    @abstractmethod
    def _make_rows(self, X, y, sample_weight):
        """Check the data; return a `Rows` and the number of outputs."""

    @abstractmethod
    def _hold_out(self, rows, seed):
        """Divide the rows; return those to train on, and those to validate on."""

    @abstractmethod
    def _evaluate(self, network, rows):
        """Return the loss and the score of a network on rows."""

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y, sample_weight=None):
        """Train the network.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The training rows, of any numeric dtype. They are converted a mini-batch
            at a time; contiguous arrays are never copied whole. `ConvNetClassifier`
            and `NetworkClassifier` also take images, of shape (n_samples, height,
            width) or (n_samples, height, width, channels).
        y : array-like of shape (n_samples,)
            The class of each row.
        sample_weight : array-like of shape (n_samples,), default=None
            The weight of each row's cost; weights are divided by their mean. By
            default all rows weigh the same.

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
            epoch.
        """
        with kept_on_failure(self):
            if not self.warm_start:
                forget(self)
            run = self._start(X, y, sample_weight, hold_out=self.early_stopping)
            context = self._init_callback_context(max_subtasks=self.max_iter)
            train(self, run, self.max_iter, context, X, y, sample_weight)
        return self

    def summary(self):
        """Describe the layers of the fitted network.

        Returns
        -------
        text : str
            A table with a line a layer: its arguments, the shape of its output, and
            how many parameters it has.
        """
        check_is_fitted(self)
        return summarize(from_plain(self.layers_), self._input_shape())

    def _start(self, X, y, sample_weight, hold_out=False):
        """Check everything and return the run, at its start or where it was left."""
        goes_on = hasattr(self, "training_state_")
        rows, n_outputs = self._make_rows(X, y, sample_weight)
        output = Dense(n_outputs, "identity", self.weight_init)
        network = Network(
            [*self._hidden_layers(), output], rows.input_shape, rows.dtype
        )
        if goes_on:
            self._check_same_shapes(network)
            seed = self.training_state_["seed"]
        else:
            seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        rng = np.random.default_rng(seed)
        network.initialize(rng)
        validate = None
        if hold_out:
            rows, validation_rows = self._hold_out(rows, seed)

            def validate():
                return self._evaluate(network, validation_rows)

        trainer = Trainer(
            network,
            LOSSES[self.loss],
            make_penalty(self),
            make_optimizer(self, network.parameters),
            min(int(self.batch_size), len(rows)),
            self.shuffle,
            rng,
            effective_n_jobs(self.n_jobs),
        )
        run = TrainingRun(
            trainer,
            rows,
            make_schedule(self),
            Plateau(self.tol, self.n_iter_no_change),
            seed,
            validate,
        )
        if goes_on:
            run.load(self.training_state_, self.history_, self.parameters_)
        return run

    def _check_same_shapes(self, network):
        """Refuse to go on with a network of other layers than the fitted one."""
        old, new = (_shapes(n.specs, n.input_shape) for n in (self._network(), network))
        if old != new:
            raise ValueError(
                "Training can only go on with the same kinds and sizes of layers. The "
                "fitted "
                f"network has {_describe(old)}; the parameters now ask for "
                f"{_describe(new)}. Set them back, or start anew with fit and "
                "warm_start=False."
            )

    def _network(self):
        """Return the fitted network."""
        return Network(
            from_plain(self.layers_),
            self._input_shape(),
            self.parameters_.dtype,
            self.parameters_,
        )

    def _to_rows(self, X):
        """Return X as rows; of images also the shape of one, else None."""
        return X, None

    def _learn_input_shape(self, image_shape):
        """Learn the shape of an input, or check it, given what `_to_rows` returned."""

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

    def _layer_parameters(self, name):
        return [
            parameters[name]
            for parameters in self._network().layer_parameters
            if name in parameters
        ]

    @property
    def coefs_(self):
        """The weights of each layer, views of ``parameters_``."""
        return self._layer_parameters("weights")

    @property
    def intercepts_(self):
        """The biases of each layer, views of ``parameters_``."""
        return self._layer_parameters("biases")

    @property
    def n_iter_(self):
        """The number of epochs trained, over all calls."""
        return len(self.history_["loss"])

    @property
    def loss_curve_(self):
        """The training cost of each epoch."""
        return self.history_["loss"]

    @property
    def loss_(self):
        """The training cost of the last epoch."""
        return self.history_["loss"][-1]

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags


def _shapes(specs, input_shape):
    """Return the shapes of each layer's parameters and output, but for dropout's."""
    layers = build_layers(specs, input_shape, "float32")
    shapes = [("input", {}, input_shape)]
    shapes += [
        (type(spec).__name__, layer.parameter_shapes, layer.output_shape)
        for spec, layer in zip(specs, layers, strict=True)
        if not isinstance(spec, Dropout)
    ]
    return shapes


def _describe(shapes):
    """Return the shapes as a user would write them."""
    parts = []
    for name, parameters, output_shape in shapes:
        text = f"{name} {'x'.join(map(str, output_shape))}"
        if len(parameters.get("weights", ())) == 4:
            text += " of {}x{} kernels".format(*parameters["weights"])
        parts.append(text)
    return ", ".join(parts)
