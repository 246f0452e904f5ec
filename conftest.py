"""What tests and doctests do about matplotlib, which may be missing."""

from importlib.util import find_spec

import pytest

HAS_MATPLOTLIB = find_spec("matplotlib") is not None

if HAS_MATPLOTLIB:
    import matplotlib

    matplotlib.use("agg")
else:  # their examples draw
    collect_ignore_glob = ["sknnadl/displays/*.py"]


@pytest.fixture(autouse=HAS_MATPLOTLIB)
def _close_figures():
    yield
    if HAS_MATPLOTLIB:
        import matplotlib.pyplot as plt

        plt.close("all")
