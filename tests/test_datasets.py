import gzip
import pickle
from functools import partial
from itertools import pairwise

import numpy as np
import pytest

from sknnadl.datasets import load_digits_images, load_mnist, mnist

SIZES = {"train": 50_000, "val": 10_000, "test": 10_000}


@pytest.fixture(scope="module")
def images():
    """Images and labels of MNIST's shapes, drawn at random."""
    rng = np.random.default_rng(0)
    x = np.zeros((70_000, 28, 28), np.uint8)
    x[:, 10:12] = rng.integers(256, size=(70_000, 2, 28))
    return x, rng.integers(10, size=70_000).astype(np.uint8)


def write_npz(folder, x, y):
    path = folder / "mnist.npz"
    parts = {"x_train": x[:60_000], "y_train": y[:60_000]}
    np.savez(path, **parts, x_test=x[60_000:], y_test=y[60_000:])
    return path


def write_idx(folder, x, y, *, gzipped=False):
    names = {"train": slice(0, 60_000), "t10k": slice(60_000, None)}
    for name, rows in names.items():
        for kind, array in (("images-idx3", x[rows]), ("labels-idx1", y[rows])):
            shape = np.array(array.shape, ">u4").tobytes()
            content = b"\0\0\x08" + bytes([array.ndim]) + shape + array.tobytes()
            path = folder / f"{name}-{kind}-ubyte"
            if gzipped:
                content = gzip.compress(content, 1)
                path = path.with_suffix(".gz")
            path.write_bytes(content)
    return folder


def write_book(folder, x, y):
    path = folder / "mnist.pkl.gz"
    rows = x.reshape(70_000, 784).astype(np.float32) / np.float32(256)
    edges = (0, 50_000, 60_000, 70_000)
    parts = tuple((rows[a:b], y[a:b].astype(np.int64)) for a, b in pairwise(edges))
    with gzip.open(path, "wb", compresslevel=1) as file:
        pickle.dump(parts, file, protocol=2)
    return path


WRITERS = {
    "npz": write_npz,
    "idx": write_idx,
    "idx, gzipped": partial(write_idx, gzipped=True),
    "the book's pickle": write_book,
}


@pytest.mark.parametrize("name", WRITERS)
def test_every_format_gives_the_books_split(name, images, tmp_path):
    x, y = images
    path = WRITERS[name](tmp_path, x, y)
    data = load_mnist(path, dtype="uint8")
    start = 0
    for part, size in SIZES.items():
        rows = slice(start, start + size)
        np.testing.assert_array_equal(data[f"X_{part}"], x[rows].reshape(size, 784))
        np.testing.assert_array_equal(data[f"y_{part}"], y[rows])
        start += size
    assert data.image_shape == (28, 28)


def test_pixels_are_divided_by_256(images, tmp_path, monkeypatch):
    monkeypatch.setenv("SKNNADL_MNIST", str(write_npz(tmp_path, *images)))
    data = load_mnist()
    assert data.X_train.dtype == np.float32
    expected = images[0][:50_000].reshape(50_000, 784) / 256
    np.testing.assert_array_equal(data.X_train, expected)


def test_without_a_path_it_is_downloaded(images, monkeypatch):
    x, y = images
    asked = {}

    class Answer:
        data, target = x.reshape(70_000, 784).astype(float), y.astype(str)

    def fetch(name, **options):
        asked[name] = options
        return Answer

    monkeypatch.delenv("SKNNADL_MNIST", raising=False)
    monkeypatch.setattr(mnist, "fetch_openml", fetch)
    data = load_mnist(dtype="uint8")
    assert list(asked) == ["mnist_784"]
    np.testing.assert_array_equal(data.y_test, y[60_000:])


class Evil:
    """A pickle that would run a command."""

    def __reduce__(self):
        return (print, ("made something that is no array",))


def test_a_pickle_can_make_arrays_alone(tmp_path, capsys):
    path = tmp_path / "mnist.pkl.gz"
    with gzip.open(path, "wb") as file:
        pickle.dump(Evil(), file)
    with pytest.raises(ValueError, match=r"or damaged: it names builtins.print"):
        load_mnist(path)
    assert capsys.readouterr().out == ""


def test_a_pickle_can_make_arrays_of_numbers_alone(tmp_path):
    path = tmp_path / "mnist.pkl.gz"
    with gzip.open(path, "wb") as file:
        pickle.dump(np.zeros(3, "V8"), file, protocol=2)
    with pytest.raises(ValueError, match="it has values of dtype"):
        load_mnist(path)


def test_what_is_not_mnist_is_said(tmp_path):
    with pytest.raises(FileNotFoundError, match="no MNIST at"):
        load_mnist(tmp_path / "nowhere.npz")
    with pytest.raises(FileNotFoundError, match="neither train-images-idx3-ubyte nor"):
        load_mnist(tmp_path)
    for name in ("a.npz", "b.pkl.gz", "c.txt"):
        (tmp_path / name).write_bytes(b"no data")
        with pytest.raises(ValueError, match="not"):
            load_mnist(tmp_path / name)
    np.savez(tmp_path / "d.npz", x_train=np.zeros(3))
    with pytest.raises(ValueError, match="lacks the arrays"):
        load_mnist(tmp_path / "d.npz")
    zeros = np.zeros((5, 28, 28), np.uint8)
    names = ("x_train", "x_test", "y_train", "y_test")
    np.savez(tmp_path / "e.npz", **dict.fromkeys(names, zeros))
    with pytest.raises(ValueError, match="70,000 images of 784 pixels"):
        load_mnist(tmp_path / "e.npz")
    (tmp_path / "train-images-idx3-ubyte").write_bytes(b"\0\0\x08\x01\0\0\0\x05abc")
    with pytest.raises(ValueError, match="should have 5 values and has 3"):
        load_mnist(tmp_path)
    with pytest.raises(ValueError, match="dtype must be one of"):
        load_mnist(dtype="float64")


def test_the_real_mnist(mnist):
    assert [len(mnist[f"X_{part}"]) for part in SIZES] == list(SIZES.values())
    # the numbers of each digit among the official test images
    counts = [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert np.bincount(mnist.y_test).tolist() == counts
    assert mnist.X_train.max() == np.float32(255 / 256)


def test_digits():
    data, raw = load_digits_images(), load_digits_images(dtype="uint8")
    sizes = [len(data[f"X_{part}"]) for part in ("train", "val", "test")]
    assert sizes == [1197, 300, 300]
    np.testing.assert_array_equal(data.X_train, raw.X_train / np.float32(16))
    assert raw.X_train.dtype == np.uint8
    assert raw.X_train.max() == 16
    assert all(np.bincount(data[f"y_{p}"]).min() > 0 for p in ("train", "val", "test"))
    rows = np.concatenate([data.X_train, data.X_val, data.X_test])
    assert len(np.unique(rows, axis=0)) == len(rows)  # the parts share no image
