"""Bit-for-bit equality: resumed training, threads, and blocks of rows."""

import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from own_losses import Focal
from sklearn.base import clone
from threadpoolctl import threadpool_limits

from sknnadl import ConvNetClassifier, MLPClassifier
from sknnadl.training import Elastic, Rotate, Shift, parallel

EPOCHS = 4

#: The networks here are drawn, and some learn nothing in four epochs.
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def decayed(epoch):
    """Return a learning rate."""
    return 0.001 / (1 + epoch)


def uniform(shape, rng):
    """Return a start."""
    return rng.uniform(-0.1, 0.1, shape)


CYCLES = ("cosine", "one_cycle")  # as long as max_iter
training = {
    "solver": st.sampled_from(
        ["sgd", "sgd", "adam", "adamw", "rmsprop", "adagrad", "adadelta"]
    ),
    "loss": st.sampled_from(["log_loss", "cross_entropy", "squared_error", Focal()]),
    "label_smoothing": st.sampled_from([0.0, 0.1]),
    "penalty": st.sampled_from(["l1", "l2", "elasticnet", None]),
    "alpha": st.sampled_from([0.0, 1e-3]),
    "batch_size": st.sampled_from([1, 10, 32, 127, 128, 200, 10_000]),
    "learning_rate": st.sampled_from(
        ["constant", "invscaling", "adaptive", "cosine", "one_cycle", decayed]
    ),
    "warmup_epochs": st.sampled_from([0, 1.5]),
    "clip_norm": st.sampled_from([None, 0.1]),
    "gradient_noise": st.sampled_from([0.0, 0.0, 1e-4]),
    "max_norm": st.sampled_from([None, 0.5]),
    "learning_rate_init": st.just(0.001),  # at which none diverges
    "momentum": st.sampled_from([0.0, 0.9]),
    "nesterovs_momentum": st.booleans(),
    "shuffle": st.booleans(),
    "gradient_norms": st.booleans(),
    "dtype": st.sampled_from(["auto", "float32", "float64"]),
    "n_iter_no_change": st.just(np.inf),
    "max_iter": st.just(EPOCHS),
    "random_state": st.integers(0, 1000),
}
hidden = {
    "activation": st.sampled_from(["relu", "sigmoid", "tanh", "softplus", "selu"]),
    "weight_init": st.sampled_from(["auto", "sparse", "fan_out", uniform]),
    "bias_init": st.sampled_from(["auto", "normal", 0.1, uniform]),
    "dropout": st.sampled_from([0.0, 0.3]),
    "batch_norm": st.booleans(),
}


def make(estimator):
    """Return what makes the estimator, with a penalty that its solver can have."""

    def of(*arguments, **parameters):
        if parameters["solver"] == "adamw":  # has a decay of its own
            parameters["penalty"] = "l2"
        return estimator(*arguments, **parameters)

    return of


perceptrons = st.builds(
    make(MLPClassifier),
    st.lists(st.integers(1, 140), max_size=3).map(tuple),
    **hidden,
    **training,
)
sizes = st.integers(1, 3)
conv_nets = st.builds(
    make(ConvNetClassifier),
    st.lists(st.integers(1, 24), max_size=2).map(tuple),
    kernel_size=st.tuples(sizes, sizes),
    pool_size=st.sampled_from([1, 2, (1, 2)]),
    pooling=st.sampled_from(["max", "average", "l2"]),
    stride=st.sampled_from([1, (2, 1)]),
    padding=st.just("same"),
    hidden_layer_sizes=st.sampled_from([(), (20,)]),
    augmentation=st.sampled_from([None, Shift(1), [Rotate(20.0), Elastic(9.0, 2.0)]]),
    **hidden,
    **training,
)
row_shapes = st.tuples(st.integers(1, 800))
image_shapes = st.tuples(st.integers(16, 18), st.integers(4, 9), st.integers(1, 3))


@st.composite
def cases(draw):
    """Return a model and data for it: rows, or images."""
    model, shapes = draw(
        st.sampled_from([(perceptrons, row_shapes), (conv_nets, image_shapes)])
    )
    n_rows, n_classes = draw(st.integers(2, 300)), draw(st.integers(2, 12))
    X, y, w = make_data(n_rows, draw(shapes), n_classes)
    model = draw(model)
    if model.batch_norm and model.batch_size == 1:  # which is refused
        model.set_params(batch_size=2)
    return model, (X, y, w if draw(st.booleans()) else None)


def make_data(n_rows, shape, n_classes, seed=0):
    rng = np.random.default_rng(seed)
    y = np.concatenate([[0, 1], rng.integers(n_classes, size=n_rows - 2)])
    return rng.standard_normal((n_rows, *shape)), y, rng.uniform(0.1, 1, n_rows)


