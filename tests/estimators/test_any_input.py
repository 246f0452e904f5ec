"""Whatever an estimator is given: an error that says why, or sound predictions.

``PYTHONPATH=tests python tests/estimators/test_any_input.py 20000`` draws 20,000 cases,
and prints how many were fitted and how many refused; the slow test draws 5,000.
"""

import sys
import traceback
import warnings
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st
from own_losses import Focal, LogCosh, SquaredHinge
from sklearn.exceptions import ConvergenceWarning, UndefinedMetricWarning

import sknnadl
from sknnadl import DenoisingAutoencoder, MLPClassifier, MLPRegressor

OURS = str(Path(sknnadl.__file__).parent)
#: Where scikit-learn says what is wrong with data and arguments, in words that are
#: known.
OF_SCIKIT_LEARN = (
    "sklearn/utils/validation.py",
    "sklearn/utils/_param_validation.py",
    "sklearn/utils/multiclass.py",
    "sklearn/utils/class_weight.py",
    "sklearn/metrics/_scorer.py",
    "sklearn/utils/_set_output.py",
)

scales = st.sampled_from([*[1.0] * 9, 1e-300, 1e-30, 1e-5, 255.0, 1e5, 1e30, 1e300])

PARAMETERS = {
    "hidden_layer_sizes": st.sampled_from(
        [(), (1,), (3,), (2, 3), (3, 4, 5), 4, [5], np.array([2]), (0,), (2.5,), "3"]
    ),
    "activation": st.sampled_from(
        ["relu", "sigmoid", "tanh", "elu", "gelu", "identity", "softplus", "none"]
        + ["selu", "softsign", ["tanh"], ["tanh", "elu"], []]
    ),
    "weight_init": st.sampled_from(
        ["auto", "sparse", "fan_out", "zeros", ["he", "zeros"], ["he"], "none"]
    ),
    "bias_init": st.sampled_from(["auto", "normal", 1.0, 1e300, [0, 1], None]),
    "gradient_noise": st.sampled_from([0, 1e-4, 1e4, 1e300, -1, np.float32(0.1)]),
    "solver": st.sampled_from(["sgd", "adam", "adamw", "rmsprop", "adagrad", "lbfgs"]),
    "learning_rate": st.sampled_from(
        ["constant", "invscaling", "adaptive", "cosine", "one_cycle"]
        + [lambda epoch: 0.1, lambda epoch: 3 - epoch]
    ),
    "learning_rate_init": st.sampled_from(["auto", 1e-8, 1e-3, 1.0, 1e3, 1e30, 0, -1]),
    "momentum": st.sampled_from([0.0, 0.9, 1.0, 2.0]),
    "alpha": st.sampled_from(["auto", 0, 1e-4, 1.0, 1e5, 1e300, -1, np.float32(0.1)]),
    "penalty": st.sampled_from(["l2", "l1", "elasticnet", None]),
    "dropout": st.sampled_from([0.0, 0.5, [0.1], 1.0, np.nan]),
    "batch_norm": st.booleans(),
    "max_norm": st.sampled_from([None, 1e-3, 3.0]),
    "clip_norm": st.sampled_from([None, 1e-3, 3.0]),
    "batch_size": st.sampled_from([1, 2, 32, "auto", 10**6, 0, np.int64(3)]),
    "max_iter": st.sampled_from([1, 2, 4, np.int64(3), 0]),
    "tol": st.sampled_from([0, 1e-4, 1e3, np.inf, np.nan]),
    "n_iter_no_change": st.sampled_from([1, 10, np.inf, 0]),
    "early_stopping": st.booleans(),
    "validation_fraction": st.sampled_from([0.1, 0.5, 0.99, 0, None, 1.5]),
    "scoring": st.sampled_from([None, "loss", "accuracy", "neg_log_loss", "r2", "no"]),
    "dtype": st.sampled_from(["auto", "float32", "float64", "float16"]),
    "input_scaling": st.sampled_from([None, "standard", "robust"]),
    "n_bins": st.sampled_from([None, 2, 8, 1]),
    "impute_missing": st.booleans(),
    "warmup_epochs": st.sampled_from([0, 2.5]),
    "random_state": st.sampled_from([0, 1, None]),
}

OF_CLASSES = {
    "loss": st.sampled_from(
        ["log_loss", "cross_entropy", "squared_error", "hinge", Focal(), SquaredHinge()]
    ),
    "label_smoothing": st.sampled_from([0, 0.1, 0.9, 1.0, -0.1, None]),
    "class_weight": st.sampled_from([None, "balanced", {0: 2}, {"a": 1}, {}, [{0: 1}]]),
}
OF_VALUES = {
    "loss": st.sampled_from(
        ["poisson", "absolute_error", "huber", "pinball", "hinge", LogCosh(), Focal()]
    ),
    "quantile": st.sampled_from([0.5, 0.01, 1.0, "half"]),
    "huber_delta": st.sampled_from([1, 1e-3, 1e300, 0, np.nan]),
    "scale_targets": st.booleans(),
}


@st.composite
def parameters(draw, own):
    """Return some arguments, most of them right."""
    every = PARAMETERS | own
    names = draw(st.lists(st.sampled_from(sorted(every)), max_size=4, unique=True))
    return {name: draw(every[name]) for name in names}


OF_CODES = {
    "decoder_layer_sizes": st.sampled_from([None, (), (3,), 4, (0,)]),
    "corruption": st.sampled_from([None, "masking", "gaussian", "salt"]),
    "corruption_level": st.sampled_from([0, 0.3, 1, 1e30, -1, np.nan]),
}


