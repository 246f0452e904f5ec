import sys

import numpy as np
import pytest
from exported import TOLERANCE, assert_same_classes, run
from hypothesis import given, settings
from hypothesis import strategies as st
from own_losses import Focal, LogCosh
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknnadl import (
    AverageDarknessClassifier,
    ConvNetClassifier,
    ConvNetRegressor,
    DenoisingAutoencoder,
    MLPClassifier,
    MLPRegressor,
    NetworkClassifier,
    to_onnx,
)
from sknnadl.network import BatchNorm, Conv2D, MaxPool2D
from sknnadl.network.losses import RECONSTRUCTION_LOSSES, REGRESSION_LOSSES

pytestmark = [
    pytest.mark.usefixtures("needs_onnx"),
    # Nothing is to be learned, so that nothing need have been.
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
]

OPTIONS = {"max_iter": 2, "batch_size": 5, "random_state": 0}


@pytest.fixture
def rows(rng):
    return rng.standard_normal((30, 4)).astype(np.float32)


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@given(
    loss=st.sampled_from(sorted(REGRESSION_LOSSES)),
    n_outputs=st.integers(1, 3),
    dtype=st.sampled_from(["float32", "float64"]),
    scale_targets=st.booleans(),
    centre=st.sampled_from([0, 3, 1e6]),
    spread=st.sampled_from([1e-2, 1, 1e4]),
    seed=st.integers(0, 2**32 - 1),
)
@settings(max_examples=20)
def test_values(loss, n_outputs, dtype, scale_targets, centre, spread, seed):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((1000, 4)).astype(np.float32)
    y = rng.exponential(size=(20, n_outputs))
    if scale_targets:
        y = y * spread + centre
    model = MLPRegressor(
        loss,
        hidden_layer_sizes=(5,),
        scale_targets=scale_targets,
        dtype=dtype,
        **OPTIONS,
    )
    model.fit(X[:20], y[:, 0] if n_outputs == 1 else y)
    exported = to_onnx(model)
    for some in (X[:1], X):
        values, expected = run(exported, {"X": some})["variable"], model.predict(some)
        assert values.shape == (len(some), n_outputs)
        expected = expected.reshape(values.shape)
        # Values far from 0 have no more digits in float32.
        size = np.abs(expected).max() if loss == "poisson" else spread
        error = TOLERANCE * size + np.finfo(np.float32).eps * np.abs(expected).max()
        np.testing.assert_allclose(values, expected, 0, error)


@pytest.mark.parametrize(
    "classes",
    [
        [-3, 8, 1000],
        [False, True],
        [0.0, 2.0, 5.0],
        ["", "no", "ja, ähnlich"],
        np.array(["x", "y"], object),
        np.array([1, 2, 3], np.uint8),
        [7],
    ],
    ids=str,
)
def test_labels(classes, rows):
    y = np.array(classes)[np.arange(30) % len(classes)]
    model = MLPClassifier((5,), **OPTIONS).fit(rows, y)
    exported = to_onnx(model)
    assert_same_classes(exported, {"X": rows}, model, rows)
    kind = exported.graph.output[0].type.tensor_type.elem_type
    assert kind == (8 if y.dtype.kind in "OU" else 7)  # STRING, else INT64


def test_labels_beyond_64_bits_are_refused(rows):
    y = np.array([0, 2**63], np.uint64)[np.arange(30) % 2]
    model = MLPClassifier((5,), **OPTIONS).fit(rows, y)
    with pytest.raises(ValueError, match="text or integers of 64 bits, got"):
        to_onnx(model)


def test_losses_of_ones_own(rows):
    y = np.arange(30) % 2
    model = MLPClassifier((5,), loss=Focal(), **OPTIONS).fit(rows, y)
    assert model.n_outputs_ == 2
    assert_same_classes(to_onnx(model), {"X": rows}, model, rows)
    model = MLPRegressor(LogCosh(), hidden_layer_sizes=(5,), **OPTIONS).fit(rows, y)
    values = run(to_onnx(model), {"X": rows})["variable"][:, 0]
    np.testing.assert_allclose(values, model.predict(rows), 0, TOLERANCE)


@pytest.mark.parametrize("shape", [(8, 6, 3), (6, 7, 1), (6, 7)])
@pytest.mark.parametrize("batch_norm", [True, False])
def test_images(shape, batch_norm, rng):
    X = rng.random((20, *shape)).astype(np.float32)
    model = ConvNetClassifier(
        (2, 3), kernel_size=(2, 3), pool_size=(2, 1), stride=(1, 2), padding="same",
        batch_norm=batch_norm, hidden_layer_sizes=(4,), **OPTIONS,
    ).fit(X, np.arange(20) % 3)  # fmt: skip
    full = shape if len(shape) == 3 else (*shape, 1)
    assert_same_classes(to_onnx(model), {"X": X.reshape(-1, *full)}, model, X)
    for given_as in (shape, full, (X[0].size,)):
        exported = to_onnx(model, input_shape=list(given_as))
        assert_same_classes(exported, {"X": X.reshape(-1, *given_as)}, model, X)


