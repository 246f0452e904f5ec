import pytest


@pytest.fixture
def needs_onnx():
    """Skip where the packages of the extra `integration` are missing."""
    for name in ("onnx", "onnxruntime"):
        pytest.importorskip(name)


@pytest.fixture
def skl2onnx(needs_onnx):
    return pytest.importorskip("skl2onnx")
