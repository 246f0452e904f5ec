import numpy as np
import pytest

from sknnadl import ConvNetClassifier, MLPClassifier

FEW = {"max_iter": 4, "n_iter_no_change": np.inf, "random_state": 0}


@pytest.fixture(scope="session")
def net(digits):
    """A convolutional network with two layers of kernels."""
    net = ConvNetClassifier(
        (4, 6),
        kernel_size=3,
        padding="same",
        early_stopping=True,
        gradient_norms=True,
        **FEW,
    )
    return net.fit(digits.X_train[:300], digits.y_train[:300])


@pytest.fixture(scope="session")
def mlp(digits):
    """A network of dense layers, without validation."""
    return MLPClassifier((7, 5), **FEW).fit(digits.X_train[:300], digits.y_train[:300])
