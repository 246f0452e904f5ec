import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from sklearn.datasets import load_iris
from sklearn.preprocessing import scale

from sknnadl.datasets import load_digits_images, load_mnist
from sknnadl.network.kernels import compiled

#: A slow or busy machine is no failure, nor is that most layers drawn do not fit
#: together. The same cases are drawn each time, so that a failure comes again.
settings.register_profile(
    "sknnadl",
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
settings.load_profile("sknnadl")

#: The kinds of processor that kernels are compiled for, from the least to the best.
LEVELS = ["plain", "AVX2", "AVX-512"]

#: What users write, run by the tests as they would run it.
collect_ignore = ["scripts"]
#: Tests of what the repository has, and an installed package has not.
OF_THE_REPOSITORY = [
    "benchmarks",
    "examples",
    "network/kernels/test_aarch64.py",
    "network/kernels/test_compilers.py",
    "network/kernels/test_sanitized.py",
    "significance/test_null_comparison.py",
    "test_docs.py",
    "test_page_code.py",
    "test_shared_paragraphs.py",
    "test_shipping.py",
]
HAS_REPOSITORY = (Path(__file__).parents[1] / "docs").is_dir()
if not HAS_REPOSITORY:
    collect_ignore += OF_THE_REPOSITORY


def pytest_report_header():
    if not HAS_REPOSITORY:
        return f"without the repository, and so without {', '.join(OF_THE_REPOSITORY)}"


@pytest.fixture(autouse=True)
def _draw_the_same():
    """What has no ``random_state`` draws from here: a failure comes again."""
    np.random.seed(0)  # noqa: NPY002  # it is what scikit-learn draws from


@pytest.fixture(scope="session")
def digits():
    return load_digits_images()


@pytest.fixture(scope="session")
def iris():
    X, y = load_iris(return_X_y=True)
    return scale(X), y


@pytest.fixture(scope="session")
def mnist_path():
    """The path of the real MNIST, where there is one."""
    beside = Path(__file__).parents[2] / "shared" / "data" / "mnist.npz"
    path = os.environ.get("SKNNADL_MNIST") or beside
    if not Path(path).exists():
        pytest.skip("needs MNIST: name its file in SKNNADL_MNIST")
    return path


@pytest.fixture(scope="session")
def mnist(mnist_path):
    return load_mnist(mnist_path)


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
