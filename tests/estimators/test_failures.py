"""Bad input, diverging and interrupted training: clear words, and nothing lost."""

import warnings

import numpy as np
import pytest
from sklearn.datasets import load_wine, make_regression
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import accuracy_score

from sknnadl import (
    ConvNetClassifier,
    ConvNetRegressor,
    MLPClassifier,
    MLPRegressor,
    NetworkClassifier,
)
from sknnadl.network import BatchNorm, Conv2D, Flatten
from sknnadl.training.epoch import Trainer


def state(model):
    return {
        name: np.array(value) if isinstance(value, np.ndarray) else repr(value)
        for name, value in vars(model).items()
        if name.endswith("_")
    }


def fitted(iris, **parameters):
    return MLPClassifier(
        **{
            "max_iter": 3,
            "n_iter_no_change": np.inf,
            "random_state": 0,
            "learning_rate": "constant",
        }
        | parameters
    ).fit(*iris)


BAD_PARAMETERS = [
    ({"hidden_layer_sizes": (10, 0)}, "hidden_layer_sizes must be"),
    ({"hidden_layer_sizes": (1.5,)}, "hidden_layer_sizes must be"),
    ({"hidden_layer_sizes": "100"}, "hidden_layer_sizes"),
    ({"activation": "step"}, "'activation' .*'relu'"),
    ({"learning_rate_init": 0}, "'learning_rate_init'"),
    ({"dropout": 1.0}, "'dropout'"),
    ({"batch_size": 0}, "'batch_size'"),
    ({"solver": "newton"}, "'solver'"),
    ({"dtype": "float16"}, "'dtype'"),
    ({"momentum": 1.1}, "'momentum'"),
    ({"momentum": 1.0, "solver": "sgd"}, "='auto' has no rate for momentum=1"),
    ({"momentum": -0.1}, "'momentum'"),
    ({"learning_rate": "linear"}, "'learning_rate' .*'one_cycle'"),
    ({"learning_rate_init": "fast"}, "'learning_rate_init' .*'auto'"),
    ({"warmup_epochs": -1}, "'warmup_epochs'"),
    ({"warmup_epochs": np.nan}, "'warmup_epochs'"),
    ({"beta_1": 1}, "'beta_1'"),
    ({"beta_2": 1.0}, "'beta_2'"),
    ({"rho": -0.5}, "'rho'"),
    ({"epsilon": 0}, "'epsilon'"),
    ({"penalty": "elastic"}, "'penalty' .*'elasticnet'"),
    ({"alpha": -1}, "'alpha'"),
    ({"l1_ratio": 1.5}, "'l1_ratio'"),
    ({"max_norm": 0}, "'max_norm'"),
    ({"clip_norm": -1.0}, "'clip_norm'"),
    ({"gradient_noise": -1e-3}, "'gradient_noise'"),
    ({"gradient_noise": "some"}, "'gradient_noise'"),
    ({"learning_rate": 0.1}, "'learning_rate' .* callable"),
    ({"learning_rate": lambda epoch: -0.1}, "learning_rate must return .*-0.1 at 0"),
    ({"learning_rate": lambda epoch: None}, "learning_rate must return .*None at 0"),
    ({"batch_norm": "yes"}, "'batch_norm'"),
    ({"gradient_norms": 1.5}, "'gradient_norms'"),
    ({"validation_fraction": -0.1}, "'validation_fraction'"),
    ({"validation_fraction": 1.0}, "'validation_fraction'"),
    ({"scoring": 3}, "'scoring'"),
    ({"scoring": "no score", "early_stopping": True}, "'no score'"),
    ({"scoring": accuracy_score, "early_stopping": True}, "accuracy_score"),
    ({"n_iter_no_change": 0}, "'n_iter_no_change'"),
    ({"dropout": [0.1, 0.2]}, r"dropout must be .* 1 dense .*got \[0.1, 0.2\]"),
    ({"dropout": []}, r"dropout must be .*got \[\]"),
    ({"dropout": [1.0]}, "dropout must be"),
    ({"dropout": [np.nan]}, "dropout must be"),
    ({"dropout": ["none"]}, "dropout must be"),
    ({"dropout": [[0.1]]}, "dropout must be"),
    pytest.param(
        {"dropout": [0.1, [0.2]]},
        "dropout",
    ),
    pytest.param(
        {"scoring": "no score"},
        "scoring",
    ),
]


