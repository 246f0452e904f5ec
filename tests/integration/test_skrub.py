"""Tables of any kind, by skrub."""

import numpy as np
import pandas as pd
import pytest
from sklearn.impute import SimpleImputer
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknnadl import MLPClassifier, MLPRegressor, RBFClassifier

skrub = pytest.importorskip("skrub", reason="needs the integration extra")

OPTIONS = {"max_iter": 30, "random_state": 0}


@pytest.fixture(scope="module")
def table():
    """Words, dates, numbers and holes; the target is a sum of theirs."""
    rng = np.random.default_rng(0)
    cities = np.array(["Rome", "Oslo", "Lima"])[rng.integers(3, size=300)]
    days = rng.integers(300, size=300)
    frame = pd.DataFrame(
        {
            "city": cities,
            "day": pd.Timestamp("2020-01-01") + pd.to_timedelta(days, unit="D"),
            "number": rng.normal(size=300),
        }
    )
    y = frame["number"] + 2 * (cities == "Rome") + days / 100
    frame.loc[::9, "number"] = np.nan
    return frame, y


@pytest.mark.parametrize(
    ("model", "least"),
    [
        (MLPClassifier(**OPTIONS), 0.8),
        (RBFClassifier(random_state=0), 0.8),
        (MLPRegressor(**OPTIONS), 0.5),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_pipeline_for_tables(model, least, table):
    X, y = table
    y = y if isinstance(model, MLPRegressor) else y > y.median()
    assert cross_val_score(skrub.tabular_pipeline(model), X, y, cv=2).mean() > least


def test_columns_made_numbers(table):
    X, y = table
    y = y > y.median()
    model = make_pipeline(
        skrub.TableVectorizer(),
        SimpleImputer(),
        StandardScaler(),
        MLPClassifier(**OPTIONS),
    )
    assert cross_val_score(model, X, y, cv=2).mean() > 0.8


def test_frames_of_polars(table):
    polars = pytest.importorskip("polars", reason="needs the integration extra")
    X, y = table
    model = skrub.tabular_pipeline(MLPClassifier(**OPTIONS))
    expected = model.fit(X, y > y.median()).predict(X)
    frame = polars.DataFrame({name: X[name].to_numpy() for name in X})
    frame = frame.with_columns(polars.col("number").fill_nan(None))
    got = model.fit(frame, (y > y.median()).to_numpy()).predict(frame)
    assert np.mean(got == expected) > 0.99
