"""Radial basis function networks: units placed first, then linear outputs."""

from sknnadl.rbf.rbf_classifier import RBFClassifier
from sknnadl.rbf.rbf_regressor import RBFRegressor

__all__ = ["RBFClassifier", "RBFRegressor"]
