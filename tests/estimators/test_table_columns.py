"""Data frames with text, holes and any scale, given as they are."""

import pickle

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.compose import make_column_transformer
from sklearn.datasets import load_iris
from sklearn.impute import SimpleImputer
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, RobustScaler, StandardScaler

from sknnadl import MLPClassifier, MLPRegressor

NUMBERS, TEXTS = ["price", "size"], ["colour", "shop"]
SMALL = {"hidden_layer_sizes": (8,), "max_iter": 5, "random_state": 0}
OPTIONS = {"categorical_features": "from_dtype", "impute_missing": True}


def make_frame(n=120, seed=0):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "price": np.exp(rng.normal(8, 2, n)),
            "colour": rng.choice(["red", "green", "blue"], n),
            "size": rng.integers(0, 9, n).astype(float),
            "shop": pd.Categorical(rng.choice(["a", "b"], n)),
        }
    )
    is_dear = (frame["price"] > 3000) ^ (frame["colour"] == "red")
    return frame, np.where(is_dear, "yes", "no")


def make_holes(frame, seed=1):
    rng = np.random.default_rng(seed)
    return frame.mask(rng.random(frame.shape) < 0.1)


def in_pipeline(scaler, model):
    numbers = make_pipeline(
        SimpleImputer(strategy="median"), *([scaler] if scaler else [])
    )
    columns = make_column_transformer((numbers, NUMBERS), (OneHotEncoder(), TEXTS))
    return make_pipeline(columns, model)


@pytest.mark.parametrize("estimator", [MLPClassifier, MLPRegressor])
def test_standard_scaling_is_that_of_a_pipeline(estimator):
    frame, y = make_frame()
    y = y if estimator is MLPClassifier else frame["price"].to_numpy()
    inside = estimator(**SMALL, **OPTIONS, input_scaling="standard").fit(frame, y)
    before = in_pipeline(StandardScaler(), estimator(**SMALL)).fit(frame, y)
    method = "predict_proba" if estimator is MLPClassifier else "predict"
    # Sums of columns are taken in another order.
    assert_allclose(
        getattr(inside, method)(frame), getattr(before, method)(frame), rtol=1e-9
    )


def test_robust_scaling_is_the_robust_scaler_bent():
    X, y = load_iris(return_X_y=True)
    X = X[:149]  # the median of an odd number of rows is one of them
    model = MLPClassifier(**SMALL, input_scaling="robust").fit(X, y[:149])
    scaled = RobustScaler().fit_transform(X)
    assert_allclose(model.encoding_["center"], np.median(X, axis=0))
    seen = (X - model.encoding_["center"]) / model.encoding_["scale"]
    assert_allclose(seen, scaled, rtol=0.1)  # quantiles are not interpolated
    assert_array_equal(
        model.predict_proba(X),
        MLPClassifier(**SMALL)
        .fit(seen / np.hypot(1, seen / 3), y[:149])
        .predict_proba(seen / np.hypot(1, seen / 3)),
    )


def test_half_the_range_stands_for_no_interquartile_range():
    X = np.zeros((100, 2))
    X[:5, 0] = 1000
    y = np.arange(100) % 2
    model = MLPClassifier(**SMALL, input_scaling="robust").fit(X, y)
    assert model.encoding_["scale"].tolist() == [500, 1]


def test_bins_say_how_much_of_them_is_below():
    X = np.c_[np.arange(9.0), np.zeros(9)]
    model = MLPRegressor(**SMALL, n_bins=2).fit(X, X[:, 0])
    assert [edges.tolist() for edges in model.encoding_["edges"]] == [[0, 4, 8], [0]]
    inputs = model._to_inputs(np.array([[1.0, 0], [4, 0], [6, 0], [99, 0], [-9, 0]]))
    shares = 2 * inputs[:, 2:] + 0.5
    expected = [[0.25, 0], [1, 0], [1, 0.5], [1, 1], [0, 0]]
    assert_allclose(shares, expected)


def test_frames_with_text_and_holes_are_learned_and_predicted():
    frame, y = make_frame(400)
    model = MLPClassifier.for_tables(random_state=0)
    assert cross_val_score(model, make_holes(frame), y).mean() > 0.8
    model.fit(make_holes(frame), y)
    assert model.feature_names_in_.tolist() == list(frame)
    assert model.n_features_in_ == 4
    # Two numbers, eight bins of each, three colours and none, two shops and none.
    assert model.coefs_[0].shape[0] == 25
    copied = pickle.loads(pickle.dumps(model))
    assert_array_equal(copied.predict_proba(frame), model.predict_proba(frame))
    refitted = clone(model).fit(make_holes(frame), y)
    assert_array_equal(refitted.predict_proba(frame), model.predict_proba(frame))


