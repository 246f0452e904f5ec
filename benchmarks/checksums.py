"""Print a checksum of what each of 44 configurations learns, or compare with earlier.

    python benchmarks/checksums.py --out before.json
    python benchmarks/checksums.py --against before.json

A change that leaves behaviour alone leaves every bit alone. Checksums are those of one
machine and installation: another processor adds up in another order.
"""

import argparse
import hashlib
import json
import sys
import warnings

import numpy as np
from scipy.sparse import csr_array
from sklearn.datasets import load_diabetes, load_digits, load_iris
from sklearn.preprocessing import scale

from sknnadl import (
    ConvNetClassifier,
    ConvNetRegressor,
    MLPClassifier,
    MLPRegressor,
    NetworkClassifier,
)
from sknnadl.network import (
    AveragePool2D,
    BatchNorm,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    L2Pool2D,
    MaxPool2D,
)
from sknnadl.training import Elastic, Rotate, Shift

STACK = (
    Conv2D(6, 3, stride=(1, 2), padding="same", activation="tanh"),
    L2Pool2D(2),
    BatchNorm("leaky_relu"),
    Flatten(),
    Dense(20, "softplus"),
    Dropout(0.2),
)
OVERLAPPING = (
    Conv2D(4, 2),
    MaxPool2D(2, stride=1),
    AveragePool2D(2),
    Flatten(),
    Dense(9),
)

#: Arguments of a multilayer perceptron on iris or on digits.
ON_IRIS = {
    "default": {},
    "float32": {"dtype": "float32"},
    "momentum": {"momentum": 0.9, "learning_rate": "invscaling"},
    "plain momentum": {"momentum": 0.5, "nesterovs_momentum": False},
    "adam": {"solver": "adam"},
    "adamw": {"solver": "adamw", "alpha": 0.1},
    "rmsprop": {"solver": "rmsprop", "dtype": "float32"},
    "adagrad": {"solver": "adagrad", "epsilon": 1e-9},
    "adadelta": {"solver": "adadelta"},
    "lbfgs": {"solver": "lbfgs", "activation": "tanh"},
    "lbfgs float32": {"solver": "lbfgs", "dtype": "float32", "alpha": 0.01},
    "adaptive": {"learning_rate": "adaptive", "n_iter_no_change": 2, "tol": 0.1},
    "cosine": {"learning_rate": "cosine", "warmup_epochs": 1.5},
    "one cycle": {"learning_rate": "one_cycle", "solver": "adam"},
    "l1": {"penalty": "l1", "alpha": 0.01},
    "elastic net": {"penalty": "elasticnet", "alpha": 0.01, "l1_ratio": 0.3},
    "no penalty": {"penalty": None},
    "norms": {"max_norm": 0.8, "clip_norm": 0.1},
    "batch norm": {"batch_norm": True, "hidden_layer_sizes": (20, 10)},
    "dropout": {"dropout": [0.1, 0.3], "hidden_layer_sizes": (20, 10)},
    "sigmoid": {"activation": "sigmoid", "loss": "cross_entropy"},
    "book": {"activation": "logistic", "loss": "squared_error", "weight_init": "large"},
    "he": {"weight_init": "he", "activation": "leaky_relu"},
    "softplus": {"activation": "softplus", "hidden_layer_sizes": (8, 8, 8)},
    "no hidden layer": {"hidden_layer_sizes": ()},
    "early stopping": {"early_stopping": True},
    "early stopping by loss": {"early_stopping": True, "scoring": "loss"},
    "early stopping by a scorer": {
        "early_stopping": True,
        "scoring": "f1_macro",
        "validation_fraction": None,
    },
    "balanced": {"class_weight": "balanced", "gradient_norms": True},
    "no shuffle": {"shuffle": False, "batch_size": 7},
}
ON_IMAGES = {
    "convolutional": {},
    "two layers": {"n_filters": (4, 6), "pool_size": (2, 1), "padding": "same"},
    "same, no pooling": {"padding": "same", "pool_size": 1, "batch_norm": True},
    "average": {"pooling": "average", "activation": "tanh", "dtype": "float64"},
    "augmented": {"augmentation": [Shift(1), Rotate(10), Elastic(3, 1)]},
    "threads": {"n_jobs": 2, "batch_size": 500, "dropout": 0.3, "n_filters": (8,)},
}


