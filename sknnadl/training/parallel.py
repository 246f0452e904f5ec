"""Threads: BLAS on one, and pieces of a mini-batch that several share."""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from typing import Any

import numpy as np

# scikit-learn requires threadpoolctl, so it is always there.
from threadpoolctl import ThreadpoolController

from sknnadl.network.network import Network

#: A mini-batch is divided into at most so many pieces. The division depends on the
#: network and the batch alone, never on the number of threads, so that the sums come
#: out the same on any number.
MAX_PIECES = 8
#: A piece of more rows than this would only take more memory.
_PIECE_MOST_ROWS = 1024
#: A piece is normalized on its own (Hoffer, Hubara and Soudry 2017), so with batch
#: normalization it needs at least so many rows, each with one value of a feature
#: or, with images, many.
_PIECE_ROWS_NORMALIZED, _PIECE_IMAGES_NORMALIZED, _MANY_VALUES = 32, 16, 16

_lock = threading.Lock()
_n_users = 0
_original: list[int] = []
#: Of each thread: how often it is inside, and the limits that it had before.
_of_thread = threading.local()


@cache
def _libraries() -> list[Any]:
    """Return what controls the libraries of matrix products."""
    return list(ThreadpoolController().select(user_api="blas").lib_controllers)


@contextmanager
def single_threaded_blas() -> Iterator[None]:
    """Run the matrix products of this process on one thread each.

    BLAS adds in another order on another number of threads, which changes the last
    bits. The limit is the whole process's, so it is set by the first of the threads
    that ask for it and lifted by the last, whatever thread that is. Where each thread
    has a limit of its own, each sets and lifts its own.
    """
    global _n_users, _original
    entered = False
    try:
        with _lock:
            own = [library.num_threads for library in _libraries()]
            if _n_users == 0:
                _original = own
            _n_users += 1
            depth = getattr(_of_thread, "depth", 0)
            if depth == 0:
                _of_thread.original = own
            _of_thread.depth = depth + 1
            entered = True
        limit_own_thread()
        yield
    finally:
        if entered:
            with _lock:
                _leave()


def _leave() -> None:
    """Lift the limits of this thread, and those of the process if it is the last."""
    global _n_users
    _n_users -= 1
    _of_thread.depth -= 1
    before = zip(_libraries(), _original, _of_thread.original, strict=True)
    for library, of_process, of_thread in before:
        if not _has_limit_of_thread(library):
            if _n_users == 0:
                _set_n_threads(library, of_process)
        elif _of_thread.depth == 0:
            _set_n_threads(library, of_thread)


def limit_own_thread() -> None:
    """Let the calling thread multiply by itself, inside `single_threaded_blas`."""
    with _lock:
        for library in _libraries():
            _set_n_threads(library, 1)


def _set_n_threads(library: Any, n_threads: int) -> None:
    """Set a limit, whichever thread has set one before.

    From 3.8 on threadpoolctl lets only the thread that was first set the limit of
    OpenBLAS, and others fail in silence. Here a lock and a count keep them apart.
    """
    release = getattr(library, "clear_controlling_thread", None)
    if release is None:
        library.set_num_threads(n_threads)
        return
    release(force=True)
    library.set_num_threads(n_threads)
    release(force=True)


def _has_limit_of_thread(library: Any) -> bool:
    return getattr(library, "threading_layer", None) == "openmp"


def _forget_users() -> None:
    """Start anew in a forked child, which has none of the other threads."""
    global _lock, _n_users
    _lock = threading.Lock()
    if _n_users:
        _n_users = 0
        for library, n_threads in zip(_libraries(), _original, strict=True):
            _set_n_threads(library, n_threads)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_users)


