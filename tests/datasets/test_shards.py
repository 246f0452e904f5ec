"""Rows in files, in blocks: each once an epoch, in an order that is gone on with."""

import pickle
import re
import subprocess
import sys
from itertools import islice

import joblib
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from sklearn.preprocessing import StandardScaler

from sknnadl import MLPClassifier
from sknnadl.datasets import ShardedRows


def write_arrays(folder, lengths, n_features=3):
    """Write arrays whose last column numbers the rows."""
    folder.mkdir(exist_ok=True)
    first = 0
    for i, n in enumerate(lengths):
        numbers = np.arange(first, first + n, dtype=float)[:, None]
        X = numbers + np.arange(1, n_features + 1) / 10
        np.save(folder / f"{i:02d}.npy", np.hstack([X, numbers]))
        first += n
    return folder


def epochs(rows, n):
    return [(rows.epoch, X, y) for _ in range(n) for X, y in rows]


@settings(max_examples=40)
@given(
    lengths=st.lists(st.integers(0, 40), min_size=1, max_size=6).filter(any),
    buffer_rows=st.integers(1, 60),
    block_rows=st.integers(1, 70),
    shuffle=st.booleans(),
)
def test_each_row_is_there_once_an_epoch(
    tmp_path_factory, lengths, buffer_rows, block_rows, shuffle
):
    folder = write_arrays(tmp_path_factory.mktemp("shards"), lengths)
    sizes = {"buffer_rows": buffer_rows, "block_rows": block_rows}
    rows = ShardedRows(folder, -1, **sizes, shuffle=shuffle, random_state=0)
    assert rows.n_rows == sum(lengths)
    for epoch in range(2):
        assert (rows.epoch, rows.block) == (epoch, 0)
        blocks = list(rows)
        seen = np.concatenate([y for _, y in blocks])
        assert_array_equal(np.sort(seen) if shuffle else seen, np.arange(sum(lengths)))
        for X, y in blocks:
            assert 1 <= len(y) <= min(block_rows, buffer_rows)
            assert_array_equal(X, y[:, None] + np.arange(1, 4) / 10)


@pytest.fixture
def folder(tmp_path):
    return write_arrays(tmp_path / "shards", [50, 7, 90, 33])


def test_epochs_have_other_orders_and_the_same_seed_has_the_same(folder):
    def orders(seed):
        rows = ShardedRows(folder, -1, buffer_rows=60, random_state=seed)
        return [np.concatenate([y for _, y in rows]) for _ in range(3)]

    one, same, other = orders(0), orders(0), orders(1)
    assert_array_equal(one, same)
    assert not any(np.array_equal(a, b) for a, b in zip(one, other, strict=True))
    assert not np.array_equal(one[0], one[1])
    assert not np.array_equal(one[1], one[2])


