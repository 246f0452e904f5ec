import numpy as np
import pytest
from exported import TOLERANCE, assert_same_classes, run
from hypothesis import given, settings
from hypothesis import strategies as st

from sknnadl import RBFClassifier, RBFRegressor, to_onnx

pytestmark = pytest.mark.usefixtures("needs_onnx")

networks = {
    "normalize": st.booleans(),
    "width": st.sampled_from(["neighbors", "max_distance", 2.0]),
    "n_centers": st.integers(4, 12),
    # Far from 0 the squares of distances are to keep their digits.
    "place": st.sampled_from([(0, 1), (1e7, 3)]),
    "seed": st.integers(0, 2**32 - 1),
}


def draw_rows(rng, place):
    centre, spread = place
    return (centre + spread * rng.standard_normal((1000, 3))).astype(np.float32)


@given(kind=st.sampled_from(["one", "two", "words", "labels"]), **networks)
@settings(max_examples=15)
def test_classifier(normalize, width, n_centers, place, seed, kind):
    rng = np.random.default_rng(seed)
    X = draw_rows(rng, place)
    y = {
        "one": np.full(30, 7),
        "two": np.arange(30) % 2,
        "words": np.array(["a", "bc", "ä"])[np.arange(30) % 3],
        "labels": rng.integers(2, size=(30, 3)),
    }[kind]
    model = RBFClassifier(
        n_centers, width=width, normalize=normalize, random_state=0
    ).fit(X[:30], y)
    for rows in (X[:1], X):
        assert_same_classes(to_onnx(model), {"X": rows}, model, rows)


@given(**networks)
@settings(max_examples=10)
def test_regressor(normalize, width, n_centers, place, seed):
    rng = np.random.default_rng(seed)
    X = draw_rows(rng, place)
    for y in (X[:30, 0], X[:30, :2]):
        model = RBFRegressor(
            n_centers, width=width, normalize=normalize, random_state=0
        ).fit(X[:30], y)
        values = run(to_onnx(model), {"X": X})["variable"]
        expected = model.predict(X).reshape(values.shape)
        scale = np.abs(expected).max()
        np.testing.assert_allclose(values, expected, 0, TOLERANCE * scale)
