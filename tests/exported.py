"""What the tests of exported models share."""

import numpy as np
import pytest

#: How far a model of ONNX may be from the estimator.
TOLERANCE = 1e-5


def run(model, feed):
    """Return the outputs of a valid model of ONNX by name."""
    onnxruntime = pytest.importorskip("onnxruntime")
    pytest.importorskip("onnx").checker.check_model(model, full_check=True)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3  # no word on what skl2onnx leaves unused
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    outputs = session.run(None, feed)
    for output, values in zip(session.get_outputs(), outputs, strict=True):
        if isinstance(values, list):  # of maps
            continue
        lengths = [n if isinstance(n, int) else len(values) for n in output.shape]
        assert list(np.shape(values)) == lengths  # as the model says
    return {o.name: v for o, v in zip(session.get_outputs(), outputs, strict=True)}


def assert_same_classes(model, feed, estimator, X):
    """Check labels and probabilities against an estimator's own.

    Runtimes add up in other orders, so labels whose probabilities are equal but for
    this may be either one.
    """
    outputs, expected = run(model, feed), estimator.predict_proba(X)
    np.testing.assert_allclose(outputs["probabilities"], expected, 0, TOLERANCE)
    labels, own = outputs["label"], estimator.predict(X)
    assert labels.shape == own.shape
    if own.ndim == 2:
        clear = np.abs(expected - 0.5) > TOLERANCE
    else:
        best = np.sort(np.c_[expected, np.zeros(len(expected))])  # of one class too
        clear = best[:, -1] - best[:, -2] > TOLERANCE
        chosen = np.searchsorted(estimator.classes_, labels.astype(own.dtype))
        of_chosen = expected[np.arange(len(chosen)), chosen]
        assert (of_chosen >= best[:, -1] - TOLERANCE).all()
    np.testing.assert_array_equal(labels[clear], own[clear])
    assert clear.mean() > 0.9
