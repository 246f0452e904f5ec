import pytest

from sknnadl.network.kernels import compiled

LEVELS = ["plain", "AVX2", "AVX-512"]


@pytest.fixture(params=LEVELS, scope="module")
def level(request):
    """Compute as on this kind of processor, where this one is as good."""
    kernels = compiled.KERNELS
    if kernels is None:
        pytest.skip("there are no compiled kernels here")
    if LEVELS.index(request.param) > LEVELS.index(kernels.level):
        pytest.skip(f"this processor has no {request.param}")
    kernels.set_level(LEVELS.index(request.param))
    yield request.param
    kernels.set_level(LEVELS.index(kernels.level))
