"""A loss that a user has written, in every estimator."""

import copy
import pickle

import joblib
import numpy as np
import pytest
from own_losses import Focal, LogCosh, SquaredHinge
from sklearn.base import clone, is_classifier
from sklearn.datasets import load_diabetes
from sklearn.model_selection import GridSearchCV
from sklearn.preprocessing import scale

import sknnadl
from sknnadl import (
    ConvNetClassifier,
    ConvNetRegressor,
    MLPClassifier,
    MLPRegressor,
    NetworkClassifier,
    NetworkRegressor,
)
from sknnadl.callbacks import Checkpoint
from sknnadl.network import Dense, Loss
from sknnadl.network.losses import CrossEntropy, LinearSquaredError, LogLoss

OPTIONS = {
    "n_iter_no_change": np.inf,
    "random_state": 0,
    "max_iter": 4,
    "learning_rate": "constant",
    "solver": "adam",
}
CONVOLUTION = {"n_filters": (4,), "kernel_size": 1, "pool_size": 1, **OPTIONS}
MODELS = [
    MLPClassifier((10,), loss=Focal(), **OPTIONS),
    MLPClassifier((10,), loss=SquaredHinge(), **OPTIONS),
    ConvNetClassifier(loss=Focal(1.5), image_shape=(1, -1), **CONVOLUTION),
    NetworkClassifier((Dense(10, "gelu"),), loss=Focal(), **OPTIONS),
    MLPRegressor(LogCosh(), (10,), **OPTIONS),
    ConvNetRegressor(loss=LogCosh(0.5), image_shape=(1, -1), **CONVOLUTION),
    NetworkRegressor((Dense(10),), loss=LogCosh(), **OPTIONS),
]
models = pytest.mark.parametrize(
    "model", MODELS, ids=lambda model: f"{type(model).__name__}-{model.loss!r}"
)


@pytest.fixture(scope="module")
def valued():
    X, y = load_diabetes(return_X_y=True)
    return scale(X), y


@pytest.fixture
def data(model, iris, valued):
    return iris if is_classifier(model) else valued


@models
def test_it_learns(model, data):
    fitted = clone(model).set_params(max_iter=60, learning_rate_init=0.01).fit(*data)
    assert fitted.score(*data) > (0.9 if is_classifier(model) else 0.4)
    assert fitted.loss_ < fitted.loss_curve_[0]


@models
def test_it_lives_as_long_as_others(model, data):
    X, y = data
    model = clone(model).set_params(early_stopping=True)
    given = {"X_val": X[::5], "y_val": y[::5]}
    fitted = clone(model).fit(X, y, **given)
    alone = clone(model).set_params(n_jobs=1).fit(X, y, **given)
    by_parts = clone(model)
    classes = {"classes": [0, 1, 2]} if is_classifier(model) else {}
    for _ in range(4):
        by_parts.partial_fit(X, y, **classes, **given)
    half = clone(model).set_params(max_iter=1, warm_start=True).fit(X, y, **given)
    others = pickle.loads(pickle.dumps(half)), copy.deepcopy(half)
    for other in others:
        other.set_params(max_iter=3).fit(X, y, **given)
    for other in (alone, by_parts, *others):
        np.testing.assert_array_equal(other.parameters_, fitted.parameters_)
        for entry in ("loss", "val_loss", "val_score"):
            assert other.history_[entry] == fitted.history_[entry]
        best = other.training_state_["plateau_best"]
        assert best == min(fitted.history_["val_loss"])


@models
def test_it_is_an_argument_like_others(model):
    assert model.get_params()["loss"] is model.loss
    cloned = clone(model)
    assert type(cloned.loss) is type(model.loss)
    assert vars(cloned.loss) == vars(model.loss)
    assert joblib.hash(cloned) == joblib.hash(model)
    assert repr(model.loss) in " ".join(repr(model).split())
    assert cloned.set_params(loss="squared_error").loss == "squared_error"


def test_a_search_goes_through_losses(iris):
    grid = {"loss": [Focal(1.0), Focal(3.0), "log_loss"]}
    search = GridSearchCV(MLPClassifier((5,), **OPTIONS), grid, cv=2).fit(*iris)
    assert len(search.cv_results_["params"]) == 3
    assert len(set(map(str, search.cv_results_["param_loss"]))) == 3


def own(kind):
    """Return what computes as a loss of the library, and is not known as that."""
    return type(f"Own{kind.__name__}", (kind,), {})()


@pytest.mark.parametrize(
    ("kind", "name"), [(LogLoss, "log_loss"), (CrossEntropy, "cross_entropy")]
)
def test_the_librarys_own_formulas_give_its_own_results(kind, name, iris):
    X, y = iris
    options = {"dtype": "float64", **OPTIONS}
    model = MLPClassifier((10,), loss=name, **options).fit(X, y)
    other = MLPClassifier((10,), loss=own(kind), **options).fit(X, y)
    np.testing.assert_allclose(other.parameters_, model.parameters_, atol=1e-10)
    np.testing.assert_allclose(other.loss_curve_, model.loss_curve_, rtol=1e-10)
    for targets in (y > 0, np.eye(3, dtype=int)[y]):  # two classes, and labels
        others = (clone(one).fit(X, targets) for one in (model, other))
        parameters = [one.parameters_ for one in others]
        np.testing.assert_allclose(*parameters, atol=1e-10)


def test_values_are_scaled_for_it_too(valued):
    X, y = valued
    options = {"dtype": "float64", **OPTIONS}
    model = MLPRegressor("squared_error", (10,), **options).fit(X, y)
    other = MLPRegressor(own(LinearSquaredError), (10,), **options).fit(X, y)
    np.testing.assert_allclose(other.predict(X), model.predict(X), rtol=1e-9)
    assert other.target_mean_ == y.mean()


