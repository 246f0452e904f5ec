"""The labels of rows as users give them."""

from typing import Any

import numpy as np


def check_labels(y: Any) -> None:
    """Refuse labels that cannot be sorted, of which scikit-learn says something else.

    Those are missing ones, and text beside what is no text.
    """
    is_missing = y.isna() if hasattr(y, "isna") else None
    if isinstance(y, list | tuple):
        y = np.array(y, dtype=object)  # whose numbers stay numbers beside text
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
    if "str" in kinds and not all(isinstance(label, str) for label in y):
        raise ValueError(
            f"y has labels of the types {kinds}, which cannot be sorted: make text of "
            "all of them, or numbers."
        )
