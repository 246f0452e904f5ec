"""What may be compared, and by which names."""

import pytest
from sklearn.base import is_classifier
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from sknnadl import compare


def test_names():
    one, two = DummyClassifier(), DummyClassifier(strategy="uniform")
    X, y = [[0], [1]] * 4, [0, 1] * 4

    def names(estimators):
        return [row["name"] for row in compare(estimators, X, y, test=(X, y)).table]

    assert names([one, SVC()]) == ["dummyclassifier", "svc"]
    assert names([one, two]) == ["dummyclassifier-1", "dummyclassifier-2"]
    assert names([("a", one), two]) == ["a", "dummyclassifier"]
    with pytest.raises(ValueError, match="2 estimators have the name 'a'"):
        names([("a", one), ("a", two)])


def test_scoring_that_is_none(iris):
    with pytest.raises(ValueError, match="at least one score"):
        compare([DummyClassifier()], *iris, scoring=[])
    report = compare([LogisticRegression()], *iris, cv=2, scoring="neg_log_loss")
    assert report.table[0]["neg_log_loss"] < 0


@pytest.mark.parametrize("estimators", [{}, [], None, SVC()])
def test_nothing_to_compare(estimators):
    with pytest.raises(ValueError, match="estimators must be a dict"):
        compare(estimators, [[0]], [0])


@pytest.mark.parametrize("estimator", [None, "SVC", SVC])
def test_an_estimator_that_is_none_is_named(estimator):
    with pytest.raises(ValueError, match=r"estimators\['a'\] must be a classifier"):
        compare({"a": estimator}, [[0]], [0])
    with pytest.raises(ValueError, match="names of estimators must be str"):
        compare({1: SVC()}, [[0]], [0])


def test_classifiers_are_not_compared_with_regressors():
    models = {"SVM": SVC(), "line": LinearRegression()}
    with pytest.raises(ValueError, match="and 'line' predict numbers"):
        compare(models, [[0]], [0])
    with pytest.raises(
        ValueError, match=r"estimators\['scaler'\] must be a classifier"
    ):
        compare({"scaler": StandardScaler()}, [[0]], [0])


@pytest.mark.filterwarnings("ignore:OptunaSearchCV is experimental")
@pytest.mark.filterwarnings("ignore:`optuna.terminator` module:FutureWarning")
def test_a_search_that_does_not_say_what_it_is(iris):
    optuna = pytest.importorskip("optuna")
    integration = pytest.importorskip("optuna_integration")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    space = {"C": optuna.distributions.FloatDistribution(0.1, 10)}
    options = {"n_trials": 2, "cv": 2, "random_state": 0}
    search = integration.OptunaSearchCV(SVC(), space, **options)
    assert not is_classifier(search)
    report = compare({"search": search, "SVM": SVC()}, *iris, cv=3)
    row = report.table[0]
    assert row["error"] is None
    assert row["accuracy"] == pytest.approx(
        cross_val_score(search, *iris, cv=StratifiedKFold(3)).mean()
    )
    assert len(row["best_params"]) == 3
    matrix, _ = report.confusion_matrix("search")
    assert matrix.sum() == 150
