import numpy as np
import pytest
from scipy import sparse

from sknnadl import AverageDarknessClassifier


def test_by_hand():
    X = np.array([[1, 1], [1, 3], [5, 5], [9, 5]])  # sums 2, 4, 10, 14
    model = AverageDarknessClassifier().fit(X, ["a", "a", "b", "b"])
    np.testing.assert_array_equal(model.means_, [3, 12])
    # 7 and 8 are nearer to 3 and 12; 7.5 is at the same distance of both
    assert model.predict([[7, 0], [8, 0], [7.5, 0]]).tolist() == ["a", "b", "a"]


def test_weights_are_rows_repeated():
    X, y = [[1], [4], [9]], [0, 0, 1]
    weighted = AverageDarknessClassifier().fit(X, y, sample_weight=[2, 1, 5])
    repeated = AverageDarknessClassifier().fit([[1], [1], [4], [9]], [0, 0, 0, 1])
    np.testing.assert_array_equal(weighted.means_, repeated.means_)


def test_sums_do_not_overflow_and_sparse_rows_are_dense_rows():
    X = np.full((4, 1000), 255, np.uint8)
    X[2:] = 100
    dense = AverageDarknessClassifier().fit(X, [1, 1, 0, 0])
    np.testing.assert_array_equal(dense.means_, [100_000, 255_000])
    thin = AverageDarknessClassifier().fit(sparse.csr_array(X), [1, 1, 0, 0])
    np.testing.assert_array_equal(thin.means_, dense.means_)
    assert thin.predict(sparse.csr_array(X)).tolist() == [1, 1, 0, 0]


def test_negative_features_are_refused():
    with pytest.raises(ValueError, match=r"[Nn]egative"):
        AverageDarknessClassifier().fit([[-1], [1]], [0, 1])


def test_a_failed_fit_leaves_what_was_there():
    model = AverageDarknessClassifier().fit([[1, 2], [3, 4]], [0, 1])
    with pytest.raises(ValueError, match=r"[Nn]egative"):
        model.fit([[-1], [1]], [0, 1])
    assert model.predict([[1, 1]]) == [0]
    with pytest.raises(ValueError, match=r"[Nn]egative"):
        model.predict([[-1, 1]])


def test_the_books_result_on_mnist(mnist):
    model = AverageDarknessClassifier().fit(mnist.X_train, mnist.y_train)
    assert (model.predict(mnist.X_test) == mnist.y_test).sum() == 2225
