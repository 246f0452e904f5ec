"""Training that was stopped, in any way, goes on as if it had not been."""

import copy
import os
import random
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.datasets import load_digits, make_regression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import sknnadl
from sknnadl import (
    ConvNetClassifier,
    DenoisingAutoencoder,
    MLPClassifier,
    MLPRegressor,
    NetworkClassifier,
    load,
    resume,
)
from sknnadl.callbacks import Checkpoint
from sknnadl.network import BatchNorm, Dense
from sknnadl.training import Shift

X, y = load_digits(return_X_y=True)
X, y = X[:200] / 16, y[:200]
SMALL = {"hidden_layer_sizes": (8,), "max_iter": 5, "random_state": 0}
quiet = pytest.mark.filterwarnings(
    "ignore::sklearn.exceptions.ConvergenceWarning",
)


class StopError(Exception):
    pass


class Stop:
    """A callback that ends a fit by an exception, after some epochs."""

    def __init__(self, n_epochs):
        self.n_epochs = n_epochs

    def setup(self, estimator, context):
        pass

    def teardown(self, estimator, context):
        pass

    def on_fit_task_begin(self, estimator, context):
        pass

    def on_fit_task_end(self, estimator, context):
        if context.task_name == "epoch" and context.task_id + 1 == self.n_epochs:
            raise StopError


def without_seconds(history):
    return repr({name: values for name, values in history.items() if name != "seconds"})


def assert_same(one, other):
    """Compare all that two fits have left, bit for bit."""
    assert_array_equal(one.parameters_, other.parameters_)
    assert without_seconds(one.history_) == without_seconds(other.history_)
    assert one.n_iter_ == other.n_iter_
    states = [dict(model.training_state_) for model in (one, other)]
    parameters = [state.pop("parameters") for state in states]
    optimizers = [state.pop("optimizer") for state in states]
    assert_array_equal(*parameters)
    assert optimizers[0].keys() == optimizers[1].keys()
    for name, values in optimizers[0].items():
        assert_array_equal(values, optimizers[1][name])
    assert repr(states[0]) == repr(states[1])


WAYS = {
    **{
        solver: MLPClassifier(**SMALL, solver=solver)
        for solver in ("sgd", "adam", "adamw", "rmsprop", "adagrad", "adadelta")
    },
    **{
        schedule: MLPClassifier(**SMALL, learning_rate=schedule)
        for schedule in ("constant", "invscaling", "adaptive", "cosine", "one_cycle")
    },
    "halved rate": MLPClassifier(
        **SMALL, learning_rate="adaptive", tol=1.0, n_iter_no_change=1
    ),
    "plateau": MLPClassifier(
        **SMALL, learning_rate="constant", tol=0.5, n_iter_no_change=2
    ),
    "momentum, warm-up": MLPClassifier(**SMALL, momentum=0.9, warmup_epochs=2.5),
    "stopped on the loss": MLPClassifier(
        **{**SMALL, "max_iter": 9},
        early_stopping=True,
        learning_rate_init=3.0,
        n_iter_no_change=3,
    ),
    "stopped on the score": MLPClassifier(
        **SMALL, early_stopping=True, scoring="accuracy", n_iter_no_change=1
    ),
    "dropout": MLPClassifier(**SMALL, dropout=0.3, gradient_norms=True),
    "weights": MLPClassifier(**SMALL, class_weight="balanced", penalty="l1"),
    "a table": MLPClassifier.for_tables(**SMALL),
    "values": MLPRegressor(**SMALL),
    "normalization": NetworkClassifier(
        (Dense(8), BatchNorm(), Dense(6)), max_iter=4, random_state=0
    ),
    "images": ConvNetClassifier(
        (3,), kernel_size=3, max_iter=3, random_state=0, augmentation=Shift(1)
    ),
    "noise": MLPClassifier(**SMALL, gradient_noise=0.01, dropout=0.3),
    "layers of their own": ConvNetClassifier(
        (3,),
        kernel_size=3,
        hidden_layer_sizes=(6,),
        activation=["elu", "selu"],
        weight_init=["fan_out", "sparse", "zeros"],
        bias_init=["normal", 0.1, "zeros"],
        gradient_noise=0.01,
        max_iter=3,
        random_state=0,
    ),
    "frozen layers": MLPClassifier(
        **SMALL,
        solver="adam",
        init_from=MLPClassifier(**{**SMALL, "max_iter": 30}).fit(X, y),
        train_init_layers=False,
    ),
    "noisy rows": DenoisingAutoencoder(**SMALL, early_stopping=True),
    "a drawn state": MLPClassifier(**{**SMALL, "random_state": None}),
}


