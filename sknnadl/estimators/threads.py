"""How many threads an estimator's ``n_jobs`` stands for."""

from __future__ import annotations

from joblib import effective_n_jobs
from joblib.parallel import get_active_backend

from sknnadl._sklearn import _openmp_effective_n_threads


def count_threads(n_jobs: int | None) -> int:
    """Return how many threads may share the work; they do not change the result.

    None is what `sklearn.ensemble.HistGradientBoostingClassifier` takes: the cores that
    the process may use, or fewer by ``OMP_NUM_THREADS`` or `threadpoolctl`. But in a
    `joblib.parallel_config` it is what that says, and inside a worker of joblib, whose
    siblings have the other cores, it is 1.
    """
    if n_jobs == 0:
        raise ValueError(
            "n_jobs must be a number of threads, None for all cores, or negative to "
            "count back from all processors (-1 is all), got 0."
        )
    if n_jobs is not None:
        return int(effective_n_jobs(n_jobs))
    backend, configured = get_active_backend()
    if getattr(backend, "nesting_level", 0):
        return 1
    if configured is not None and configured != 1:
        return int(effective_n_jobs(configured))
    return int(_openmp_effective_n_threads())
