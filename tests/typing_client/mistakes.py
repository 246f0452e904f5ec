"""Mistakes of a user's: mypy --strict and pyright find each, and nothing else."""

import numpy as np

from sknnadl import (
    AverageDarknessClassifier,
    ConvNetClassifier,
    MLPClassifier,
    MLPRegressor,
    NetworkClassifier,
    compare,
)
from sknnadl.datasets import load_digits_images, load_mnist
from sknnadl.network import Conv2D, Dense, Network
from sknnadl.training.augmentation import Rotate

X, y = np.zeros((4, 2)), np.array([0, 1, 0, 1])


def make_them() -> None:
    """Make one a line; this is read, and never run."""
    MLPClassifier(hiden_layer_sizes=3)  # expect-error
    MLPClassifier(max_iter=1.5)  # expect-error
    MLPClassifier((3,), "relu", "he")  # expect-error: weight_init is named
    MLPClassifier(weight_init=["he", 1.0])  # expect-error
    MLPClassifier(weight_init=lambda shape: np.zeros(shape))  # expect-error
    MLPClassifier(learning_rate=lambda: 0.1)  # expect-error
    NetworkClassifier(weight_init=["he", "he"])  # expect-error: of one layer
    MLPClassifier(class_weight={"a": "b"})  # expect-error
    MLPClassifier(random_state=np.random.default_rng(0))  # expect-error
    MLPRegressor(class_weight="balanced")  # expect-error
    ConvNetClassifier(image_shape=28)  # expect-error
    ConvNetClassifier(augmentation="rotate")  # expect-error
    NetworkClassifier(layers=[100, 30])  # expect-error
    NetworkClassifier(layers=Dense(30))  # expect-error
    MLPClassifier().fit(X)  # expect-error
    MLPClassifier().fit(X, y, None, X, y)  # expect-error: X_val is named
    MLPClassifier().fit(X, y, X_valid=X)  # expect-error
    MLPRegressor().partial_fit(X, y, classes=[0, 1])  # expect-error
    MLPClassifier().predict()  # expect-error
    MLPClassifier().score(X)  # expect-error
    print(MLPClassifier().fit(X, y).predict(X).shap)  # expect-error
    MLPClassifier().set_params(max_iter=3).fit(X)  # expect-error
    MLPClassifier().get_params().keis()  # expect-error
    MLPClassifier().summary() + 1  # expect-error
    AverageDarknessClassifier(3)  # expect-error
    AverageDarknessClassifier().fit(X)  # expect-error
    Dense("30")  # expect-error
    Conv2D(8, kernel=3)  # expect-error
    Network([Dense], (4,))  # expect-error
    Rotate("10")  # expect-error
    compare([MLPClassifier()], X, y, 5)  # expect-error: cv is named
    compare([MLPClassifier()], X, y).to_md()  # expect-error
    compare([MLPClassifier()], X, y, datasets={"a": (X, y)})  # expect-error
    compare([MLPClassifier()], datasets={"a": (X, y)}, test=(X, y))  # expect-error
    compare([MLPClassifier()], datasets={"a": (X, y)}, folds=5)  # expect-error
    compare([MLPClassifier()], datasets={"a": (X, y)}).pairwise(how=1)  # expect-error
    compare([MLPClassifier()], X, y).display("rok", "mlp")  # expect-error
    load_digits_images("uint8")  # expect-error
    load_mnist(path=3)  # expect-error
