"""Displays of what a network has learned and how it was trained.

They have the form of scikit-learn's: made by ``from_estimator``, drawn again by
``plot``. matplotlib is needed to draw: ``pip install "sknnadl[plot]"``.
"""

from sknnadl.inspection.feature_maps import FeatureMapDisplay
from sknnadl.inspection.gradients import GradientNormDisplay
from sknnadl.inspection.history import TrainingHistoryDisplay
from sknnadl.inspection.kernels import KernelDisplay
from sknnadl.reports import MisclassifiedDisplay

__all__ = [
    "FeatureMapDisplay",
    "GradientNormDisplay",
    "KernelDisplay",
    "MisclassifiedDisplay",
    "TrainingHistoryDisplay",
]
