"""What may be typed for each option, and what is said where it may not."""

import argparse
import math


def delimiter(text: str) -> str:
    """Return what stands between columns; a backslash and a t are a tab."""
    if not text:
        raise argparse.ArgumentTypeError("must be a character, got none")
    return text.replace("\\t", "\t")  # which no shell makes a tab of


def above_zero(text: str) -> float:
    """Return a finite number above 0."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"must be a number above 0, got {text!r}")
    return value


def positive(text: str) -> int:
    """Return an integer from 1."""
    return _integer(text, 1, 2**63)


def seed(text: str) -> int:
    """Return an integer that seeds random numbers."""
    return _integer(text, 0, 2**32)


def folds(text: str) -> int:
    """Return an integer from 2."""
    return _integer(text, 2, 2**63)


def jobs(text: str) -> int:
    """Return a number of fits at a time; -1 is one a core."""
    return -1 if text == "-1" else positive(text)


def _integer(text: str, low: int, stop: int) -> int:
    if not text.isdecimal() or not low <= int(text) < stop:
        raise argparse.ArgumentTypeError(
            f"must be an integer from {low} to {stop - 1}, got {text!r}"
        )
    return int(text)
