"""Searches by Optuna: the same on any number of jobs, and after a process is killed."""

import random
import subprocess
import sys
import time

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.experimental import enable_halving_search_cv  # noqa: F401  # as they ask
from sklearn.model_selection import HalvingGridSearchCV, StratifiedKFold

from sknnadl import MLPClassifier
from sknnadl.callbacks import OptunaPruning

optuna = pytest.importorskip("optuna", reason="needs the integration extra")
integration = pytest.importorskip(
    "optuna_integration", reason="needs the integration extra"
)

pytestmark = pytest.mark.filterwarnings(
    "ignore::optuna.exceptions.ExperimentalWarning",
    "ignore:`optuna.terminator` module has been deprecated",  # of OptunaSearchCV
)

N_EPOCHS = 6
RATES = [0.001, 0.3, 0.01, 0.1, 0.03, 1.0]


@pytest.fixture(autouse=True)
def _quiet():
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    yield
    optuna.logging.set_verbosity(before)


@pytest.fixture(scope="module")
def rows(digits):
    X, y = digits.X_train, digits.y_train
    return X[:200], y[:200], X[200:300], y[200:300]


def make_model(rate):
    options = {"max_iter": N_EPOCHS, "n_iter_no_change": np.inf, "random_state": 0}
    return MLPClassifier((5,), learning_rate_init=rate, dropout=0.1, **options)


def run_study(rows, pruner, n_jobs=1):
    """Return the finished study of the rates above, and the models that survived."""
    X, y, X_val, y_val = rows
    models = {}

    def objective(trial):
        model = make_model(trial.suggest_float("rate", 1e-3, 1.0))
        model.set_callbacks(OptunaPruning(trial, X_val=X_val, y_val=y_val)).fit(X, y)
        models[trial.number] = model
        return model.score(X_val, y_val)

    study = optuna.create_study(direction="maximize", pruner=pruner, study_name="one")
    for rate in RATES:
        study.enqueue_trial({"rate": rate})
    study.optimize(objective, n_trials=len(RATES), n_jobs=n_jobs)
    return study, models


def test_what_survives_has_the_bits_of_a_fit_alone(rows):
    """And what is pruned has those of its first epochs."""
    X, y, X_val, y_val = rows
    pruner = optuna.pruners.HyperbandPruner(max_resource=N_EPOCHS)
    study, models = run_study(rows, pruner)
    whole, _ = run_study(rows, optuna.pruners.NopPruner())
    states = {trial.state for trial in study.trials}
    assert states == {optuna.trial.TrialState.COMPLETE, optuna.trial.TrialState.PRUNED}
    for trial, other in zip(study.trials, whole.trials, strict=True):
        ours = trial.intermediate_values
        theirs = other.intermediate_values
        assert ours == {step: theirs[step] for step in range(len(ours))}
    for number, model in models.items():
        alone = make_model(RATES[number]).fit(X, y)
        np.testing.assert_array_equal(model.parameters_, alone.parameters_)
        assert study.trials[number].value == alone.score(X_val, y_val)


def test_two_jobs_give_the_same_values(rows):
    one, two = (run_study(rows, optuna.pruners.NopPruner(), n)[0] for n in (1, 2))
    expected = {t.params["rate"]: t.intermediate_values for t in one.trials}
    assert {t.params["rate"]: t.intermediate_values for t in two.trials} == expected


def search_cv(rows, pruner, n_jobs=1):
    study = optuna.create_study(direction="maximize", pruner=pruner)
    for rate in RATES:
        study.enqueue_trial({"learning_rate_init": rate})
    network = MLPClassifier((5,), learning_rate="constant", random_state=0)
    space = {"learning_rate_init": optuna.distributions.FloatDistribution(1e-3, 1.0)}
    search = integration.OptunaSearchCV(
        network, space, cv=StratifiedKFold(2), enable_pruning=True, n_jobs=n_jobs,
        max_iter=4, n_trials=len(RATES), study=study,
    )  # fmt: skip
    return search.fit(*rows[:2])


