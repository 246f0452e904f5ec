"""One fit: what is measured, with weights, and of any kind of rows."""

import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.datasets import load_diabetes, make_multilabel_classification
from sklearn.dummy import DummyClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import MultinomialNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.svm import SVC

from sknnadl import compare


class NanRegressor(RegressorMixin, BaseEstimator):
    def fit(self, X, y):
        return self

    def predict(self, X):
        return np.zeros(len(X))


def test_a_score_that_is_nan_is_an_error():
    X, y = load_diabetes(return_X_y=True)
    models = {"nan": NanRegressor(), "line": LinearRegression()}
    scoring = {"odd": lambda model, X, y: np.nan if model.predict(X)[0] == 0 else 1.0}
    report = compare(models, X, y, cv=3, scoring=scoring)
    assert report.table[0]["error"] == (
        "ValueError: The score 'odd' of the predictions is nan. (fold 1)"
    )
    assert report.table[1]["odd"] == 1
    assert report.pairwise("odd") == []


def test_images_with_channels(iris):
    X = np.random.default_rng(0).random((40, 4, 4, 1))
    y = np.arange(40) % 2
    models = {"flat": SVC(), "guess": DummyClassifier()}
    flat, guess = compare(models, X, y, cv=2).table
    assert "dim 4" in flat["error"]
    assert flat["error"].endswith("(fold 1)")
    assert guess["accuracy"] == 0.5


def test_weights_reach_the_fit_and_the_score(iris):
    X, y = iris
    weights = np.where(y == 0, 1.0, 0.0)
    models = {
        "alone": DummyClassifier(),
        "in a pipeline": make_pipeline(StandardScaler(), DummyClassifier()),
        "in a search": GridSearchCV(
            make_pipeline(StandardScaler(), DummyClassifier()),
            {"dummyclassifier__strategy": ["prior"]},
        ),
        "takes none": KNeighborsClassifier(),
    }
    rows = compare(models, X, y, sample_weight=weights, random_state=0).table
    for row in rows[:3]:
        assert row["accuracy"] == 1
        assert row["accuracy_low"] is None
    assert rows[3]["error"].startswith("TypeError: KNeighborsClassifier.fit() got an")


def test_what_a_search_chose_and_cost(iris):
    search = GridSearchCV(SVC(), {"C": [0.001, 1.0]}, cv=2)
    (row,) = compare([search], *iris, cv=2).table
    assert row["best_params"] == [{"C": "1.0"}, {"C": "1.0"}]
    assert 0 < row["search_seconds"] < row["fit_seconds"]


def test_several_labels_a_row():
    X, Y = make_multilabel_classification(100, random_state=0)
    models = {"near": KNeighborsClassifier(), "guess": DummyClassifier()}
    for options in ({"cv": 3}, {"random_state": 0}):
        report = compare(models, X, Y, **options)
        assert 0 < report.table[0]["accuracy"] < 1
        assert len(report.pairwise()) == 1
        assert len(report.misclassified("near")) > 0
        assert "What they get wrong" not in report.to_html()


def test_a_score_that_is_infinite_is_an_error(iris):
    scoring = {"far": lambda model, X, y: -np.inf}
    (row,) = compare([SVC()], *iris, cv=2, scoring=scoring).table
    assert "'far' of the predictions is -inf" in row["error"]


def test_a_model_that_cannot_be_pickled_has_no_size(iris):
    model = make_pipeline(FunctionTransformer(lambda X: 2 * X), SVC())
    report = compare([model], *iris, cv=2)
    (row,) = report.table
    assert row["error"] is None
    assert row["size_bytes"] is None
    assert "pipeline" in str(report)


def test_texts():
    texts = ["good day", "bad day", "good night", "bad night"] * 10
    model = make_pipeline(TfidfVectorizer(), MultinomialNB())
    report = compare([model], texts, ["p", "n"] * 20, cv=4)
    assert report.table[0]["accuracy"] == 1