@pytest.fixture
def no_work(monkeypatch):
    """Let whatever would start to train fail."""
    for name in ("epoch", "full_gradient"):
        monkeypatch.setattr(Trainer, name, lambda *_: pytest.fail("has begun to work"))


@pytest.mark.parametrize(("parameters", "message"), BAD_PARAMETERS)
@pytest.mark.parametrize("estimator", [MLPClassifier, MLPRegressor])
def test_bad_parameters_are_named(estimator, parameters, message, iris, no_work):
    model = estimator(**parameters)
    with pytest.raises(ValueError, match=message):
        model.fit(*iris)
    with pytest.raises(ValueError, match=message):
        model.fit(*iris, X_val=iris[0], y_val=iris[1])
    assert state(model) == {}


BAD_VALIDATION = [
    (lambda X, y: {"X_val": X}, "X_val was given without y_val"),
    (lambda X, y: {"y_val": y}, "y_val was given without X_val"),
    (lambda X, y: {"sample_weight_val": y}, "sample_weight_val was given without"),
    (lambda X, y: {"X_val": X[:, :2], "y_val": y}, "2 features.* 4"),
    (lambda X, y: {"X_val": X, "y_val": y[:-1]}, "150.*149"),
    (lambda X, y: {"X_val": X * np.nan, "y_val": y}, "NaN"),
    (lambda X, y: {"X_val": X[:0], "y_val": y[:0]}, r"\(0, 4\)"),
    (lambda X, y: {"X_val": X, "y_val": y + 0.5}, "continuous|labels"),
    (lambda X, y: {"X_val": X, "y_val": y + 1}, r"labels \[3\], which are not among"),
    (lambda X, y: {"X_val": X, "y_val": np.eye(3)[y]}, "multilabel"),
    (
        lambda X, y: {"X_val": X, "y_val": y, "sample_weight_val": np.ones(3)},
        r"sample_weight.*\(3,\).*\(150,\)",
    ),
    (
        lambda X, y: {"X_val": X, "y_val": y, "sample_weight_val": np.zeros(150)},
        "weight.*zero",
    ),
]


@pytest.mark.parametrize("early_stopping", [False, True])
@pytest.mark.parametrize(("make", "message"), BAD_VALIDATION)
def test_bad_validation_rows_are_refused(make, message, early_stopping, iris, request):
    model = fitted(iris).set_params(early_stopping=early_stopping)
    before = state(model)
    fresh = MLPClassifier(early_stopping=early_stopping)
    request.getfixturevalue("no_work")
    calls = (
        (model, model.fit, {}),
        (model, model.partial_fit, {}),
        (fresh, fresh.fit, {}),
        (fresh, fresh.partial_fit, {"classes": [0, 1, 2]}),
    )
    for estimator, fit, options in calls:
        with pytest.raises(ValueError, match=message):
            fit(*iris, **options, **make(*iris))
        np.testing.assert_equal(state(estimator), before if estimator is model else {})


@pytest.mark.parametrize("solver", ["sgd", "lbfgs"])
def test_a_scorer_that_fails_leaves_what_was_there(solver, iris):
    def fails(estimator, X, y):
        raise RuntimeError("of the scorer")

    model = fitted(iris).set_params(early_stopping=True, scoring=fails, solver=solver)
    before = state(model)
    with pytest.raises(RuntimeError, match="of the scorer"):
        model.fit(*iris, X_val=iris[0], y_val=iris[1])
    np.testing.assert_equal(state(model), before)


@pytest.mark.parametrize(
    ("before", "after"),
    [({"batch_norm": False}, {"batch_norm": True}), ({}, {"hidden_layer_sizes": 7})],
)
def test_a_warm_start_keeps_its_layers(before, after, iris):
    model = fitted(iris, warm_start=True, **before)
    expected = state(model)
    with pytest.raises(ValueError, match="Training can only go on with the same"):
        model.set_params(**after).fit(*iris)
    np.testing.assert_equal(state(model), expected)
    model.set_params(**{"hidden_layer_sizes": (100,)} | before, dropout=[0.5])
    assert len(model.fit(*iris).loss_curve_) == 6


