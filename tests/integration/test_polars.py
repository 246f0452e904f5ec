"""Data frames of polars, in and out."""

import numpy as np
import pytest

from sknnadl import (
    DenoisingAutoencoder,
    MLPClassifier,
    MLPRegressor,
    RBFClassifier,
    RBFRegressor,
)

pl = pytest.importorskip("polars", reason="needs the integration extra")

OPTIONS = {"max_iter": 3, "random_state": 0}
NAMES = ["length", "width", "Länge", "4"]

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


@pytest.fixture
def frame(iris):
    return pl.DataFrame(iris[0], schema=NAMES)


@pytest.mark.parametrize(
    "estimator",
    [
        MLPClassifier((5,), early_stopping=True, **OPTIONS),
        MLPRegressor(hidden_layer_sizes=(5,), **OPTIONS),
        RBFClassifier(random_state=0),
        RBFRegressor(random_state=0),
    ],
    ids=lambda estimator: type(estimator).__name__,
)
def test_frames_are_rows(estimator, frame, iris):
    expected = estimator.fit(*iris).predict(iris[0])
    estimator.fit(frame, pl.Series(iris[1]))
    np.testing.assert_array_equal(estimator.predict(frame), expected)
    assert estimator.score(frame, pl.Series(iris[1])) == estimator.score(frame, iris[1])
    assert estimator.feature_names_in_.tolist() == NAMES
    with pytest.raises(ValueError, match="feature names should match"):
        estimator.predict(frame.select(NAMES[::-1]))


def test_rows_beside_are_frames_too(frame, iris):
    model = MLPClassifier((5,), early_stopping=True, **OPTIONS)
    X_val, y_val = iris[0][::9], iris[1][::9]
    expected = model.fit(*iris, X_val=X_val, y_val=y_val).loss_curve_
    weights = pl.Series(np.ones(len(frame)))
    model.fit(frame, pl.Series(iris[1]), weights, X_val=frame[::9], y_val=y_val)
    assert model.loss_curve_ == expected


@pytest.mark.parametrize(
    "estimator",
    [MLPClassifier((5,), **OPTIONS), DenoisingAutoencoder((2,), **OPTIONS)],
    ids=lambda estimator: type(estimator).__name__,
)
def test_what_transforms_gives_frames(estimator, frame, iris):
    plain = estimator.fit(frame, iris[1]).transform(frame)
    codes = estimator.set_output(transform="polars").transform(frame)
    assert isinstance(codes, pl.DataFrame)
    assert codes.columns == estimator.get_feature_names_out().tolist()
    np.testing.assert_array_equal(codes.to_numpy(), plain)


@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
def test_words_and_holes_are_those_of_a_pandas_frame(kind, frame, iris):
    words = pl.Series("city", np.where(iris[0][:, 0] > 0, "Rome", "Oslo"))
    frame = frame.with_columns(
        words,
        words.cast(pl.Categorical).alias("category"),
        pl.when(pl.int_range(pl.len()) % 7 == 0).then(None).otherwise(pl.col("4")),
    )
    pandas_frame = frame.to_pandas()
    model = kind.for_tables(hidden_layer_sizes=(5,), **OPTIONS)
    expected = model.fit(pandas_frame, iris[1]).predict(pandas_frame)
    np.testing.assert_array_equal(model.fit(frame, iris[1]).predict(frame), expected)
