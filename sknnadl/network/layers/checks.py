"""What the arguments of a layer's spec may be."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from sknnadl.network.layers.base import LayerSpec

#: One number for both directions, or (height, width).
Pair = int | tuple[int, int]


def check_count(spec: LayerSpec, name: str) -> None:
    """Refuse an argument that is not an integer of at least 1."""
    value = getattr(spec, name)
    if not _is_count(value):
        raise ValueError(
            f"{name} of {spec} must be an integer of at least 1, got {value!r}."
        )


def check_choice(spec: LayerSpec, name: str, choices: Collection[str]) -> None:
    """Refuse an argument that is not one of the choices."""
    value = getattr(spec, name)
    if not isinstance(value, str) or value not in choices:
        raise ValueError(
            f"{name} of {spec} must be one of {sorted(choices)}, got {value!r}."
        )


def as_pair(spec: LayerSpec, name: str) -> tuple[int, int]:
    """Return an argument as (height, width)."""
    value = getattr(spec, name)
    pair = (value, value) if _is_count(value) else value
    if (
        not isinstance(pair, tuple | list)
        or len(pair) != 2
        or not all(map(_is_count, pair))
    ):
        raise ValueError(
            f"{name} of {spec} must be an integer of at least 1, or (height, width) as "
            f"two of them, got {value!r}."
        )
    return int(pair[0]), int(pair[1])


def _is_count(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        return False
    return int(value) >= 1