def test_optuna_search_cv_prunes_by_partial_fit(rows):
    X, y, *_ = rows
    search = search_cv(rows, optuna.pruners.SuccessiveHalvingPruner())
    states = {trial.state for trial in search.trials_}
    assert optuna.trial.TrialState.PRUNED in states
    folds = list(StratifiedKFold(2).split(X, y))
    for trial in search.trials_:
        networks = [clone(search.estimator).set_params(**trial.params) for _ in folds]
        for reported in trial.intermediate_values.values():
            scores = []
            for network, (train, test) in zip(networks, folds, strict=True):
                network.partial_fit(X[train], y[train], classes=np.unique(y))
                scores.append(network.score(X[test], y[test]))
            assert reported == np.mean(scores)
    assert search.best_estimator_.score(X, y) == search.score(X, y) > 0.5


def test_optuna_search_cv_is_the_same_on_two_jobs(rows):
    one, two = (search_cv(rows, optuna.pruners.NopPruner(), n) for n in (1, 2))
    values = [
        {t.params["learning_rate_init"]: t.intermediate_values for t in search.trials_}
        for search in (one, two)
    ]
    assert values[0] == values[1]
    assert one.best_params_ == two.best_params_


class EpochCounter:
    """A callback that counts epochs."""

    def __init__(self):
        self.n_epochs = 0

    def setup(self, estimator, context):
        pass

    def teardown(self, estimator, context):
        pass

    def on_fit_task_begin(self, estimator, context):
        self.n_epochs += context.task_name == "epoch"

    def on_fit_task_end(self, estimator, context):
        pass


def test_halving_in_scikit_learn_trains_anew_in_each_round(rows):
    """It clones its candidates, so ``warm_start`` has nothing to go on from."""
    counter = EpochCounter()
    network = make_model(0.1).set_params(warm_start=True).set_callbacks(counter)
    grid = {"learning_rate_init": [*RATES, 0.2, 0.02, 0.5]}
    search = HalvingGridSearchCV(
        network, grid, resource="max_iter", min_resources=1, max_resources=9, cv=2,
        refit=False,
    )  # fmt: skip
    search.fit(*rows[:2])
    assert search.n_candidates_ == [9, 3, 1]
    assert counter.n_epochs == 2 * (9 * 1 + 3 * 3 + 1 * 9)  # 2 * (9 + 3 * 2 + 6) go on


#: What the guide says of a study that goes on: its file, how many trials, and a seed.
PROGRAM = """
import os, sys
import numpy as np, optuna
from sklearn.datasets import load_iris
from optuna.storages import RDBStorage, RetryHeartbeatStaleTrialCallback
from optuna.trial import TrialState
from sknnadl import MLPClassifier
from sknnadl.callbacks import OptunaPruning

X, y = load_iris(return_X_y=True)

def objective(trial):
    rate = trial.suggest_float("rate", 1e-3, 0.1, log=True)
    trial.set_user_attr("process", os.getpid())
    model = MLPClassifier((5,), learning_rate_init=rate, max_iter=9, random_state=0,
                          n_iter_no_change=np.inf)
    model.set_callbacks(OptunaPruning(trial, X_val=X, y_val=y)).fit(X, y)
    return model.score(X, y)

STORAGES = []

def load(path, seed=None):
    storage = RDBStorage(
        f"sqlite:///{path}",
        engine_kwargs={"connect_args": {"timeout": 60}},
        heartbeat_interval=1,
        grace_period=1,
        heartbeat_stale_trial_callback=RetryHeartbeatStaleTrialCallback(),
    )
    STORAGES.append(storage)
    study = optuna.create_study(
        study_name="search", storage=storage, direction="maximize",
        pruner=optuna.pruners.HyperbandPruner(max_resource=9), load_if_exists=True,
    )
    # With a fixed seed a study that goes on would draw what it has had.
    seed = len(study.trials) if seed is None else seed
    study.sampler = optuna.samplers.RandomSampler(seed)
    return study

def finish(study, n_trials):
    over = TrialState.COMPLETE, TrialState.PRUNED
    while len(study.get_trials(deepcopy=False, states=over)) < n_trials:
        study.optimize(objective, n_trials=1)
"""
RUN = """
study = load(sys.argv[1])
print("begins", flush=True)
finish(study, int(sys.argv[2]))
"""
SHARE = """
study = load(sys.argv[1], int(sys.argv[3]))
print("begins", flush=True)
study.optimize(objective, n_trials=int(sys.argv[2]))
"""