def assert_same(one, other):
    """Check that two estimators are the same in every bit that can go on."""
    np.testing.assert_array_equal(one.parameters_, other.parameters_)
    assert one.history_.keys() == other.history_.keys()
    for name in one.history_.keys() - {"seconds"}:
        np.testing.assert_array_equal(one.history_[name], other.history_[name])
    a, b = dict(one.training_state_), dict(other.training_state_)
    np.testing.assert_array_equal(a.pop("parameters"), b.pop("parameters"))
    optimizers = a.pop("optimizer"), b.pop("optimizer")
    assert optimizers[0].keys() == optimizers[1].keys()
    for name in optimizers[0]:
        np.testing.assert_array_equal(optimizers[0][name], optimizers[1][name])
    assert a == b


#: What there is to validate on: nothing, or some rows and what is watched of them.
validations = st.sampled_from([None, None, "val_loss", "val_score", "scorer"])
SCORING = {"val_loss": "loss", "val_score": None, "scorer": "f1_macro"}


def validation(model, X, y, kind):
    """Set what the model watches; return the rows as arguments of `fit`."""
    if kind is None:
        return {}
    model.set_params(early_stopping=True, scoring=SCORING[kind])
    half = len(X) // 2 + 1
    return {"X_val": X[:half] + 0.1, "y_val": y[:half]}


@given(case=cases(), kind=validations)
@settings(max_examples=30)
def test_fit_is_so_many_calls_of_partial_fit(case, kind):
    model, (X, y, w) = case
    given = validation(model, X, y, kind)
    fitted = clone(model).fit(X, y, w, **given)
    for _ in range(EPOCHS):
        model.partial_fit(X, y, classes=np.unique(y), sample_weight=w, **given)
    assert_same(fitted, model)


@given(case=cases(), kind=validations, at=st.integers(1, EPOCHS - 1))
@settings(max_examples=30)
def test_fit_can_stop_be_saved_and_go_on(case, kind, at):
    model, (X, y, w) = case
    given = validation(model, X, y, kind)
    fitted = clone(model).fit(X, y, w, **given)

    def train(model, n_epochs):
        if model.learning_rate not in CYCLES:
            model.set_params(max_iter=n_epochs, warm_start=True)
            return model.fit(X, y, w, **given)
        for _ in range(n_epochs):
            model.partial_fit(X, y, w, np.unique(y), **given)
        return model

    half = train(clone(model), at)
    assert_same(fitted, train(pickle.loads(pickle.dumps(half)), EPOCHS - at))


def test_early_stopping_can_stop_be_saved_and_go_on(digits):
    model = MLPClassifier(
        (20,),
        learning_rate="constant",
        early_stopping=True,
        max_iter=12,
        random_state=0,
    )
    fitted = clone(model).fit(digits.X_train, digits.y_train)
    half = clone(model).set_params(max_iter=5, warm_start=True)
    half.fit(digits.X_train, digits.y_train)
    half = pickle.loads(pickle.dumps(half))
    half.set_params(max_iter=7).fit(digits.X_train, digits.y_train)
    assert_same(fitted, half)


RESUME = """
import pickle, sys
import numpy as np
with open(sys.argv[1], "rb") as file:
    models, X, y = pickle.load(file)
for model in models:
    model.partial_fit(X, y)
with open(sys.argv[1], "wb") as file:
    pickle.dump(models, file)
"""


def test_training_goes_on_in_a_new_process(tmp_path, digits):
    X, y = digits.X_train, digits.y_train
    models = [
        MLPClassifier((50,), momentum=0.9, dropout=0.2, random_state=0),
        MLPClassifier((50,), solver="adam", learning_rate="one_cycle", random_state=0),
        ConvNetClassifier((4,), momentum=0.9, dropout=0.2, n_jobs=2, random_state=0),
        ConvNetClassifier(
            (4,), batch_norm=True, augmentation=Shift(1), n_jobs=2, random_state=0
        ),
        MLPClassifier((50,), "selu", gradient_noise=0.1, random_state=0),
    ]
    for model in models:
        model.partial_fit(X, y, classes=range(10))
    path = tmp_path / "models.pickle"
    path.write_bytes(pickle.dumps((models, X, y)))
    subprocess.run([sys.executable, "-c", RESUME, path], check=True)
    for model, resumed in zip(models, pickle.loads(path.read_bytes()), strict=True):
        assert_same(model.partial_fit(X, y), resumed)


@given(case=cases())
@settings(max_examples=30)
def test_the_number_of_threads_changes_nothing(case):
    model, (X, y, w) = case
    results = []
    for n_jobs, n_blas in ((1, 1), (2, 2), (3, 1)):
        with threadpool_limits(n_blas, user_api="blas"):
            fitted = clone(model).set_params(n_jobs=n_jobs).fit(X, y, w)
            results.append((fitted, fitted.predict_log_proba(X)))
    for fitted, logs in results[1:]:
        assert_same(fitted, results[0][0])
        np.testing.assert_array_equal(logs, results[0][1])


