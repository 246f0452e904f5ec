"""Ctrl-C, which ends the command and not the fit of one model."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Interrupted(BaseException):
    """Somebody has pressed Ctrl-C.

    A fit that meets a `KeyboardInterrupt` ends with its last whole epoch, and a
    comparison would go on.
    """


@contextmanager
def interruptible() -> Iterator[None]:
    """Make an `Interrupted` of Ctrl-C, as far as this thread is told of it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, _interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _interrupt(*_: object) -> None:
    raise Interrupted
