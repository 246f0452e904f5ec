"""The book's networks: how each is trained, and what the book says of it."""

from dataclasses import dataclass, field

import numpy as np
from sklearn.svm import SVC

from sknnadl import ConvNetClassifier, MLPClassifier, NetworkClassifier
from sknnadl.network import Conv2D, Dense, Dropout, Flatten, MaxPool2D


@dataclass(frozen=True)
class Row:
    """A network of the book: how it is trained, and what the book says of it.

    ``measure`` says which accuracies count: the highest over the epochs on the test or
    on the validation images, that on the test images at the end, or that on the test
    images after the epoch which is best on the validation images. ``expanded`` rows
    train on each image moved in four directions too. No more seeds are needed once
    ``enough`` is reached.
    """

    name: str
    book: float | None
    goal: str
    parameters: dict = field(hash=False)
    alpha: float = 0.0
    estimator: type = MLPClassifier
    n_train: int = 50_000
    expanded: bool = False
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


def expanded_row(name, book, hidden):
    """Return a row of chapter 6 that trains on the expanded images."""
    parameters = convolutional((20, 40), "relu", 0.03) | {"hidden_layer_sizes": hidden}
    options = {"alpha": CHAPTER_6_EXPANDED, "expanded": True, "seeds": (0,)}
    return conv_row(name, book, 99.0, parameters, **options)


def as_network3(n_conv, n_dense=1):
    """Return how ``network3.py`` starts, and that it leaves the rows in their order."""
    n_hidden = n_conv + n_dense
    return {
        "weight_init": ["fan_out"] * n_hidden + ["zeros"],
        "bias_init": ["normal"] * n_hidden + ["zeros"],
        "shuffle": False,
    }


def half_of_fan_out(shape, rng):
    """Return weights of N(0, 1/n_out), times 1 - p."""
    return 0.5 * rng.standard_normal(shape) / np.sqrt(shape[-1])


def dropout_as_network3():
    """Return the network whose inputs are dropped before each dense layer.

    ``network3.py`` does not divide what is left of them by 1 - p in training, but
    multiplies the weights by it in prediction. That is the same network at weights, and
    starts, of 1 - p times its size, and so at a rate of (1 - p)^2 times its own. Here
    all layers have that rate, and in ``network3.py`` kernels and biases four times it.
    """
    layers = []
    for filters in (20, 40):
        start = {"weight_init": "fan_out", "bias_init": "normal"}
        layers += [Conv2D(filters, 5, **start), MaxPool2D(2)]
    layers.append(Flatten())
    for _ in range(2):
        start = {"weight_init": half_of_fan_out, "bias_init": "normal"}
        layers += [Dropout(0.5), Dense(1000, **start)]
    return {
        "layers": (*layers, Dropout(0.5)),
        "input_shape": (28, 28),
        "weight_init": "zeros",
        "learning_rate_init": 0.03 * 0.5**2,
        "shuffle": False,
    }


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


def start_row(name, book, weight_init):
    """Return a row of chapter 3 that compares starts of 30 neurons."""
    return Row(
        name,
        book,
        f"at least {book - 0.3:.2f}",
        cross_entropy(30, 0.1, weight_init),
        alpha=CHAPTER_3,
        measure="validation",
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


NO_HIDDEN = {"hidden_layer_sizes": ()}
N_TRAIN, BATCH_SIZE = 50_000, 10
#: The book's lambda = 5 in chapter 3, and 0.1 in chapter 6 (see docs/book.rst).
CHAPTER_3, CHAPTER_6 = 5.0 / N_TRAIN, 0.1 / (N_TRAIN / BATCH_SIZE)
CHAPTER_6_EXPANDED = CHAPTER_6 / 5

ROWS = [
    # An exercise of chapter 1, and the same with the cost of chapter 3.
    Row("no-hidden", None, "", quadratic(30, 3.0) | NO_HIDDEN),
    Row("no-hidden-cross-entropy", None, "", cross_entropy(30, 0.5) | NO_HIDDEN),
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
    start_row("scaled-init-30", 96.53, "scaled"),
    start_row("large-init-30", 96.48, "large"),
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
    expanded_row("expanded", 99.37, (100,)),
    expanded_row("expanded-300", 99.46, (300,)),
    expanded_row("expanded-1000", 99.43, (1000,)),
    expanded_row("expanded-100-100", 99.43, (100, 100)),
    expanded_row("expanded-300-300", 99.48, (300, 300)),
    expanded_row("expanded-1000-1000", 99.47, (1000, 1000)),
    Row(
        "dropout",
        99.60,
        "at least 99.45",
        convolutional((20, 40), "relu", 0.03)
        | {"hidden_layer_sizes": (1000, 1000), "dropout": 0.5},
        estimator=ConvNetClassifier,
        expanded=True,
        epochs=40,
        measure="test at best validation",
        seeds=range(5),
    ),
    # Beside the rows above: how network3.py itself starts and goes on.
    conv_row("shallow-network3", 97.80, 97.7, convolutional(()) | as_network3(0)),
    conv_row("conv-network3", 98.78, 98.7, convolutional((20,)) | as_network3(1)),
    conv_row(
        "conv-conv-network3", 99.06, 98.95, convolutional((20, 40)) | as_network3(2)
    ),
    conv_row(
        "conv-conv-relu-network3",
        99.23,
        99.15,
        convolutional((20, 40), "relu", 0.03) | as_network3(2),
        alpha=CHAPTER_6,
    ),
    Row(
        "dropout-network3",
        99.60,
        "at least 99.45",
        dropout_as_network3(),
        estimator=NetworkClassifier,
        expanded=True,
        epochs=40,
        measure="test at best validation",
        seeds=(0,),
    ),
]
#: Votes of a row's networks, by name: the row, and the book's accuracy.
VOTES = {"ensemble-of-5-dropout": ("dropout", 99.67)}
#: SVMs on the pixels, how many test images the book says are right, and what is wanted.
SVMS = {
    "svm-2015": (SVC(gamma="auto"), 9435, "9435"),
    "svm-tuned": (SVC(C=10, gamma=0.03), 9850, "at least 9850"),
}
