"""The types that the network's signatures share."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

#: A floating-point array; every array of one network has the same dtype.
Array = npt.NDArray[np.floating[Any]]
Shape = tuple[int, ...]
