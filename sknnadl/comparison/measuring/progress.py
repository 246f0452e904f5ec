"""What a person sees while models are being fitted."""

from __future__ import annotations

import sys
import threading
import time
from contextlib import AbstractContextManager


class Progress:
    """Lines on standard error, and on a terminal the seconds that go by.

    Parameters
    ----------
    enabled : bool
        Whether to tell anything.
    interval : float, default=1
        After how many seconds they are counted again.
    """

    def __init__(self, enabled: bool, interval: float = 1) -> None:
        self.enabled = enabled
        self.interval = interval

    def tell(self, text: str) -> None:
        """Write a line."""
        if self.enabled:
            print(text, file=sys.stderr, flush=True)

    def ticking(self) -> AbstractContextManager[None]:
        """Return a context manager inside which the seconds are counted."""
        return _Seconds(self.enabled and sys.stderr.isatty(), self.interval)


class _Seconds(AbstractContextManager[None]):
    def __init__(self, enabled: bool, interval: float) -> None:
        self._enabled = enabled
        self._interval = interval
        self._done = threading.Event()

    def __enter__(self) -> None:
        if self._enabled:
            self._thread = threading.Thread(target=self._count, daemon=True)
            self._thread.start()

    def __exit__(self, *exception: object) -> None:
        self._done.set()
        if self._enabled:
            self._thread.join()
            print("\r\033[K", end="", file=sys.stderr, flush=True)  # clears the line

    def _count(self) -> None:
        start = time.monotonic()
        while not self._done.wait(self._interval):
            seconds = time.monotonic() - start
            print(f"\r      {seconds:.0f} s", end="", file=sys.stderr, flush=True)