def test_a_value_not_seen_is_zero_in_all_inputs():
    frame, y = make_frame()
    model = MLPClassifier.for_tables(**SMALL).fit(frame, y)
    unseen = frame.assign(colour="violet", shop="z")
    assert model.coefs_[0].shape[0] == 21
    model.coefs_[0][16:] = 0  # as if there were no categories
    assert_array_equal(model.predict_proba(unseen), model.predict_proba(frame))


def test_a_grid_searches_the_options():
    frame, y = make_frame()
    grid = {"input_scaling": ["standard", "robust"]}
    search = GridSearchCV(
        MLPClassifier.for_tables(**SMALL), grid, cv=2, scoring="neg_log_loss"
    )
    search.fit(make_holes(frame), y)
    assert len(set(search.cv_results_["mean_test_score"])) == 2
    assert search.predict(frame.assign(colour="violet")).shape == y.shape


def test_what_is_asked_for_is_in_the_parameters():
    model = MLPClassifier.for_tables((5,), impute_missing=False)
    params = model.get_params()
    assert params["hidden_layer_sizes"] == (5,)
    assert not params["impute_missing"]
    assert params["input_scaling"] == "robust"
    assert clone(model).get_params() == params


@pytest.mark.parametrize(
    "asked",
    [
        [1, 3],
        [False, True, False, True],
        TEXTS,
        np.array(TEXTS, dtype=object),
        pd.Index(TEXTS),
    ],
    ids=str,
)
def test_categorical_features_are_named_in_all_ways(asked):
    frame, y = make_frame()
    options = {"input_scaling": "standard", "categorical_features": asked}
    model = MLPClassifier(**SMALL, **options)
    by_dtype = clone(model).set_params(categorical_features="from_dtype")
    assert_array_equal(
        model.fit(frame, y).predict_proba(frame),
        by_dtype.fit(frame, y).predict_proba(frame),
    )


def test_rows_may_be_arrays_and_lists():
    frame, y = make_frame()
    model = MLPClassifier(**SMALL, **OPTIONS, input_scaling="robust")
    expected = clone(model).fit(frame, y).predict_proba(frame)
    model.set_params(categorical_features=[1, 3])
    array = frame.to_numpy(dtype=object)
    assert_array_equal(model.fit(array, y).predict_proba(array), expected)
    assert_array_equal(model.predict_proba(array.tolist()), expected)


def test_numbers_can_be_categories_and_booleans_numbers():
    frame = pd.DataFrame({"code": [3, 1, 2, 1] * 10, "new": [True, False] * 20})
    y = np.array([0, 1, 1, 1] * 10)
    model = MLPClassifier(**SMALL, categorical_features=["code"]).fit(frame, y)
    assert model.encoding_["categories"] == [[0, [1, 2, 3]]]
    as_text = frame.astype({"code": float})
    assert_array_equal(model.predict_proba(as_text), model.predict_proba(frame))


@pytest.mark.parametrize("none", [None, np.nan, pd.NA], ids=str)
def test_a_missing_value_is_a_category_whatever_marks_it(none):
    texts = pd.DataFrame({"text": pd.Series(["a", none, "b", none] * 10, dtype=object)})
    y = np.array([0, 1, 0, 1] * 10)
    model = MLPClassifier.for_tables(**SMALL).fit(texts, y)
    assert model.encoding_["categories"] == [[0, [None, "a", "b"]]]


@pytest.mark.parametrize("dtype", ["Int64", "Float32", "boolean"])
def test_columns_of_pandas_with_holes_are_numbers(dtype):
    frame = pd.DataFrame({"a": pd.array([1, None, 0, 1] * 10, dtype=dtype)})
    y = np.array([0, 1, 1, 0] * 10)
    model = MLPClassifier.for_tables(**SMALL).fit(frame, y)
    assert model.encoding_["fill"].tolist() == [1]
    assert np.isfinite(model.predict_proba(frame)).all()


def test_a_column_without_any_number_says_nothing():
    frame = pd.DataFrame({"a": [np.nan] * 40, "b": np.arange(40.0)})
    model = MLPRegressor.for_tables(**SMALL).fit(frame, frame["b"])
    assert np.isfinite(model.predict(frame)).all()
    with_some = frame.assign(a=1e9)
    assert np.isfinite(model.predict(with_some)).all()


def test_only_the_most_frequent_values_have_an_input():
    texts = [f"v{number}" for number in range(300)] + ["often"] * 100
    frame = pd.DataFrame({"text": texts})
    model = MLPClassifier.for_tables(**SMALL).fit(frame, np.arange(400) % 2)
    [[_, known]] = model.encoding_["categories"]
    assert len(known) == 255
    assert "often" in known


def test_rows_without_weight_are_not_learned_from():
    frame, y = make_frame()
    more = pd.concat([frame, frame.assign(price=1e9, colour="violet")])
    weights = np.r_[np.ones(len(frame)), np.zeros(len(frame))]
    model = MLPClassifier.for_tables(**SMALL)
    model.fit(more, np.r_[y, y], sample_weight=weights)
    fewer = MLPClassifier.for_tables(**SMALL).fit(frame, y)
    for name in ("center", "scale", "fill"):
        assert_array_equal(model.encoding_[name], fewer.encoding_[name])
    assert model.encoding_["categories"] == fewer.encoding_["categories"]


