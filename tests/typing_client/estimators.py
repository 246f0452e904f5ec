"""A script of a user's own: mypy --strict and pyright find nothing wrong with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, assert_type

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknnadl import (
    AverageDarknessClassifier,
    ConvNetClassifier,
    ConvNetRegressor,
    DenoisingAutoencoder,
    MLPClassifier,
    MLPRegressor,
    NetworkClassifier,
    NetworkRegressor,
    RBFClassifier,
    RBFRegressor,
    show_versions,
)
from sknnadl.datasets import expand_images, load_digits_images, load_mnist
from sknnadl.network import (
    ACTIVATIONS,
    INITIALIZERS,
    LOSSES,
    AveragePool2D,
    BatchNorm,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    L2Pool2D,
    Loss,
    Maxout,
    MaxPool2D,
    Network,
)
from sknnadl.training.augmentation import Augmentation, Elastic, Rotate, Shift


def recall(model: MLPClassifier, X: NDArray[Any], y: NDArray[Any]) -> np.floating[Any]:
    """Return the share of the second class that is found."""
    found: NDArray[np.bool_] = model.predict(X)[y == 1] == 1
    return np.mean(found)


def start(shape: tuple[int, ...], rng: np.random.Generator) -> NDArray[np.float64]:
    """Return a start of one's own."""
    return rng.uniform(-0.1, 0.1, shape)


def learn_classes(X: NDArray[np.float64], y: list[str]) -> MLPClassifier:
    """Fit a classifier with what it takes, and ask for all that it has learned."""
    weights: dict[str, int] = {"a": 1, "b": 3}
    net = MLPClassifier(
        (100, 30),
        ["tanh", "selu"],
        weight_init=["he", start, "zeros"],
        bias_init=[0.1, "normal", start],
        batch_norm=True,
        dropout=[0.5, 0.0],
        loss="cross_entropy",
        class_weight=weights,
        solver="adam",
        learning_rate="cosine",
        learning_rate_init="auto",
        warmup_epochs=1.5,
        epsilon=None,
        penalty=None,
        max_norm=3,
        gradient_noise=0.01,
        batch_size=64,
        max_iter=10,
        n_iter_no_change=np.inf,
        early_stopping=True,
        validation_fraction=None,
        scoring=recall,
        n_jobs=-1,
        verbose=1,
        random_state=np.random.RandomState(0),
    )
    assert_type(net.fit(X, y), MLPClassifier)
    net.fit(csr_array(X), y, np.ones(len(y)), X_val=X, y_val=y, sample_weight_val=[1.0])
    net.partial_fit(X, y, classes=["a", "b"], X_val=X, y_val=y)
    net.fit(X, y, eval_sets={"test": (X, y), "weighted": (X, y, np.ones(len(y)))})
    net.partial_fit(X, y, eval_sets={"test": (None, y)}, X_eval=(X,))
    assert_type(net.predict(X), NDArray[Any])
    assert_type(net.predict_proba(X[:3].tolist()), NDArray[Any])
    assert_type(net.predict_log_proba(X), NDArray[Any])
    assert_type(net.decision_function(X), NDArray[Any])
    assert_type(net.score(X, y), float)
    assert_type(net.classes_, NDArray[Any])
    assert_type(net.coefs_, list[NDArray[Any]])
    assert_type(net.intercepts_, list[NDArray[Any]])
    assert_type(net.loss_curve_, list[float])
    assert_type(net.history_["val_score"][-1], Any)
    assert_type(net.get_params(deep=False), dict[str, Any])
    print(net.summary().splitlines()[0], net.n_iter_ + 1, f"{net.loss_:.3f}")
    print(net.parameters_.size, net.n_features_in_, net.batch_size)
    return net.set_params(max_iter=5).set_callbacks().fit(X, y)


def learn_values(X: NDArray[np.float32], y: NDArray[np.float32]) -> float:
    """Fit regressors of each kind."""
    net = MLPRegressor(
        hidden_layer_sizes=50, solver="lbfgs", dtype="float64", random_state=0
    )
    assert_type(net.fit(X, y, X_val=X, y_val=y).predict(X), NDArray[Any])
    assert_type(net.set_params(solver="sgd").partial_fit(X, y), MLPRegressor)
    images = ConvNetRegressor(4, kernel_size=3, image_shape=(8, 8)).fit(X, y)
    stack = NetworkRegressor(
        [Dense(8, "gelu", bias_init=start), BatchNorm(), Maxout(4, pieces=3)],
        input_shape=(64,),
        weight_init=start,
        bias_init=0.5,
        learning_rate=lambda epoch: 0.1 / (1 + epoch),
    )
    assert_type(stack.fit(X, y).score(X, y, sample_weight=y), float)
    started = MLPRegressor(init_from=net, init_layers=1, train_init_layers=False)
    assert_type(started.fit(X, y).transform(X), NDArray[Any])
    assert_type(started.set_params(init_from=Path("a.npz")), MLPRegressor)
    assert_type(started.fit_transform(X, y), NDArray[Any])
    assert_type(started.set_output(transform="pandas"), MLPRegressor)
    assert_type(started.get_feature_names_out(), NDArray[Any])
    return images.score(X, y) + net.loss_curve_[-1]


