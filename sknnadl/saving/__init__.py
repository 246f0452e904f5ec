"""Estimators in files that execute nothing, and training that goes on from one."""

from sknnadl.estimators import starting
from sknnadl.saving.estimator_file import load, save
from sknnadl.saving.network2 import load_network2, save_network2
from sknnadl.saving.resuming import resume

__all__ = ["load", "load_network2", "resume", "save", "save_network2"]

starting.load_file = load  # for init_from, which may name a file
