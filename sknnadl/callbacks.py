"""What `set_callbacks` of the estimators takes, beside scikit-learn's own."""

from sknnadl.saving.checkpoint import Checkpoint
from sknnadl.tuning.optuna_pruning import OptunaPruning

__all__ = ["Checkpoint", "OptunaPruning"]
