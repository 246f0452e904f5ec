"""The scikit-learn face of the networks."""

from sknnadl.estimators.convnet import ConvNetClassifier
from sknnadl.estimators.custom import NetworkClassifier
from sknnadl.estimators.mlp import MLPClassifier

__all__ = ["ConvNetClassifier", "MLPClassifier", "NetworkClassifier"]
