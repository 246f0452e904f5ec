"""Models that tests of all pairs leave together."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike


def find_groups(apart: ArrayLike) -> list[list[int]]:
    """Return the largest groups of models of which no two are told apart.

    Parameters
    ----------
    apart : array-like of bool of shape (n_models, n_models)
        Whether two models are told apart, such as ``p_values < 0.05``.

    Returns
    -------
    groups : list of list of int
        The numbers of the models of each group, of two or more, in order. A model may
        be in several; no group is part of another.

    Raises
    ------
    ValueError
        If `apart` is no square, or says one thing of a pair and another of its reverse.

    References
    ----------
    Bron, C. and Kerbosch, J. (1973). Algorithm 457: finding all cliques of an
    undirected graph. Communications of the ACM, 16(9), 575-577.

    Examples
    --------
    >>> from sknnadl.significance import find_groups
    >>> find_groups([[False, False, True], [False, False, False], [True, False, False]])
    [[0, 1], [1, 2]]
    """
    apart = np.asarray(apart, dtype=bool)
    if apart.ndim != 2 or not np.array_equal(apart, apart.T):
        raise ValueError(
            "apart must be a symmetric array of shape (n_models, n_models), got an "
            f"array of shape {apart.shape}."
        )
    together = ~apart & ~np.eye(len(apart), dtype=bool)
    beside = [set(np.flatnonzero(row).tolist()) for row in together]
    groups: list[list[int]] = []
    _extend(set(), set(range(len(beside))), set(), beside, groups)
    return sorted(group for group in groups if len(group) > 1)


def _extend(
    group: set[int],
    others: set[int],
    done: set[int],
    beside: list[set[int]],
    groups: list[list[int]],
) -> None:
    """Collect the groups that hold this one and more of the others, by recursion."""
    if not others and not done:
        groups.append(sorted(group))
        return
    # Every largest group holds the pivot or a model that is told apart from it.
    pivot = max(others | done, key=lambda one: len(beside[one] & others))
    for one in sorted(others - beside[pivot]):
        near = beside[one]
        _extend(group | {one}, others & near, done & near, beside, groups)
        others = others - {one}
        done = done | {one}
