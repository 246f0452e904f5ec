"""The scikit-learn face of the networks."""

from sknnadl.estimators.mlp import MLPClassifier

__all__ = ["MLPClassifier"]
