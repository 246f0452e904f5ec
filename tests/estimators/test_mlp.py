"""What a scikit-learn user expects of `MLPClassifier`."""

import gc
import pickle
import weakref

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.neural_network import MLPClassifier as SklearnMLPClassifier

from sknnadl import MLPClassifier


def quick(**parameters):
    """Return a classifier that trains for five epochs and does not ask for more."""
    defaults = {
        "max_iter": 5,
        "n_iter_no_change": np.inf,
        "random_state": 0,
        "learning_rate": "constant",
    }
    return MLPClassifier(**(defaults | parameters))


def test_learns_digits(digits):
    model = MLPClassifier(random_state=0).fit(digits.X_train, digits.y_train)
    assert model.score(digits.X_test, digits.y_test) > 0.96


def test_fitted_attributes(iris):
    X, y = iris
    model = quick(hidden_layer_sizes=(7, 5)).fit(X, y)
    assert [c.shape for c in model.coefs_] == [(4, 7), (7, 5), (5, 3)]
    assert [b.shape for b in model.intercepts_] == [(7,), (5,), (3,)]
    assert all(np.shares_memory(c, model.parameters_) for c in model.coefs_)
    assert model.n_iter_ == 5 == len(model.loss_curve_)
    assert model.loss_ == model.loss_curve_[-1]
    assert {len(values) for values in model.history_.values()} == {5}
    assert model.n_features_in_ == 4
    assert model.n_outputs_ == 3
    assert model.out_activation_ == "softmax"
    assert not hasattr(quick(), "loss_curve_")


def test_same_shapes_as_scikit_learns_own(iris):
    ours = quick().fit(*iris)
    theirs = SklearnMLPClassifier(max_iter=1000, random_state=0).fit(*iris)
    assert [c.shape for c in ours.coefs_] == [c.shape for c in theirs.coefs_]


def test_coefficients_can_be_changed_in_place(iris):
    X, y = iris
    model = quick().fit(X, y)
    for array in (*model.coefs_, *model.intercepts_):
        array[...] = 0
    np.testing.assert_allclose(model.predict_proba(X), 1 / 3)


@pytest.mark.parametrize("loss", ["log_loss", "cross_entropy", "squared_error"])
def test_probabilities(loss, iris):
    X, y = iris
    model = quick(loss=loss).fit(X, y)
    probabilities = model.predict_proba(X)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
    np.testing.assert_allclose(np.log(probabilities), model.predict_log_proba(X))
    np.testing.assert_array_equal(
        model.predict(X), model.classes_[probabilities.argmax(axis=1)]
    )


@pytest.mark.parametrize(
    "labels",
    [["a", "bb", "c"], [-1, 5, 2], [0.0, 1.0, 7.0], np.array(["x", "y", "z"], object)],
)
def test_labels_of_any_type_come_back(labels, iris):
    X, y = iris
    labels = np.sort(np.asarray(labels))
    model = quick().fit(X, labels[y])
    np.testing.assert_array_equal(model.classes_, labels)
    assert set(model.predict(X)) <= set(labels)
    assert model.score(X, labels[y]) > 0.7


def test_two_classes(iris):
    X, y = iris
    model = quick().fit(X, y == 1)
    assert model.classes_.tolist() == [False, True]
    assert model.predict_proba(X).shape == (150, 2)


@pytest.mark.parametrize(
    "kind", [sparse.csr_array, sparse.csc_matrix, sparse.coo_array]
)
def test_sparse_rows_are_dense_rows(kind, digits):
    X, y = digits.X_train, digits.y_train
    dense, thin = quick().fit(X, y), quick().fit(kind(X), y)
    np.testing.assert_array_equal(dense.parameters_, thin.parameters_)
    np.testing.assert_array_equal(dense.predict_proba(X), dense.predict_proba(kind(X)))


@pytest.mark.parametrize("dtype", ["uint8", "int64", "float16"])
def test_any_dtype_is_converted_by_the_mini_batch(dtype, digits):
    X = np.rint(16 * digits.X_train)
    as_float32 = quick(learning_rate_init=0.01).fit(X, digits.y_train)
    other = quick(learning_rate_init=0.01).fit(X.astype(dtype), digits.y_train)
    assert other.parameters_.dtype == np.float32
    np.testing.assert_array_equal(other.parameters_, as_float32.parameters_)


