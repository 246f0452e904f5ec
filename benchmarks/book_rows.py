"""The book's networks: how each is trained, and what the book says of it."""

from dataclasses import dataclass, field

import numpy as np

from sknnadl import ConvNetClassifier, MLPClassifier


@dataclass(frozen=True)
class Row:
    """A network of the book: how it is trained, and what the book says of it.

    ``measure`` says which accuracies count: the highest over the epochs on the test or
    on the validation images, that on the test images at the end, or that on the test
    images after the epoch which is best on the validation images. No more seeds are
    needed once ``enough`` is reached.
    """

    name: str
    book: float | None
    goal: str
    parameters: dict = field(hash=False)
    alpha: float = 0.0
    estimator: type = MLPClassifier
    n_train: int = 50_000
    epochs: int = 30
    measure: str = "test"
    seeds: tuple = (0, 1, 2)
    enough: float = np.inf


def sigmoid_network(units, loss, weight_init, eta):
    """Return the arguments of a network of the book's first two programs."""
    return {
        "hidden_layer_sizes": (units,),
        "activation": "sigmoid",
        "loss": loss,
        "weight_init": weight_init,
        "learning_rate_init": eta,
    }


def quadratic(units, eta):
    """Return the arguments of a network of chapter 1."""
    return sigmoid_network(units, "squared_error", "large", eta)


def cross_entropy(units, eta, weight_init="large"):
    """Return the arguments of a network of chapter 3."""
    return sigmoid_network(units, "cross_entropy", weight_init, eta)


def convolutional(n_filters, activation="sigmoid", eta=0.1):
    """Return the arguments of a network of chapter 6."""
    return {
        "n_filters": n_filters,
        "activation": activation,
        "weight_init": "scaled",
        "learning_rate_init": eta,
    }


def conv_row(name, book, enough, parameters, **options):
    """Return a row of chapter 6."""
    return Row(
        name,
        book,
        f"at least {enough}",
        parameters,
        estimator=ConvNetClassifier,
        epochs=60,
        measure="test at best validation",
        enough=enough,
        **options,
    )


def small_row(name, book, goal, alpha):
    """Return a row of chapter 3 that trains on 1,000 images for 400 epochs."""
    return Row(
        name,
        book,
        goal,
        cross_entropy(30, 0.5),
        alpha=alpha,
        n_train=1000,
        epochs=400,
        measure="test at the end",
        seeds=(0,),
    )


def deep_row(n_layers, book):
    """Return a row of chapter 5: hidden layers of 30 neurons."""
    return Row(
        f"depth-{n_layers}",
        book,
        f"{book - 0.5:.2f} to {book + 0.5:.2f}",
        cross_entropy(30, 0.1, "scaled") | {"hidden_layer_sizes": (30,) * n_layers},
        alpha=CHAPTER_3,
        measure="validation",
        seeds=(0,),
    )


N_TRAIN, BATCH_SIZE = 50_000, 10
#: The book's lambda = 5 in chapter 3, and 0.1 in chapter 6 (see docs/book.rst).
CHAPTER_3, CHAPTER_6 = 5.0 / N_TRAIN, 0.1 / (N_TRAIN / BATCH_SIZE)

ROWS = [
    Row("quadratic-30", 95.42, "at least 95.0", quadratic(30, 3.0)),
    Row("quadratic-100", 96.59, "at least 96.0", quadratic(100, 3.0), seeds=range(5)),
    Row("quadratic-100-too-slow", 21.42, "12 to 45", quadratic(100, 0.001)),
    Row("quadratic-30-too-fast", 10.09, "below 25", quadratic(30, 100.0)),
    Row("cross-entropy-30", 95.49, "at least 95.3", cross_entropy(30, 0.5)),
    Row("cross-entropy-100", 96.82, "at least 96.6", cross_entropy(100, 0.5)),
    Row(
        "scaled-init-100",
        97.81,
        "at least 97.6",
        cross_entropy(100, 0.1, "scaled"),
        alpha=CHAPTER_3,
        measure="validation",
    ),
    Row(
        "large-init-100",
        None,
        "2 below scaled-init-100 after an epoch",
        cross_entropy(100, 0.1),
        alpha=CHAPTER_3,
        measure="validation",
    ),
    small_row("overfit-1000", 82.27, "80.5 to 84.5, training 100", 0.0),
    small_row("regularized-1000", 87.10, "at least 85.5", 0.1 / 1000),
    Row(
        "regularized-30",
        96.49,
        "at least 96.2",
        cross_entropy(30, 0.5),
        alpha=CHAPTER_3,
        enough=96.2,
        seeds=range(9),  # every second one is
    ),
    Row(
        "regularized-100",
        97.92,
        "at least 97.7",
        cross_entropy(100, 0.5),
        alpha=CHAPTER_3,
        measure="validation",
        enough=97.7,
    ),
    Row(
        "regularized-100-long",
        98.04,
        "at least 97.85",
        cross_entropy(100, 0.1),
        alpha=CHAPTER_3,
        epochs=60,
        measure="validation",
        seeds=(0,),
    ),
    deep_row(1, 96.48),
    deep_row(2, 96.90),
    deep_row(3, 96.57),
    deep_row(4, 96.53),
    conv_row("shallow", 97.80, 97.7, convolutional(())),
    conv_row("conv", 98.78, 98.7, convolutional((20,))),
    conv_row("conv-conv", 99.06, 98.95, convolutional((20, 40))),
    conv_row(
        "conv-conv-relu",
        99.23,
        99.15,
        convolutional((20, 40), "relu", 0.03),
        alpha=CHAPTER_6,
    ),
]
