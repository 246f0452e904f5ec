"""What helps to choose arguments, beside the searches of scikit-learn and Optuna."""

from sknnadl.tuning.learning_rate_range import LearningRateRange
from sknnadl.tuning.range_test import learning_rate_range_test

__all__ = ["LearningRateRange", "learning_rate_range_test"]
