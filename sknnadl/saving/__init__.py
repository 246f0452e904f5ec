"""Estimators in files that execute nothing, and training that goes on from one."""

from sknnadl.saving.estimator_file import load, save
from sknnadl.saving.resuming import resume

__all__ = ["load", "resume", "save"]
