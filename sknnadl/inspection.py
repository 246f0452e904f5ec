"""What a network has learned, how it was trained, and what fools it.

Displays have the form of scikit-learn's: made by ``from_estimator``, drawn again by
``plot``. matplotlib is needed to draw: ``pip install "sknnadl[plot]"``.
"""

from sknnadl.displays.adversarial import AdversarialDisplay
from sknnadl.displays.fast_gradient import fast_gradient_sign
from sknnadl.displays.feature_map_images import FeatureMapDisplay
from sknnadl.displays.gradient_norms import GradientNormDisplay
from sknnadl.displays.kernel_images import KernelDisplay
from sknnadl.displays.learning_rates import LearningRateRangeDisplay
from sknnadl.displays.misclassified import MisclassifiedDisplay
from sknnadl.displays.training_history import TrainingHistoryDisplay

__all__ = [
    "AdversarialDisplay",
    "FeatureMapDisplay",
    "GradientNormDisplay",
    "KernelDisplay",
    "LearningRateRangeDisplay",
    "MisclassifiedDisplay",
    "TrainingHistoryDisplay",
    "fast_gradient_sign",
]
