import pytest

from sknnadl.network.kernels import compiled
from sknnadl.training import optimizers


@pytest.fixture(params=["NumPy", "compiled"])
def way(request, monkeypatch):
    """Let optimizers take their steps this way."""
    if request.param == "NumPy":
        monkeypatch.setattr(optimizers, "bind_step", lambda *arguments: None)
    elif compiled.KERNELS is None:
        pytest.skip("there are no compiled kernels here")
    return request.param