def test_a_block_has_rows_from_anywhere(tmp_path):
    """Sixteen chunks of a hundred make up a buffer, and a block has some of each."""
    folder = write_arrays(tmp_path / "shards", [1600] * 10)
    rows = ShardedRows(folder, -1, buffer_rows=1600, block_rows=400, random_state=0)
    for _, y in rows:
        assert len(np.unique(y // 100)) == 16
        assert len(np.unique(y // 1600)) >= 4  # of ten files


@pytest.mark.parametrize("n_done", [0, 1, 4, 5, 9, 10, 11, 17])
def test_what_was_pickled_goes_on_with_the_next_block(folder, n_done):
    sizes = {"buffer_rows": 60, "block_rows": 20, "random_state": 0}
    expected = epochs(ShardedRows(folder, -1, **sizes), 3)
    rows = ShardedRows(folder, -1, **sizes)
    done = [
        (rows.epoch, X, y)
        for X, y in islice((block for _ in range(3) for block in rows), n_done)
    ]
    rows = pickle.loads(pickle.dumps(rows))
    found = [*done, *epochs(rows, 3 - rows.epoch)]
    assert rows.epoch == 3
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        for a, b in zip(one, other, strict=True):
            assert_array_equal(a, b)


def test_a_pickle_holds_no_rows(tmp_path):
    folder = write_arrays(tmp_path / "shards", [5000])
    rows = ShardedRows(folder, -1, random_state=0)
    next(iter(rows))
    assert len(pickle.dumps(rows)) < 5000


def test_images_have_their_targets_in_other_files(tmp_path):
    rng = np.random.default_rng(0)
    images = rng.integers(256, size=(30, 4, 5), dtype=np.uint8)
    labels = np.array(["no", "yes"])[rng.integers(2, size=30)]
    for i, rows in enumerate(np.array_split(np.arange(30), 3)):
        np.save(tmp_path / f"X-{i}.npy", images[rows])
        np.save(tmp_path / f"y-{i}.npy", labels[rows])
    given = str(tmp_path / "X-*.npy"), str(tmp_path / "y-*.npy")
    (X, y), *rest = ShardedRows(*given, shuffle=False)
    assert not rest
    assert X.dtype == np.uint8
    assert_array_equal(X, images)
    assert_array_equal(y, labels)
    paths = [tmp_path / "X-2.npy"], [tmp_path / "y-2.npy"]
    ((X, y),) = ShardedRows(*paths, shuffle=False)
    assert_array_equal(X, images[20:])


def test_chosen_columns(folder):
    ((X, y),) = ShardedRows(folder, 0, columns=[2, -1], shuffle=False)
    assert_array_equal(y, np.arange(180) + 0.1)
    assert_array_equal(X, np.arange(180)[:, None] + [0.3, 0.0])


@pytest.fixture
def parquet():
    return pytest.importorskip("pyarrow.parquet", reason="needs the integration extra")


def write_tables(parquet, folder, lengths, **options):
    import pyarrow as pa

    folder.mkdir(exist_ok=True)
    first = 0
    for i, n in enumerate(lengths):
        numbers = np.arange(first, first + n)
        columns = {
            "a": pa.array(numbers, pa.int32()),
            "label": pa.array([f"class {k % 3}" for k in numbers]).dictionary_encode(),
            "b": pa.array([None if k % 5 == 0 else k / 2 for k in numbers]),
            "c": pa.array([bool(k % 2) for k in numbers]),
        }
        parquet.write_table(pa.table(columns), folder / f"{i}.parquet", **options)
        first += n
    return folder


@pytest.mark.parametrize("columns", [None, ["c", "a"]])
def test_tables_in_parquet_files(parquet, tmp_path, columns):
    folder = write_tables(parquet, tmp_path / "t", [40, 25], row_group_size=10)
    rows = ShardedRows(folder, "label", columns=columns, buffer_rows=20, block_rows=7)
    X, y = map(np.concatenate, zip(*rows, strict=True))
    names = columns or ["a", "b", "c"]
    numbers = X[:, names.index("a")].astype(int)
    order = np.argsort(numbers)
    assert_array_equal(numbers[order], np.arange(65))
    assert not np.array_equal(numbers, np.arange(65))
    assert_array_equal(y, [f"class {k % 3}" for k in numbers])
    assert_array_equal(X[:, names.index("c")], numbers % 2)
    if columns is None:
        b = np.where(numbers % 5 == 0, np.nan, numbers / 2)
        assert_array_equal(X[:, 1], b)
    else:
        assert X.dtype == np.int32


def test_a_row_group_has_to_fit(parquet, tmp_path):
    folder = write_tables(parquet, tmp_path / "t", [10, 40])
    with pytest.raises(ValueError, match=r"1.parquet' has a row group of 40 rows.* 39"):
        ShardedRows(folder, "label", buffer_rows=39)
    assert len(list(ShardedRows(folder, "label", buffer_rows=40))) == 2


def test_what_tables_cannot_be(parquet, tmp_path):
    import pyarrow as pa

    def fails(message, target="y", columns=None, **tables):
        for name, table in tables.items():
            path = tmp_path / f"{name}.parquet"
            parquet.write_table(pa.table(table), path)
        with pytest.raises(ValueError, match=message):
            list(ShardedRows(tmp_path, target, columns=columns))

    fails("target must be a column .* 'x', 'y', got 'z'", "z", one={"x": [1], "y": [1]})
    fails("columns must have at least one", columns=["y"])
    fails("'z' is not in the shards", columns=["z"])
    fails("'x' is of type string", one={"x": ["a"], "y": [1]})
    fails("'x' has missing values .* int64", one={"x": [1, None], "y": [1, 2]})
    fails("'y', the target, has missing", one={"x": [1, 2], "y": [1, None]})
    two = {"x": [1.0], "y": [1]}
    fails("'x' is of type double in .*two", one={"x": [1], "y": [1]}, two=two)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"shards": "nowhere"}, "'nowhere' is no folder with .npy or .parquet"),
        ({"target": 4}, "target must be from -4 to 3, as the shards have 4 columns"),
        ({"target": None}, "target must name files or a folder, got None"),
        ({"target": True}, "target must name files or a folder, got True"),
        ({"columns": [0, 9]}, r"columns must be from -4 to 3, .* got \[0, 9\]"),
        ({"columns": [0, 3]}, "columns has the target, -1: leave it out"),
        ({"buffer_rows": 0}, "buffer_rows must be an integer above 0, got 0"),
        ({"block_rows": 1.5}, "block_rows must be an integer above 0, got 1.5"),
    ],
)
def test_what_is_refused(folder, given, message):
    with pytest.raises(ValueError, match=message):
        ShardedRows(**{"shards": folder, "target": -1, **given})


