"""scikit-learn's own checks."""

import pytest
from known_series import KNOWN_SERIES
from own_losses import Focal, LogCosh, SquaredHinge
from sklearn.linear_model import SGDClassifier
from sklearn.neural_network import MLPClassifier as SklearnMLPClassifier
from sklearn.utils import estimator_checks
from sklearn.utils.estimator_checks import (
    estimator_checks_generator,
    parametrize_with_checks,
)

from sknnadl import (
    AverageDarknessClassifier,
    ConvNetClassifier,
    ConvNetRegressor,
    DenoisingAutoencoder,
    MLPClassifier,
    MLPRegressor,
    NetworkClassifier,
    NetworkRegressor,
    RBFClassifier,
    RBFRegressor,
)
from sknnadl.network import Conv2D, Dense, Flatten, Maxout
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

WITH_DRAWN_CENTRES = dict.fromkeys(
    SAME_AS_REPEATED, "which rows are drawn as centres depends on their order"
)

of_scikit_learn = pytest.mark.skipif(
    not KNOWN_SERIES, reason="it may have been mended in a later scikit-learn"
)


class Named:
    """A function whose name, and no address, stands in the names of tests."""

    def __init__(self, function):
        self.function = function

    def __call__(self, *given):
        return self.function(*given)

    def __repr__(self):
        return self.function.__name__


def fall(epoch):
    return 0.2 / (1 + 0.2 * 0.1 * epoch)


def draw_uniform(shape, rng):
    return rng.uniform(-0.5, 0.5, shape)


decayed, uniform = Named(fall), Named(draw_uniform)


SMALL = {"hidden_layer_sizes": (10,), "max_iter": 40}
IMAGES = {"image_shape": (1, -1), "kernel_size": (1, 3), "padding": "same"}
CONVOLUTION = {"n_filters": (4,), "pool_size": 1, **SMALL, **IMAGES}

#: One of each class, small, for which all checks run by default.
CLASSES = [
    MLPClassifier(**SMALL),
    MLPRegressor(**SMALL, learning_rate_init=0.05),
    MLPClassifier.for_tables(**SMALL, dtype="float64"),
    MLPRegressor.for_tables(**SMALL, dtype="float64"),
    ConvNetClassifier(**CONVOLUTION),
    ConvNetRegressor(**CONVOLUTION),
    NetworkClassifier(
        (Conv2D(4, (1, 3), padding="same", activation="tanh"), Flatten(), Dense(10)),
        input_shape=(1, -1),
        max_iter=40,
    ),
    NetworkRegressor(
        (Dense(20, "gelu"),), solver="adam", learning_rate_init=0.05, max_iter=40
    ),
    DenoisingAutoencoder(**SMALL),
    AverageDarknessClassifier(),
    RBFClassifier(),
    RBFRegressor(),
]

#: As large, and trained as long, as by default.
DEFAULTS = [
    MLPClassifier(),
    MLPRegressor(),
    MLPRegressor.for_tables(dtype="float64"),
    DenoisingAutoencoder(),
]

#: What trains in another way, at a rate that learns in so few epochs.
WAYS_TO_TRAIN = [
    MLPClassifier(**SMALL, loss="squared_error"),
    MLPClassifier(**SMALL, dropout=[0.1]),
    MLPClassifier(**SMALL, early_stopping=True),
    MLPClassifier(**SMALL, early_stopping=True, validation_fraction=None),
    MLPClassifier(**SMALL, n_jobs=2, batch_size=64, dtype="float64"),
    MLPClassifier(**SMALL, solver="adam", learning_rate_init=0.05),
    MLPClassifier(**SMALL, solver="lbfgs"),
    MLPClassifier(
        **SMALL, momentum=0.9, learning_rate="adaptive", learning_rate_init=0.02
    ),
    MLPClassifier(**SMALL, batch_norm=True),
    MLPClassifier(**SMALL, class_weight="balanced"),
    MLPRegressor(**SMALL, solver="lbfgs"),
    MLPRegressor(**SMALL, early_stopping=True, solver="sgd"),
    ConvNetClassifier(**CONVOLUTION, augmentation=Elastic(0.5, sigma=1)),
    RBFClassifier(5, centers="random", normalize=True),
    RBFRegressor(50, width="mean_neighbors", alpha=0),
    DenoisingAutoencoder(**SMALL, corruption=None, early_stopping=True),
    DenoisingAutoencoder(**SMALL, corruption=None, solver="lbfgs"),
]

