import sys
from itertools import product

import numpy as np
import pandas as pd
import pytest
from exported import TOLERANCE, assert_same_classes, run
from sklearn.compose import make_column_transformer
from sklearn.ensemble import (
    BaggingClassifier,
    StackingClassifier,
    VotingClassifier,
    VotingRegressor,
)
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import sknnadl
from sknnadl import (
    ConvNetClassifier,
    DenoisingAutoencoder,
    MLPClassifier,
    MLPRegressor,
    RBFClassifier,
)

pytestmark = [
    pytest.mark.usefixtures("registered"),
    # Nothing is to be learned, so that nothing need have been.
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
]
OPTIONS = {"max_iter": 2, "batch_size": 20, "random_state": 0}
NO_MAPS = {"zipmap": False}


@pytest.fixture
def registered(skl2onnx):
    sknnadl.register_onnx()
    sknnadl.register_onnx()  # a second time changes nothing


@pytest.fixture
def rows():
    rng = np.random.default_rng(0)
    return (3 * rng.standard_normal((1000, 4)) + 5).astype(np.float32)


@pytest.fixture
def words():
    return np.array(["a", "b", "c"])[np.arange(1000) % 3]


NET = MLPClassifier((5,), **OPTIONS)
MODELS = {
    "alone": NET,
    "scaled": make_pipeline(StandardScaler(), NET),
    "searched": make_pipeline(StandardScaler(), GridSearchCV(NET, {"alpha": [0.1]})),
    # skl2onnx knows no votes of which transform makes one array.
    "vote": VotingClassifier(
        [("net", NET), ("other", LogisticRegression())],
        voting="soft",
        flatten_transform=False,
    ),
    "stack": StackingClassifier([("net", NET), ("other", RBFClassifier(5))], cv=2),
    "bag": BaggingClassifier(NET, 2, random_state=0),
    "codes": make_pipeline(DenoisingAutoencoder((3,), **OPTIONS), LogisticRegression()),
}


@pytest.mark.parametrize(
    ("name", "dtype"), [*product(MODELS, ["float32", "float64"]), ("scaled", "int64")]
)
def test_whole_models(name, dtype, skl2onnx, rows, words):
    model, X = MODELS[name].fit(rows, words), rows.astype(dtype)
    exported = skl2onnx.to_onnx(model, X[:1], options=NO_MAPS)
    for some in (X[:1], X):
        assert_same_classes(exported, {"X": some}, model, some)


@pytest.mark.parametrize("opset", [13, 15, 18])
def test_opsets(opset, skl2onnx, rows):
    """Other operators than those of a perceptron are in other versions of them."""
    y = np.arange(1000) % 2
    images = rows.reshape(-1, 2, 2, 1)
    net = ConvNetClassifier(
        (2,), kernel_size=1, batch_norm=True, pooling="l2", **OPTIONS
    )
    for model, X in ((RBFClassifier(5), rows), (net, images)):
        model.fit(X, y)
        exported = skl2onnx.to_onnx(model, X[:1], target_opset=opset, options=NO_MAPS)
        assert_same_classes(exported, {"X": X}, model, X)
    with pytest.raises(ValueError, match="target_opset must be at least 13"):
        skl2onnx.to_onnx(model, X[:1], target_opset=12)


def test_several_labels(skl2onnx, rows):
    y = np.random.default_rng(0).integers(2, size=(1000, 3))
    model = make_pipeline(StandardScaler(), NET).fit(rows, y)
    exported = skl2onnx.to_onnx(model, rows[:1], options=NO_MAPS)
    assert_same_classes(exported, {"X": rows}, model, rows)


def test_classes_of_ones_own(skl2onnx, rows, words):
    class MyClassifier(MLPClassifier):
        pass

    sknnadl.register_onnx(MyClassifier)
    model = make_pipeline(StandardScaler(), MyClassifier((5,), **OPTIONS))
    model.fit(rows, words)
    exported = skl2onnx.to_onnx(model, rows[:1], options=NO_MAPS)
    assert_same_classes(exported, {"X": rows}, model, rows)


def test_options_of_classifiers(skl2onnx, rows, words):
    model = make_pipeline(StandardScaler(), NET).fit(rows, words)
    expected = model.predict_proba(rows)
    outputs = run(skl2onnx.to_onnx(model, rows[:1]), {"X": rows})
    maps = pd.DataFrame(outputs["output_probability"]).to_numpy()
    np.testing.assert_allclose(maps, expected, 0, TOLERANCE)
    final = [("class", None), ("chances", None)]
    exported = skl2onnx.to_onnx(
        model, rows[:1], options={id(model): NO_MAPS}, final_types=final
    )
    np.testing.assert_allclose(
        run(exported, {"X": rows})["chances"], expected, 0, TOLERANCE
    )
    by_number = {id(model): {"zipmap": False, "nocl": True}}
    outputs = run(skl2onnx.to_onnx(model, rows[:1], options=by_number), {"X": rows})
    assert (outputs["label"] == expected.argmax(axis=1)).all()


def test_columns_of_text(skl2onnx, words):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "age": rng.uniform(18, 90, 1000).astype(np.float32),
            "town": rng.choice(np.array(["Zürich", "Bern", "x, y"], object), 1000),
        }
    )
    before = make_column_transformer(
        (StandardScaler(), ["age"]),
        (OneHotEncoder(handle_unknown="ignore", sparse_output=False), ["town"]),
    )
    feed = {name: frame[[name]].to_numpy() for name in frame}
    for model in (
        make_pipeline(before, NET),
        MLPClassifier.for_tables((5,), **OPTIONS),
    ):
        model.fit(frame, words)
        exported = skl2onnx.to_onnx(model, frame[:1], options=NO_MAPS)
        assert_same_classes(exported, feed, model, frame)


def test_regressors(skl2onnx, rows):
    y = 1000 + rows[:, 0] * [[30.0], [-20.0]]
    net = MLPRegressor(hidden_layer_sizes=(5,), **OPTIONS)
    vote = VotingRegressor([("net", net), ("other", LinearRegression())])
    for model, targets in (
        (make_pipeline(StandardScaler(), net), y.T),
        (make_pipeline(StandardScaler(), net), y[0]),
        (vote, y[0]),
    ):
        model.fit(rows, targets)
        exported = skl2onnx.to_onnx(model, rows[:1])
        values = run(exported, {"X": rows})["variable"]
        expected = model.predict(rows).reshape(len(rows), -1)
        np.testing.assert_allclose(values, expected, 1e-6)


@pytest.mark.parametrize("net", [NET, MLPRegressor(hidden_layer_sizes=(5,), **OPTIONS)])
def test_features_before_the_last_step_are_refused(net, skl2onnx, rows):
    model = make_pipeline(net, LogisticRegression()).fit(rows, np.arange(1000) % 2)
    named = f"{type(net).__name__} is a step before the last"
    with pytest.raises(ValueError, match=named):
        skl2onnx.to_onnx(model, rows[:1])


def test_a_missing_package_is_told_with_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "skl2onnx", None)
    with pytest.raises(ImportError, match=r'skl2onnx, which .*"sknnadl\[onnx\]"'):
        sknnadl.register_onnx()
