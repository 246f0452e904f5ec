"""MNIST, from wherever it is."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from sklearn.datasets import fetch_openml

from sknnadl.datasets.book_pickle import read_book_pickle
from sknnadl.datasets.formats import read_idx_folder, read_npz
from sknnadl.datasets.images import AnyArray, ImageBunch, check_dtype, make_bunch


def load_mnist(
    path: str | os.PathLike[str] | None = None, *, dtype: str = "float32"
) -> ImageBunch:
    """Load MNIST in the book's split: 50,000 images, 10,000 and 10,000.

    The first 50,000 of the official training images train, the last 10,000 validate,
    and the official test images test.

    Parameters
    ----------
    path : str or path-like, default=None
        Where the images are:

        - a ``.npz`` file with the arrays ``x_train``, ``y_train``, ``x_test`` and
          ``y_test``;
        - a folder with the four official idx files, plain or gzipped;
        - the book's ``mnist.pkl.gz``. It is read by an unpickler that can make
          arrays and nothing else.

        By default the file or folder that the environment variable ``SKNNADL_MNIST``
        names, and without it a download by `sklearn.datasets.fetch_openml`, which
        keeps it for the next time.
    dtype : {"float32", "uint8"}, default="float32"
        ``"float32"`` for the book's pixels from 0 to 1 (the value divided by 256),
        ``"uint8"`` for the raw values from 0 to 255.

    Returns
    -------
    data : Bunch
        With the arrays ``X_train`` (50000, 784), ``y_train`` (50000,), ``X_val``
        (10000, 784), ``y_val`` (10000,), ``X_test`` (10000, 784) and ``y_test``
        (10000,), and ``image_shape``, which is ``(28, 28)``. Labels are integers.

    Raises
    ------
    FileNotFoundError
        If there is nothing at the path.
    ValueError
        If what is there is not MNIST in one of these formats.

    See Also
    --------
    load_digits_images : Smaller images, bundled with scikit-learn.

    References
    ----------
    LeCun, Y., Bottou, L., Bengio, Y. and Haffner, P. (1998). Gradient-based learning
    applied to document recognition. Proceedings of the IEEE, 86(11), 2278-2324.

    Examples
    --------
    >>> from sknnadl.datasets import load_mnist
    >>> data = load_mnist("mnist.npz")  # doctest: +SKIP
    >>> data.X_train.shape  # doctest: +SKIP
    (50000, 784)
    """
    check_dtype(dtype)
    path = path or os.environ.get("SKNNADL_MNIST") or None
    images, labels = _download() if path is None else _read(Path(path))
    _check(images, labels, path or "OpenML")
    parts = (
        (images[:50_000], labels[:50_000]),
        (images[50_000:60_000], labels[50_000:60_000]),
        (images[60_000:], labels[60_000:]),
    )
    return make_bunch(parts, (28, 28), dtype, scale=256)


def _read(path: Path) -> tuple[AnyArray, AnyArray]:
    """Return all images and labels from a file or folder, in the official order."""
    if not path.exists():
        raise FileNotFoundError(
            f"There is no MNIST at {str(path)!r}. Give the path of a .npz file, of a "
            "folder of idx files or of the book's mnist.pkl.gz."
        )
    if path.is_dir():
        return read_idx_folder(path)
    if path.suffix == ".npz":
        return read_npz(path)
    if path.suffixes[-2:] == [".pkl", ".gz"]:
        return read_book_pickle(path)
    raise ValueError(
        f"{str(path)!r} is not a format of MNIST that is known: a .npz file, a folder "
        "of idx files, or the book's mnist.pkl.gz."
    )


def _download() -> tuple[AnyArray, AnyArray]:
    data = fetch_openml("mnist_784", version=1, as_frame=False, parser="liac-arff")
    return data.data.astype(np.uint8), data.target.astype(np.int64)


def _check(images: AnyArray, labels: AnyArray, source: object) -> None:
    """Refuse what is not 70,000 images of 28x28 with labels from 0 to 9."""
    shapes = images.shape, labels.shape
    if images.size != 70_000 * 784 or (len(images), *shapes[1]) != (70_000, 70_000):
        raise ValueError(
            "MNIST is 70,000 images of 784 pixels and as many labels; "
            f"{source!s} has arrays of the shapes {shapes[0]} and {shapes[1]}."
        )
    if images.dtype != np.uint8 or labels.dtype.kind not in "iu":
        raise ValueError(
            f"The pixels of MNIST are bytes and its labels integers; {source!s} has "
            f"{images.dtype} and {labels.dtype}."
        )
    if not np.isin(labels, np.arange(10)).all():
        raise ValueError(f"The labels in {source!s} are not all digits from 0 to 9.")