def count_piece_rows(network: Network, in_kernels: bool) -> int:
    """Return how many rows a piece of a mini-batch has at least.

    Parameters
    ----------
    network : Network
        What goes forward and back through the rows.
    in_kernels : bool
        Whether the kernels divide mini-batches themselves.

    Returns
    -------
    n_rows : int
        The number, which does not depend on the threads.
    """
    work = _piece_work(network, in_kernels)
    n_rows = min(math.ceil(work / network.work), _PIECE_MOST_ROWS)
    if network.n_trained == network.parameters.size:
        return n_rows
    has_many = network.values_per_row >= _MANY_VALUES
    least = _PIECE_IMAGES_NORMALIZED if has_many else _PIECE_ROWS_NORMALIZED
    return max(n_rows, least)


def _piece_work(network: Network, in_kernels: bool) -> int:
    """Return how many multiplications the rows of a piece need to go forward.

    It is enough to be worth waking a thread for, and so many for each parameter that
    adding the pieces' gradients costs little.
    """
    n_parameters = network.parameters.size
    if in_kernels:
        # The kernels' threads are awake, and only few gradients are added up; but for
        # very few rows it takes longer to read the weights than to multiply by them.
        return max(5 * 10**6, 8 * n_parameters)
    # Compiled kernels are done with less before a thread is awake.
    least = 2 * 10**7 if network.compiled else 10**6
    return max(least, 60 * n_parameters)


class Pieces:
    """A network's replicas, through which the pieces of a mini-batch go.

    A context manager, inside which there are threads that share them.

    Parameters
    ----------
    network : Network
        The network that the mini-batches are for: the first of the replicas.
    batch_size : int
        The most rows of a mini-batch.
    n_threads : int
        How many threads there may be.
    has_replicas : bool, default=True
        Whether `process` will be called, for which there are replicas; else what is
        known is how to divide a mini-batch.

    Attributes
    ----------
    n_rows : int
        How many rows a piece has at least.
    n_pieces : int
        How many pieces the largest mini-batch has, whatever the threads.
    n_threads : int
        How many threads have something to do.
    """

    def __init__(
        self,
        network: Network,
        batch_size: int,
        n_threads: int,
        has_replicas: bool = True,
    ) -> None:
        self.n_rows = count_piece_rows(network, in_kernels=not has_replicas)
        self.n_pieces = self.count(batch_size)
        self.n_threads = min(n_threads, self.n_pieces)
        # A thread's replicas take turns, so they share their memory.
        self._replicas = [network]
        for i in range(1, self.n_pieces if has_replicas else 1):
            memory = None if i < self.n_threads else self._replicas[i - self.n_threads]
            self._replicas.append(network.replica(scratch_of=memory))

    def __enter__(self) -> Pieces:
        # The calling thread works too.
        self._pool = ThreadPoolExecutor(
            max(1, self.n_threads - 1), initializer=limit_own_thread
        )
        return self

    def __exit__(self, *exception: object) -> None:
        self._pool.shutdown()

    def count(self, n_rows: int) -> int:
        """Return how many pieces a mini-batch of so many rows has."""
        return min(max(1, n_rows // self.n_rows), MAX_PIECES)

    def process(
        self, n_rows: int, differentiate: Callable[[int, int, Network, slice], None]
    ) -> None:
        """Fill the network's gradient with the sum of those of the pieces.

        Parameters
        ----------
        n_rows : int
            The rows of the mini-batch.
        differentiate : callable
            Fills the gradient of a replica with that of a piece. It is given the
            numbers of the thread and of the piece, the replica, and the piece's rows.
        """
        n_pieces = min(self.count(n_rows), self.n_pieces)
        edges = [n_rows * i // n_pieces for i in range(n_pieces + 1)]
        n_threads = min(self.n_threads, n_pieces)

        def work(thread: int) -> None:
            with np.errstate(all="ignore"):
                for i in range(thread, n_pieces, self.n_threads):
                    rows = slice(edges[i], edges[i + 1])
                    differentiate(thread, i, self._replicas[i], rows)

        others = [self._pool.submit(work, thread) for thread in range(1, n_threads)]
        try:
            work(0)
        finally:
            errors = [other.exception() for other in others]  # waits for each
        for error in filter(None, errors):
            raise error
        first, *rest = self._replicas[:n_pieces]
        for replica in rest:  # always in this order
            np.add(first.gradient, replica.gradient, out=first.gradient)
