"""Displays of what a network has learned and how it was trained.

They have the form of scikit-learn's: made by ``from_estimator``, drawn again by
``plot``. matplotlib is needed to draw: ``pip install "sknnadl[plot]"``.
"""

from sknnadl.displays.feature_map_images import FeatureMapDisplay
from sknnadl.displays.gradient_norms import GradientNormDisplay
from sknnadl.displays.kernel_images import KernelDisplay
from sknnadl.displays.misclassified import MisclassifiedDisplay
from sknnadl.displays.training_history import TrainingHistoryDisplay

__all__ = [
    "FeatureMapDisplay",
    "GradientNormDisplay",
    "KernelDisplay",
    "MisclassifiedDisplay",
    "TrainingHistoryDisplay",
]
