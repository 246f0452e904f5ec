"""Images inside a page, and the page's part on what classifiers get wrong."""

import base64
import struct
import zlib
from html import escape

import numpy as np

#: Images that are shown of a model, and classes whose confusions make a table.
_MOST_IMAGES, _MOST_CLASSES = 30, 20


def encode_png(image, largest):
    """Return an image as a PNG file.

    Parameters
    ----------
    image : ndarray of shape (height, width) or (height, width, channels)
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
    parts = (b"IHDR", head), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*part) for part in parts)


def _chunk(kind, content):
    check = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + check


def join_images(parts, image_shape):
    """Return the rows of all splits as images, or None where they are none.

    Parameters
    ----------
    parts : list of array-like of shape (n, ...)
        The rows of each split.
    image_shape : tuple of int or None
        The shape of an image, where rows are flat.

    Returns
    -------
    images : ndarray of shape (n_all, height, width, ...) or None
        None for flat rows without ``image_shape``, and for what is no array.

    Raises
    ------
    ValueError
        If rows do not have as many numbers as the shape.
    """
    if not all(isinstance(part, np.ndarray) for part in parts):
        return None
    if image_shape is None and parts[0].ndim not in (3, 4):
        return None
    rows = np.concatenate(parts)
    if image_shape is None:
        return rows
    if rows[0].size != np.prod(image_shape):
        raise ValueError(
            f"image_shape={tuple(image_shape)} does not fit rows of shape "
            f"{rows.shape[1:]}."
        )
    return rows.reshape(len(rows), *image_shape)


def render_all_mistakes(said, targets, confusions, images):
    """Return what each of some classifiers gets wrong, and what all of them do.

    Parameters
    ----------
    said : dict of str to ndarray of shape (n,)
        The predictions of each model.
    targets : ndarray of shape (n,)
        What is right.
    confusions : dict of str to (ndarray, ndarray)
        The confusions of each model, and the classes.
    images : ndarray of shape (n, ...) or None
        The rows as images.

    Returns
    -------
    parts : list of str
        HTML, for each model a line to click on.
    """
    parts = []
    for name, predictions in said.items():
        wrong = np.flatnonzero(predictions != targets)
        pairs = list(zip(targets[wrong], predictions[wrong], strict=True))
        table = _make_table(*confusions[name])
        parts.append(_render(name, pairs, len(targets), table, images, wrong))
    if len(said) > 1:
        of_all = np.array(list(said.values()))
        wrong = np.flatnonzero((of_all != targets).all(axis=0))
        pairs = [
            (targets[i], " or ".join(map(str, dict.fromkeys(of_all[:, i].tolist()))))
            for i in wrong
        ]
        name = f"all {len(said)} of them"
        parts.append(_render(name, pairs, len(targets), "", images, wrong))
    return parts


def _render(name, wrong, n_rows, table, images, indices):
    """Return what is wrong behind a line to click on, given (right, said) of each."""
    shown = ""
    if images is not None and len(wrong):
        shown = _show_images(images[indices], wrong)
    summary = f"<summary>{escape(name)}: {len(wrong):,} of {n_rows:,} rows</summary>"
    return f"<details>{summary}\n{table}{shown}</details>"


def _make_table(matrix, labels):
    if len(labels) > _MOST_CLASSES:
        return ""
    names = [escape(str(label)) for label in labels]
    head = "".join(f'<th scope="col">{name}</th>' for name in names)
    lines = []
    for name, counts in zip(names, matrix, strict=True):
        cells = "".join(f"<td>{count or ''}</td>" for count in counts.tolist())
        lines.append(f'<tr><th scope="row">{name}</th>{cells}</tr>')
    corner = '<th class="soft">is \\ said</th>'
    return (
        f'<div class="scroll"><table class="confusion"><thead><tr>{corner}{head}</tr>'
        f"</thead><tbody>\n{chr(10).join(lines)}\n</tbody></table></div>\n"
    )


def _show_images(images, wrong):
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
