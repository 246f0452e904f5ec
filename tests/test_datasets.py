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
    with pytest.raises(ValueError, match="MNIST is images of 28x28 pixels"):
        load_mnist(tmp_path / "e.npz")
    labels = np.zeros(5, int)
    for pixels, parts, message in [
        (zeros - 1.0, (labels, labels), r"from 0 to 255, .* from -1.0 to -1.0"),
        (zeros, (labels, labels), "more images to train than to test"),
        (zeros, (labels + 0.5, labels), "integers; .* has float64"),
    ]:
        arrays = {"x_train": pixels, "x_test": pixels}
        np.savez(tmp_path / "f.npz", **arrays, y_train=parts[0], y_test=parts[1])
        with pytest.raises(ValueError, match=message):
            load_mnist(tmp_path / "f.npz")
    (tmp_path / "train-images-idx3-ubyte").write_bytes(b"\0\0\x08\x01\0\0\0\x05abc")
    with pytest.raises(ValueError, match="should have 5 values and has 3"):
        load_mnist(tmp_path)
    with pytest.raises(ValueError, match="dtype must be one of"):
        load_mnist(dtype="float64")


@pytest.mark.parametrize("scale", [255, 256])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_pixels_from_0_to_1_are_not_divided_again(scale, dtype, tmp_path):
    x = (np.arange(12 * 784) % 256).reshape(12, 28, 28).astype(np.uint8)
    parts = {"y_train": np.arange(8), "y_test": np.arange(4)}
    small = x.astype(dtype) / dtype(scale)
    np.savez(tmp_path / "m.npz", x_train=small[:8], x_test=small[8:], **parts)
    raw = load_mnist(tmp_path / "m.npz", dtype="uint8")
    np.testing.assert_array_equal(raw.X_test, x[8:].reshape(4, 784))
    data = load_mnist(tmp_path / "m.npz")
    np.testing.assert_array_equal(data.X_train, x[:4].reshape(4, 784) / 256)


def test_black_and_white_pixels_are_0_and_255(tmp_path):
    x = np.arange(12 * 784).reshape(12, 28, 28) % 2
    parts = {"y_train": np.arange(8), "y_test": np.arange(4)}
    np.savez(tmp_path / "m.npz", x_train=x[:8], x_test=x[8:], **parts)
    raw = load_mnist(tmp_path / "m.npz", dtype="uint8")
    np.testing.assert_array_equal(raw.X_test, 255 * x[8:].reshape(4, 784))


def write_small_idx(folder, prefix, test, x, y, number=8, dtype=">u1"):
    """Write 8 images to train and 4 to test, under the names of a data set."""
    folder.mkdir(parents=True, exist_ok=True)
    for half, rows in (("train", slice(0, 8)), (test, slice(8, 12))):
        for kind, array in (("images-idx3", x[rows]), ("labels-idx1", y[rows])):
            head = bytes([0, 0, number, array.ndim])
            shape = np.array(array.shape, ">u4").tobytes()
            path = folder / f"{prefix}{half}-{kind}-ubyte.gz"
            content = head + shape + array.astype(dtype).tobytes()
            path.write_bytes(gzip.compress(content))


@pytest.fixture
def few_images():
    x = (np.arange(12 * 784) % 251).reshape(12, 28, 28)
    return x, np.arange(12) + 15


def test_torchvisions_root_folder(few_images, tmp_path):
    write_small_idx(tmp_path / "MNIST" / "raw", "", "t10k", *few_images)
    data = load_mnist(tmp_path, dtype="uint8")
    np.testing.assert_array_equal(data.X_train, few_images[0][:4].reshape(4, 784))
    np.testing.assert_array_equal(data.y_test, few_images[1][8:])


def test_emnist_is_turned_upright_and_its_letters_are_1_to_26(few_images, tmp_path):
    x, y = few_images
    write_small_idx(tmp_path, "emnist-letters-", "test", x, y)
    upright = x.transpose(0, 2, 1).reshape(12, 784)
    one = tmp_path / "emnist-letters-train-images-idx3-ubyte.gz"
    for path in (tmp_path, one):
        data = load_mnist(path, dtype="uint8")
        np.testing.assert_array_equal(data.X_train, upright[:4])
        np.testing.assert_array_equal(data.X_val, upright[4:8])
        assert data.y_test.tolist() == [23, 24, 25, 26]
    write_small_idx(tmp_path, "emnist-digits-", "test", x, y)
    with pytest.raises(ValueError, match="several data sets: give the path"):
        load_mnist(tmp_path)
    assert load_mnist(one, dtype="uint8").y_train.tolist() == [15, 16, 17, 18]


@pytest.mark.parametrize(
    ("number", "dtype"), [(11, ">i2"), (12, ">i4"), (13, ">f4"), (14, ">f8")]
)
def test_idx_of_other_dtypes(number, dtype, few_images, tmp_path):
    x, y = few_images
    write_small_idx(tmp_path, "", "t10k", x, y, number, dtype)
    if number > 12:  # labels are integers
        for half, rows in (("train", y[:8]), ("t10k", y[8:])):
            head = bytes([0, 0, 12, 1, 0, 0, 0, len(rows)])
            path = tmp_path / f"{half}-labels-idx1-ubyte.gz"
            path.write_bytes(gzip.compress(head + rows.astype(">i4").tobytes()))
    data = load_mnist(tmp_path, dtype="uint8")
    np.testing.assert_array_equal(data.X_test, x[8:].reshape(4, 784))
    np.testing.assert_array_equal(data.y_test, y[8:])


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
