"""What tests and doctests do about packages that may be missing."""

from importlib.util import find_spec

import pytest

HAS_MATPLOTLIB = find_spec("matplotlib") is not None

if HAS_MATPLOTLIB:
    import matplotlib

    matplotlib.use("agg")
#: Files whose examples need a package that is missing.
collect_ignore_glob = [] if HAS_MATPLOTLIB else ["sknnadl/displays/*.py"]
if not (find_spec("onnx") and find_spec("skl2onnx")):
    collect_ignore_glob += ["sknnadl/export/*.py"]


@pytest.fixture(autouse=HAS_MATPLOTLIB)
def _close_figures():
    yield
    if HAS_MATPLOTLIB:
        import matplotlib.pyplot as plt

        plt.close("all")
