"""A trial of Optuna that listens to a fit, and ends it where it is hopeless."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import get_scorer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknnadl import (
    ConvNetClassifier,
    ConvNetRegressor,
    DenoisingAutoencoder,
    MLPClassifier,
    MLPRegressor,
    NetworkClassifier,
    NetworkRegressor,
)
from sknnadl.callbacks import OptunaPruning
from sknnadl.network import Dense

optuna = pytest.importorskip("optuna", reason="needs the integration extra")

FEW = {"max_iter": 4, "n_iter_no_change": np.inf, "random_state": 0}
IMAGES = {"kernel_size": 3, "hidden_layer_sizes": (5,), "image_shape": (8, 8)}
ESTIMATORS = [
    MLPClassifier((5,), **FEW),
    MLPRegressor(hidden_layer_sizes=(5,), **FEW),
    ConvNetClassifier((2,), **IMAGES, **FEW),
    ConvNetRegressor((2,), **IMAGES, **FEW),
    NetworkClassifier([Dense(5)], **FEW),
    NetworkRegressor([Dense(5)], **FEW),
    DenoisingAutoencoder((5,), **FEW),
]


class After(optuna.pruners.BasePruner):
    """Prune every trial after so many epochs."""

    def __init__(self, n_epochs):
        self.n_epochs = n_epochs

    def prune(self, study, trial):
        return trial.last_step + 1 >= self.n_epochs


@pytest.fixture(autouse=True)
def _quiet():
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    yield
    optuna.logging.set_verbosity(before)


def ask(n_epochs=2, direction="maximize"):
    return optuna.create_study(direction=direction, pruner=After(n_epochs)).ask()


def reported(trial):
    return trial.study.trials[trial.number].intermediate_values


@pytest.fixture(scope="module")
def rows(digits):
    X, y = digits.X_train, digits.y_train
    return (X[:200], y[:200]), (X[200:300], y[200:300])


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda e: type(e).__name__)
@pytest.mark.parametrize("in_pipeline", [False, True])
def test_a_pruned_estimator_is_a_fit_of_fewer_epochs(estimator, in_pipeline, rows):
    """Alone or in a pipeline, it is what as many calls of partial_fit leave."""
    training, (X_val, y_val) = rows
    trial, model = ask(), clone(estimator)
    if in_pipeline:
        model = make_pipeline(StandardScaler(), model)
    model.set_callbacks(OptunaPruning(trial, X_val=X_val, y_val=y_val))
    with pytest.raises(optuna.TrialPruned, match="after epoch 2"):
        model.fit(*training)
    network = model[-1] if in_pipeline else model
    assert network.n_iter_ == 2
    assert list(reported(trial)) == [0, 1]
    assert reported(trial)[1] == model.score(X_val, y_val)
    whole = clone(model)
    whole.set_callbacks(OptunaPruning(ask(5), X_val=X_val, y_val=y_val)).fit(*training)
    other = whole[-1] if in_pipeline else whole
    assert other.history_["loss"][:2] == network.history_["loss"]


def test_a_trial_that_survives_has_the_bits_of_a_fit_alone(rows):
    training, (X_val, y_val) = rows
    trial = ask(5)
    model = MLPClassifier((5,), dropout=0.2, **FEW)
    alone = clone(model).fit(*training)
    model.set_callbacks(OptunaPruning(trial, X_val=X_val, y_val=y_val)).fit(*training)
    np.testing.assert_array_equal(model.parameters_, alone.parameters_)
    assert reported(trial)[3] == alone.score(X_val, y_val)


def test_a_scorer(rows):
    training, (X_val, y_val) = rows
    trial, scorer = ask(), get_scorer("neg_log_loss")
    model = make_pipeline(
        StandardScaler(), make_pipeline(StandardScaler(), *[MLPClassifier((5,), **FEW)])
    )
    pruning = OptunaPruning(trial, scoring="neg_log_loss", X_val=X_val, y_val=y_val)
    with pytest.raises(optuna.TrialPruned):
        model.set_callbacks(pruning).fit(*training)
    assert reported(trial)[1] == scorer(model, X_val, y_val)


@pytest.mark.parametrize("given", [False, True])
def test_rows_that_the_fit_validates_on(rows, given):
    training, (X_val, y_val) = rows
    trial, model = ask(), MLPClassifier((5,), early_stopping=not given, **FEW)
    options = {"X_val": X_val, "y_val": y_val} if given else {}
    with pytest.raises(optuna.TrialPruned):
        model.set_callbacks(OptunaPruning(trial)).fit(*training, **options)
    assert list(reported(trial).values()) == model.history_["val_score"]


@pytest.mark.parametrize("solver", ["sgd", "lbfgs"])
def test_the_training_cost(rows, solver):
    trial = ask(direction="minimize")
    model = MLPClassifier((5,), solver=solver, **FEW)
    with pytest.raises(optuna.TrialPruned, match="The training cost was"):
        model.set_callbacks(OptunaPruning(trial)).fit(*rows[0])
    assert list(reported(trial).values()) == model.loss_curve_


def test_parts_and_fits_that_go_on_count_all_epochs(rows):
    (X, y), _ = rows
    trial = ask(5, "minimize")
    model = MLPClassifier((5,), warm_start=True, **FEW)
    model.set_callbacks(OptunaPruning(trial))
    for _ in range(2):
        model.partial_fit(X, y, classes=np.unique(y))
    with pytest.raises(optuna.TrialPruned, match="after epoch 5"):
        model.fit(X, y)
    assert list(reported(trial)) == [0, 1, 2, 3, 4]
    assert len(model.loss_curve_) == 5
    model.set_callbacks().partial_fit(X, y)
    assert len(model.loss_curve_) == 6


def test_a_trial_that_is_over_can_be_run_again(rows):
    training, (X_val, y_val) = rows

    def objective(trial):
        size = trial.suggest_int("size", 2, 5)
        model = MLPClassifier((size,), **FEW)
        model.set_callbacks(OptunaPruning(trial, X_val=X_val, y_val=y_val))
        return model.fit(*training).score(X_val, y_val)

    study = optuna.create_study(direction="maximize", pruner=After(9))
    study.optimize(objective, n_trials=2)
    assert objective(study.best_trial) == study.best_value


def test_one_trial_is_one_fit(rows):
    trial = ask(9, "minimize")
    model = MLPClassifier((5,), **FEW).set_callbacks(OptunaPruning(trial)).fit(*rows[0])
    before = model.parameters_
    with pytest.raises(ValueError, match="was told of epoch 1 already"):
        model.fit(*rows[0])
    assert model.parameters_ is before


def test_a_network_before_the_last_step_is_not_listened_to(rows):
    trial = ask(9, "minimize")
    model = make_pipeline(MLPClassifier((6,), **FEW), MLPClassifier((5,), **FEW))
    model.set_callbacks(OptunaPruning(trial)).fit(*rows[0])
    assert list(reported(trial).values()) == model[-1].loss_curve_


@pytest.mark.parametrize(
    ("options", "direction", "message"),
    [
        ({}, "maximize", "The training cost .* direction 'minimize', got maximize"),
        ({"early_stopping": True}, "minimize", "The validation score .* 'maximize'"),
    ],
)
def test_the_direction_has_to_suit(rows, options, direction, message):
    model = MLPClassifier((5,), **options, **FEW)
    model.set_callbacks(OptunaPruning(ask(direction=direction)))
    with pytest.raises(ValueError, match=message):
        model.fit(*rows[0])
    assert not hasattr(model, "parameters_")


def test_what_is_refused_before_any_training(rows):
    training, (X_val, y_val) = rows
    with pytest.raises(TypeError, match="trial must be what a study gives"):
        OptunaPruning(optuna.create_study())
    for options in ({"scoring": "f1"}, {"y_val": y_val}):
        with pytest.raises(ValueError, match="was given without X_val"):
            OptunaPruning(ask(), **options)
    scored = {"X_val": X_val, "y_val": y_val}
    several = optuna.create_study(directions=["maximize", "minimize"]).ask()
    for trial in (ask(direction="minimize"), several):
        model = MLPClassifier((5,), **FEW).set_callbacks(OptunaPruning(trial, **scored))
        with pytest.raises(ValueError, match="direction 'maximize', got"):
            model.fit(*training)
    pruning = OptunaPruning(ask(), X_val=X_val)
    with pytest.raises(ValueError, match="X_val was given without y_val"):
        MLPClassifier((5,), **FEW).set_callbacks(pruning).fit(*training)
    forest = make_pipeline(StandardScaler(), RandomForestClassifier())
    with pytest.raises(TypeError, match="got RandomForestClassifier"):
        forest.set_callbacks(OptunaPruning(ask(), **scored)).fit(*training)
    inside = MLPClassifier((5,), **FEW).set_callbacks(OptunaPruning(ask(), **scored))
    with pytest.raises(TypeError, match="Register them directly on the meta-estimator"):
        make_pipeline(StandardScaler(), inside).fit(*training)
