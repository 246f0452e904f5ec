"""scikit-learn's own checks."""

import pytest
from sklearn.linear_model import SGDClassifier
from sklearn.neural_network import MLPClassifier as SklearnMLPClassifier
from sklearn.utils import estimator_checks
from sklearn.utils.estimator_checks import parametrize_with_checks

from sknnadl import (
    AverageDarknessClassifier,
    ConvNetClassifier,
    ConvNetRegressor,
    MLPClassifier,
    MLPRegressor,
    NetworkClassifier,
)
from sknnadl.network import Conv2D, Dense, Flatten
from sknnadl.training import Elastic

SAME_AS_REPEATED = (
    "check_sample_weight_equivalence_on_dense_data",
    "check_sample_weight_equivalence_on_sparse_data",
)
#: scikit-learn's own fails these too, as the test below shows.
WITH_EARLY_STOPPING = dict.fromkeys(
    SAME_AS_REPEATED, "a row and its copies may be on both sides of the held-out split"
)
#: scikit-learn's own has none of these three.
WITH_DROPOUT = dict.fromkeys(
    SAME_AS_REPEATED, "a row given twice has two dropout masks, a row of weight 2 one"
)
WITH_AUGMENTATION = dict.fromkeys(
    SAME_AS_REPEATED, "a row given twice is changed twice, a row of weight 2 once"
)
WITH_BATCH_NORM = dict.fromkeys(
    SAME_AS_REPEATED, "the mean over a mini-batch counts rows and not their weights"
)
#: `SGDClassifier` fails these too, as the test below shows.
WITH_BALANCED_CLASSES = dict.fromkeys(
    (
        "check_fit_score_takes_y",
        "check_n_features_in_after_fitting",
        "check_estimators_partial_fit_n_features",
    ),
    "partial_fit cannot know the balance of all rows",
)

SMALL = {"hidden_layer_sizes": (10,), "max_iter": 40}
MLPS = [
    MLPClassifier(),
    MLPClassifier(activation="tanh", **SMALL),
    MLPClassifier(loss="cross_entropy", **SMALL),
    MLPClassifier(loss="squared_error"),
    MLPClassifier(dropout=0.2, **SMALL),
    MLPClassifier(early_stopping=True),
    MLPClassifier(
        momentum=0.9, learning_rate="adaptive", learning_rate_init=0.02, **SMALL
    ),
    MLPClassifier(penalty="l1", dtype="float64", **SMALL),
    MLPClassifier(n_jobs=2, batch_size=128),
]


IMAGES = {"image_shape": (1, -1), "kernel_size": (1, 3), "padding": "same"}
CONV_NETS = [
    ConvNetClassifier((4,), pool_size=1, **SMALL, **IMAGES),
    ConvNetClassifier((4, 3), pool_size=1, n_jobs=2, batch_size=64, **SMALL, **IMAGES),
    ConvNetClassifier((), image_shape=(1, -1)),
    NetworkClassifier(),
    NetworkClassifier(
        (Conv2D(4, (1, 3), padding="same", activation="tanh"), Flatten(), Dense(10)),
        input_shape=(1, -1),
    ),
]


#: One option at a time, at a rate that learns in so few epochs.
OPTIONS = [
    {"solver": "adam", "learning_rate_init": 0.05},
    {"solver": "adamw", "learning_rate_init": 0.05},
    {"solver": "rmsprop", "learning_rate_init": 0.05},
    {"solver": "adagrad", "learning_rate_init": 0.05},
    {"solver": "adadelta"},
    {"solver": "lbfgs"},
    {"learning_rate": "cosine"},
    {"learning_rate": "one_cycle", "learning_rate_init": 0.5},
    {"warmup_epochs": 2.5},
    {"penalty": "elasticnet"},
    {"max_norm": 1.0},
    {"clip_norm": 1.0},
    {"batch_norm": True},
    {"dropout": [0.1]},
    {"class_weight": "balanced"},
    {"early_stopping": True, "scoring": "loss"},
    {"early_stopping": True, "validation_fraction": None},
    {"gradient_norms": True},
]
REGRESSORS = [
    MLPRegressor(),
    MLPRegressor(solver="lbfgs", **SMALL),
    MLPRegressor(solver="adam", learning_rate_init=0.05, **SMALL),
    MLPRegressor(early_stopping=True, **SMALL),
    MLPRegressor(batch_norm=True, **SMALL),
    ConvNetRegressor((4,), pool_size=1, **SMALL, **IMAGES),
]
VARIANTS = [
    *(MLPClassifier(**SMALL, **options) for options in OPTIONS),
    *REGRESSORS,
    ConvNetClassifier((4,), pool_size=1, batch_norm=True, **SMALL, **IMAGES),
    ConvNetClassifier(
        (4,), pool_size=1, augmentation=Elastic(0.5, sigma=1), **SMALL, **IMAGES
    ),
]


def expected_failures(estimator):
    parameters = estimator.get_params()
    if parameters.get("early_stopping") and parameters["validation_fraction"]:
        return WITH_EARLY_STOPPING
    if parameters.get("dropout"):
        return WITH_DROPOUT
    if parameters.get("augmentation"):
        return WITH_AUGMENTATION
    if parameters.get("batch_norm"):
        return WITH_BATCH_NORM
    if parameters.get("class_weight") == "balanced":
        return WITH_BALANCED_CLASSES
    return {}


@parametrize_with_checks(
    [*MLPS, *CONV_NETS, *VARIANTS, AverageDarknessClassifier()],
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


@pytest.mark.parametrize(
    "name", sorted(set(WITH_BALANCED_CLASSES) - {"check_fit_score_takes_y"})
)
@pytest.mark.filterwarnings("ignore")
def test_scikit_learns_own_fails_with_balanced_classes_too(name):
    check = getattr(estimator_checks, name)
    with pytest.raises((AssertionError, ValueError), match="balanced"):
        check("SGDClassifier", SGDClassifier(class_weight="balanced"))
