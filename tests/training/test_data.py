import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import sparse

from sknnadl.training.data import OwnTargets, Rows


@given(
    X=hnp.arrays(
        st.sampled_from([np.uint8, np.int64, np.float32, np.float64, bool]),
        st.tuples(st.integers(1, 8), st.integers(1, 4)),
        elements=st.integers(0, 1),
    ),
    data=st.data(),
    kind=st.sampled_from([np.asarray, sparse.csr_array, np.asfortranarray]),
    dtype=st.sampled_from(["float32", "float64"]),
)
def test_take_is_indexing_and_conversion(X, data, kind, dtype):
    n = len(X)
    codes = np.arange(n) % 3
    weights = np.linspace(0, 1, n).astype(dtype)
    rows = Rows(kind(X), dtype, codes, np.eye(3), weights)
    indices = np.array(data.draw(st.lists(st.integers(0, n - 1), min_size=1)))
    block = rows.take(indices)
    assert block.x.dtype == block.targets.dtype == dtype
    np.testing.assert_array_equal(block.x, X[indices])
    np.testing.assert_array_equal(block.targets, np.eye(3)[codes[indices]])
    np.testing.assert_array_equal(block.weights, weights[indices])
    np.testing.assert_array_equal(rows.inputs(slice(0, 2)), X[:2])

    subset = rows.subset(indices)
    assert len(subset) == len(indices)
    np.testing.assert_array_equal(subset.inputs(slice(None)), X[indices])
    np.testing.assert_array_equal(subset.labels, codes[indices])
    np.testing.assert_array_equal(subset.targets(), np.eye(3)[codes[indices]])
    again = subset.subset(np.array([0]))
    np.testing.assert_array_equal(again.inputs(slice(None)), X[indices[:1]])

    # as they were given: a subset's rows alone, of the same kind and dtype
    assert rows.originals() is rows._X
    originals = subset.originals()
    assert originals.dtype == X.dtype
    assert sparse.issparse(originals) == (kind is sparse.csr_array)
    dense = originals.toarray() if sparse.issparse(originals) else originals
    np.testing.assert_array_equal(dense, X[indices])


@pytest.mark.parametrize("n_outputs", [1, 3])
def test_targets_of_two_axes_are_used_as_they_are(n_outputs):
    targets = np.random.default_rng(0).standard_normal((6, n_outputs))
    rows = Rows(np.zeros((6, 2)), "float64", targets)
    indices = np.array([4, 0, 4])
    assert rows.labels is targets
    np.testing.assert_array_equal(rows.targets(), targets)
    np.testing.assert_array_equal(rows.take(indices).targets, targets[indices])
    subset = rows.subset(indices)
    np.testing.assert_array_equal(subset.targets(), targets[indices])
    np.testing.assert_array_equal(subset.take(slice(0, 2)).targets, targets[[4, 0]])


def test_blocks_are_whole_mini_batches():
    rows = Rows(np.zeros((10, 784), np.uint8), "float32")
    for batch_size in (1, 7, 128, 100_000):
        assert rows.block_size(batch_size) % batch_size == 0


def test_a_value_too_large_for_the_dtype_is_named():
    rows = Rows(np.array([[1.0], [1e300]]), "float32")
    with pytest.raises(ValueError, match="too large for dtype='float32'"):
        rows.inputs(slice(None))


def test_rows_without_targets_say_so():
    with pytest.raises(TypeError, match="targets were not given"):
        Rows(np.zeros((2, 1)), "float32").take(slice(None))


@pytest.mark.parametrize("kind", [np.asarray, sparse.csr_array])
@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_rows_are_their_own_targets_without_a_copy(kind, dtype):
    X = np.arange(40, dtype=dtype).reshape(20, 2)
    rows = OwnTargets(kind(X), "float32", weights=np.arange(20, dtype="float32"))
    block = rows.take(np.array([3, 1]))
    np.testing.assert_array_equal(block.targets, X[[3, 1]])
    np.testing.assert_array_equal(block.weights, [3, 1])
    assert np.shares_memory(block.x, block.targets)
    np.testing.assert_array_equal(rows.subset(np.array([4, 5])).targets(), X[4:6])
    targets, weights = rows.distinct_targets()
    np.testing.assert_array_equal(targets, X)
    np.testing.assert_array_equal(weights, rows.weights)


def test_some_rows_stand_for_very_many():
    X = sparse.csr_array(np.eye(5000, 7, dtype="float32"))
    targets, weights = OwnTargets(X, "float32").distinct_targets()
    assert targets.shape == (1000, 7)
    assert weights is None
