"""Neural networks as scikit-learn estimators.

Multilayer perceptrons and convolutional networks, trained by mini-batch stochastic
gradient descent, that go wherever those of scikit-learn go, with the baselines
that they are measured against and a comparison that sets them side by side.
"""

from sknnadl import estimators
from sknnadl._versions import show_versions
from sknnadl.baselines import AverageDarknessClassifier
from sknnadl.estimators import *  # noqa: F403 the list of estimators is there, once
from sknnadl.export import register_onnx, to_onnx
from sknnadl.rbf import RBFClassifier, RBFRegressor
from sknnadl.reports import compare
from sknnadl.saving import load, resume, save

__version__ = "0.1.0"

__all__ = [
    "AverageDarknessClassifier",
    "RBFClassifier",
    "RBFRegressor",
    "compare",
    "load",
    "register_onnx",
    "resume",
    "save",
    "show_versions",
    "to_onnx",
]
__all__ += estimators.__all__
