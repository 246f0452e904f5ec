"""The scikit-learn face of the networks."""

from sknnadl.estimators.convnet import ConvNetClassifier, ConvNetRegressor
from sknnadl.estimators.custom import NetworkClassifier
from sknnadl.estimators.mlp import MLPClassifier, MLPRegressor

__all__ = [
    "ConvNetClassifier",
    "ConvNetRegressor",
    "MLPClassifier",
    "MLPRegressor",
    "NetworkClassifier",
]
