import numpy as np
import pandas as pd
import pytest
from exported import assert_same_classes, run
from hypothesis import given, settings
from hypothesis import strategies as st

from sknnadl import MLPClassifier, MLPRegressor, to_onnx

pytestmark = [
    pytest.mark.usefixtures("needs_onnx"),
    # Nothing is to be learned, so that nothing need have been.
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
]
OPTIONS = {"max_iter": 2, "batch_size": 5, "random_state": 0}


def feed(frame, text=()):
    """Return what a model takes of a frame: text with none as empty, and float32."""
    return {
        name: frame[[name]].fillna("").to_numpy(object)
        if name in text
        else frame[[name]].to_numpy(np.float32)
        for name in frame
    }


@given(
    input_scaling=st.sampled_from([None, "standard", "robust"]),
    n_bins=st.sampled_from([None, 2, 5]),
    impute_missing=st.booleans(),
    has_codes=st.booleans(),
    centre=st.sampled_from([0, 1e5]),
    seed=st.integers(0, 2**32 - 1),
)
@settings(max_examples=15)
def test_columns_of_numbers(
    input_scaling, n_bins, impute_missing, has_codes, centre, seed
):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((1000, 4)) * [1, 0.1, 30, 1]
    X = (X + [centre if input_scaling else 0, 0, 0, 0]).astype(np.float32)
    X[:, 3] = rng.integers(4, size=1000) - 0.7  # categories, of which 3 are seen
    X[:20, 3][X[:20, 3] > 2] = -0.7
    if impute_missing:
        X[rng.random(X.shape) < 0.2] = np.nan
        X[0, 3] = np.nan
    model = MLPClassifier(
        (5,),
        input_scaling=input_scaling,
        n_bins=n_bins,
        impute_missing=impute_missing,
        categorical_features=[3] if has_codes else None,
        **OPTIONS,
    ).fit(X[:20], np.arange(20) % 3)
    exported = to_onnx(model)
    for rows in (X[:1], X):
        assert_same_classes(exported, {"X": rows}, model, rows)


@pytest.fixture
def frame():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "age": rng.integers(18, 90, 40).astype(float),
            "town": rng.choice(["Zürich", "Bern", "x, y"], 40),
            "member": rng.random(40) < 0.5,
            "grade": rng.choice([1.5, 2.5, np.nan], 40),
        }
    )
    frame.loc[3, "town"] = None
    frame.loc[5, "age"] = np.nan
    return frame


def test_columns_of_text_are_inputs_of_their_own(frame):
    model = MLPClassifier.for_tables((5,), **OPTIONS).fit(frame, np.arange(40) % 3)
    exported = to_onnx(model)
    assert [one.name for one in exported.graph.input] == list(frame)
    frame.loc[7, "town"] = "unheard of"
    assert_same_classes(exported, feed(frame, ["town"]), model, frame)


def test_only_text(frame):
    own = frame[["town"]]
    model = MLPRegressor.for_tables(hidden_layer_sizes=(5,), **OPTIONS)
    model.fit(own, np.arange(40.0))
    values = run(to_onnx(model), feed(own, ["town"]))["variable"][:, 0]
    np.testing.assert_allclose(values, model.predict(own), 0, 1e-4)


def test_arrays_have_no_names(frame):
    own = frame.to_numpy(object)
    model = MLPClassifier.for_tables((5,), categorical_features=[1, 2, 3], **OPTIONS)
    model.fit(own, np.arange(40) % 3)
    columns = feed(frame, ["town"]).values()
    inputs = {f"x{i}": column for i, column in enumerate(columns)}
    assert_same_classes(to_onnx(model), inputs, model, own)


@pytest.mark.parametrize(
    ("column", "message"),
    [
        (["a", 1] * 20, r"The categories \[1, 'a'\] are text and numbers"),
        (["", None, "b", "a"] * 10, "column 0 .* missing values and empty text"),
        ([2**24, 2**24 + 1] * 20, "are one number in float32"),
    ],
)
def test_categories_that_onnx_cannot_tell_apart_are_refused(column, message):
    X = np.array(column, object)[:, np.newaxis]
    model = MLPClassifier.for_tables((5,), categorical_features=[0], **OPTIONS)
    model.fit(X, np.arange(40) % 2)
    with pytest.raises(ValueError, match=message):
        to_onnx(model)


def test_columns_are_not_called_like_outputs(frame):
    frame = frame.rename(columns={"town": "label"})
    model = MLPClassifier.for_tables((5,), **OPTIONS).fit(frame, np.arange(40) % 3)
    with pytest.raises(ValueError, match=r"columns \['label'\] have the names of out"):
        to_onnx(model)
    with pytest.raises(ValueError, match="leave input_shape out"):
        to_onnx(model, input_shape=(4,))