def test_files_that_do_not_go_together(tmp_path):
    X, y = tmp_path / "X", tmp_path / "y"
    for path in (X, y):
        path.mkdir()
        np.save(path / "0.npy", np.zeros((3, 2)))
    np.save(y / "1.npy", np.zeros((1, 2)))
    with pytest.raises(
        ValueError, match=r"as many rows: the shards have 3 rows.* 3, 1"
    ):
        ShardedRows(X, y)
    np.save(X / "1.npy", np.zeros((1, 5)))
    with pytest.raises(ValueError, match=re.escape("float64 of shape (5,)")):
        ShardedRows(X, y)
    np.save(X / "1.npy", np.zeros((1, 2, 2)))
    (X / "0.npy").unlink()
    with pytest.raises(ValueError, match=r"has the shape \(2, 2\): name files"):
        ShardedRows(X, 0)
    np.save(X / "1.npy", np.zeros((0, 2)))
    with pytest.raises(ValueError, match="There are no rows"):
        ShardedRows(X, 0)
    (X / "1.npy").write_bytes(b"nothing")
    with pytest.raises(ValueError, match=r"1.npy' is no .npy file, or damaged"):
        ShardedRows(X, 0)
    (X / "1.parquet").write_bytes(b"nothing")
    with pytest.raises(ValueError, match="one or the other"):
        ShardedRows(X, 0)


def test_a_file_that_has_changed_is_told(folder):
    rows = ShardedRows(folder, -1)
    np.save(folder / "01.npy", np.zeros((6, 4)))
    with pytest.raises(ValueError, match=r"01.npy' has changed since"):
        list(rows)


@pytest.mark.parametrize("n_done", [1, 7, 10])
def test_a_network_that_was_kept_with_its_rows_goes_on_with_the_same_bits(
    tmp_path, n_done
):
    """With running standardisation; the scaler learns in the first epoch alone."""
    rng = np.random.default_rng(0)
    for i in range(4):
        X = 5 + rng.normal(size=(200, 6))
        np.save(tmp_path / f"{i}.npy", np.column_stack([X, X[:, 0] > X[:, 1]]))

    def start():
        rows = ShardedRows(
            tmp_path, -1, buffer_rows=300, block_rows=100, random_state=0
        )
        options = {"learning_rate": "constant", "momentum": 0.9, "dropout": 0.1}
        return rows, StandardScaler(), MLPClassifier((8,), random_state=0, **options)

    def train(rows, scaler, model, n_blocks=None):
        todo = (block for _ in range(rows.epoch, 2) for block in rows)
        for X, y in islice(todo, n_blocks):
            if rows.epoch == 0:
                scaler.partial_fit(X)
            model.partial_fit(scaler.transform(X), y, classes=[0, 1])

    whole, parts = start(), start()
    train(*whole)
    train(*parts, n_done)
    parts = pickle.loads(pickle.dumps(parts))
    train(*parts)
    for one, other in zip(whole[1:], parts[1:], strict=True):
        for name in ("mean_", "parameters_", "n_samples_seen_"):
            assert_array_equal(getattr(one, name, 0), getattr(other, name, 0))
    assert whole[1].n_samples_seen_ == 800
    assert len(whole[2].history_["loss"]) == len(parts[2].history_["loss"]) == 18


#: Trains, keeps all in a file after each block, and says so.
TRAIN = """
import os, sys, joblib
from sklearn.preprocessing import StandardScaler
from sknnadl import MLPClassifier
from sknnadl.datasets import ShardedRows
folder, kept = sys.argv[1:]
if os.path.exists(kept):
    rows, scaler, model = joblib.load(kept)
else:
    rows = ShardedRows(folder, -1, buffer_rows=300, block_rows=20, random_state=0)
    scaler, model = StandardScaler(), MLPClassifier(momentum=0.9, random_state=0)
while rows.epoch < 3:
    for X, y in rows:
        if rows.epoch == 0:
            scaler.partial_fit(X)
        model.partial_fit(scaler.transform(X), y, classes=[0, 1])
        joblib.dump((rows, scaler, model), kept + ".new")
        os.replace(kept + ".new", kept)
        print(rows.epoch, rows.block, flush=True)
"""


@pytest.mark.slow
def test_a_process_that_is_killed_at_any_moment_is_gone_on_with(tmp_path):
    rng = np.random.default_rng(0)
    folder = tmp_path / "shards"
    folder.mkdir()
    for i in range(4):
        X = 5 + rng.normal(size=(200, 6))
        np.save(folder / f"{i}.npy", np.column_stack([X, X[:, 0] > X[:, 1]]))

    def start(name):
        command = [sys.executable, "-c", TRAIN, folder, tmp_path / name]
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    whole = start("whole").communicate()[0].splitlines()
    seen = []
    for n_lines in (1, 25, 60):
        process = start("parts")
        seen += [process.stdout.readline().strip() for _ in range(n_lines)]
        process.kill()
        seen += process.communicate()[0].splitlines()
    rest = start("parts").communicate()[0].splitlines()
    assert rest
    # A kill may come between what is kept and what is said.
    assert [place for place in whole if place not in seen][-len(rest) :] == rest
    kept = [joblib.load(tmp_path / name) for name in ("whole", "parts")]
    assert_array_equal(*(model.parameters_ for _, _, model in kept))
    assert_array_equal(*(scaler.mean_ for _, scaler, _ in kept))
