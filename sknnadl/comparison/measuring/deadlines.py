"""Work that ends in time, in processes that are killed where it does not."""

from __future__ import annotations

import faulthandler
import math
import os
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, wait
from contextlib import nullcontext
from numbers import Real
from typing import Any

import joblib
from joblib.externals.loky import ProcessPoolExecutor
from joblib.externals.loky.backend.reduction import dumps
from threadpoolctl import threadpool_limits

#: A process without work ends after so many seconds: who started it may be gone.
_IDLE_SECONDS = 60
#: A process whose work takes longer by so many seconds than it may ends itself.
_GRACE_SECONDS = 30

#: Which task, and what is to be called with what beside what all tasks share.
Task = tuple[Any, tuple[Any, ...]]


def check_timeout(timeout: float | None, named: Mapping[str, Any]) -> None:
    """Refuse seconds that are none, and what cannot be sent to another process.

    Parameters
    ----------
    timeout : float or None
        The seconds; None is no limit, with which all else is fine.
    named : dict of str to object
        What is to be sent, by what it is called in an error.

    Raises
    ------
    ValueError
        If something is wrong.
    """
    if timeout is None:
        return
    if not isinstance(timeout, Real) or not 0 < timeout < math.inf:
        raise ValueError(
            f"timeout must be a number of seconds above 0, or None, got {timeout!r}."
        )
    for name, one in named.items():
        try:
            dumps(one)
        except Exception as error:  # whatever an object raises that cannot be pickled
            raise ValueError(
                f"timeout fits models in other processes, to which {name} cannot be "
                f"sent, as it cannot be pickled ({error}): change it, or leave out "
                "timeout."
            ) from error


def run_in_time(
    function: Callable[..., Any],
    shared: tuple[Any, ...],
    tasks: Iterator[Task],
    *,
    timeout: float,
    n_workers: int,
) -> Iterator[tuple[Any, Any]]:
    """Call a function in other processes, and end those that take too long.

    The processes are of this machine. They have ended when the iterator has, and with
    them all that they have started.

    Parameters
    ----------
    function : callable
        What to call with ``*shared`` and the arguments of a task.
    shared : tuple
        The arguments of all tasks, which each process gets once.
    tasks : iterator of (key, tuple)
        What to tell a task by, and its other arguments; asked for when it is begun.
    timeout : float
        The seconds that a call may take.
    n_workers : int
        How many may run at a time.

    Yields
    ------
    key : object
        Which task is done, whichever is first.
    result : object
        What was returned, or the exception: `TimeoutError` where it took too long.
    """
    workers: list[_Worker] = []
    try:
        for _ in range(n_workers):
            workers.append(_Worker(function, shared, timeout, n_workers))
        while busy := _give_work(workers, tasks):
            left = min(worker.deadline for worker in busy) - time.monotonic()
            futures = [worker.future for worker in busy]
            wait(futures, max(left, 0), return_when=FIRST_COMPLETED)
            for worker in busy:
                if worker.is_late or worker.future.done():
                    yield worker.key, worker.take()
    finally:
        for worker in workers:
            worker.end()


def _give_work(workers: list[_Worker], tasks: Iterator[Task]) -> list[_Worker]:
    """Give tasks to workers that have none, and return those that have one."""
    for worker in workers:
        if worker.key is None and (task := next(tasks, None)) is not None:
            worker.begin(task)
    return [worker for worker in workers if worker.key is not None]


class _Worker:
    """A process that does one task at a time; another one where it was ended."""

    def __init__(self, *how: Any) -> None:
        self._how = how
        self.key: Any = None
        self._start()

    def _start(self) -> None:
        self._executor = ProcessPoolExecutor(
            1, timeout=_IDLE_SECONDS, initializer=_receive, initargs=self._how
        )
        self._executor.submit(_be_ready)
        self._has_ended = False

    def begin(self, task: Task) -> None:
        """Start a task, and its time, once imports are done and all data is there."""
        self.key, arguments = task
        try:
            if self._has_ended:
                self._start()
            self.future = self._executor.submit(_take, *arguments)
            if self.future.exception() is None:
                self.future = self._executor.submit(_work)
        except BrokenExecutor as error:  # it has ended while it was given the data
            self.future = Future()
            self.future.set_exception(error)
        self.deadline = time.monotonic() + self._how[2]

    @property
    def is_late(self) -> bool:
        """Whether the time is over, and the task is not."""
        return not self.future.done() and time.monotonic() >= self.deadline

    def take(self) -> Any:
        """Return what the task has given, or why there is nothing."""
        self.key = None
        if not self.future.done():
            self.end()
            return TimeoutError(f"not done after {self._how[2]:g} s")
        error = self.future.exception()
        if error is None:
            return self.future.result()
        self.end()  # which may be broken
        return error

    def end(self) -> None:
        """Kill the process, with all processes that it has started."""
        self._has_ended = True
        self._executor.shutdown(wait=True, kill_workers=True)


#: In another process, what it was started with.
_RECEIVED: list[Any] = []


def _receive(*how: Any) -> None:
    _RECEIVED[:] = how
    n_workers = how[-1]
    if n_workers > 1:  # each has its share of the cores, as joblib has it
        threadpool_limits(max(1, joblib.cpu_count() // n_workers))


def _be_ready() -> None:
    """Do nothing, so that the process is started."""


def _take(*arguments: Any) -> None:
    _RECEIVED[4:] = [arguments]


def _work() -> Any:
    function, shared, timeout, n_workers, arguments = _RECEIVED
    threads = joblib.parallel_config("threading") if n_workers > 1 else nullcontext()
    with open(os.devnull, "w") as nowhere, threads:
        # Who would end this process may have been killed.
        faulthandler.dump_traceback_later(
            timeout + _GRACE_SECONDS, exit=True, file=nowhere
        )
        try:
            return function(*shared, *arguments)
        finally:
            faulthandler.cancel_dump_traceback_later()