BAD_DATA = [
    (lambda X, y: (np.where(X[3, 2] == X, np.nan, X), y), "NaN"),
    (lambda X, y: (X, y[:-1]), "150.*149"),
    (lambda X, y: (X[:0], y[:0]), r"\(0, 4\)"),
    (lambda X, y: (X.astype(str), y), "str|numeric"),
    (lambda X, y: (X, X[:, 0]), "continuous"),
    (lambda X, y: (X * 1e300, y), "too large for dtype='float32'"),
    (lambda X, y: (X.astype("M8[D]"), y), "must be numeric"),
]


@pytest.mark.parametrize(("spoil", "message"), BAD_DATA)
def test_a_failed_fit_leaves_what_was_there(spoil, message, iris):
    model = fitted(iris).set_params(dtype="float32")
    before = state(model)
    X, y = iris
    with pytest.raises(ValueError, match=message):
        model.fit(*spoil(X, y))
    np.testing.assert_equal(state(model), before)

    fresh = MLPClassifier(dtype="float32")
    with pytest.raises(ValueError, match=message):
        fresh.fit(*spoil(X, y))
    assert state(fresh) == {}


def test_going_on_with_other_layers_is_refused(iris):
    model = fitted(iris, warm_start=True).set_params(hidden_layer_sizes=(50, 20))
    before = state(model)
    message = r"input 4, Dense 100, Dense 3;.* input 4, Dense 50, Dense 20, Dense 3"
    with pytest.raises(ValueError, match=message):
        model.fit(*iris)
    with pytest.raises(ValueError, match="Set them back"):
        model.partial_fit(*iris)
    np.testing.assert_equal(state(model), before)


def test_divergence_in_the_first_epoch_is_an_error():
    X, y = load_wine(return_X_y=True)
    model = MLPClassifier(activation="identity", learning_rate_init=1e6)
    with pytest.raises(ValueError, match=r"features are as large as 1.68e\+33.*Scaler"):
        model.fit(1e30 * X, y)
    assert state(model) == {}


def test_divergence_later_keeps_the_last_good_epoch(iris):
    model = fitted(iris, activation="identity", warm_start=True)
    before = state(model)
    model.set_params(learning_rate_init=1e300)
    with pytest.warns(ConvergenceWarning, match=r"epoch 4.*learning rate.*epoch 3"):
        model.fit(*iris)
    np.testing.assert_array_equal(state(model)["parameters_"], before["parameters_"])
    assert model.n_iter_ == 3
    model.set_params(learning_rate_init=0.1).fit(*iris)
    assert len(model.loss_curve_) == 6


