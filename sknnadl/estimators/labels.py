"""The labels of rows as users give them."""

from typing import Any

import numpy as np


def check_labels(y: Any) -> None:
    """Refuse labels that cannot be sorted, of which scikit-learn says something else.

    Those are missing ones, and text beside what is no text, but for lists of both:
    there numbers are made text, as scikit-learn does.
    """
    is_missing = y.isna() if hasattr(y, "isna") else None
    is_list = isinstance(y, list | tuple)
    if is_list:
        y = np.array(y, dtype=object)  # in which what is missing stays so beside text
    y = np.asarray(y) if hasattr(y, "iloc") else y
    if not isinstance(y, np.ndarray) or y.dtype != object or y.ndim != 1:
        return
    if is_missing is None:
        is_missing = [
            label is None or (isinstance(label, float) and np.isnan(label))
            for label in y
        ]
    missing = np.flatnonzero(is_missing)
    if len(missing):
        raise ValueError(
            f"y contains NaN or None: there is no label in {len(missing)} of {len(y)} "
            f"rows, the first of them row {missing[0]}. Fill it in, or leave these "
            "rows out."
        )
    kinds = sorted({type(label).__name__ for label in y})
    are_mixed = "str" in kinds and not all(isinstance(label, str) for label in y)
    if are_mixed and not is_list:
        raise ValueError(
            f"y has labels of the types {kinds}, which cannot be sorted: make text of "
            "all of them, or numbers."
        )