#: What differs from these in a formula alone, or in two ways at once.
MORE = [
    MLPClassifier(**SMALL, loss=Focal(), learning_rate_init=0.5),
    MLPClassifier(**SMALL, label_smoothing=0.1),
    MLPClassifier(**SMALL, learning_rate="one_cycle", learning_rate_init=0.5),
    MLPClassifier(**SMALL, penalty="l1"),
    MLPClassifier(**SMALL, gradient_noise=1e-3),
    MLPClassifier(**SMALL, learning_rate=decayed),
    MLPRegressor("huber", huber_delta=0.5, **SMALL, learning_rate_init=0.05),
    MLPRegressor("pinball", quantile=0.4, **SMALL, learning_rate_init=0.05),
    MLPClassifier(activation="tanh", **SMALL),
    MLPClassifier(loss="cross_entropy", **SMALL),
    MLPClassifier(dropout=0.2, **SMALL),
    MLPClassifier(penalty="l1", dtype="float64", **SMALL),
    MLPClassifier(n_jobs=2, batch_size=128),
    ConvNetClassifier(**{**CONVOLUTION, "n_filters": (4, 3)}, n_jobs=2, batch_size=64),
    ConvNetClassifier((), image_shape=(1, -1)),
    NetworkClassifier(),
    NetworkClassifier(
        (Conv2D(4, (1, 3), padding="same", activation="tanh"), Flatten(), Dense(10)),
        input_shape=(1, -1),
    ),
    MLPClassifier(**SMALL, solver="adamw", learning_rate_init=0.05),
    MLPClassifier(**SMALL, solver="rmsprop", learning_rate_init=0.05),
    MLPClassifier(**SMALL, solver="adagrad", learning_rate_init=0.05),
    MLPClassifier(**SMALL, solver="adadelta"),
    MLPClassifier(**SMALL, learning_rate="cosine"),
    MLPClassifier(**SMALL, warmup_epochs=2.5),
    MLPClassifier(**SMALL, penalty="elasticnet"),
    MLPClassifier(**SMALL, max_norm=1.0),
    MLPClassifier(**SMALL, clip_norm=1.0),
    MLPClassifier(**SMALL, early_stopping=True, scoring="loss"),
    MLPClassifier(**SMALL, gradient_norms=True),
    MLPClassifier((5, 5), ["selu", "softsign"], weight_init=["lecun", "he", "zeros"]),
    MLPClassifier(**SMALL, weight_init=uniform, bias_init=["normal", uniform]),
    MLPRegressor(**SMALL, weight_init="sparse", bias_init=0.1, learning_rate_init=0.05),
    MLPRegressor(**SMALL, gradient_noise=1e-4, learning_rate_init=0.05),
    MLPRegressor(**SMALL, learning_rate=decayed),
    ConvNetRegressor(
        **CONVOLUTION,
        weight_init="fan_out",
        bias_init="normal",
        learning_rate_init=0.05,
    ),
    ConvNetClassifier(**CONVOLUTION, activation=["elu", "tanh"], gradient_noise=1e-4),
    NetworkClassifier(
        (Maxout(10, 3),), weight_init="zeros", bias_init=0.1, solver="adam"
    ),
    NetworkRegressor((Maxout(10),), gradient_noise=1e-4, learning_rate=decayed),
    MLPClassifier(**SMALL, loss="cross_entropy", label_smoothing=0.1),
    MLPClassifier(**SMALL, loss=SquaredHinge(), learning_rate_init=0.05),
    ConvNetClassifier(**CONVOLUTION, label_smoothing=0.1),
    ConvNetRegressor(loss="absolute_error", **CONVOLUTION, learning_rate_init=0.05),
    MLPRegressor("absolute_error", **SMALL, learning_rate_init=0.05),
    MLPRegressor(LogCosh(), **SMALL, learning_rate_init=0.05),
    MLPRegressor(**SMALL, batch_norm=True, learning_rate_init=0.02),
    DenoisingAutoencoder(**SMALL, corruption="gaussian", dtype="float64"),
    ConvNetClassifier(**CONVOLUTION, batch_norm=True),
]