@quiet
@pytest.mark.parametrize("way", WAYS)
def test_a_fit_that_stopped_after_any_epoch_goes_on(way, tmp_path):
    path = tmp_path / "run.npz"
    whole = copy.deepcopy(WAYS[way])
    if whole.random_state is None:
        whole.set_params(random_state=np.random.RandomState(7))
    start = copy.deepcopy(whole)
    whole.fit(X, y)
    for n_epochs in range(1, whole.n_iter_ + 1):
        path.unlink(missing_ok=True)
        stopped = copy.deepcopy(start).set_callbacks(Checkpoint(path), Stop(n_epochs))
        with pytest.raises(StopError):
            stopped.fit(X, y)
        assert load(path).n_iter_ == n_epochs
        assert_same(resume(path, X, y), whole)


@quiet
def test_validation_rows_of_ones_own(tmp_path):
    path = tmp_path / "run.npz"
    rows = {"X_val": X[:50], "y_val": y[:50], "sample_weight_val": np.arange(50.0)}
    weights = np.linspace(1, 2, len(y))
    model = MLPClassifier(**SMALL, early_stopping=True)
    whole = copy.deepcopy(model).fit(X, y, weights, **rows)
    with pytest.raises(StopError):
        model.set_callbacks(Checkpoint(path), Stop(2)).fit(X, y, weights, **rows)
    content = path.read_bytes()
    assert_same(resume(path, X, y, weights, **rows), whole)
    path.write_bytes(content)
    rows["y_val"] = rows["y_val"][::-1]
    with pytest.raises(ValueError, match="X_val, y_val or sample_weight_val are other"):
        resume(path, X, y, weights, **rows)
    assert path.read_bytes() == content


@quiet
def test_a_warm_start_goes_on_too(tmp_path):
    path = tmp_path / "run.npz"
    whole = MLPClassifier(**SMALL, warm_start=True).fit(X, y)
    stopped = copy.deepcopy(whole).set_callbacks(Checkpoint(path), Stop(2))
    whole.fit(X, y)
    with pytest.raises(StopError):
        stopped.fit(X, y)
    assert_same(resume(path, X, y), whole)


@quiet
def test_an_exploded_epoch_is_not_kept(tmp_path):
    path = tmp_path / "run.npz"
    rows, values = make_regression(random_state=1)
    model = MLPRegressor(
        learning_rate="constant",
        learning_rate_init=1e-5,
        max_iter=5,
        random_state=1,
        scale_targets=False,
        solver="sgd",
        warm_start=True,
    )
    model.set_callbacks(Checkpoint(path)).fit(rows, values)
    model.set_params(learning_rate_init=100).fit(rows, values)  # and goes back
    assert_same(load(path), model)


@quiet
def test_other_data_and_arguments_are_refused(tmp_path):
    path = tmp_path / "run.npz"
    model = MLPClassifier(**SMALL)
    with pytest.raises(StopError):
        model.set_callbacks(Checkpoint(path), Stop(2)).fit(X, y)
    content = path.read_bytes()
    for rows, labels in ((X[1:], y[1:]), (X, y[::-1]), (X[::-1], y)):
        with pytest.raises(ValueError, match="X, y or sample_weight are other"):
            resume(path, rows, labels)
    with pytest.raises(ValueError, match="X, y or sample_weight are other"):
        resume(path, X, y, np.linspace(1, 2, len(y)))
    with pytest.raises(ValueError, match=r"alpha='auto', not 0.5.*dropout=0.0, not"):
        resume(path, X, y, estimator=MLPClassifier(**SMALL, alpha=0.5, dropout=0.1))
    with pytest.raises(ValueError, match="of a MLPClassifier, and estimator is a MLPR"):
        resume(path, X, y, estimator=MLPRegressor(**SMALL))
    assert path.read_bytes() == content
    same = MLPClassifier(**SMALL, n_jobs=2, verbose=False)
    assert resume(path, X, y, estimator=same).n_iter_ == 5


@quiet
def test_every_so_many_epochs_and_after_the_last(tmp_path):
    path = tmp_path / "run.npz"
    for n_epochs, kept in ((2, 2), (3, 2), (4, 4), (5, 5)):
        model = MLPClassifier(**SMALL)
        with pytest.raises(StopError):
            model.set_callbacks(Checkpoint(path, every=2), Stop(n_epochs)).fit(X, y)
        assert load(path).n_iter_ == kept


@quiet
def test_a_resumed_fit_keeps_checkpoints_and_tells_callbacks(tmp_path):
    path = tmp_path / "run.npz"
    with pytest.raises(StopError):
        MLPClassifier(**SMALL).set_callbacks(Checkpoint(path), Stop(1)).fit(X, y)
    with pytest.raises(StopError):
        resume(path, X, y, callbacks=(Stop(2),))
    assert load(path).n_iter_ == 3
    assert_same(resume(path, X, y), MLPClassifier(**SMALL).fit(X, y))