@pytest.mark.parametrize(
    ("dtype", "data", "expected"),
    [
        ("auto", "float32", "float32"),
        ("auto", "float64", "float64"),
        ("auto", "int64", "float32"),
        ("float32", "float64", "float32"),
        ("float64", "float32", "float64"),
    ],
)
def test_dtype(dtype, data, expected, iris):
    X, y = iris
    model = quick(dtype=dtype).fit(X.astype(data), y)
    assert model.parameters_.dtype == expected
    assert model.predict_proba(X).dtype == expected
    model.partial_fit(X.astype("float64"), y)
    assert model.parameters_.dtype == expected


def test_memory_mapped_data_are_read_and_not_changed(tmp_path, digits):
    path = tmp_path / "X.npy"
    np.save(path, np.rint(16 * digits.X_train).astype("uint8"))
    X = np.load(path, mmap_mode="r")
    model = quick(learning_rate_init=0.01).fit(X, digits.y_train)
    assert model.score(X, digits.y_train) > 0.8


def test_data_frames(iris):
    X, y = iris
    frame = pd.DataFrame(X, columns=list("abcd"))
    model = quick().fit(frame, pd.Series(y))
    assert model.feature_names_in_.tolist() == list("abcd")
    np.testing.assert_array_equal(model.predict(frame), quick().fit(X, y).predict(X))
    with pytest.raises(ValueError, match="feature"):
        model.predict(frame.rename(columns={"a": "z"}))


def test_weights_of_zero_are_rows_left_out(iris):
    X, y = iris
    weights = np.tile([1.0, 0.0], 75)
    # in one mini-batch of all rows, so that only the cost decides
    left_out = quick(batch_size=75, shuffle=False).fit(X[::2], y[::2])
    weighted = quick(batch_size=150, shuffle=False).fit(X, y, weights)
    np.testing.assert_allclose(weighted.parameters_, left_out.parameters_, rtol=1e-10)


def test_the_scale_of_the_weights_matters_to_the_penalty_alone(iris):
    X, y = iris
    weights = np.linspace(0.1, 1, 150)
    one = quick(alpha=1e-4).fit(X, y, weights)
    # A power of two scales exactly, the weights and the penalty's share.
    other = quick(alpha=1024e-4).fit(X, y, 1024 * weights)
    np.testing.assert_array_equal(one.parameters_, other.parameters_)


def test_no_hidden_layer_is_logistic_regression(iris):
    X, y = iris
    model = quick(hidden_layer_sizes=(), max_iter=200).fit(X, y)
    assert [c.shape for c in model.coefs_] == [(4, 3)]
    assert model.score(X, y) > 0.95


def test_stops_when_the_cost_no_longer_falls(iris):
    X, y = iris
    model = MLPClassifier(
        learning_rate="constant",
        max_iter=500,
        tol=1e-2,
        n_iter_no_change=3,
        random_state=0,
    )
    curve = np.array(model.fit(X, y).loss_curve_)
    assert len(curve) < 500
    fall = np.minimum.accumulate(curve)[:-1] - curve[1:]  # below the best so far
    stale = fall <= 1e-2
    assert stale[-3:].all()
    assert not np.lib.stride_tricks.sliding_window_view(stale[:-1], 3).all(axis=1).any()


def test_too_few_epochs_are_warned_of(iris):
    with pytest.warns(ConvergenceWarning, match="max_iter=2"):
        MLPClassifier(learning_rate="constant", max_iter=2).fit(*iris)


def test_early_stopping_keeps_the_best_epoch(digits):
    model = MLPClassifier(
        (30,), learning_rate="constant", early_stopping=True, tol=0, random_state=0
    )
    model.set_params(scoring="accuracy").fit(digits.X_train, digits.y_train)
    scores = model.history_["val_score"]
    assert model.n_iter_ < 200
    assert max(scores[-10:]) <= max(scores[:-10])
    # as many epochs as the best one needed give the same network
    best = clone(model).set_params(
        max_iter=int(np.argmax(scores)) + 1, n_iter_no_change=np.inf
    )
    best.fit(digits.X_train, digits.y_train)
    np.testing.assert_array_equal(best.parameters_, model.parameters_)


def test_early_stopping_with_a_class_too_rare_to_divide(iris):
    X, y = iris
    y = np.where(np.arange(150) == 0, 9, y)  # one row of class 9
    model = quick(early_stopping=True).fit(X, y)
    assert model.classes_.tolist() == [0, 1, 2, 9]


