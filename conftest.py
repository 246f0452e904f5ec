"""What tests and doctests do about idle threads, and packages that may be missing."""

import os
from importlib.util import find_spec

import pytest

# Before OpenMP and OpenBLAS are loaded: their threads sleep while they wait. By default
# they keep a core busy, which another process of tests may need.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
os.environ.setdefault("OPENBLAS_THREAD_TIMEOUT", "4")  # 2**4 ticks of the clock

HAS_MATPLOTLIB = find_spec("matplotlib") is not None  # it may be missing

if HAS_MATPLOTLIB:
    import matplotlib

    matplotlib.use("agg")
#: Files whose examples need a package that is missing.
collect_ignore_glob = [] if HAS_MATPLOTLIB else ["sknnadl/displays/*.py"]
if not (find_spec("onnx") and find_spec("skl2onnx")):
    collect_ignore_glob += ["sknnadl/export/*.py"]
if not find_spec("optuna"):
    collect_ignore_glob += ["sknnadl/tuning/optuna_pruning.py"]


def pytest_configure(config):
    """Name a warning of scikit-learn, which `pyproject.toml` would import too early."""
    warning = "sklearn.exceptions.ConvergenceWarning"
    config.addinivalue_line("filterwarnings", f"error::{warning}")


@pytest.fixture(autouse=HAS_MATPLOTLIB)
def _close_figures():
    yield
    if HAS_MATPLOTLIB:
        import matplotlib.pyplot as plt

        plt.close("all")
