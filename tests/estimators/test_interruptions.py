"""Ctrl-C at any moment, threads that predict while others train, and forks."""

import multiprocessing
import os
import random
import signal
import threading
import time
import warnings

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import sknnadl
from sknnadl import ConvNetClassifier, MLPClassifier
from sknnadl.callbacks import Checkpoint

SMALL = {"hidden_layer_sizes": (20,), "max_iter": 60, "n_iter_no_change": np.inf}
WAYS = {
    "sgd": {},
    "early stopping": {"solver": "adam", "early_stopping": True, "scoring": "accuracy"},
    "dropout, two threads": {"dropout": 0.2, "n_jobs": 2, "batch_size": 512},
}


def fit_interrupted(model, X, y, seconds):
    """Fit with a Ctrl-C after so long; return whether it was passed on."""

    def interrupt(*_):
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        signal.setitimer(signal.ITIMER_REAL, seconds)
        model.fit(X, y)
    except KeyboardInterrupt:
        return True
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    return False


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="there is no timer here")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("way", WAYS)
def test_an_interrupt_at_any_moment_leaves_whole_epochs(way, digits, tmp_path):
    X, y = digits.X_train, digits.y_train
    start = {**SMALL, **WAYS[way], "learning_rate": "constant", "random_state": 0}
    begin = time.perf_counter()
    whole = MLPClassifier(**start).fit(X, y)
    seconds = time.perf_counter() - begin
    moments, outcomes = random.Random(way), set()
    for number in range(15):
        path = tmp_path / f"{number}.npz"
        model = MLPClassifier(**start).set_callbacks(Checkpoint(path))
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Training was interrupted")
            passed_on = fit_interrupted(model, X, y, moments.uniform(0.001, seconds))
        if passed_on:  # before there was an epoch, or in a callback
            assert not hasattr(model, "parameters_")
            outcomes.add("passed on")
        else:
            n_epochs = model.n_iter_
            outcomes.add(n_epochs)
            expected = whole
            if n_epochs < whole.n_iter_:
                expected = MLPClassifier(**{**start, "max_iter": n_epochs}).fit(X, y)
            assert_array_equal(model.parameters_, expected.parameters_)
            assert len(model.loss_curve_) == n_epochs
        if path.exists():
            resumed = sknnadl.resume(path, X, y)
            assert_array_equal(resumed.parameters_, whole.parameters_)
        left = [p for p in tmp_path.iterdir() if p.suffix == ".tmp"]
        assert not left
    assert len(outcomes) > 3


@pytest.mark.parametrize(
    "model",
    [MLPClassifier(**SMALL), ConvNetClassifier((4,), kernel_size=3, max_iter=2)],
    ids=["dense", "convolutional"],
)
@pytest.mark.filterwarnings("ignore:Training stopped after max_iter")
def test_eight_threads_predict_while_another_estimator_is_fitted(model, digits):
    X, y = digits.X_train, digits.y_train
    model.set_params(random_state=0).fit(X, y)
    expected = model.predict_proba(X)
    alone = MLPClassifier(**SMALL, random_state=1).fit(X, y).parameters_
    wrong, done = [], threading.Event()

    def predict(seed):
        sizes = random.Random(seed)
        while not done.is_set():
            n_rows = sizes.randint(1, len(X))
            got = model.predict_proba(X[:n_rows])
            if not np.allclose(got, expected[:n_rows], rtol=0, atol=1e-5):
                wrong.append(n_rows)

    threads = [threading.Thread(target=predict, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    fitted = [MLPClassifier(**SMALL, random_state=1).fit(X, y) for _ in range(3)]
    done.set()
    for thread in threads:
        thread.join()
    assert not wrong
    for one in fitted:
        assert_array_equal(one.parameters_, alone)


def predict_and_fit(model, X, y, results):
    again = MLPClassifier(**SMALL, random_state=1).fit(X, y)
    results.put((model.predict_proba(X), again.parameters_))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")
def test_a_fork_after_training_predicts_and_trains(digits):
    X, y = digits.X_train, digits.y_train
    model = MLPClassifier(**SMALL, random_state=1, n_jobs=2).fit(X, y)
    expected = model.predict_proba(X)
    context = multiprocessing.get_context("fork")
    results = context.Queue()
    children = [
        context.Process(target=predict_and_fit, args=(model, X, y, results))
        for _ in range(3)
    ]
    for child in children:
        child.start()
    for _ in children:
        probabilities, parameters = results.get(timeout=60)
        assert_array_equal(probabilities, expected)
        assert_array_equal(parameters, model.parameters_)
    for child in children:
        child.join(timeout=60)
        assert child.exitcode == 0
