"""What tests and doctests do about packages that may be missing."""

from importlib.util import find_spec

import pytest

HAS_MATPLOTLIB = find_spec("matplotlib") is not None

if HAS_MATPLOTLIB:
    import matplotlib

    matplotlib.use("agg")
else:  # their examples draw
    collect_ignore_glob = ["sknnadl/displays/*.py"]

collect_ignore = []
if not find_spec("optuna"):
    collect_ignore += ["sknnadl/tuning/optuna_pruning.py"]


@pytest.fixture(autouse=HAS_MATPLOTLIB)
def _close_figures():
    yield
    if HAS_MATPLOTLIB:
        import matplotlib.pyplot as plt

        plt.close("all")