def those_of_codes(arguments):
    """Return the arguments that an autoencoder has."""
    known = DenoisingAutoencoder().get_params()
    return {name: value for name, value in arguments.items() if name in known}


KINDS = st.one_of(
    st.tuples(st.just(MLPClassifier), parameters(OF_CLASSES)),
    st.tuples(st.just(MLPRegressor), parameters(OF_VALUES)),
    st.tuples(st.just(DenoisingAutoencoder), parameters(OF_CODES).map(those_of_codes)),
)


@st.composite
def rows(draw):
    """Return X, y and weights, most of them right."""
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    n, width = draw(st.integers(1, 25)), draw(st.integers(1, 4))
    X = rng.standard_normal((n, width)) * draw(scales)
    dtypes = [*["f8"] * 6, "f4", "f4", "f2", ">f8", "i4", "u1", "?", "O"]
    with np.errstate(all="ignore"):
        X = X.astype(draw(st.sampled_from(dtypes)))
    kind = draw(st.integers(0, 60))
    if kind == 0 and X.dtype.kind == "f":
        X[0, 0] = draw(st.sampled_from([np.nan, np.inf, -np.inf]))
    X = {
        1: lambda: X[:, 0],
        2: lambda: X[:0],
        3: lambda: X[:, :0],
        4: lambda: np.asfortranarray(X),
        5: lambda: X[::-1],
        6: lambda: scipy.sparse.csr_array(X.astype("f8")),
        7: lambda: X.astype("c16"),
        8: lambda: X.astype("M8[s]") if X.dtype.kind == "i" else X,
        9: lambda: X.tolist(),
        10: lambda: np.ma.masked_array(X, X[0, 0] == X),
    }.get(kind, lambda: X)()
    n_classes = draw(st.integers(1, 4))
    y = rng.integers(0, n_classes, n)
    kind = draw(st.integers(0, 60))
    y = {
        0: lambda: np.array(list("abcd"))[y],
        1: lambda: y.astype(float) + 0.5,
        2: lambda: np.eye(n_classes, dtype=int)[y],
        3: lambda: y[:-1],
        4: lambda: np.where(y == 0, np.nan, y),
        5: lambda: np.array(list("abcd"), dtype=object)[y],
        6: lambda: y[:, np.newaxis],
        7: lambda: None,
        8: lambda: rng.standard_normal(n) * draw(scales),
    }.get(kind, lambda: y)()
    weights = {
        0: lambda: np.zeros(n),
        1: lambda: -np.ones(n),
        2: lambda: rng.random(n) * draw(scales),
        3: lambda: rng.integers(0, 2, n),
        4: lambda: np.ones(n + 1),
        5: lambda: np.full(n, np.nan),
    }.get(draw(st.integers(0, 60)), lambda: None)()
    return X, y, weights


def is_explained(error):
    """Return whether an error is one of ours, or one that scikit-learn documents."""
    if not isinstance(error, ValueError | TypeError) or not str(error):
        return False
    # scikit-learn's helpers that convert arrays say what NumPy has said.
    frames = [frame.filename for frame in traceback.extract_tb(error.__traceback__)]
    return frames[-1].startswith(OURS) or any(
        frame.endswith(OF_SCIKIT_LEARN) for frame in frames[-3:]
    )


def check(estimator, X, y, weights):
    """Fit and predict; return what came of it."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", ConvergenceWarning)
        # A score that is asked for may need more rows than are held out.
        warnings.simplefilter("ignore", UndefinedMetricWarning)
        warnings.filterwarnings("ignore", "A column-vector y was passed")
        warnings.filterwarnings("ignore", "Numeric|setting an item", DeprecationWarning)
        try:
            estimator.fit(X, y, weights)
        except Exception as error:  # of any kind: those not explained go on
            if not is_explained(error):
                raise
            assert not hasattr(estimator, "parameters_")
            return "refused"
        if isinstance(estimator, MLPRegressor):
            assert np.isfinite(estimator.predict(X)).all()
            return "fitted"
        if isinstance(estimator, DenoisingAutoencoder):
            codes = estimator.transform(X)
            assert np.isfinite(codes).all()
            assert np.isfinite(estimator.inverse_transform(codes)).all()
            assert np.isfinite(estimator.reconstruct(X)).all()
            return "fitted"
        assert np.isfinite(estimator.decision_function(X)).all()
        probabilities = np.asarray(estimator.predict_proba(X))
        assert np.isfinite(probabilities).all()
        assert (probabilities >= 0).all()
        if estimator.target_type_ == "multiclass":
            eps = 10 * np.finfo(probabilities.dtype).eps
            np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=eps)
        return "fitted"


def draw_many(n_cases):
    """Check so many cases; return how many came to what."""
    outcomes = Counter()

    @settings(max_examples=n_cases, derandomize=True, database=None)
    @given(KINDS, rows())
    def draw(of_kind, data):
        kind, arguments = of_kind
        arguments = {"max_iter": 3, **arguments}
        outcomes[check(kind(**arguments), *data)] += 1

    draw()
    return outcomes


def test_some_cases():
    outcomes = draw_many(300)
    assert outcomes["fitted"] > 50
    assert outcomes["refused"] > 50


@pytest.mark.slow
def test_five_thousand_cases():
    assert draw_many(5000).total() >= 5000


if __name__ == "__main__":
    print(dict(draw_many(int(sys.argv[1]))))
