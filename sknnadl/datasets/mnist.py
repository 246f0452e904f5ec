"""MNIST, from wherever it is."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from sklearn.datasets import fetch_openml

from sknnadl._untrusted import explained
from sknnadl.datasets.book_pickle import read_book_pickle
from sknnadl.datasets.formats import (
    Halves,
    read_idx_beside,
    read_idx_folder,
    read_npz,
)
from sknnadl.datasets.images import (
    AnyArray,
    ImageBunch,
    as_bytes,
    check_dtype,
    make_bunch,
)


def load_mnist(
    path: str | os.PathLike[str] | None = None, *, dtype: str = "float32"
) -> ImageBunch:
    """Load MNIST in the book's split: 50,000 images, 10,000 and 10,000.

    The first 50,000 of the official training images train, the last 10,000 validate,
    and the official test images test. Data sets in the form of MNIST are divided
    likewise: as many validate as test.

    Parameters
    ----------
    path : str or path-like, default=None
        Where the images are:

        - a ``.npz`` file with the arrays ``x_train``, ``y_train``, ``x_test`` and
          ``y_test``, whose pixels may be from 0 to 255 or already from 0 to 1;
        - a folder with the four official idx files, plain or gzipped, or torchvision's
          ``root``, which has them in ``MNIST/raw``;
        - a folder with the four files of one part of EMNIST, or the path of the
          training images of one part, such as
          ``emnist-letters-train-images-idx3-ubyte.gz``. The images, which are stored
          with rows and columns exchanged, are turned upright; letters have the labels
          1 to 26;
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
        (10000,), and ``image_shape``, which is ``(28, 28)``. Labels are integers. Other
        data sets have other numbers of rows.

    Raises
    ------
    FileNotFoundError
        If there is nothing at the path.
    ValueError
        If what is there is not images of 28x28 pixels in one of these formats.

    See Also
    --------
    load_digits_images : Smaller images, bundled with scikit-learn.

    References
    ----------
    LeCun, Y., Bottou, L., Bengio, Y. and Haffner, P. (1998). Gradient-based learning
    applied to document recognition. Proceedings of the IEEE, 86(11), 2278-2324.

    Cohen, G., Afshar, S., Tapson, J. and van Schaik, A. (2017). EMNIST: an extension of
    MNIST to handwritten letters. arXiv:1702.05373.

    Examples
    --------
    >>> from sknnadl.datasets import load_mnist
    >>> data = load_mnist("mnist.npz")  # doctest: +SKIP
    >>> data.X_train.shape  # doctest: +SKIP
    (50000, 784)
    """
    check_dtype(dtype)
    path = path or os.environ.get("SKNNADL_MNIST") or None
    halves = _download() if path is None else _read(Path(path))
    source = path or "OpenML"
    train, test = (_check(images, labels, source) for images, labels in halves)
    if len(train[0]) <= len(test[0]):
        raise ValueError(
            f"{source!s} must have more images to train than to test, got "
            f"{len(train[0])} and {len(test[0])}."
        )
    n_train = len(train[0]) - len(test[0])
    parts = (
        (train[0][:n_train], train[1][:n_train]),
        (train[0][n_train:], train[1][n_train:]),
        test,
    )
    return make_bunch(parts, (28, 28), dtype, scale=256)


def _read(path: Path) -> Halves:
    """Return the images and labels of a file or folder, to train and to test."""
    if not path.exists():
        raise FileNotFoundError(
            f"There is no MNIST at {str(path)!r}. Give the path of a .npz file, of a "
            "folder of idx files or of the book's mnist.pkl.gz."
        )
    if path.is_dir():
        return read_idx_folder(path)
    if path.suffix.lower() == ".npz":
        return read_npz(path)
    if path.suffixes[-2:] == [".pkl", ".gz"]:
        return _halve(*read_book_pickle(path))
    if "train-images" in path.name:
        return read_idx_beside(path)
    raise ValueError(
        f"{str(path)!r} is not a format of MNIST that is known: a .npz file, a folder "
        "of idx files or the training images in it, or the book's mnist.pkl.gz."
    )


def _download() -> Halves:
    data = fetch_openml("mnist_784", version=1, as_frame=False, parser="liac-arff")
    return _halve(data.data.astype(np.uint8), data.target.astype(np.int64))


def _halve(images: AnyArray, labels: AnyArray) -> Halves:
    """Return the official images to train, and those to test."""
    return (images[:60_000], labels[:60_000]), (images[60_000:], labels[60_000:])


def _check(
    images: AnyArray, labels: AnyArray, source: object
) -> tuple[AnyArray, AnyArray]:
    """Return images of 28x28 bytes and their labels, if that is what they are."""
    n = len(images) if images.ndim else 0
    if n == 0 or images.size != n * 784 or labels.shape != (n,):
        raise ValueError(
            "MNIST is images of 28x28 pixels, 784 in all, and as many labels; "
            f"{source!s} has arrays of the shapes {images.shape} and {labels.shape}."
        )
    if labels.dtype.kind not in "iu":
        raise ValueError(
            f"The labels of MNIST are integers; {source!s} has {labels.dtype}."
        )
    with explained(str(source), "file of MNIST"):
        return as_bytes(images), labels
