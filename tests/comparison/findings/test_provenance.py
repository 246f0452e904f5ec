"""How a comparison was made, and each of its models."""

import platform

import numpy as np
import scipy
import sklearn
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, KFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from sknnadl import __version__, compare
from sknnadl.comparison.findings.provenance import describe_parameters


def test_how_it_was_made(iris):
    models = {"SVM": SVC(C=10)}
    found = compare(models, *iris, cv=KFold(3)).provenance
    assert found["cv"] == "KFold(n_splits=3, random_state=None, shuffle=False)"
    assert found["versions"] == (
        f"Python {platform.python_version()}, sknnadl {__version__}, scikit-learn "
        f"{sklearn.__version__}, numpy {np.__version__}, scipy {scipy.__version__}"
    )
    assert platform.system() in found["processor"]
    assert found["made"].endswith(" UTC")
    found = compare(models, *iris, random_state=7).provenance
    assert found["cv"] == "a quarter held out to test"
    assert found["random_state"] == "7"
    assert compare(models, *iris, test=iris).provenance["cv"] == "rows given to test"
    assert compare(models, *iris, cv=3).provenance["cv"] == "3 folds"
    pairs = KFold(3, shuffle=True).split(iris[0])
    found = compare(models, *iris, cv=pairs).provenance
    assert found["cv"] == "3 pairs of indices"


def test_parameters_are_those_that_differ_from_defaults():
    class Own:
        def __repr__(self):
            return "mine"

    pipeline = make_pipeline(StandardScaler(), LogisticRegression(C=3))
    many = SVC(class_weight=dict.fromkeys("abcdefghijkl", "very " * 50))
    models = {"p": pipeline, "own": Own(), "many": many}
    found = describe_parameters(models)
    assert "LogisticRegression(C=3)" in found["p"]
    assert "StandardScaler()" in found["p"]
    assert found["own"] == "mine"
    assert found["many"].count("very ") == 12 * 50  # none is cut


def test_what_searches_have_chosen_is_in_the_page(iris):
    search = GridSearchCV(SVC(), {"C": [1e-6, 1]}, cv=2)
    page = compare({"search": search}, *iris, cv=KFold(3, shuffle=True)).to_html()
    assert "Chosen: C=1 (on 3 of 3 splits)." in page
    assert "<p>Chosen: C=1.</p>" in compare({"search": search}, *iris).to_html()
