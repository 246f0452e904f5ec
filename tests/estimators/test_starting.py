"""A fit that starts from the layers of another network."""

import copy
import pickle
import re

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

import sknnadl
from sknnadl import (
    AverageDarknessClassifier,
    ConvNetClassifier,
    ConvNetRegressor,
    MLPClassifier,
    NetworkClassifier,
)
from sknnadl.network import BatchNorm, Dense, Dropout, Maxout
from sknnadl.training import Shift

FAST = {"max_iter": 3, "n_iter_no_change": np.inf, "random_state": 0}
CONV = {"kernel_size": 3, "padding": "same", **FAST}
SIZES = {"n_filters": (3, 4), "hidden_layer_sizes": (6,)}
#: Steps so short that no parameter moves by more than 1e-20.
STILL = {"learning_rate_init": 1e-30, "penalty": None, "solver": "sgd"}
quiet = pytest.mark.filterwarnings(
    "ignore::sklearn.exceptions.ConvergenceWarning",
)


@pytest.fixture(scope="module")
def halves(digits):
    """Images of the digits to 4, and from 5 on."""
    X, y = digits.X_train[:400], digits.y_train[:400]
    return [(X[some], y[some]) for some in (y < 5, y > 4)]


@pytest.fixture(scope="module")
def source(halves):
    return ConvNetClassifier(**SIZES, **CONV).fit(*halves[0])


def are_equal(model, other, name):
    """Return for each layer whether two networks have the same parameters."""
    pairs = zip(getattr(model, name), getattr(other, name), strict=True)
    return [np.allclose(*pair, rtol=0, atol=1e-20) for pair in pairs]


@quiet
@pytest.mark.parametrize("n_layers", [None, 1, 2, 3])
def test_the_first_layers_are_those_of_the_other_and_the_rest_is_drawn(
    n_layers, source, halves
):
    options = {**SIZES, **CONV, **STILL, "max_iter": 1}
    at_random = ConvNetClassifier(**options).fit(*halves[1])
    model = ConvNetClassifier(**options, init_from=source, init_layers=n_layers)
    model.fit(*halves[1])
    n = n_layers or 3
    assert model.n_init_layers_ == n
    assert at_random.n_init_layers_ == 0
    for name in ("coefs_", "intercepts_"):
        taken = [True] * n + [False] * (4 - n)
        assert are_equal(model, source, name)[:n] == taken[:n]
        drawn = are_equal(model, at_random, name)
        assert drawn[n:] == [True] * (4 - n)
        assert name == "intercepts_" or not any(drawn[:n])


@quiet
def test_normalization_is_taken_with_its_layer(iris):
    layers = [BatchNorm(), Dense(4, "identity"), BatchNorm("relu"), Dropout(0.5)]
    source = NetworkClassifier(layers, **FAST).fit(*iris)
    options = {**FAST, **STILL, "train_init_layers": False, "dtype": "float32"}
    model = NetworkClassifier([*layers, Dense(3)], init_from=source, **options)
    model.fit(*iris)
    for ours, theirs in zip(model.batch_norms_, source.batch_norms_, strict=True):
        for name, values in ours.items():
            assert_array_equal(values, theirs[name].astype("float32"))


WAYS = {
    **{name: {"solver": name} for name in ("sgd", "adam", "adamw", "rmsprop")},
    **{name: {"solver": name} for name in ("adagrad", "adadelta", "lbfgs")},
    "momentum": {"momentum": 0.9},
    "l1": {"penalty": "l1", "alpha": 10.0},
    "bounded": {"max_norm": 0.1},
    "clipped": {"clip_norm": 0.1},
    "normalized": {"batch_norm": True},
    "normalized, whole": {"batch_norm": True, "init_layers": None},
    "lbfgs, normalized": {
        "batch_norm": True,
        "init_layers": None,
        "solver": "lbfgs",
        "dtype": "float32",
    },
    "dropped": {"dropout": 0.5, "init_layers": None},
    "in NumPy": {"activation": "gelu", "batch_norm": True},
    "in pieces": {"activation": "gelu", "batch_size": 200, "n_jobs": 2},
    "large": {"batch_size": 200, "n_jobs": 2},
    "changed": {"augmentation": Shift(1)},
    "stopped": {"early_stopping": True, "scoring": "accuracy"},
    "measured": {"gradient_norms": True},
    "noise": {"gradient_noise": 0.01, "batch_norm": True},
}


