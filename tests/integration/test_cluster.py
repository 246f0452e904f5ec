"""Searches and comparisons on a cluster of Dask: the answers of this process."""

import os
import signal
import threading
import time
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from joblib import Parallel, delayed, parallel_config
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score

import sknnadl
from sknnadl import MLPClassifier, compare
from sknnadl.callbacks import Checkpoint
from sknnadl.cluster import ResilientClient
from sknnadl.estimators.threads import count_threads

distributed = pytest.importorskip("distributed", reason="needs the integration extra")

pytestmark = pytest.mark.filterwarnings("ignore")  # dask's own

NET = MLPClassifier((8,), max_iter=3, n_iter_no_change=np.inf, random_state=0)
GRID = {"alpha": [0.01, 0.1, 1.0], "dropout": [0.0, 0.2]}
#: What a comparison measures of time, and warnings, which Dask's threads do not count.
VARYING = {"fit_seconds", "predict_microseconds", "search_seconds", "warnings"}


@pytest.fixture(scope="module")
def client():
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


@pytest.fixture
def on_the_cluster(client):
    return parallel_config(backend="dask")


@pytest.fixture(params=["scattered", "resilient"])
def either_way(request, client):
    keeper = ResilientClient(client) if request.param == "resilient" else client
    return parallel_config(backend="dask", client=keeper)


def results(search):
    """Return what a search found out, without times."""
    found = {k: v for k, v in search.cv_results_.items() if "time" not in k}
    return found, search.best_estimator_.parameters_.tobytes()


def table(report):
    rows = [{k: v for k, v in row.items() if k not in VARYING} for row in report.table]
    return repr(rows), repr(report.pairwise())


def test_a_grid_search(either_way, iris):
    search = GridSearchCV(NET, GRID, cv=3)
    expected = results(clone(search).fit(*iris))
    with either_way:
        found = results(clone(search).fit(*iris))
    np.testing.assert_equal(found, expected)


def test_a_search_of_optuna(on_the_cluster, iris):
    optuna = pytest.importorskip("optuna", reason="is another extra's")
    integration = pytest.importorskip("optuna_integration", reason="as optuna")
    drawn = {"alpha": optuna.distributions.FloatDistribution(1e-3, 1, log=True)}
    search = integration.OptunaSearchCV(NET, drawn, cv=3, n_trials=3, random_state=0)
    expected = results(clone(search).fit(*iris))
    with on_the_cluster:
        found = results(clone(search).fit(*iris))
    np.testing.assert_equal(found, expected)


@pytest.mark.parametrize("how", ["folds", "test"])
def test_a_comparison(on_the_cluster, iris, how):
    X, y = iris
    given = {"cv": 3} if how == "folds" else {"test": (X[::2], y[::2])}
    models = {"net": NET, "wide": clone(NET).set_params(hidden_layer_sizes=(20,))}
    models["linear"] = LogisticRegression()
    expected = compare(models, X, y, **given)
    with on_the_cluster:
        report = compare(models, X, y, **given)
        curve = report.learning_curve([30, 60])
    assert table(report) == table(expected)
    for one, other in zip(curve, expected.learning_curve([30, 60]), strict=True):
        assert one["accuracy"] == other["accuracy"]


@pytest.fixture
def log(tmp_path):
    return tmp_path / "arrivals"


def watched(X, log):
    """Return rows that write a line to a file whenever they arrive at a process."""

    class Watched(pd.DataFrame):
        @property
        def _constructor(self):
            return pd.DataFrame  # of parts, which nobody watches

        def __setstate__(self, state):
            with open(log, "a") as file:
                file.write(f"{os.getpid()}\n")
            super().__setstate__(state)

    return Watched(X)


def arrivals(log):
    """Return how often the rows have arrived at each worker."""
    found = Counter(map(int, log.read_text().split()))
    log.unlink()
    return {pid: n for pid, n in found.items() if pid != os.getpid()}