def train_all():
    """Yield a name and a fitted estimator for each configuration."""
    iris, species = load_iris(return_X_y=True)
    iris = scale(iris)
    digits, labels = load_digits(return_X_y=True)
    small = {"hidden_layer_sizes": (20,), "max_iter": 6, "random_state": 0}
    for name, options in ON_IRIS.items():
        mlp = MLPClassifier(**{**small, **options})
        yield f"iris, {name}", mlp.fit(iris, species), iris
    pixels = digits.astype(np.float32) / 16
    for name, options in ON_IMAGES.items():
        own = {"n_filters": (5,), "kernel_size": 3, **small, "max_iter": 2, **options}
        yield f"images, {name}", ConvNetClassifier(**own).fit(pixels, labels), pixels
    for name, layers in (("stack", STACK), ("overlapping", OVERLAPPING)):
        net = NetworkClassifier(layers, input_shape=(8, 8), max_iter=2, random_state=0)
        yield f"images, {name}", net.fit(pixels, labels), pixels
    mlp = MLPClassifier(
        (300, 100), batch_size=400, max_iter=2, n_jobs=2, random_state=0
    )
    wide = np.tile(pixels, 12)
    yield "wide, threads", mlp.fit(wide, labels), wide
    X, y = load_diabetes(return_X_y=True)
    y = scale(y)
    for name, options in (("default", {}), ("adam", {"solver": "adam"})):
        net = MLPRegressor(**{**small, **options}).fit(X, y)
        yield f"diabetes, {name}", net, X
    conv = ConvNetRegressor((4,), kernel_size=3, max_iter=2, random_state=0)
    yield "images, values", conv.fit(pixels, pixels.sum(axis=1) / 10), pixels
    indicator = np.eye(3, dtype=int)[species] | np.eye(3, dtype=int)[species[::-1]]
    yield "iris, labels", MLPClassifier(**small).fit(iris, indicator), iris
    weights = np.linspace(0, 2, len(iris))
    sparse = csr_array(np.maximum(iris, 0))
    mlp = MLPClassifier(**small, warm_start=True).fit(sparse, species, weights)
    mlp = mlp.fit(sparse, species, weights).partial_fit(sparse, species)
    yield "iris, sparse, gone on with", mlp, sparse


def checksum(estimator, X):
    """Return a digest of parameters, history and outputs."""
    digest = hashlib.sha256(estimator.parameters_.tobytes())
    for name in ("loss", "val_loss", "val_score", "learning_rate"):
        digest.update(np.array(estimator.history_[name], float).tobytes())
    predict = getattr(estimator, "predict_proba", estimator.predict)
    digest.update(np.ascontiguousarray(predict(X)).tobytes())
    return digest.hexdigest()[:24]


def main():
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", help="a .json file to write")
    parser.add_argument("--against", help="a .json file to compare with")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    found = {name: checksum(fitted, X) for name, fitted, X in train_all()}
    if options.out:
        with open(options.out, "w") as file:
            json.dump(found, file, indent=1)
    if not options.against:
        print("\n".join(f"{value}  {name}" for name, value in found.items()))
        return 0
    with open(options.against) as file:
        before = json.load(file)
    changed = [n for n in before | found if before.get(n) != found.get(n)]
    print(f"{len(found)} configurations, {len(changed)} changed", *changed, sep="\n  ")
    return 1 if changed else 0


if __name__ == "__main__":
    sys.exit(main())