@quiet
@pytest.mark.parametrize("way", WAYS)
def test_frozen_layers_stay_as_they_are_bit_for_bit(way, halves):
    options = {**SIZES, **CONV, "init_layers": 2, **WAYS[way]}
    n = options.pop("init_layers") or 3
    alike = {name: options[name] for name in ("activation", "batch_norm", "dtype")
             if name in options}  # fmt: skip
    source = ConvNetClassifier(**SIZES, **CONV, **alike).fit(*halves[0])
    model = ConvNetClassifier(
        **options, init_from=source, init_layers=n, train_init_layers=False
    )
    model.fit(*halves[1])
    for name in ("coefs_", "intercepts_", "batch_norms_"):
        pairs = zip(getattr(model, name), getattr(source, name), strict=True)
        for number, (own, other) in enumerate(pairs):
            values = own.items() if name == "batch_norms_" else [("all", own)]
            for part, value in values:
                theirs = other[part] if name == "batch_norms_" else other
                theirs = theirs.astype(value.dtype)
                assert (value.tobytes() == theirs.tobytes()) == (number < n), name
    if way == "measured":
        norms = np.array(model.history_["gradient_norms"])
        assert ((norms > 0) == [number >= n for number in range(4)]).all()


def test_what_follows_frozen_layers_learns_as_a_model_of_their_outputs(iris):
    """With L-BFGS it is a logistic regression, whose optimum is one."""
    X, y = iris
    source = MLPClassifier((6,), activation="tanh", **FAST).fit(X, y)
    model = MLPClassifier(
        (6,),
        activation="tanh",
        solver="lbfgs",
        alpha=1.0,
        tol=1e-8,
        max_iter=2000,
        init_from=source,
        train_init_layers=False,
    ).fit(X, y)
    features = source.transform(X)
    expected = LogisticRegression(tol=1e-8, max_iter=2000).fit(features, y)
    # Both stop where no component of the gradient is above 1e-8.
    assert_allclose(
        model.predict_proba(X), expected.predict_proba(features), rtol=0, atol=1e-6
    )


@quiet
@pytest.mark.parametrize("options", [{}, {"train_init_layers": False}], ids=repr)
@pytest.mark.parametrize(
    "way", [{}, {"solver": "adam", "dropout": 0.3}, {"batch_norm": True}], ids=repr
)
def test_going_on_gives_the_same_bits_whatever_way(options, way, halves, tmp_path):
    alike = {"batch_norm": "batch_norm" in way}
    source = ConvNetClassifier(**SIZES, **CONV, **alike).fit(*halves[0])
    start = ConvNetClassifier(**SIZES, **CONV, **way, **options, init_from=source)
    start.set_params(init_layers=2)
    X, y = halves[1]
    whole = clone(start).fit(X, y)
    by_parts = clone(start)
    for _ in range(3):
        by_parts.partial_fit(X, y, classes=np.unique(y))
        by_parts = pickle.loads(pickle.dumps(by_parts))
    threads = clone(start).set_params(n_jobs=2).fit(X, y)
    for other in (by_parts, threads):
        assert_array_equal(other.parameters_, whole.parameters_)
    sknnadl.save(by_parts, tmp_path / "model.npz")
    loaded = sknnadl.load(tmp_path / "model.npz")
    assert_array_equal(loaded.init_from.parameters_, source.parameters_)
    loaded.set_params(warm_start=True).fit(X, y)
    whole.set_params(warm_start=True).fit(X, y)
    assert_array_equal(loaded.parameters_, whole.parameters_)
    assert_array_equal(
        loaded.fit(X, y).predict_proba(X), whole.fit(X, y).predict_proba(X)
    )


@quiet
def test_frozen_layers_can_be_trained_on_later(source, halves):
    X, y = halves[1]
    options = {**SIZES, **CONV, "init_from": source, "solver": "adam"}
    model = ConvNetClassifier(**options, train_init_layers=False, warm_start=True)
    model.fit(X, y)
    head = model.coefs_[3].copy()
    model.set_params(train_init_layers=True, max_iter=1).fit(X, y)
    assert are_equal(model, source, "coefs_") == [False] * 4
    assert not np.array_equal(model.coefs_[3], head)
    kept = model.coefs_[0].copy()
    model.set_params(train_init_layers=False).partial_fit(X, y)
    assert_array_equal(model.coefs_[0], kept)
    assert len(model.history_["loss"]) == 5


def test_the_other_network_stays_as_it_is(source, halves):
    before = pickle.dumps(source)
    ConvNetClassifier(**SIZES, **CONV, init_from=source).fit(*halves[1])
    assert pickle.dumps(source) == before


