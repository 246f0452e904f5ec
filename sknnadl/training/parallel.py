"""Matrix products on one thread, for results that do not depend on the machine."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

# scikit-learn requires threadpoolctl, so it is always there.
from threadpoolctl import ThreadpoolController

_lock = threading.Lock()
_n_users = 0
_original: Any = None


@cache
def _controller() -> ThreadpoolController:
    return ThreadpoolController()


@contextmanager
def single_threaded_blas() -> Iterator[None]:
    """Run the matrix products of this process on one thread each.

    BLAS adds in another order on another number of threads, which changes the last
    bits. The limit is the whole process's, so it is set by the first of the threads
    that ask for it and lifted by the last. The original limits are taken before they
    are changed, so that an interrupted change does not pass for the original.
    """
    global _n_users, _original
    entered = False
    try:
        with _lock:
            if _n_users == 0:
                _original = _controller().limit(limits=None, user_api="blas")
            _n_users += 1
            entered = True
            _controller().limit(limits=1, user_api="blas")
        yield
    finally:
        if entered:
            with _lock:
                _n_users -= 1
                if _n_users == 0:
                    _original.restore_original_limits()


def _forget_users() -> None:
    """Start anew in a forked child, which has none of the other threads."""
    global _lock, _n_users
    _lock = threading.Lock()
    if _n_users:
        _n_users = 0
        _original.restore_original_limits()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_users)
