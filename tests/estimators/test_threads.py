"""How many threads the estimators take by default."""

import os
import subprocess
import sys

import pytest
from joblib import Parallel, cpu_count, delayed, parallel_config
from threadpoolctl import threadpool_limits

from sknnadl import MLPClassifier
from sknnadl._sklearn import _openmp_effective_n_threads
from sknnadl.estimators.threads import count_threads

#: What HistGradientBoosting takes: all cores, unless the environment says otherwise.
CORES = _openmp_effective_n_threads()


def test_all_cores_by_default():
    assert count_threads(None) == CORES
    assert count_threads(3) == 3
    assert count_threads(-1) == cpu_count()


def test_no_threads_are_refused(iris):
    with pytest.raises(ValueError, match=r"n_jobs must be .* None .* got 0\."):
        MLPClassifier(n_jobs=0).fit(*iris)


@pytest.mark.parametrize("backend", ["loky", "threading", "multiprocessing"])
def test_one_inside_a_worker_of_joblib(backend):
    with Parallel(n_jobs=2, backend=backend) as parallel:
        assert parallel(delayed(count_threads)(None) for _ in range(4)) == [1] * 4
        assert parallel(delayed(count_threads)(2) for _ in range(2)) == [2] * 2
    # which goes one after the other in this process
    assert Parallel(n_jobs=1)(delayed(count_threads)(None) for _ in range(2)) == (
        [CORES] * 2
    )


def test_what_the_configuration_of_joblib_says():
    with parallel_config(n_jobs=5):
        assert count_threads(None) == 5
        assert count_threads(2) == 2
    with parallel_config(n_jobs=-1):
        assert count_threads(None) == cpu_count()


def test_limits_of_threadpoolctl():
    with threadpool_limits(1):
        assert count_threads(None) == 1
    assert count_threads(None) == CORES


@pytest.mark.parametrize("limit", ["1", "2"])
def test_limits_of_the_environment(limit):
    code = "from sknnadl.estimators.threads import count_threads as n; print(n(None))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"OMP_NUM_THREADS": limit},
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(done.stdout) == int(limit)


@pytest.mark.skipif(
    not hasattr(os, "sched_setaffinity"), reason="needs a system with affinities"
)
def test_the_cores_that_the_process_may_use():
    code = (
        "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))});"
        "from sknnadl.estimators.threads import count_threads as n; print(n(None))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert int(done.stdout) == 1