@quiet
@pytest.mark.parametrize("as_path", [str, lambda path: path])
def test_from_a_file(as_path, source, halves, tmp_path):
    path = as_path(tmp_path / "source.npz")
    sknnadl.save(source, path)
    expected = ConvNetClassifier(**SIZES, **CONV, init_from=source).fit(*halves[1])
    model = ConvNetClassifier(**SIZES, **CONV, init_from=path).fit(*halves[1])
    assert_array_equal(model.parameters_, expected.parameters_)
    sknnadl.save(model, tmp_path / "model.npz")
    (tmp_path / "source.npz").unlink()
    loaded = sknnadl.load(tmp_path / "model.npz")
    assert loaded.init_from == path
    loaded.partial_fit(*halves[1])  # which has no need of the file
    model.partial_fit(*halves[1])
    assert_array_equal(loaded.parameters_, model.parameters_)
    with pytest.raises(FileNotFoundError, match=r"init_from is .* there is no file"):
        loaded.fit(*halves[1])
    assert_array_equal(loaded.parameters_, model.parameters_)


def test_clones_start_from_the_same_network(source, halves):
    model = ConvNetClassifier(**SIZES, **CONV, init_from=source).fit(*halves[1])
    for copied in (clone(model), clone(make_pipeline(model))[-1]):
        assert copied.init_from is source
        assert not hasattr(copied, "parameters_")
    assert copy.deepcopy(model).init_from is not source
    assert model.get_params()["init_from__n_filters"] == (3, 4)


@quiet
def test_in_a_search(source, halves):
    X, y = halves[1]
    steps = make_pipeline(
        FunctionTransformer(),
        ConvNetClassifier(**SIZES, **CONV, **STILL, init_from=source),
    )
    grid = {"convnetclassifier__init_layers": [1, 3]}
    search = GridSearchCV(steps, grid, cv=2, n_jobs=2).fit(X, y)
    best = search.best_estimator_[-1]
    assert are_equal(best, source, "coefs_")[0]
    other = (
        ConvNetClassifier(**SIZES, **CONV, random_state=None).fit(X, y) if 0 else source
    )
    grid = {"init_from": [FrozenEstimator(other), None]}
    search = GridSearchCV(ConvNetClassifier(**SIZES, **CONV), grid, cv=2).fit(X, y)
    assert len(search.cv_results_["params"]) == 2
    grid = {"init_from": [source]}
    search = GridSearchCV(ConvNetClassifier(**SIZES, **CONV), grid, error_score="raise")
    with pytest.raises(ValueError, match=r"fit it first. In a grid.*FrozenEstimator"):
        search.fit(X, y)


@quiet
def test_a_frozen_estimator_can_be_saved(source, halves, tmp_path):
    frozen = FrozenEstimator(source)
    model = ConvNetClassifier(**SIZES, **CONV, init_from=frozen).fit(*halves[1])
    sknnadl.save(model, tmp_path / "model.npz")
    loaded = sknnadl.load(tmp_path / "model.npz")
    assert isinstance(loaded.init_from, FrozenEstimator)
    assert_array_equal(
        loaded.fit(*halves[1]).parameters_, model.fit(*halves[1]).parameters_
    )