@quiet
@pytest.mark.parametrize("n_jobs", [None, 2])
def test_each_fit_of_a_search_has_its_file(n_jobs, tmp_path):
    model = MLPClassifier(**SMALL).set_callbacks(Checkpoint(tmp_path / "run.npz"))
    pipeline = make_pipeline(StandardScaler(), model)
    grid = {"mlpclassifier__alpha": [0.1, 0.2]}
    search = GridSearchCV(pipeline, grid, cv=2, n_jobs=n_jobs).fit(X, y)
    files = sorted(path.name for path in tmp_path.iterdir())
    assert files == [f"run-0-{place}-1.npz" for place in range(4)] + ["run-1-1.npz"]
    best = load(tmp_path / "run-1-1.npz")
    assert_same(best, search.best_estimator_[-1])


def test_what_cannot_be_kept_is_refused_before_any_training(tmp_path):
    with pytest.raises(ValueError, match="every must be"):
        Checkpoint(tmp_path / "run.npz", every=0)
    for model, path, message in (
        (MLPClassifier(solver="lbfgs"), tmp_path / "run.npz", "curvature"),
        (MLPClassifier(), tmp_path / "none" / "run.npz", "no folder"),
        (MLPClassifier(), tmp_path, "is a folder"),
    ):
        with pytest.raises(ValueError, match=message):
            model.set_callbacks(Checkpoint(path)).fit(X, y)
        assert not hasattr(model, "parameters_")
    sknnadl.save(MLPClassifier(), tmp_path / "run.npz")
    with pytest.raises(ValueError, match="no training to go on with"):
        resume(tmp_path / "run.npz", X, y)


@quiet
def test_a_full_disk_leaves_the_checkpoint_before(tmp_path, monkeypatch):
    path = tmp_path / "run.npz"
    model = MLPClassifier(**SMALL).fit(X[:100], y[:100])
    before = model.predict_proba(X)

    def fail_from_the_third_epoch_on(handle, calls=[]):  # noqa: B006 counts its calls
        calls.append(handle)
        if len(calls) > 4:  # a file and its folder each
            raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fail_from_the_third_epoch_on)
    with pytest.raises(OSError, match="No space"):
        model.set_callbacks(Checkpoint(path)).fit(X, y)
    assert_array_equal(model.predict_proba(X), before)
    assert load(path).n_iter_ == 2
    assert list(tmp_path.iterdir()) == [path]
    monkeypatch.undo()
    assert_same(resume(path, X, y), MLPClassifier(**SMALL).fit(X, y))


needs_fork = pytest.mark.skipif(
    not hasattr(os, "fork"), reason="needs a system with fork"
)
#: Fits of many short epochs, of which some are always being written. Each has a process
#: of its own, a fork, as imports take longer than a fit.
TO_KILL = """
import os, signal, sys, numpy as np
from sklearn.datasets import load_digits
from sknnadl import MLPClassifier
from sknnadl.callbacks import Checkpoint
X, y = load_digits(return_X_y=True)
model = MLPClassifier((20,), solver="adam", dropout=0.1, early_stopping=True,
                      max_iter=100, n_iter_no_change=np.inf, random_state=0)
for line in sys.stdin:
    child = os.fork()
    if not child:
        model.set_callbacks(Checkpoint(line.strip())).fit(X, y)
        signal.pause()  # until it is killed
    print(child, flush=True)
    os.waitpid(child, 0)
    print("gone", flush=True)
"""


def kill(n_times, tmp_path, seed=0):
    rows, labels = load_digits(return_X_y=True)
    whole = MLPClassifier(
        (20,),
        solver="adam",
        dropout=0.1,
        early_stopping=True,
        max_iter=100,
        n_iter_no_change=np.inf,
        random_state=0,
    )
    start = time.perf_counter()
    whole.set_callbacks(Checkpoint(tmp_path / "whole.npz")).fit(rows, labels)
    seconds = time.perf_counter() - start
    moments = random.Random(seed)
    stopped_at = set()
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    parent = subprocess.Popen([sys.executable, "-c", TO_KILL], **pipes)
    for number in range(n_times):
        path = tmp_path / f"{number}.npz"
        print(path, file=parent.stdin, flush=True)
        child = int(parent.stdout.readline())
        begin = time.perf_counter()
        while not path.exists():
            assert time.perf_counter() < begin + 60, "There is no checkpoint."
            time.sleep(0.001)
        time.sleep(moments.uniform(0, 0.9 * seconds))
        os.kill(child, signal.SIGKILL)
        assert parent.stdout.readline() == "gone\n"
        stopped_at.add(load(path).n_iter_)
        resumed = resume(path, rows, labels)
        assert_same(resumed, whole)
        assert_array_equal(resumed.predict_proba(rows), whole.predict_proba(rows))
    parent.communicate()
    assert parent.returncode == 0
    assert len(stopped_at) > n_times / 4


@needs_fork
def test_three_kills(tmp_path):
    kill(3, tmp_path)


@needs_fork
@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
def test_fifty_kills(seed, tmp_path):
    kill(10, tmp_path, seed)