@pytest.fixture
def program():
    names = {}
    exec(PROGRAM, names)
    yield names
    for storage in names["STORAGES"]:  # whose connections Optuna leaves open
        storage.remove_session()
        storage.engine.dispose()


def start(path, n_trials, program=RUN, *arguments):
    command = [sys.executable, "-W", "ignore", "-c", PROGRAM + program]
    child = subprocess.Popen(
        [*command, path, str(n_trials), *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # a line a trial
        text=True,
    )
    assert child.stdout.readline() == "begins\n"
    return child


def check_study(study, n_trials, program):
    """Nothing is missing, counted twice or counted half."""
    over = optuna.trial.TrialState.COMPLETE, optuna.trial.TrialState.PRUNED
    trials = study.get_trials(states=over)
    assert len(trials) == n_trials
    assert len({trial.params["rate"] for trial in trials}) == n_trials
    assert [trial.number for trial in study.trials] == list(range(len(study.trials)))
    for trial in trials:
        expected = {}

        class Noted(optuna.trial.FixedTrial):
            def report(self, value, step, noted=expected):
                noted[step] = value

        value = program["objective"](Noted(trial.params))
        steps = range(len(trial.intermediate_values))
        assert trial.intermediate_values == {step: expected[step] for step in steps}
        if trial.state == optuna.trial.TrialState.COMPLETE:
            assert len(steps) == 9
            assert trial.value == value


def kill(n_times, n_trials, path, program):
    """Kill a study at random moments, let it finish, and return it."""
    drawn = random.Random(0)
    for number in range(n_times):
        child = start(path, n_trials)
        study = program["load"](path)
        least = (number + 1) * n_trials // (n_times + 2)
        while child.poll() is None and len(study.get_trials(deepcopy=False)) < least:
            time.sleep(0.001)  # between two looks
        time.sleep(drawn.uniform(0, 0.1))  # into the midst of a fit, or of writing
        assert child.poll() is None, "it was over before it was killed"
        child.kill()
        child.communicate()
    study = program["load"](path)
    program["finish"](study, n_trials)
    return study


def check_killed_trials_were_tried_again(study):
    """Those that were found dead before the end."""
    history = optuna.storages.RetryHeartbeatStaleTrialCallback
    retried = {history.retried_trial_number(trial): trial for trial in study.trials}
    for trial in study.get_trials(states=[optuna.trial.TrialState.FAIL]):
        first = history.retried_trial_number(trial)
        again = retried[trial.number if first is None else first]
        # It may have been killed before it drew any.
        assert trial.params.items() <= again.params.items()


def test_one_kill(tmp_path, program):
    study = kill(1, 12, tmp_path / "study.db", program)
    check_study(study, 12, program)
    # Once its heart has stopped for long. Optuna waits for ever for one that was killed
    # before its heart's first beat.
    for _ in range(100):
        optuna.storages.fail_stale_trials(study)
        if not study.get_trials(states=[optuna.trial.TrialState.RUNNING]):
            break
        time.sleep(0.1)
    check_killed_trials_were_tried_again(study)


@pytest.mark.slow
def test_ten_kills(tmp_path, program):
    study = kill(10, 60, tmp_path / "study.db", program)
    check_study(study, 60, program)
    check_killed_trials_were_tried_again(study)


def test_two_processes_share_a_study(tmp_path, program):
    path = tmp_path / "study.db"
    child = start(path, 5, SHARE, 1)
    study = program["load"](path, seed=2)
    study.optimize(program["objective"], n_trials=5)
    child.communicate()
    assert child.returncode == 0
    check_study(study, 10, program)
    processes = [trial.user_attrs["process"] for trial in study.trials]
    assert sorted(processes.count(process) for process in set(processes)) == [5, 5]
