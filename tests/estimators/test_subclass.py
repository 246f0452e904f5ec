"""An estimator with another target is a subclass, and not a rewrite."""

import gc
import pickle
import weakref

import numpy as np
import pytest
from sklearn.base import TransformerMixin, clone
from sklearn.decomposition import PCA
from sklearn.pipeline import make_pipeline

from sknnadl import MLPClassifier, MLPRegressor
from sknnadl.estimators.arguments import DENSE, TRAINING
from sknnadl.estimators.base import BaseNetwork
from sknnadl.estimators.hidden_layers import make_dense_layers
from sknnadl.estimators.inputs import TakesImages, square_shape
from sknnadl.network import Conv2D, Dense, Flatten
from sknnadl.network.losses import CrossEntropy, Loss, SquaredError
from sknnadl.training.data import Rows


class Autoencoder(TransformerMixin, BaseNetwork):
    """Rows are their own targets; the outputs are sigmoids of the input's width."""

    _parameter_constraints = {**DENSE, **TRAINING}

    def __init__(
        self,
        hidden_layer_sizes=(10,),
        activation="tanh",
        solver="adam",
        learning_rate_init=0.01,
        max_iter=20,
        early_stopping=False,
        random_state=None,
    ):
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.solver = solver
        self.learning_rate_init = learning_rate_init
        self.max_iter = max_iter
        self.early_stopping = early_stopping
        self.random_state = random_state

    # What a user is not asked for.
    weight_init = bias_init = "auto"
    batch_norm, dropout, gradient_noise, dtype = False, 0.0, 0.0, "float64"
    learning_rate, warmup_epochs, momentum, nesterovs_momentum = "constant", 0, 0, True
    beta_1, beta_2, epsilon, penalty, alpha = 0.9, 0.999, None, "l2", 1e-6
    divide_alpha, max_fun = False, 15000
    max_norm = clip_norm = scoring = n_jobs = None
    batch_size, shuffle, tol, n_iter_no_change = 32, True, 1e-4, np.inf
    validation_fraction, gradient_norms, warm_start, verbose = 0.2, False, False, 0

    def fit(self, X, y=None, sample_weight=None, *, X_val=None):
        return super().fit(X, None, sample_weight, X_val=X_val)

    def transform(self, X):
        """Return the outputs."""
        return 1 / (1 + np.exp(-self._logits(X)))

    def _make_rows(self, X, y, sample_weight, reset, class_weight=None, **options):
        X = self._check_X(X, reset=reset)
        dtype = options.get("dtype") or self._network_dtype(X)
        weights = self._check_weights(sample_weight, X)
        scale = options.get("weight_scale")
        weights, scale = self._normalize_weights(weights, dtype, scale)
        rows = Rows(X, dtype, X.astype(dtype), None, weights, None, scale)
        return rows, X.shape[1]

    def _hidden_layers(self):
        return make_dense_layers(self)

    def _output_layer(self, n_outputs):
        return Dense(n_outputs, "identity", "scaled")

    def _make_loss(self):
        return CrossEntropy()

    def _targets(self, rows):
        return rows.labels

    def _score(self, logits, rows):
        return -float(CrossEntropy().value(logits, rows.labels).mean())


@pytest.fixture
def pixels(digits):
    return digits.X_train[:600].astype(float)


def test_an_autoencoder_restores_what_it_has_seen(pixels):
    model = clone(Autoencoder(max_iter=80, random_state=0)).fit(pixels)
    error = ((model.transform(pixels) - pixels) ** 2).mean()
    assert error < 0.5 * ((pixels - pixels.mean(axis=0)) ** 2).mean()
    assert model.out_activation_ == "logistic"
    assert model.n_outputs_ == model.n_features_in_ == pixels.shape[1]
    # ten numbers tell about as much as ten principal components
    pca = PCA(10).fit(pixels)
    restored = pca.inverse_transform(pca.transform(pixels))
    assert error < 1.25 * ((restored - pixels) ** 2).mean()


