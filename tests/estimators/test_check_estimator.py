"""scikit-learn's own checks."""

import pytest
from sklearn.neural_network import MLPClassifier as SklearnMLPClassifier
from sklearn.utils import estimator_checks
from sklearn.utils.estimator_checks import parametrize_with_checks

from sknnadl import (
    AverageDarknessClassifier,
    ConvNetClassifier,
    MLPClassifier,
    NetworkClassifier,
)
from sknnadl.network import Conv2D, Dense, Flatten

SAME_AS_REPEATED = (
    "check_sample_weight_equivalence_on_dense_data",
    "check_sample_weight_equivalence_on_sparse_data",
)
#: scikit-learn's own fails these too, as the test below shows.
WITH_EARLY_STOPPING = dict.fromkeys(
    SAME_AS_REPEATED, "a row and its copies may be on both sides of the held-out split"
)
#: scikit-learn's own has no dropout.
WITH_DROPOUT = dict.fromkeys(
    SAME_AS_REPEATED, "a row given twice has two dropout masks, a row of weight 2 one"
)

MLPS = [
    MLPClassifier(),
    MLPClassifier(activation="tanh"),
    MLPClassifier(loss="cross_entropy"),
    MLPClassifier(loss="squared_error"),
    MLPClassifier(dropout=0.2),
    MLPClassifier(early_stopping=True),
    MLPClassifier(momentum=0.9, learning_rate="adaptive", learning_rate_init=0.02),
    MLPClassifier(penalty="l1", dtype="float64"),
    MLPClassifier(n_jobs=2, batch_size=128),
]


IMAGES = {"image_shape": (1, -1), "kernel_size": (1, 3), "padding": "same"}
CONV_NETS = [
    ConvNetClassifier((4,), pool_size=1, hidden_layer_sizes=(10,), **IMAGES),
    ConvNetClassifier((4, 3), pool_size=1, n_jobs=2, batch_size=64, **IMAGES),
    ConvNetClassifier((), image_shape=(1, -1)),
    NetworkClassifier(),
    NetworkClassifier(
        (Conv2D(4, (1, 3), padding="same", activation="tanh"), Flatten(), Dense(10)),
        input_shape=(1, -1),
    ),
]


def expected_failures(estimator):
    if getattr(estimator, "early_stopping", False):
        return WITH_EARLY_STOPPING
    if getattr(estimator, "dropout", 0) > 0:
        return WITH_DROPOUT
    return {}


@parametrize_with_checks(
    [*MLPS, *CONV_NETS, AverageDarknessClassifier()],
    expected_failed_checks=expected_failures,
    xfail_strict=True,
)
@pytest.mark.filterwarnings("ignore")  # of data sets made to provoke them
def test_check_estimator(estimator, check):
    check(estimator)


@pytest.mark.parametrize("name", SAME_AS_REPEATED)
@pytest.mark.filterwarnings("ignore")
def test_scikit_learns_own_fails_with_early_stopping_too(name):
    check = getattr(estimator_checks, name)
    with pytest.raises(AssertionError, match="not equivalent"):
        check("MLPClassifier", SklearnMLPClassifier(solver="sgd", early_stopping=True))