def test_the_encoding_is_that_of_the_first_call():
    frame, y = make_frame()
    classes = ["no", "yes"]
    model = MLPClassifier.for_tables(**SMALL).partial_fit(frame, y, classes=classes)
    first = model.encoding_
    model.partial_fit(frame.assign(price=1.0, colour="violet"), y)
    assert model.encoding_ is first
    model.set_params(input_scaling="standard")
    with pytest.raises(ValueError, match=r"input_scaling='robust'.*'standard'"):
        model.partial_fit(frame, y)
    assert model.encoding_ is first
    model.fit(frame, y)
    assert model.encoding_["arguments"]["input_scaling"] == "standard"


def test_options_cannot_come_after_the_first_call():
    X, y = load_iris(return_X_y=True)
    model = MLPClassifier(**SMALL, warm_start=True).fit(X, y)
    with pytest.raises(ValueError, match="start anew"):
        model.set_params(input_scaling="robust").fit(X, y)


@pytest.mark.parametrize("scoring", [None, "accuracy", "neg_log_loss"])
def test_rows_are_held_out_and_scored(scoring):
    frame, y = make_frame()
    watched = {"early_stopping": True, "scoring": scoring, "n_iter_no_change": np.inf}
    model = MLPClassifier.for_tables(**SMALL, **watched)
    model.fit(make_holes(frame), y)
    assert np.isfinite(model.history_["val_loss"]).all()
    assert np.isfinite(model.history_["val_score"]).all()
    more, y_more = make_frame(seed=3)
    model.fit(frame, y, X_val=make_holes(more), y_val=y_more)
    if scoring == "accuracy":
        best = max(model.history_["val_score"])
        assert model.score(make_holes(more), y_more) == best


MISTAKES = {
    "sparse": ({"input_scaling": "robust"}, "sparse", "X is sparse"),
    "holes": ({"input_scaling": "robust"}, "holes", "contains NaN.\nOr set impute_m"),
    "holes, no options": ({}, "holes", r"(?s)contains NaN.*\nOr set impute_missing"),
    "text, no options": (
        {},
        "frame",
        "categorical_features='from_dtype'",
    ),
    "holes in text": (
        {"categorical_features": "from_dtype"},
        "holes in text",
        "'colour' of X has missing values",
    ),
    # Which of the two it is, depends on the version of pandas.
    "text": ({"impute_missing": True}, "frame", "not convert string|of dtype object"),
    "dates": (
        {"categorical_features": "from_dtype"},
        "dates",
        "'day' of X is of .* Make numbers of dates, such as",
    ),
    "dates, no options": ({}, "dates and numbers", "Make numbers of dates, such as"),
    "images": ({}, "images", r"(?s)array with dim.*ConvNetC.*X\.reshape\(len\(X\), -1"),
    "infinite": ({"impute_missing": True}, "infinite", "infinity"),
    "no such name": ({"categorical_features": ["hue"]}, "frame", r"got \['hue'\]"),
    "no such place": ({"categorical_features": [4]}, "frame", "4 features"),
    "a short mask": ({"categorical_features": [True]}, "frame", "4 features"),
    "no rows": (OPTIONS, "no rows", "at least one row"),
}


def make_mistake(kind):
    frame, y = make_frame()
    numbers = frame[NUMBERS]
    return {
        "frame": frame,
        "sparse": pytest.importorskip("scipy.sparse").csr_array(numbers.to_numpy()),
        "holes": make_holes(numbers),
        "holes in text": frame.assign(colour=make_holes(frame)["colour"]),
        "dates": frame.assign(day=pd.Timestamp("2020-01-01")),
        "dates and numbers": numbers.assign(day=pd.Timestamp("2020-01-01")),
        "images": np.zeros((len(y), 4, 4)),
        "infinite": numbers.assign(price=np.inf),
        "no rows": frame[:0],
    }[kind], y[: 0 if kind == "no rows" else None]


@pytest.mark.parametrize("case", MISTAKES)
def test_mistakes_are_told_of(case):
    options, kind, message = MISTAKES[case]
    X, y = make_mistake(kind)
    model = MLPClassifier(**SMALL, **options)
    with pytest.raises(ValueError, match=message):
        model.fit(X, y)
    assert not hasattr(model, "encoding_")
    assert not hasattr(model, "n_features_in_")


def test_predictions_tell_of_mistakes_too():
    frame, y = make_frame()
    model = MLPClassifier.for_tables(**SMALL).fit(frame, y)
    with pytest.raises(ValueError, match="feature names should match"):
        model.predict(frame[["size", "price", "colour", "shop"]])
    with pytest.raises(ValueError, match="feature names should match"):
        model.predict(frame[NUMBERS])