def test_adaptive_learning_rate(iris):
    model = MLPClassifier(
        learning_rate="adaptive", tol=0.02, n_iter_no_change=2, random_state=0
    ).fit(*iris)
    rates = np.array(model.history_["learning_rate"])
    assert model.n_iter_ < 200
    np.testing.assert_array_equal(np.unique(rates), 0.2 / 2.0 ** np.arange(7, -1, -1))
    assert (np.diff(rates) <= 0).all()


def test_verbose_prints_a_line_an_epoch(iris, capsys):
    quick(verbose=True, early_stopping=True).fit(*iris)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 5
    assert lines[0].startswith("Epoch 1/5: loss ")
    assert "validation score" in lines[0]


def test_warm_start_goes_on(iris):
    model = quick(warm_start=True)
    losses = [model.fit(*iris).loss_ for _ in range(3)]
    assert losses[0] > losses[1] > losses[2]
    assert len(model.loss_curve_) == 15
    assert model.n_iter_ == 5  # of the last call


def test_without_warm_start_fit_forgets(iris):
    X, y = iris
    model = quick().fit(X, y)
    first = model.parameters_
    model.fit(X[:, :2], np.where(y == 0, "a", "b"))
    assert model.classes_.tolist() == ["a", "b"]
    np.testing.assert_array_equal(model.fit(X, y).parameters_, first)


def test_partial_fit_needs_the_classes_at_first(iris):
    X, y = iris
    with pytest.raises(ValueError, match="classes"):
        MLPClassifier().partial_fit(X, y)
    model = quick().partial_fit(X[:50], y[:50], classes=[0, 1, 2])
    model.partial_fit(X, y)
    assert len(model.loss_curve_) == 2
    with pytest.raises(ValueError, match=r"labels \[7\].*classes \[0, 1, 2\]"):
        model.partial_fit(X, np.where(y == 0, 7, y))


def test_predicting_before_fitting():
    with pytest.raises(NotFittedError):
        MLPClassifier().predict([[0.0]])


def test_a_pickle_is_small():
    rng = np.random.default_rng(0)
    X = rng.random((200, 784), dtype=np.float32)
    y = np.arange(200) % 10
    model = quick(max_iter=1).fit(X, y)
    assert [c.shape for c in model.coefs_] == [(784, 100), (100, 10)]
    assert len(pickle.dumps(model)) < 400_000


def test_predictions_survive_other_parameters(iris):
    X, y = iris
    model = quick().fit(X, y)
    before = model.predict_proba(X)
    model.set_params(hidden_layer_sizes=(3,), activation="tanh", loss="squared_error")
    np.testing.assert_array_equal(model.predict_proba(X), before)


def test_networks_of_the_thread_are_those_of_the_parameters(iris):
    X, y = iris
    model = MLPClassifier((5,), max_iter=2, n_iter_no_change=np.inf, random_state=0)
    before = model.fit(X, y).predict_proba(X[:3])
    other = clone(model).set_params(random_state=1).fit(X, y)
    assert not np.array_equal(other.predict_proba(X[:3]), before)
    np.testing.assert_array_equal(model.predict_proba(X[:3]), before)
    model.coefs_[0][...] = other.coefs_[0]
    assert not np.array_equal(model.predict_proba(X[:3]), before)
    again = model.set_params(random_state=0).fit(X, y).predict_proba(X[:3])
    np.testing.assert_array_equal(again, before)


def test_a_fitted_network_lives_no_longer_than_its_estimator(iris):
    X, y = iris
    model = MLPClassifier((5,), max_iter=2, n_iter_no_change=np.inf).fit(X, y)
    model.predict(X[:1])
    parameters = weakref.ref(model.parameters_)
    del model
    gc.collect()
    assert parameters() is None


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_row_alone_is_checked_as_many_are(dtype, iris):
    X, y = iris
    model = MLPClassifier((5,), max_iter=2, n_iter_no_change=np.inf).fit(X, y)
    row = X[:1].astype(dtype)
    for value in (np.nan, np.inf, -np.inf):
        row[0, 2] = value
        with pytest.raises(ValueError, match=r"NaN|inf"):
            model.predict(row)
    with pytest.raises(ValueError, match=r"3 features.*MLPClassifier"):
        model.predict(X[:1, :3].astype(dtype))
    with pytest.raises(ValueError, match="1D"):
        model.predict(X[0].astype(dtype))
    with pytest.raises(ValueError, match=r"\(0, 4\)"):
        model.predict(X[:0].astype(dtype))