class Wrong(LogCosh):
    """Whose gradient is twice what it should be."""

    def gradient(self, logits, targets):
        return 2 * super().gradient(logits, targets)


def test_a_wrong_gradient_is_refused_before_any_training(valued):
    X, y = valued
    model = MLPRegressor(Wrong(), **OPTIONS)
    for fit in (model.fit, model.partial_fit):
        with pytest.raises(
            ValueError,
            match=r"Wrong.gradient is not .* off by [\d.]+, or 50 percent",
        ):
            fit(X, y)
        assert not hasattr(model, "parameters_")
    model.set_params(loss=LogCosh()).fit(X, y)
    before = model.parameters_.copy()
    with pytest.raises(ValueError, match=r"Wrong\.gradient"):
        model.set_params(loss=Wrong()).partial_fit(X, y)
    np.testing.assert_array_equal(model.parameters_, before)


def test_it_is_tried_on_rows_of_all_classes():
    class FirstAlone(Focal):
        """Right where the class is the first."""

        def gradient(self, logits, targets):
            right = super().gradient(logits, targets)
            return np.where(targets[:, :1] == 1, right, -right)

    X, y = np.arange(100.0)[:, np.newaxis] / 100, np.repeat([0, 1, 2], [40, 30, 30])
    with pytest.raises(ValueError, match=r"FirstAlone\.gradient"):
        MLPClassifier(loss=FirstAlone()).fit(X, y)


def test_other_outputs_are_refused(iris, valued):
    with pytest.raises(ValueError, match=r"output_activation='identity', and of MLPCl"):
        MLPClassifier(loss=LogCosh()).fit(*iris)
    with pytest.raises(ValueError, match=r"must be one of \['exp', 'identity'\]: set"):
        MLPRegressor(loss=Focal()).fit(*valued)

    class Silent(LogCosh):
        output_activation = None

    with pytest.raises(ValueError, match="output_activation=None"):
        MLPRegressor(loss=Silent()).fit(*valued)

    class Unsaid(Loss):
        value, gradient = LogCosh.value, LogCosh.gradient

    for model, data in ((MLPClassifier(), iris), (MLPRegressor(), valued)):
        with pytest.raises(ValueError, match="output_activation='', and of"):
            model.set_params(loss=Unsaid()).fit(*data)
    for what in (Focal, np.square, 3):
        with pytest.raises(ValueError, match="'loss' parameter of MLPClassifier"):
            MLPClassifier(loss=what).fit(*iris)


def test_labels_need_sigmoid_outputs(iris):
    X, y = iris
    Y = np.eye(3, dtype=int)[y]
    with pytest.raises(ValueError, match="outputs of Focal are for one class a row"):
        MLPClassifier(loss=Focal()).fit(X, Y)
    model = MLPClassifier(loss=SquaredHinge(), **OPTIONS).fit(X, Y)
    assert model.predict(X).shape == Y.shape


def test_targets_can_be_refused(valued):
    class Positive(LogCosh):
        output_activation = "exp"

        def check_targets(self, targets):
            if (targets <= 0).any():
                raise ValueError("loss needs y above 0")

    X, y = valued
    with pytest.raises(ValueError, match="needs y above 0"):
        MLPRegressor(Positive(), **OPTIONS).fit(X, y - y.mean())


@models
def test_files_have_no_code_and_predictions_need_none(model, data, tmp_path):
    X, y = data
    if is_classifier(model) and model.loss == Focal():
        y = y > 0  # of two classes, each with an output
    fitted, path = clone(model).fit(X, y), tmp_path / "model.npz"
    with pytest.raises(
        TypeError, match=r"loss has .*code and not data.*loss='log_loss'"
    ):
        sknnadl.save(fitted, path)
    assert not path.exists()
    named = "log_loss" if is_classifier(model) else "squared_error"
    sknnadl.save(copy.copy(fitted).set_params(loss=named), path)
    loaded = sknnadl.load(path)
    for name in ("predict", "predict_proba", "decision_function"):
        if hasattr(fitted, name):
            expected = getattr(fitted, name)(X)
            np.testing.assert_array_equal(getattr(loaded, name)(X), expected)
    # and with the loss it goes on as it would have
    going_on = loaded.set_params(loss=model.loss).partial_fit(X, y)
    expected = fitted.partial_fit(X, y).parameters_
    np.testing.assert_array_equal(going_on.parameters_, expected)


def test_a_checkpoint_refuses_it_before_any_training(valued, tmp_path):
    model = MLPRegressor(LogCosh(), **OPTIONS)
    model.set_callbacks(Checkpoint(tmp_path / "run.npz"))
    with pytest.raises(TypeError, match="loss has LogCosh"):
        model.fit(*valued)
    assert not hasattr(model, "parameters_")
    assert not list(tmp_path.iterdir())


def test_arguments_of_another_loss_are_not_compared(valued):
    X, y = valued
    model = MLPRegressor(LogCosh(1.0), early_stopping=True, **OPTIONS)
    for width in (1.0, 0.01):  # the second costs more, for the same predictions
        model.set_params(loss=LogCosh(width)).partial_fit(X, y, X_val=X, y_val=y)
    first, second = model.history_["val_loss"]
    assert model.training_state_["plateau_best"] == second > first


def test_an_exploded_cost_ends_training_with_words(iris):
    model = MLPClassifier((5,), loss=SquaredHinge(), **OPTIONS)
    model.set_params(solver="sgd", learning_rate_init=1e4, max_iter=20)
    with pytest.raises(ValueError, match="cost exploded in epoch 1"):
        model.fit(*iris)


def test_it_is_public():
    assert sknnadl.network.Loss is sknnadl.network.losses.Loss is Loss
