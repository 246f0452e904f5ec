"""The level of an interval."""

from __future__ import annotations


def check_level(level: float) -> None:
    """Refuse a level that no interval can have.

    Parameters
    ----------
    level : float
        The probability with which an interval is to cover the truth.

    Raises
    ------
    ValueError
        If it is not between 0 and 1.

    Examples
    --------
    >>> from sknnadl.significance.level import check_level
    >>> check_level(0.95)
    """
    if not 0 < level < 1:
        raise ValueError(f"level must be between 0 and 1, got {level!r}.")
