"""The section of a page on what classifiers get wrong: confusions, and images."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sknnadl.comparison.findings.mistakes import count_confusions, join
from sknnadl.comparison.findings.results import ModelResult, without_failures
from sknnadl.comparison.measuring.splits import Split
from sknnadl.comparison.page.render_confusions import render_confusions

#: How many images are shown of a model.
_MOST_IMAGES = 30

#: What is right for a row, and what is said of it.
_Wrong = tuple[Any, Any]


def render_mistakes(
    results: Sequence[ModelResult],
    splits: Sequence[Split],
    image_shape: Sequence[int] | None,
) -> list[str]:
    """Return what each of some classifiers gets wrong, and what all of them do.

    Parameters
    ----------
    results : list of ModelResult
        The classifiers, the best first.
    splits : list of Split
        The rows that they were measured on.
    image_shape : tuple of int or None
        The shape of an image, where rows are flat.

    Returns
    -------
    sections : list of str
        HTML, for each classifier a line to click on, the first unfolded; none for
        several labels a row.

    Raises
    ------
    ValueError
        If rows do not have as many numbers as an image.
    """
    targets = [split.y_test for split in splits]
    y_true = join(targets)
    if y_true.ndim != 1:
        return []
    images = _join_images([split.take_test().X for split in splits], image_shape)
    sound = without_failures(results)
    sections = ["<h2>What they get wrong</h2>"] if sound else []
    said = {result.name: join(result.predictions) for result in sound}
    for result in sound:
        wrong = np.flatnonzero(said[result.name] != y_true)
        pairs = list(zip(y_true[wrong], said[result.name][wrong], strict=True))
        table = render_confusions(*count_confusions(result, targets))
        shown = _show(images, wrong, pairs)
        is_open = result is sound[0]
        sections.append(_fold(result.name, len(y_true), pairs, table + shown, is_open))
    if len(said) > 1:
        of_all = np.array(list(said.values()))
        wrong = np.flatnonzero((of_all != y_true).all(axis=0))
        pairs = [
            (y_true[i], " or ".join(map(str, dict.fromkeys(of_all[:, i].tolist()))))
            for i in wrong
        ]
        name = f"all {len(said)} of them"
        sections.append(_fold(name, len(y_true), pairs, _show(images, wrong, pairs)))
    return sections


def _join_images(
    of_splits: list[Any], image_shape: Sequence[int] | None
) -> NDArray[Any] | None:
    """Return the rows of all splits as images, or None where they are none."""
    if not all(isinstance(rows, np.ndarray) for rows in of_splits):
        return None
    if image_shape is None and of_splits[0].ndim not in (3, 4):
        return None
    rows = np.concatenate(of_splits)
    if image_shape is None:
        return rows
    if rows[0].size != np.prod(image_shape):
        raise ValueError(
            f"image_shape={tuple(image_shape)} does not fit rows of shape "
            f"{rows.shape[1:]}."
        )
    return rows.reshape(len(rows), *image_shape)


def _fold(
    name: str, n_rows: int, wrong: Sequence[_Wrong], content: str, is_open: bool = False
) -> str:
    """Return what is wrong behind a line to click on, given (right, said) of each."""
    summary = f"<summary>{escape(name)}: {len(wrong):,} of {n_rows:,} rows</summary>"
    return f"<details{' open' if is_open else ''}>{summary}\n{content}</details>"


def _show(
    images: NDArray[Any] | None, indices: NDArray[np.intp], wrong: Sequence[_Wrong]
) -> str:
    """Return the images that are wrong, where rows are images."""
    return "" if images is None or not wrong else _show_images(images[indices], wrong)


def _show_images(images: NDArray[Any], wrong: Sequence[_Wrong]) -> str:
    largest = float(np.max(images))
    figures = []
    for image, (label, said) in zip(images[:_MOST_IMAGES], wrong, strict=False):
        content = base64.b64encode(encode_png(image, largest)).decode()
        words = f"{escape(str(label))}, said {escape(str(said))}"
        figures.append(
            f'<figure><img alt="{words}" src="data:image/png;base64,{content}">'
            f"<figcaption>{words}</figcaption></figure>"
        )
    more = len(images) - _MOST_IMAGES
    rest = f'<p class="soft">and {more:,} more</p>' if more > 0 else ""
    return f'<div class="images">\n{chr(10).join(figures)}\n</div>{rest}\n'


def encode_png(image: ArrayLike, largest: float) -> bytes:
    """Return an image as a PNG file.

    Parameters
    ----------
    image : array-like of shape (height, width) or (height, width, channels)
        Grey, where more is darker as in ink; or red, green and blue.
    largest : float
        The value of full ink, or of full light of a colour; 0 is the other end.

    Returns
    -------
    content : bytes
        The file.
    """
    pixels = np.clip(np.asarray(image, float) / (largest or 1), 0, 1)
    if pixels.ndim == 3 and pixels.shape[2] != 3:
        pixels = pixels.mean(axis=2)
    in_colour = pixels.ndim == 3
    pixels = np.rint(255 * (pixels if in_colour else 1 - pixels)).astype(np.uint8)
    height, width = pixels.shape[:2]
    lines = b"".join(b"\0" + line.tobytes() for line in pixels)
    head = struct.pack(">IIBBBBB", width, height, 8, 2 if in_colour else 0, 0, 0, 0)
    chunks = (b"IHDR", head), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(_write_chunk(*chunk) for chunk in chunks)


def _write_chunk(kind: bytes, content: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + check
