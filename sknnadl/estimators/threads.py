"""How many threads an estimator's ``n_jobs`` stands for."""

from __future__ import annotations

import sys
from typing import Any

from joblib import cpu_count, effective_n_jobs
from joblib.parallel import get_active_backend

from sknnadl._sklearn import _openmp_effective_n_threads


def count_threads(n_jobs: int | None) -> int:
    """Return how many threads may share the work; they do not change the result.

    None is what `sklearn.ensemble.HistGradientBoostingClassifier` takes: the cores that
    the process may use, or fewer by ``OMP_NUM_THREADS`` or `threadpoolctl`. But in a
    `joblib.parallel_config` it is what that says, and inside a worker of joblib or a
    task of Dask, whose siblings have the other cores, it is 1. Negative numbers count
    back from the threads of Dask's worker there.
    """
    if n_jobs == 0:
        raise ValueError(
            "n_jobs must be a number of threads, None for all cores, or negative to "
            "count back from all processors (-1 is all), got 0."
        )
    worker = _find_dask_worker()
    if worker is not None:
        return _count_back(1 if n_jobs is None else n_jobs, worker.state.nthreads)
    if n_jobs is not None:
        return _count_on_this_machine(n_jobs)
    backend, configured = get_active_backend()
    if getattr(backend, "nesting_level", 0):
        return 1
    if configured is not None and configured != 1:
        return _count_on_this_machine(configured)
    return int(_openmp_effective_n_threads())


def _count_on_this_machine(n_jobs: int) -> int:
    """Return what joblib makes of a number; a cluster has more cores than a machine."""
    return min(int(effective_n_jobs(n_jobs)), _count_back(n_jobs, cpu_count()))


def _count_back(n_jobs: int, n_all: int) -> int:
    """Return a number of threads, of which a negative one counts back from all."""
    return n_jobs if n_jobs > 0 else max(1, n_all + 1 + n_jobs)


def _find_dask_worker() -> Any:
    """Return the worker of Dask whose task this is; None outside of one."""
    distributed = sys.modules.get("distributed")  # a worker has it
    if distributed is None:
        return None
    try:
        return distributed.get_worker()
    except ValueError:  # as it says that this is no task
        return None