@given(case=cases())
@settings(max_examples=8)  # many small pieces are slow
def test_the_number_of_threads_changes_nothing_in_small_pieces(case):
    model, (X, y, w) = case
    with pytest.MonkeyPatch.context() as patch:  # pieces of very few rows
        patch.setattr(parallel, "_piece_work", lambda *_: 1)
        patch.setattr(parallel, "_PIECE_ROWS_NORMALIZED", 2)
        alone, *others = (
            clone(model).set_params(n_jobs=n_jobs).fit(X, y, w) for n_jobs in (1, 2, 3)
        )
    for other in others:
        assert_same(other, alone)


def test_the_number_of_threads_changes_nothing_in_the_books_network(monkeypatch):
    X, y, _ = make_data(33, (28, 28), 4)
    model = ConvNetClassifier(batch_size=20, max_iter=2, n_iter_no_change=np.inf)
    model.set_params(learning_rate_init=0.01, dropout=0.5, random_state=0)
    monkeypatch.setattr(parallel, "_piece_work", lambda *_: 4 * 10**6)
    n_pieces, count = set(), parallel.Pieces.count

    def count_pieces(self, n_rows):
        n_pieces.add(count(self, n_rows))
        return count(self, n_rows)

    monkeypatch.setattr(parallel.Pieces, "count", count_pieces)
    alone, *others = (
        clone(model).set_params(n_jobs=n_jobs).fit(X, y) for n_jobs in (1, 2, 3)
    )
    assert max(n_pieces) >= 4  # so each thread has several
    for other in others:
        assert_same(other, alone)
        np.testing.assert_array_equal(other.predict_proba(X), alone.predict_proba(X))


@pytest.mark.parametrize(
    "model", [MLPClassifier((128,)), ConvNetClassifier((8,), kernel_size=3)]
)
def test_threads_fit_at_the_same_time_with_the_same_bits(model, digits):
    model.set_params(max_iter=3, n_iter_no_change=np.inf, random_state=0)

    def fit(_):
        return clone(model).fit(digits.X_train, digits.y_train)

    alone = fit(0)
    with ThreadPoolExecutor(4) as pool:
        for together in pool.map(fit, range(8)):
            assert_same(together, alone)


@given(case=cases())
@settings(max_examples=20)
def test_rows_one_by_one_are_rows_all_at_once(case):
    model, (X, y, _) = case
    model.partial_fit(X, y, classes=np.unique(y))
    together = model.predict_proba(X)
    alone = np.concatenate([model.predict_proba(row[np.newaxis]) for row in X])
    np.testing.assert_allclose(
        together, alone, rtol=0, atol=1e-6 if together.dtype == "float32" else 1e-13
    )


def test_a_row_alone_is_the_row_among_many_where_probabilities_change_fast():
    # Momentum on single rows of 800 features: log-odds in the thousands, whose last
    # bit in float32 is 1e-4.
    for seed in range(12):
        X, y, _ = make_data(89, (800,), 2, seed)
        model = MLPClassifier((29,), batch_size=1, learning_rate_init=0.01)
        model.set_params(momentum=0.9, dtype="float32", random_state=seed)
        model.partial_fit(X, y, classes=[0, 1])
        alone = np.concatenate([model.predict_proba(row[np.newaxis]) for row in X])
        np.testing.assert_allclose(model.predict_proba(X), alone, rtol=0, atol=1e-6)


def test_ten_thousand_rows_one_by_one():
    X, y, _ = make_data(10_000, (20,), 4)
    model = MLPClassifier((30,), random_state=0).partial_fit(X, y, classes=range(4))
    alone = np.concatenate([model.predict_proba(X[i : i + 1]) for i in range(10_000)])
    np.testing.assert_allclose(model.predict_proba(X), alone, rtol=0, atol=1e-6)


@pytest.mark.parametrize("kind", [int, np.random.RandomState])
def test_random_state_decides_everything(kind, iris):
    models = [
        MLPClassifier(max_iter=3, n_iter_no_change=np.inf, random_state=kind(7))
        for _ in range(2)
    ]
    assert_same(models[0].fit(*iris), models[1].fit(*iris))
    if kind is int:
        assert_same(models[0].fit(*iris), models[1])
    else:  # a RandomState goes on, as everywhere in scikit-learn
        assert models[0].fit(*iris).loss_ != models[1].loss_


def test_the_global_random_state_is_left_alone(iris):
    # NPY002: the global state of the old interface is what must not change
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    MLPClassifier(max_iter=2, n_iter_no_change=np.inf, random_state=0).fit(*iris)
    np.testing.assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002