def test_rows_go_to_a_worker_once_and_not_with_each_candidate(either_way, iris, log):
    X, y = watched(iris[0], log), iris[1]
    with either_way:
        GridSearchCV(NET, GRID, cv=3, refit=False).fit(X, y)  # 18 fits
        of_grid = arrivals(log)
        report = compare({str(i): NET for i in range(6)}, X, y, cv=3)
        of_comparison = arrivals(log)
        report.learning_curve([30, 60])
    for found in (of_grid, of_comparison, arrivals(log)):
        # Dask may drop what no task is waiting for, and fetch it again.
        assert 1 <= sum(found.values()) <= 2 * 2


def test_rows_that_are_named_go_once_for_several_calls(client, iris, log):
    X, y = watched(iris[0], log), iris[1]
    of_calls = []
    for named in ({}, {"scatter": [X, y]}):
        with parallel_config(backend="dask", client=ResilientClient(client), **named):
            for _ in range(6):
                cross_val_score(NET, X, y, cv=2)
        of_calls.append(sum(arrivals(log).values()))
    assert of_calls[0] >= 6
    assert of_calls[1] <= 2 * 2


def test_threads_of_an_estimator(client):
    """Each of a worker's threads has a task, and so a task has one thread."""
    asked = [None, -1, 3]
    assert client.gather(client.map(count_threads, asked)) == [1, 1, 3]
    with parallel_config(backend="dask"):
        assert Parallel()(delayed(count_threads)(n) for n in asked) == [1, 1, 3]
        assert count_threads(3) <= 3  # here, whatever cores the cluster has


def test_threads_where_all_workers_are_one_process():
    """No environment of a process of their own says how many threads there are."""
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=2, processes=False, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        asked = [None, -1, -2, 3]
        assert client.gather(client.map(count_threads, asked)) == [1, 2, 1, 3]
        with parallel_config(backend="dask", n_jobs=3):
            assert count_threads(None) <= 3


def test_callbacks(on_the_cluster, iris, tmp_path, capsys):
    pytest.importorskip("rich")
    from sklearn.callback import ProgressBar

    net = clone(NET).set_callbacks(Checkpoint(tmp_path / "run.npz"))
    search = GridSearchCV(net, {"alpha": [0.01, 0.1]}, cv=2)
    search.set_callbacks(ProgressBar(max_propagation_depth=None))
    with on_the_cluster:
        search.fit(*iris)
    shown = capsys.readouterr().out
    assert all(f"MLPClassifier - fit #{i}" in shown for i in range(4))
    names = {f"run-0-{i}.npz" for i in range(4)} | {"run-1.npz"}  # the last is refit's
    assert {path.name for path in tmp_path.iterdir()} == names
    kept = sknnadl.load(tmp_path / "run-1.npz")
    assert_array_equal(kept.parameters_, search.best_estimator_.parameters_)


@pytest.mark.slow
@pytest.mark.parametrize("what", ["search", "comparison"])
def test_a_worker_that_is_killed_loses_nothing(client, digits, what):
    X, y = digits.X_train, digits.y_train
    net = clone(NET).set_params(hidden_layer_sizes=(50,), max_iter=20)
    grid = {"alpha": list(np.logspace(-3, 0, 8))}
    models = {f"{a:g}": clone(net).set_params(alpha=a) for a in grid["alpha"]}

    def run():
        if what == "search":
            return results(GridSearchCV(net, grid, cv=3).fit(X, y))
        return table(compare(models, X, y, cv=3))

    expected = run()
    for which in range(2):
        client.wait_for_workers(2)
        pids = list(client.run(os.getpid).values())
        killer = threading.Thread(target=kill_at_work, args=(client, pids[which]))
        killer.start()
        with parallel_config(backend="dask", client=ResilientClient(client)):
            found = run()
        killer.join()
        assert pids[which] not in client.run(os.getpid).values()
        np.testing.assert_equal(found, expected)


def kill_at_work(client, pid):
    """Kill a worker when it has begun a fit and another one is done."""
    while not client.run_on_scheduler(is_at_work, pid=pid):
        time.sleep(0.01)
    os.kill(pid, signal.SIGKILL)


def is_at_work(pid, dask_scheduler):
    """Return whether a worker computes, and whether there is a result of any."""
    tasks = [
        t for t in dask_scheduler.tasks.values() if str(t.key).startswith("batch_of")
    ]
    at_work = {t.processing_on.pid for t in tasks if t.processing_on}
    return pid in at_work and any(t.state == "memory" for t in tasks)
