"""What `set_callbacks` of the estimators takes, beside scikit-learn's own."""

from sknnadl.saving.checkpoint import Checkpoint

__all__ = ["Checkpoint"]
