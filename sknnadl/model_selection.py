"""What helps to choose arguments, beside the searches of scikit-learn and Optuna."""

from sknnadl.tuning.learning_rate_range import (
    LearningRateRange,
    learning_rate_range_test,
)

__all__ = ["LearningRateRange", "learning_rate_range_test"]
