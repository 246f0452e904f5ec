import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from sklearn.datasets import load_iris
from sklearn.preprocessing import scale

from sknnadl.datasets import load_digits_images, load_mnist

#: A slow or busy machine is no failure.
settings.register_profile(
    "sknnadl", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("sknnadl")

#: What users write, run by the tests as they would run it.
collect_ignore = ["scripts"]


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
