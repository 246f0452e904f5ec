"""Windows that slide over images: how many fit, and which pixels each begins with."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from sknnadl.network.arrays import Array, Shape
from sknnadl.network.layers.layer import LayerSpec


def check_is_image(spec: LayerSpec, input_shape: Shape) -> None:
    """Refuse inputs that are not images of (height, width, channels)."""
    if len(input_shape) != 3:
        raise ValueError(
            f"{spec} takes images of shape (height, width, channels), got inputs of "
            f"shape {input_shape}: name the shape of the images that flat rows hold."
        )


def count_windows(
    size: tuple[int, int], window: tuple[int, int], stride: tuple[int, int]
) -> tuple[int, int]:
    """Return how many windows fit into an image, down and across."""
    down, across = (
        (length - part) // step + 1
        for length, part, step in zip(size, window, stride, strict=True)
    )
    return down, across


def pad_size(
    size: tuple[int, int],
    kernel: tuple[int, int],
    stride: tuple[int, int],
    padding: str,
) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return how many zeros go above and left of an image, and its padded size."""
    if padding == "valid":
        return (0, 0), size
    before, padded = [], []
    for length, part, step in zip(size, kernel, stride, strict=True):
        n_outputs = -(-length // step)
        extra = max((n_outputs - 1) * step + part - length, 0)
        before.append(extra // 2)
        padded.append(length + extra)
    return (before[0], before[1]), (padded[0], padded[1])


def window_positions(
    x: Array,
    n_windows: tuple[int, int],
    window: tuple[int, int],
    stride: tuple[int, int],
) -> Iterator[Array]:
    """Yield, for each pixel of a window, its values in all windows, as a view.

    ``x`` has shape (n, height, width, channels) and each view (n, down, across,
    channels).
    """
    for top, left in product(*map(range, window)):
        rows, columns = (
            slice(start, start + (count - 1) * step + 1, step)
            for start, count, step in zip((top, left), n_windows, stride, strict=True)
        )
        yield x[:, rows, columns]