def test_flat_rows_of_images(rng):
    X = rng.random((20, 36)).astype(np.float32)
    model = ConvNetRegressor((2,), kernel_size=3, **OPTIONS).fit(X, X[:, 0])
    exported = to_onnx(model, input_shape=(36,))
    values = run(exported, {"X": X})["variable"][:, 0]
    np.testing.assert_allclose(values, model.predict(X), 0, TOLERANCE)
    with pytest.raises(ValueError, match=r"must be \(36,\) or \(6, 6\) or \(6, 6, 1\)"):
        to_onnx(model, input_shape=(1, 6, 6))


def test_features_are_those_of_transform(rng):
    X = rng.random((20, 6, 6)).astype(np.float32)
    layers = [Conv2D(3, 3), MaxPool2D(2)]
    model = NetworkClassifier(layers, **OPTIONS).fit(X, np.arange(20) % 2)
    conv = ConvNetClassifier((3,), kernel_size=3, hidden_layer_sizes=(4,), **OPTIONS)
    conv.fit(X, np.arange(20) % 2)
    shapes = {(model, 0): (4, 4, 3), (model, -1): (2, 2, 3)}
    shapes |= {(conv, 0): (2, 2, 3), (conv, 1): (4,)}
    for (one, layer), shape in shapes.items():
        exported = to_onnx(one, feature_layer=layer)
        features = run(exported, {"X": X[..., np.newaxis]})["features"]
        assert features.shape == (20, *shape)
        expected = one.set_params(feature_layer=layer).transform(X)
        np.testing.assert_allclose(features.reshape(20, -1), expected, 0, TOLERANCE)
    with pytest.raises(ValueError, match="feature_layer must be from -2 to 1"):
        to_onnx(conv, feature_layer=2)


@pytest.mark.parametrize("loss", sorted(RECONSTRUCTION_LOSSES))
@pytest.mark.parametrize("shape", [(9,), (3, 3), (3, 3, 2)])
def test_autoencoder(loss, shape, rng):
    X = rng.random((20, *shape)).astype(np.float32)
    model = DenoisingAutoencoder((5, 2), loss=loss, **OPTIONS).fit(X)
    outputs = run(to_onnx(model), {"X": X})
    assert list(outputs) == ["codes", "reconstruction"]
    np.testing.assert_allclose(outputs["codes"], model.transform(X), 0, TOLERANCE)
    restored = model.reconstruct(X)
    np.testing.assert_allclose(outputs["reconstruction"], restored, 0, TOLERANCE)
    with pytest.raises(ValueError, match="feature_layer is for classifiers and regr"):
        to_onnx(model, feature_layer=0)


def test_average_darkness(rng):
    X = rng.integers(256, size=(50, 9)).astype(np.float32)
    model = AverageDarknessClassifier().fit(
        X, np.array(["a", "b", "c"])[np.arange(50) % 3]
    )
    outputs = run(to_onnx(model), {"X": X})
    assert list(outputs) == ["label"]
    assert outputs["label"].tolist() == model.predict(X).tolist()


def test_normalization_far_from_zero_loses_no_digits(rng):
    X = (1000 + 0.01 * rng.standard_normal((40, 3))).astype(np.float32)
    model = NetworkClassifier([BatchNorm()], **OPTIONS).fit(X, np.arange(40) % 2)
    (learned,) = model.batch_norms_
    learned["running_mean"][...] = X.mean(axis=0)
    learned["running_variance"][...] = 1e-4
    assert_same_classes(to_onnx(model), {"X": X}, model, X)


def test_no_rows(rows):
    model = MLPClassifier((5,), **OPTIONS).fit(rows, np.arange(30) % 3)
    outputs = run(to_onnx(model), {"X": rows[:0]})
    assert outputs["label"].shape == (0,)
    assert outputs["probabilities"].shape == (0, 3)


def test_old_runtimes_can_read_it(rows):
    exported = to_onnx(MLPClassifier((5,), **OPTIONS).fit(rows, np.arange(30) % 3))
    assert [(one.domain, one.version) for one in exported.opset_import] == [("", 13)]
    assert exported.ir_version == 7
    assert exported.producer_name == "sknnadl"
    assert exported.graph.name == "MLPClassifier"


def test_subclass(rows):
    class MyClassifier(MLPClassifier):
        pass

    model = MyClassifier((5,), **OPTIONS).fit(rows, np.arange(30) % 3)
    assert_same_classes(to_onnx(model), {"X": rows}, model, rows)


def test_what_is_no_fitted_estimator_is_refused(rows):
    with pytest.raises(NotFittedError):
        to_onnx(MLPClassifier())
    pipeline = make_pipeline(StandardScaler(), MLPClassifier((5,), **OPTIONS))
    pipeline.fit(rows, np.arange(30) % 3)
    with pytest.raises(TypeError, match=r"got Pipeline: .*skl2onnx\.to_onnx, after"):
        to_onnx(pipeline)
    with pytest.raises(ValueError, match=r"input_shape must be \(4,\), got \(2, 2\)"):
        to_onnx(pipeline[-1], input_shape=(2, 2))


def test_a_missing_package_is_told_with_the_extra(rows, monkeypatch):
    model = MLPClassifier((5,), **OPTIONS).fit(rows, np.arange(30) % 3)
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(ImportError, match=r'onnx, which is not .*"sknnadl\[onnx\]"'):
        to_onnx(model)