#: What these checks ask is answered before the arguments of an estimator matter: how
#: rows, labels and weights may be given, and what is said where they are wrong.
OF_INPUT = {
    "check_array_api_input",
    "check_class_weight_classifiers",
    "check_classifier_data_not_an_array",
    "check_classifiers_multilabel_output_format_decision_function",
    "check_classifiers_multilabel_output_format_predict",
    "check_classifiers_multilabel_output_format_predict_proba",
    "check_classifiers_multilabel_representation_invariance",
    "check_classifiers_regression_target",
    "check_complex_data",
    "check_do_not_raise_errors_in_init_or_set_params",
    "check_dtype_object",
    "check_estimator_repr",
    "check_estimator_sparse_array",
    "check_estimator_sparse_matrix",
    "check_estimator_sparse_tag",
    "check_estimator_tags_renamed",
    "check_estimators_dtypes",
    "check_estimators_empty_data_messages",
    "check_estimators_nan_inf",
    "check_estimators_unfitted",
    "check_f_contiguous_array_estimator",
    "check_fit1d",
    "check_fit2d_predict1d",
    "check_get_params_invariance",
    "check_mixin_order",
    "check_n_features_in",
    "check_no_attributes_set_in_init",
    "check_parameters_default_constructible",
    "check_pipeline_consistency",
    "check_positive_only_tag_during_fit",
    "check_readonly_memmap_input",
    "check_regressor_data_not_an_array",
    "check_regressor_multioutput",
    "check_requires_y_none",
    "check_sample_weights_list",
    "check_sample_weights_not_an_array",
    "check_sample_weights_pandas_series",
    "check_sample_weights_shape",
    "check_set_params",
    "check_supervised_y_2d",
    "check_supervised_y_no_nan",
    "check_valid_tag_types",
}


def expected_failures(estimator):
    parameters = estimator.get_params()
    if parameters.get("early_stopping") and parameters["validation_fraction"]:
        return WITH_EARLY_STOPPING
    if parameters.get("dropout"):
        return WITH_DROPOUT
    if parameters.get("augmentation") or parameters.get("corruption"):
        return WITH_AUGMENTATION
    if parameters.get("batch_norm"):
        return WITH_BATCH_NORM
    if parameters.get("class_weight") == "balanced":
        return WITH_BALANCED_CLASSES
    if parameters.get("centers") == "random":
        return WITH_DRAWN_CENTRES
    return {}


def choose_checks(estimators, *, of_input):
    """Yield an estimator and a check, for those of the input or for all others."""
    for estimator in estimators:
        expected = expected_failures(estimator)
        for small, check in estimator_checks_generator(estimator):
            name = check.func.__name__
            if (name in OF_INPUT) != of_input:
                continue
            marks = []
            if name in expected:
                marks = pytest.mark.xfail(reason=expected[name], strict=KNOWN_SERIES)
            shown = " ".join(repr(estimator).split())
            yield pytest.param(small, check, marks=marks, id=f"{shown}-{name}")


@parametrize_with_checks(
    CLASSES, expected_failed_checks=expected_failures, xfail_strict=KNOWN_SERIES
)
@pytest.mark.filterwarnings("ignore")  # of data sets made to provoke them
def test_every_class(estimator, check):
    check(estimator)


@pytest.mark.parametrize(
    ("estimator", "check"), list(choose_checks(WAYS_TO_TRAIN, of_input=False))
)
@pytest.mark.filterwarnings("ignore")
def test_every_way_to_train(estimator, check):
    check(estimator)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("estimator", "check"), list(choose_checks(WAYS_TO_TRAIN, of_input=True))
)
@pytest.mark.filterwarnings("ignore")
def test_the_input_of_every_way_to_train(estimator, check):
    check(estimator)


@pytest.mark.slow
@parametrize_with_checks(
    [*DEFAULTS, *MORE],
    expected_failed_checks=expected_failures,
    xfail_strict=KNOWN_SERIES,
)
@pytest.mark.filterwarnings("ignore")
def test_all_others(estimator, check):
    check(estimator)


@of_scikit_learn
@pytest.mark.parametrize("name", SAME_AS_REPEATED)
@pytest.mark.filterwarnings("ignore")
def test_scikit_learns_own_fails_with_early_stopping_too(name):
    check = getattr(estimator_checks, name)
    with pytest.raises(AssertionError):
        check("MLPClassifier", SklearnMLPClassifier(solver="sgd", early_stopping=True))


@of_scikit_learn
@pytest.mark.parametrize(
    "name", sorted(set(WITH_BALANCED_CLASSES) - {"check_fit_score_takes_y"})
)
@pytest.mark.filterwarnings("ignore")
def test_scikit_learns_own_fails_with_balanced_classes_too(name):
    check = getattr(estimator_checks, name)
    with pytest.raises((AssertionError, ValueError), match="balanced"):
        check("SGDClassifier", SGDClassifier(class_weight="balanced"))