def learn_images(X: NDArray[np.uint8], y: NDArray[np.int64]) -> None:
    """Fit classifiers of images."""
    changes: list[Augmentation] = [Rotate(10), Elastic(), Shift(2)]
    convnet = ConvNetClassifier(
        [20, 40],
        kernel_size=(5, 3),
        pool_size=2,
        pooling="l2",
        padding="same",
        image_shape=(28, -1),
        augmentation=changes,
    )
    assert_type(convnet.fit(X, y).input_shape_, tuple[int, ...])
    layers = [
        Conv2D(8, kernel_size=3, stride=(1, 1), padding="same", activation="silu"),
        MaxPool2D(2),
        AveragePool2D((2, 2)),
        L2Pool2D(),
        Flatten(),
        Dense(64),
        Dropout(0.2),
    ]
    stack = NetworkClassifier(layers, augmentation=Rotate(), input_shape=(28, 28))
    assert_type(stack.fit(X, y).predict_proba(X), NDArray[Any])
    assert_type(stack.set_params(layers=[Dense(3)]), NetworkClassifier)
    dark = AverageDarknessClassifier().fit(X, y)
    assert_type(dark.means_, NDArray[np.float64])
    assert_type(dark.score(X, y), float)
    units = RBFClassifier(50, width=1.5, normalize=True, random_state=0).fit(X, y)
    assert_type(units.partial_fit(X, y, classes=[0, 1]), RBFClassifier)
    assert_type(units.predict_proba(X), NDArray[Any])
    assert_type(units.centers_, NDArray[np.float64])
    values = RBFRegressor(centers="random", alpha=0).fit(csr_array(X), y)
    assert_type(values.partial_fit(X, y, np.ones(len(y))).predict(X), NDArray[Any])


def learn_codes(X: NDArray[np.float64]) -> NDArray[Any]:
    """Fit an autoencoder, with no targets."""
    net = DenoisingAutoencoder(
        (20, 5), decoder_layer_sizes=10, corruption="gaussian", corruption_level=0.1
    )
    assert_type(net.fit(X, sample_weight=X[:, 0], X_val=X), DenoisingAutoencoder)
    assert_type(net.partial_fit(csr_array(X)), DenoisingAutoencoder)
    assert_type(net.set_output(transform="default"), DenoisingAutoencoder)
    assert_type(net.score(X), float)
    assert_type(net.get_feature_names_out(), NDArray[Any])
    assert_type(net.image_shape_, tuple[int, ...] | None)
    return net.inverse_transform(net.transform(X)) - net.reconstruct(X)


def search(X: NDArray[np.float64], y: NDArray[np.int64]) -> float:
    """Search over the arguments of one step of a pipeline."""
    steps = make_pipeline(StandardScaler(), MLPClassifier(random_state=0))
    grid = GridSearchCV(steps, {"mlpclassifier__dropout": [0.0, 0.2]}, cv=3)
    grid.fit(X, y)
    return float(grid.best_score_)


class Halves(Loss):
    """Half of the absolute error."""

    output_activation = "identity"

    def value(self, logits: NDArray[Any], targets: NDArray[Any]) -> NDArray[Any]:
        """Return the cost of each row."""
        costs: NDArray[Any] = np.abs(logits - targets).sum(axis=1) / 2
        return costs

    def gradient(self, logits: NDArray[Any], targets: NDArray[Any]) -> NDArray[Any]:
        """Return its slope."""
        slopes: NDArray[Any] = np.sign(logits - targets) / 2
        return slopes


def choose_losses(X: NDArray[np.float64], y: NDArray[np.float64]) -> float:
    """Fit with losses of other names, of arguments and of one's own."""
    net = MLPRegressor("pinball", quantile=0.9)
    net.fit(X, y).set_params(loss="huber", huber_delta=0.5).fit(X, y)
    smooth = MLPClassifier(label_smoothing=0.1).fit(X, y > 0)
    own = NetworkRegressor(loss=Halves()).fit(X, y)
    return own.score(X, y) + smooth.score(X, y > 0)


def load(path: Path) -> NDArray[Any]:
    """Load what is there to learn from."""
    data = load_digits_images(dtype="uint8")
    assert_type(data.X_train, NDArray[Any])
    assert_type(data.image_shape, tuple[int, int])
    mnist = load_mnist(path)
    X, y = expand_images(mnist.X_train, mnist.y_train)
    print(X.shape, y.dtype)
    show_versions()
    return data.y_test


def run_network(X: NDArray[np.float64]) -> NDArray[Any]:
    """Run a network by hand."""
    network = Network(
        [Dense(5, "elu", weight_init="scaled"), Dense(2)], (4,), "float64"
    )
    network.initialize(np.random.default_rng(0))
    targets = np.eye(2)[np.zeros(len(X), int)]
    network.differentiate(X, targets, LOSSES["log_loss"], 1 / len(X))
    print(sorted(ACTIVATIONS), sorted(INITIALIZERS), network.gradient.sum())
    return network.forward(X)
