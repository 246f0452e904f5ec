"""Warnings of models: counted instead of shown, also where fits run in threads.

Which warnings are heard is a matter of the whole process: only its main thread may
change it. Other threads are told apart by their numbers.
"""

from __future__ import annotations

import threading
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TextIO

#: How often each warning came, as its category and text.
WarningCounts = dict[str, int]


class _Ear:
    """What takes the place of `warnings.showwarning`."""

    def __init__(self, before: Callable[..., None]) -> None:
        self.before = before
        self.counts: dict[int, Counter[str]] = {}  # by thread

    def __call__(
        self,
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        """Count a warning where somebody counts, and show it elsewhere."""
        counts = self.counts.get(threading.get_ident())
        if counts is None and len(self.counts) == 1:  # of a thread of the only fit
            counts = next(iter(self.counts.values()), None)
        if counts is None:
            self.before(message, category, filename, lineno, file, line)
        else:
            counts[f"{category.__name__}: {message}"] += 1


#: The innermost is last.
_EARS: list[_Ear] = []


@contextmanager
def listening(filters: list[Any] | None = None) -> Iterator[None]:
    """Let warnings be counted in all threads of the process.

    What the user's filters ignore, or make an error, stays so; all others are heard
    every time. Where this is no main thread, or inside another one, it does nothing.

    Parameters
    ----------
    filters : list of tuple, default=None
        The filters to use, as `warnings.filters` of another process; by default those
        that are there.
    """
    if _EARS or threading.current_thread() is not threading.main_thread():
        yield
        return
    with warnings.catch_warnings():
        if filters is not None:
            warnings.filters[:] = filters  # type: ignore[index]  # a list, which typeshed hides
        warnings.simplefilter("always", append=True)
        before = warnings.showwarning
        _EARS.append(_Ear(before))
        warnings.showwarning = _EARS[-1]
        try:
            yield
        finally:
            warnings.showwarning = before
            _EARS.pop()


@contextmanager
def counted_warnings() -> Iterator[WarningCounts | None]:
    """Count the warnings of this thread.

    Yields
    ------
    counts : dict of str to int, or None
        How often each warning has come so far; None where nobody is listening.
    """
    with listening():
        if not _EARS:
            yield None
            return
        ear, thread = _EARS[-1], threading.get_ident()
        outer = ear.counts.get(thread)
        counts = ear.counts[thread] = Counter()
        try:
            yield counts
        finally:
            if outer is None:
                del ear.counts[thread]
            else:
                ear.counts[thread] = outer


@contextmanager
def without_warnings() -> Iterator[None]:
    """Let warnings of this thread go by."""
    if threading.current_thread() is not threading.main_thread():
        with counted_warnings():  # which nobody looks at
            yield
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def add_counts(several: list[WarningCounts | None]) -> WarningCounts | None:
    """Return how often each warning came in all; None where nothing is known."""
    known = [counts for counts in several if counts is not None]
    if not known:
        return None
    return dict(sum(map(Counter, known), Counter()))