@pytest.mark.parametrize("estimator", [ConvNetClassifier, ConvNetRegressor])
def test_raw_pixels_are_named_before_any_work(estimator, digits):
    X, y = (255 * digits.X_train[:50]).astype(np.uint8), digits.y_train[:50]
    model = estimator((4,), kernel_size=3, max_iter=1, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(UserWarning, match=r"as large as 255.*X / 255"):
            model.fit(X, y)
        assert state(model) == {}
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(X / 255, y)
        model.fit(X // 16, y)  # some images have few grey levels
        layers = BatchNorm(), Conv2D(4, 3), Flatten()
        NetworkClassifier(layers, input_shape=(8, 8), max_iter=1).fit(X, y)


@pytest.mark.filterwarnings("ignore:The pixels are as large as 255")
@pytest.mark.parametrize("dropout", [0.0, 0.5])
@pytest.mark.parametrize("scale", [16, 255])
def test_neurons_that_die_of_features_too_large_are_named(scale, dropout, digits):
    X, y = scale * digits.X_train, digits.y_train
    model = ConvNetClassifier((4,), kernel_size=3, learning_rate_init=1, random_state=0)
    model.set_params(dropout=dropout)
    with pytest.warns(
        ConvergenceWarning, match=r"rate is too high.*pixels from 0 to 1"
    ):
        model.fit(X, y)
    assert model.score(X, y) < 0.2


def test_labels_that_nothing_tells_are_no_fault_of_the_rate():
    X, y = np.arange(40.0)[:, np.newaxis] / 20 - 1, np.arange(40) % 2
    model = MLPClassifier((5,), learning_rate_init=0.05, random_state=0)
    message = r"has learned nothing.*If the features say"
    with pytest.warns(ConvergenceWarning, match=message):
        model.fit(X, y)


def test_features_too_small_to_see_are_no_fault_of_the_rate(iris):
    X, y = iris
    model = MLPClassifier(
        activation="sigmoid",
        alpha=0,
        learning_rate="constant",
        max_iter=60,
        random_state=0,
    )
    with pytest.warns(ConvergenceWarning, match="learned nothing.*similar scale"):
        model.set_params(n_iter_no_change=np.inf).fit(1e-9 * X, y)


def test_a_rate_that_saturates_the_neurons_is_named(digits):
    model = MLPClassifier(
        (30,),
        "sigmoid",
        loss="squared_error",
        weight_init="large",
        batch_size=10,
        learning_rate="constant",
        learning_rate_init=100.0,
        random_state=0,
    )
    with pytest.warns(ConvergenceWarning, match=r"learning rate is too high.*=100"):
        model.fit(digits.X_train, digits.y_train)
    assert model.score(digits.X_test, digits.y_test) < 0.25


def test_a_rate_that_changes_nothing_is_named(digits):
    model = MLPClassifier(learning_rate_init=1e-9, weight_init="large", random_state=0)
    with pytest.warns(ConvergenceWarning, match="learning rate is too low"):
        model.fit(digits.X_train, digits.y_train)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [({"batch_size": 0}, "batch_size"), ({"learning_rate_init": -1}, "learning_rate")],
)
def test_bad_parameters_are_named_in_later_calls_too(parameters, message, iris):
    model = fitted(iris).set_params(**parameters)
    with pytest.raises(ValueError, match=message):
        model.partial_fit(*iris)


def test_a_partial_fit_that_diverges_changes_nothing(iris):
    X, y = iris
    model = fitted(iris, early_stopping=True)
    before = state(model)
    with pytest.warns(ConvergenceWarning, match="cost exploded"):
        model.partial_fit(X * 1e305, y)
    np.testing.assert_equal(state(model), before)


def test_an_interrupt_of_partial_fit_is_passed_on(iris, monkeypatch):
    model = fitted(iris)
    before = state(model)
    interrupt_in_epoch(monkeypatch, epoch=1, step=2)
    with pytest.raises(KeyboardInterrupt):
        model.partial_fit(*iris)
    np.testing.assert_equal(state(model), before)


def test_another_way_to_stop_starts_its_watch_anew(iris):
    model = MLPClassifier(
        early_stopping=True, n_iter_no_change=5, warm_start=True, random_state=0
    ).fit(*iris)
    model.set_params(early_stopping=False, max_iter=1000).fit(*iris)
    assert model.n_iter_ > 20


class Interrupt:
    """A callback that stops training in the way of Ctrl-C, or of a bug."""

    def __init__(self, at, error=KeyboardInterrupt):
        self.at, self.error, self.n_epochs = at, error, 0

    def setup(self, estimator, context):
        pass

    def teardown(self, estimator, context):
        pass

    def on_fit_task_begin(self, estimator, context):
        pass

    def on_fit_task_end(self, estimator, context):
        self.n_epochs += 1
        if self.n_epochs == self.at:
            raise self.error


def interrupt_in_epoch(monkeypatch, epoch, step):
    """Interrupt a step in the midst of an epoch."""
    from sknnadl.training.optimizers import SGD

    steps_an_epoch = -(-150 // 32)
    countdown = [(epoch - 1) * steps_an_epoch + step]
    original = SGD._prepare

    def interrupted(self, *arguments):
        countdown[0] -= 1
        if countdown[0] == 0:
            raise KeyboardInterrupt
        return original(self, *arguments)

    monkeypatch.setattr(SGD, "_prepare", interrupted)


def test_an_interrupted_fit_is_that_of_the_last_whole_epoch(iris, monkeypatch):
    expected = fitted(iris)  # three epochs
    interrupt_in_epoch(monkeypatch, epoch=4, step=3)
    model = MLPClassifier(learning_rate="constant", random_state=0)
    with pytest.warns(UserWarning, match="interrupted; the network is that of epoch 3"):
        model.fit(*iris)
    monkeypatch.undo()
    np.testing.assert_array_equal(model.parameters_, expected.parameters_)
    assert model.n_iter_ == 3
    # and goes on from there
    expected.set_params(warm_start=True, max_iter=2).fit(*iris)
    model.set_params(warm_start=True, max_iter=2, n_iter_no_change=np.inf).fit(*iris)
    np.testing.assert_array_equal(model.parameters_, expected.parameters_)


def test_an_interrupt_before_the_first_epoch_is_passed_on(iris, monkeypatch):
    model = fitted(iris)
    before = state(model)
    interrupt_in_epoch(monkeypatch, epoch=1, step=2)
    with pytest.raises(KeyboardInterrupt):
        model.fit(*iris)
    np.testing.assert_equal(state(model), before)


def test_an_interrupt_in_a_callback_keeps_the_epoch(iris):
    model = MLPClassifier(random_state=0).set_callbacks(Interrupt(at=2))
    with pytest.warns(UserWarning, match="that of epoch 2"):
        model.fit(*iris)
    assert model.n_iter_ == 2


def test_an_error_in_a_callback_leaves_what_was_there(iris):
    model = fitted(iris)
    before = state(model)
    model.set_callbacks(Interrupt(at=2, error=RuntimeError("of the callback")))
    with pytest.raises(RuntimeError, match="of the callback"):
        model.fit(*iris)
    np.testing.assert_equal(state(model), before)


def test_holding_out_all_rows_is_named():
    model = MLPClassifier(early_stopping=True)
    with pytest.raises(
        ValueError, match=r"early_stopping with validation_fraction=0.1"
    ):
        model.fit([[1.0], [2.0]], ["a", "b"], sample_weight=[1, 0])


def test_an_epoch_that_has_exploded_is_not_kept():
    X, y = make_regression(random_state=1)
    model = MLPRegressor(max_iter=500, random_state=1)
    assert model.fit(X, y).score(X, y) > 0.99
    # On targets as they are the cost explodes at the end of the first epoch.
    model = MLPRegressor(
        learning_rate="constant", scale_targets=False, solver="sgd", random_state=1
    )
    with pytest.raises(ValueError, match=r"exploded in epoch 2\. The targets are as"):
        model.fit(X, y)
    assert state(model) == {}
    # Where it was there before, the network that was good stays.
    model.set_params(learning_rate_init=1e-5, max_iter=20, warm_start=True)
    with pytest.warns(ConvergenceWarning, match="max_iter=20"):
        good = model.fit(X, y).parameters_.copy()
    with pytest.warns(ConvergenceWarning, match=r"exploded in epoch 21.*epoch 20"):
        model.set_params(learning_rate_init=100).fit(X, y)
    np.testing.assert_array_equal(model.parameters_, good)


def test_holding_out_nothing_leaves_nothing_to_watch(iris, no_work):
    X, y = iris
    model = MLPClassifier(early_stopping=True, validation_fraction=0)
    with pytest.raises(ValueError, match="validation_fraction=0 has no rows to watch"):
        model.fit(X, y)


def test_an_interrupt_while_the_cost_is_beyond_bounds_keeps_the_last_epoch(monkeypatch):
    rng = np.random.default_rng(0)
    X = rng.standard_normal((150, 5))
    model = MLPRegressor(learning_rate_init=1e-12, solver="sgd", random_state=0)
    interrupt_in_epoch(monkeypatch, epoch=4, step=1)
    with pytest.warns(UserWarning, match="interrupted; the network is that of epoch 3"):
        model.fit(1e4 * X, X[:, 0])
    assert model.loss_curve_[0] > 1e3
    assert model.n_iter_ == 3


def test_a_weak_penalty_is_not_what_made_training_diverge(iris):
    for alpha in (0, 1e-4):
        model = MLPClassifier(
            learning_rate_init=1e6, alpha=alpha, activation="identity"
        )
        with pytest.raises(ValueError, match="learning rate is probably too high"):
            model.fit(*iris)


def test_no_overflow_of_a_score_is_heard_of(iris):
    X, y = iris
    model = MLPRegressor(
        solver="sgd", learning_rate_init=1e3, early_stopping=True, random_state=0
    )
    with pytest.raises(ValueError, match="cost exploded"):
        model.fit(X, y)


def test_weights_of_classes_for_labels_are_no_weights_of_classes(iris):
    with pytest.raises(ValueError, match=r"class_weight=\[3, 2\] is for an indicator"):
        MLPClassifier(class_weight=[3, 2]).fit(*iris)


def test_a_scorer_of_classifiers_cannot_score_values(iris, no_work):
    X, _ = iris
    model = MLPRegressor(early_stopping=True, scoring="neg_log_loss")
    with pytest.raises(ValueError, match="'neg_log_loss' cannot score a MLPRegressor"):
        model.fit(X, X[:, 0])
