"""Whether targets are classes or numbers."""

import argparse
import math
import shlex
import sys
from typing import Any

import numpy as np
import numpy.typing as npt

TASKS = ("auto", "classification", "regression")
#: More values than this are not taken for classes by themselves.
_MOST_CLASSES = 30


def settle_task(
    y: npt.NDArray[Any], options: argparse.Namespace
) -> tuple[bool, npt.NDArray[Any]]:
    """Return whether to classify, and the targets for that.

    Text, and two values, are classes, and numbers with fractions are numbers. Whole
    numbers are classes where they have no more distinct values than the square root of
    the number of rows, and 30 at the most.

    Parameters
    ----------
    y : ndarray of shape (n_samples,)
        Text or numbers, none of them missing.
    options : Namespace
        Those of the command: its ``task``, and what was ``typed``.

    Returns
    -------
    classify : bool
        Whether the targets are classes.
    y : ndarray of shape (n_samples,)
        The targets; floats for a regression.

    Raises
    ------
    ValueError
        If they cannot be what the task says, or can be either.
    """
    is_text = y.dtype.kind == "U"
    is_whole = is_text or y.dtype.kind != "f" or bool((y == np.rint(y)).all())
    if options.task == "regression":
        if is_text:
            raise ValueError(
                f"--task regression needs numbers as targets, got {str(y[0])!r}."
            )
        return False, y.astype(float)
    if options.task == "classification":
        if not is_whole:
            raise ValueError(
                "--task classification needs classes as targets, and they have "
                "fractions: give names to ranges of them, or say --task regression."
            )
        return True, y
    if not is_whole:
        return False, y
    n_distinct = len(np.unique(y))
    if is_text or n_distinct <= 2:
        return True, y
    if n_distinct > min(_MOST_CLASSES, math.sqrt(len(y))):
        ways = [shlex.join([*options.typed, "--task", task]) for task in TASKS[:0:-1]]
        raise ValueError(
            f"The targets have {n_distinct} distinct whole numbers in {len(y)} rows. "
            f"If they are amounts: {ways[0]} . If they are classes: {ways[1]}"
        )
    print(
        f"The {n_distinct} distinct whole numbers of the target are taken for classes "
        "(or --task regression)",
        file=sys.stderr,
    )
    return True, y
