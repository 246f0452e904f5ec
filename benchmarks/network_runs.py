"""The networks that people train: what `networks.py` times, and on which rows."""

from dataclasses import dataclass

import numpy as np
from nets import N_CLASSES
from sklearn.base import BaseEstimator
from sklearn.datasets import load_breast_cancer
from sklearn.neural_network import MLPClassifier as SklearnMLPClassifier
from sklearn.preprocessing import scale

from sknnadl import ConvNetClassifier, MLPClassifier, NetworkClassifier
from sknnadl.datasets import load_mnist
from sknnadl.network import (
    AveragePool2D,
    BatchNorm,
    Conv2D,
    Dense,
    Flatten,
    MaxPool2D,
)

#: Height, width and channels of the images that are made up.
IMAGE = (32, 32, 3)


@dataclass(frozen=True)
class Run:
    """A network that is timed.

    ``limits`` has the sizes of a mini-batch, and the most that sknnadl's time may be of
    the time of PyTorch, or of scikit-learn where ``sklearn`` is given; None is for no
    limit. ``data`` names the rows, of which an epoch has ``n_rows``. A turn is an epoch
    more or, where there are several ``epochs``, a fit of so many.
    """

    name: str
    model: BaseEstimator
    data: str
    n_rows: int
    limits: dict
    epochs: int = 1
    sklearn: BaseEstimator | None = None
    limit_is_of: str = "PyTorch"
    predicts: bool = False


def conv(filters, *following, stride=1, activation="relu"):
    """Return a 3x3 convolution that keeps the size, and what follows it."""
    return [Conv2D(filters, 3, stride, "same", activation), *following]


def normalized(filters, *following):
    """Return the same with batch normalization."""
    return conv(filters, BatchNorm("relu"), *following, activation="identity")


def vgg(*layers):
    """Return the classifier of 32x32 images that has these layers first."""
    return NetworkClassifier(
        [*layers, Flatten(), Dense(128)], input_shape=IMAGE, learning_rate_init=0.01
    )


def pooled(pool, make=conv):
    """Return the same with two times two convolutions and pooling."""
    layers = [*make(32), *make(32, pool), *make(64), *make(64, pool)]
    return vgg(*layers)


def strided():
    """Return the same with a stride of 2 in the place of pooling."""
    layers = [*conv(32), *conv(32, stride=2), *conv(64), *conv(64, stride=2)]
    return vgg(*layers)


def conv_pool_norm():
    """Return a network that normalizes what is left of pooling."""
    layers = []
    for filters in (20, 40):
        linear = Conv2D(filters, 5, activation="identity")
        layers += [linear, MaxPool2D(2), BatchNorm("relu")]
    return NetworkClassifier([*layers, Flatten(), Dense(100)], input_shape=(28, 28, 1))


def adam(hidden=(512, 512), **arguments):
    """Return a perceptron that is trained by Adam."""
    return MLPClassifier(hidden, solver="adam", **arguments)


VGG = "conv 32, 32, pool, 64, 64, pool, 128, 10"
RUNS = (
    Run(
        "conv 20, conv 40, 100, 10",
        ConvNetClassifier(),
        "mnist",
        2560,
        {10: 0.45, 32: None, 128: 0.5},
    ),
    Run("784-100-10", MLPClassifier(), "mnist", 20_480, {10: 0.18, 128: 0.5}),
    Run(VGG, pooled(MaxPool2D(2)), "images", 256, {32: 0.65, 128: 0.65}),
    Run(
        f"{VGG}, batch normalization",
        pooled(MaxPool2D(2), normalized),
        "images",
        256,
        {32: 0.6, 128: 0.6},
    ),
    Run(
        "conv 20, pool, normalize, conv 40, pool, normalize, 100, 10",
        conv_pool_norm(),
        "mnist",
        640,
        {32: None, 128: None},
    ),
    Run(
        f"{VGG}, average pooling",
        pooled(AveragePool2D(2)),
        "images",
        256,
        {32: 0.7, 128: 0.7},
    ),
    Run(
        "conv 32, 32 stride 2, 64, 64 stride 2, 128, 10",
        strided(),
        "images",
        256,
        {32: 0.7, 128: 0.7},
    ),
    Run("784-512-512-10, Adam", adam(), "mnist", 5120, {32: 0.45, 256: 0.75}),
    Run(
        "784-512-512-10, Adam, dropout",
        adam(dropout=0.5),
        "mnist",
        5120,
        {32: 0.45, 256: 0.75},
    ),
    Run(
        "784-512-512-10, Adam, tanh, batch normalization",
        adam(batch_norm=True, activation="tanh"),
        "mnist",
        5120,
        {32: 0.6, 256: 0.6},
    ),
    Run(
        "30-100-10, Adam",
        adam((100,)),
        "table",
        569,
        {32: 0.1, 200: 0.3},
        epochs=100,
        sklearn=SklearnMLPClassifier(),
        limit_is_of="scikit-learn",
    ),
    Run(
        "784-100-10, predictions",
        MLPClassifier(),
        "test",
        10_000,
        {10_000: 0.9},
        sklearn=SklearnMLPClassifier(),
        predicts=True,
    ),
)


def made_up_images(n_rows):
    """Return random images around one for each class, as flat rows."""
    rng = np.random.default_rng(0)
    y = np.arange(n_rows) % N_CLASSES
    X = rng.random((N_CLASSES, np.prod(IMAGE)), np.float32)[y]
    return (X + rng.random(X.shape, np.float32)) / 2, y


def table():
    """Return scikit-learn's breast cancer, divided into ten classes by a column."""
    X, _ = load_breast_cancer(return_X_y=True)
    tenths = np.quantile(X[:, 0], np.arange(1, N_CLASSES) / N_CLASSES)
    return scale(X).astype(np.float32), np.searchsorted(tenths, X[:, 0])


def read(run, path):
    """Return the rows of a run; ``path`` says where MNIST is."""
    if run.data == "images":
        return made_up_images(run.n_rows)
    if run.data == "table":
        return table()
    mnist = load_mnist(path)
    if run.data == "test":
        return mnist.X_test[: run.n_rows], mnist.y_test[: run.n_rows]
    return mnist.X_train[: run.n_rows], mnist.y_train[: run.n_rows]