def test_it_is_an_estimator_like_the_others(pixels):
    model = Autoencoder(early_stopping=True, max_iter=5, random_state=0)
    weights = np.ones(len(pixels))
    model.fit(pixels, sample_weight=weights)
    assert len(model.history_["val_loss"]) == 5
    assert np.isfinite(model.history_["val_score"]).all()
    again = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(again.transform(pixels), model.transform(pixels))
    assert "64" in model.summary()
    given = clone(model).fit(pixels[:500], X_val=pixels[500:])
    assert np.isfinite(given.history_["val_loss"]).all()
    with pytest.raises(ValueError, match="solver"):
        Autoencoder(solver="none").fit(pixels)
    options = {"max_iter": 3, "n_iter_no_change": np.inf, "random_state": 0}
    regressor = MLPRegressor(hidden_layer_sizes=(5,), **options)
    make_pipeline(model, regressor).fit(pixels, pixels.sum(axis=1))


class ImageAutoencoder(TakesImages, Autoencoder):
    """The same on images, whose shape `fit` learns without any targets."""

    image_shape = None
    _shape_argument, _n_axes = "image_shape", (2, 3)
    _shape_of_rows = staticmethod(square_shape)

    def _make_rows(self, X, *arguments, **options):
        rows, n_outputs = super()._make_rows(X, *arguments, **options)
        rows.input_shape = self.input_shape_
        return rows, n_outputs

    def _hidden_layers(self):
        return [Conv2D(3, 3), Flatten(), *super()._hidden_layers()]


def test_images_need_no_targets(pixels):
    model = ImageAutoencoder(max_iter=2, random_state=0)
    images = pixels[:100].reshape(-1, 8, 8)
    assert model.fit(images).transform(images).shape == (100, 64)
    assert model.input_shape_ == (8, 8, 1)


class Huber(Loss):
    """A squared error whose slope is at most 1."""

    output_activation = "identity"
    descent_rate = 0.02

    def value(self, logits, targets):
        error = np.abs(logits - targets)
        costs = np.where(error < 1, 0.5 * error**2, error - 0.5)
        return costs.sum(axis=1)

    def gradient(self, logits, targets):
        return np.clip(np.subtract(logits, targets, out=logits), -1, 1, out=logits)


class HuberRegressor(MLPRegressor):
    def _make_loss(self):
        return Huber()


def test_a_loss_of_ones_own_ignores_what_is_far_off():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((400, 1))
    y = 30 * X.ravel()
    y[::10] += 50  # wrong values
    options = {"hidden_layer_sizes": (), "max_iter": 60, "n_iter_no_change": np.inf}
    options |= {"scale_targets": False, "solver": "sgd"}
    for kind, low, high in ((HuberRegressor, -1, 1), (MLPRegressor, 3, 8)):
        model = kind(**options, random_state=0).fit(X, y)
        offset = float(model.predict([[0.0]])[0])
        assert low < offset < high, kind
    assert not isinstance(HuberRegressor()._make_loss(), SquaredError)


class Comparable(MLPClassifier):
    """Equal where the arguments are, and so without a hash, as dataclasses are."""

    def __eq__(self, other):
        return self.get_params() == other.get_params()


def test_estimators_need_no_hash(iris):
    options = {"max_iter": 1, "n_iter_no_change": np.inf, "random_state": 0}
    X, y = iris
    first = Comparable(**options).fit(X, y)
    second = Comparable(**options).fit(-X, y)
    assert first == second
    for model in (first, second, first):
        again = pickle.loads(pickle.dumps(model))
        np.testing.assert_array_equal(model.predict_proba(X), again.predict_proba(X))
    assert not np.array_equal(first.predict_proba(X), second.predict_proba(X))


def test_the_memory_of_an_estimator_is_given_back(iris):
    options = {"max_iter": 1, "n_iter_no_change": np.inf, "random_state": 0}
    model = MLPClassifier(**options).fit(*iris)
    model.predict(iris[0])
    parameters = weakref.ref(model.parameters_)
    del model
    gc.collect()
    assert parameters() is None
