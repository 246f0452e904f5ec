"""Hyperparameters by Optuna, whole fits and epochs that are pruned."""

import pytest
from sklearn.model_selection import cross_val_score

from sknnadl import MLPClassifier

optuna = pytest.importorskip("optuna", reason="needs the integration extra")


@pytest.fixture(autouse=True)
def _quiet():
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    yield
    optuna.logging.set_verbosity(before)


def test_a_study_finds_what_is_better(iris):
    def objective(trial):
        alpha = trial.suggest_float("alpha", 1e-3, 10, log=True)
        solver = trial.suggest_categorical("solver", ["sgd", "adam"])
        model = MLPClassifier((5,), alpha=alpha, solver=solver, random_state=0)
        return cross_val_score(model.set_params(max_iter=20), *iris, cv=2).mean()

    study = optuna.create_study(
        direction="maximize", sampler=optuna.samplers.TPESampler(seed=0)
    )
    study.enqueue_trial({"alpha": 10, "solver": "sgd"})
    study.optimize(objective, n_trials=6)
    assert study.best_value > study.trials[0].value + 0.1
    assert study.best_params["alpha"] < 10


def test_epochs_are_pruned(iris):
    def objective(trial):
        rate = trial.suggest_float("rate", 1e-6, 1)
        model = MLPClassifier((5,), learning_rate_init=rate, random_state=0)
        for epoch in range(5):
            model.partial_fit(*iris, classes=[0, 1, 2])
            trial.report(model.score(*iris), epoch)
            if trial.should_prune():
                raise optuna.TrialPruned
        return model.score(*iris)

    pruner = optuna.pruners.MedianPruner(n_startup_trials=1)
    study = optuna.create_study(direction="maximize", pruner=pruner)
    for rate in (0.1, 1e-6):
        study.enqueue_trial({"rate": rate})
    study.optimize(objective, n_trials=2)
    assert [trial.state.name for trial in study.trials] == ["COMPLETE", "PRUNED"]
