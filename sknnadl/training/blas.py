"""Matrix products on one thread, for results that do not depend on the machine."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

# scikit-learn requires threadpoolctl, so it is always there.
from threadpoolctl import ThreadpoolController

_lock = threading.Lock()
_n_users = 0
_limiter: Any = None


@cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()


@contextmanager
def single_threaded_blas() -> Iterator[None]:
    """Run the matrix products of this process on one thread each.

    BLAS adds in another order on another number of threads, which changes the last
    bits. The limit is the whole process's, so it is set by the first of the threads
    that ask for it and lifted by the last.
    """
    global _n_users, _limiter
    with _lock:
        if _n_users == 0:
            _limiter = _controller().limit(limits=1, user_api="blas")
        _n_users += 1
    try:
        yield
    finally:
        with _lock:
            _n_users -= 1
            if _n_users == 0:
                _limiter.restore_original_limits()