@quiet
def test_from_another_kind_of_network_and_precision(digits, source):
    X = digits.X_train[:200].reshape(-1, 8, 8).astype(np.float64)
    larger = np.pad(X, ((0, 0), (2, 2), (2, 2)))
    model = ConvNetRegressor(
        (3, 4), hidden_layer_sizes=(9, 9), init_from=source, init_layers=2,
        train_init_layers=False, **CONV,
    )  # fmt: skip
    model.fit(larger, digits.y_train[:200].astype(float))
    assert model.parameters_.dtype == np.float64
    for ours, theirs in zip(model.coefs_[:2], source.coefs_[:2], strict=True):
        assert_array_equal(ours, theirs)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_filters": (3, 5)}, "layer 2 .* is Conv2D 3x3x3x4, and here it is Conv2D "
         "3x3x3x5: .*init_layers=1"),
        ({"n_filters": (4, 4)}, "layer 1 .* is Conv2D 3x3x1x3, and here it is Conv2D "
         r"3x3x1x4: ask for layers of the same kinds and sizes\.$"),
        ({"hidden_layer_sizes": ()}, "3 .* is Dense 16x6, and here it is missing"),
        ({"batch_norm": True}, "is Conv2D 3x3x1x3, and here it is Conv2D 3x3x1x3 and "
         "BatchNorm 3"),
        ({"init_layers": 4}, "init_layers must be from 1 to 3, or None, .* got 4"),
        ({"init_layers": 0}, "init_layers"),
        ({"init_from": ConvNetClassifier()}, "fitted network, .* ConvNetClassifier"),
        ({"init_from": AverageDarknessClassifier()}, "init_from"),
        ({"init_from": 3}, "init_from"),
        ({"train_init_layers": "no"}, "train_init_layers"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_before_any_work(options, message, source, halves):
    model = ConvNetClassifier(**SIZES, **CONV, init_from=source).fit(*halves[1])
    before = model.parameters_, model.history_, vars(model).keys()
    model.set_params(**options)
    with pytest.raises(ValueError, match=message):
        model.fit(*halves[1])
    assert model.parameters_ is before[0]
    assert model.history_ is before[1]
    assert vars(model).keys() == before[2]


def test_a_file_of_something_else_is_refused(iris, tmp_path):
    path = tmp_path / "dark.npz"
    X, y = np.random.default_rng(0).random((20, 4)), np.arange(20) % 2
    sknnadl.save(AverageDarknessClassifier().fit(X, y), path)
    with pytest.raises(ValueError, match="AverageDarknessClassifier"):
        MLPClassifier(init_from=path).fit(*iris)
    path.write_bytes(b"nothing")
    with pytest.raises(ValueError, match=re.escape(str(path))):
        MLPClassifier(init_from=path).fit(*iris)


def test_a_network_without_hidden_layers_has_none_to_give(iris):
    source = MLPClassifier((), **FAST).fit(*iris)
    with pytest.raises(ValueError, match=r"init_layers must be None, .* 0 hidden"):
        MLPClassifier((5,), init_from=source).fit(*iris)


def test_it_learns_sooner(digits):
    """In so few epochs what starts at random learns little of 50 images."""
    X, y = digits.X_train, digits.y_train
    options = {"padding": "same", "kernel_size": 3, "random_state": 0, "max_iter": 10}
    source = ConvNetClassifier(**options).fit(X[y < 5], y[y < 5])
    few = np.flatnonzero(y > 4)[:50]
    test = digits.y_test > 4
    scores = [
        ConvNetClassifier(**options, init_from=start, init_layers=2)
        .fit(X[few], y[few])
        .score(digits.X_test[test], digits.y_test[test])
        for start in (None, source)
    ]
    assert scores[1] > scores[0] + 0.1


def test_what_is_frozen_is_not_taken_for_dead(iris):
    source = MLPClassifier((5,), **FAST).fit(*iris)
    source.intercepts_[0][...] = -1000  # below which no row comes: all outputs are 0
    model = MLPClassifier((5,), init_from=source, train_init_layers=False, **FAST)
    model.set_params(learning_rate_init=1e-9)
    with pytest.warns(ConvergenceWarning, match="another learning rate"):
        model.fit(*iris)


@pytest.mark.parametrize("goes_on", [False, True])
def test_a_rate_too_low_for_taken_layers_is_named(goes_on, digits):
    """What they were drawn as is not where the network began."""
    options = {"weight_init": "large", "learning_rate_init": 1e-9, "max_iter": 5}
    options["n_iter_no_change"] = np.inf
    source = MLPClassifier((30,), **options, random_state=1)
    model = MLPClassifier((30,), **options, init_from=source, random_state=0)
    model.set_params(warm_start=goes_on)
    for one in [source, model, model][: 2 + goes_on]:
        with pytest.warns(ConvergenceWarning, match="learning rate is too low"):
            one.fit(digits.X_train, digits.y_train)


def test_neurons_that_were_dead_when_taken_are_no_fault_of_the_rate(iris):
    source = MLPClassifier((8,), **FAST).fit(*iris)
    source.intercepts_[0][...] = -1e3
    model = MLPClassifier((8,), max_iter=20, init_from=source, random_state=0)
    with pytest.warns(ConvergenceWarning, match=r"learned nothing.*If the features"):
        model.fit(*iris)


@quiet
def test_pieces_are_taken_for_as_many_neurons_alone(iris):
    source = NetworkClassifier([Maxout(6, 2)], **FAST).fit(*iris)
    model = NetworkClassifier([Maxout(6, 2)], init_from=source, **FAST)
    assert model.fit(*iris).n_init_layers_ == 1
    model.set_params(layers=[Maxout(4, 3)])
    message = "is Maxout 4x12 of 6 neurons, and here it is Maxout 4x12 of 4 neurons:"
    with pytest.raises(ValueError, match=message):
        model.fit(*iris)
