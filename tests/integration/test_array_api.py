"""Arrays of other libraries: PyTorch's, with scikit-learn's dispatch and without."""

import os
import subprocess
import sys

import numpy as np
import pytest

from sknnadl import (
    AverageDarknessClassifier,
    ConvNetClassifier,
    MLPClassifier,
    MLPRegressor,
)

torch = pytest.importorskip("torch")

PROGRAM = """
import warnings
import numpy as np, sklearn, torch
from sknnadl import AverageDarknessClassifier, MLPClassifier, MLPRegressor

warnings.simplefilter("ignore")
rng = np.random.default_rng(0)
X = rng.random((80, 4)); w = rng.random(80)
y = (X[:, 0] > 0.5).astype(int); labels = np.stack([y, 1 - y], 1)
names = np.where(y, "b", "a"); values = X @ [1.0, 2.0, 3.0, 4.0]
options = {"max_iter": 5, "random_state": 0, "early_stopping": True}
CASES = [
    (MLPClassifier(**options), y), (MLPClassifier(**options), labels),
    (MLPClassifier(**options), names), (MLPRegressor(**options), values),
    (AverageDarknessClassifier(), y),
]
sklearn.set_config(array_api_dispatch=True)
for model, target in CASES:
    expected = sklearn.clone(model).fit(X, target, w)
    tensors = torch.asarray(X), target if target is names else torch.asarray(target)
    model.fit(*tensors, torch.asarray(w))
    for name in ("predict", "predict_proba", "predict_log_proba"):
        if not hasattr(model, name):
            continue
        got, ours = getattr(model, name)(tensors[0]), getattr(expected, name)(X)
        is_text = target is names and name == "predict"
        assert isinstance(got, np.ndarray if is_text else torch.Tensor), (model, name)
        np.testing.assert_array_equal(np.asarray(got), ours)
        assert np.asarray(got).dtype == ours.dtype
        assert isinstance(getattr(model, name)(X), np.ndarray)
    score = model.score(*tensors) if target is not names else model.score(X, names)
    assert abs(float(score) - expected.score(X, target)) < 1e-6
for _ in range(2):
    part = MLPClassifier(random_state=0)
    part.partial_fit(torch.asarray(X), torch.asarray(y), classes=torch.asarray([0, 1]))
    assert isinstance(part.classes_, np.ndarray)
print("all well")
"""


def test_predictions_are_of_the_library_of_the_rows():
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env=os.environ | {"SCIPY_ARRAY_API": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "all well\n", done.stderr


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("dtype", ["float64", "float32", "uint8"])
def test_tensors_are_taken_as_arrays(dtype, iris):
    X, y = (4 * (iris[0] + 4)).astype(dtype), iris[1]
    model = MLPClassifier(max_iter=3, random_state=0)
    expected = model.fit(X, y, np.ones(150)).predict_proba(X)
    tensors = [torch.asarray(array) for array in (X, y, np.ones(150))]
    got = model.fit(*tensors).predict_proba(tensors[0])
    np.testing.assert_array_equal(got, expected)
    assert model.score(*tensors[:2]) == model.score(X, y)


def test_images_are_taken_as_arrays(digits):
    X, y = digits.X_train[:60].reshape(-1, 8, 8), digits.y_train[:60]
    model = ConvNetClassifier(4, kernel_size=3, max_iter=2, random_state=0)
    expected = model.fit(X, y).predict_proba(X)
    model.fit(torch.asarray(X), torch.asarray(y))
    np.testing.assert_array_equal(model.predict_proba(torch.asarray(X)), expected)


BAD = {
    "device": lambda X: X.to("meta"),
    "grad": lambda X: X.clone().requires_grad_(),
    "BFloat16": lambda X: X.to(torch.bfloat16),
}


@pytest.mark.parametrize("reason", BAD)
@pytest.mark.parametrize(
    "model", [MLPClassifier(), MLPRegressor(), AverageDarknessClassifier()]
)
def test_others_are_refused_in_a_sentence(model, reason):
    X = BAD[reason](torch.ones((6, 3)))
    y = np.arange(6) % 2
    match = f"X must be an array of plain numbers in the memory of the CPU.*{reason}"
    with pytest.raises(ValueError, match=match):
        model.fit(X, y)
    with pytest.raises(ValueError, match="y must be an array of plain numbers"):
        model.fit(np.ones((6, 3)), X[:, 0])
    with pytest.raises(ValueError, match="sample_weight must be an array of plain"):
        model.fit(np.ones((6, 3)), y, X[:, 0])
    assert not hasattr(model, "n_features_in_")
