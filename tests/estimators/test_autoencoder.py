"""Codes of rows, rows of codes, and rows restored."""

import copy
import pickle

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
import sklearn
from gradients import assert_close, numerical_gradient
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler

from sknnadl import DenoisingAutoencoder
from sknnadl.training import parallel

LONG = {"n_iter_no_change": np.inf, "random_state": 0}
#: What learns nothing, so that the costs are those of the network at its start.
STILL = {"learning_rate_init": 1e-12, "alpha": 0, "dtype": "float64"}


def quick(sizes=(20, 5), **arguments):
    return DenoisingAutoencoder(sizes, **{"max_iter": 3, **LONG, **arguments})


@pytest.fixture(scope="module")
def few(digits):
    return digits.X_train[:150].astype("float64")


def assert_same(one, other):
    """Check that two fits have left the same bits."""
    assert_array_equal(one.parameters_, other.parameters_)
    for name in one.history_.keys() - {"seconds"}:
        assert_array_equal(one.history_[name], other.history_[name])
    states = [dict(model.training_state_) for model in (one, other)]
    assert_array_equal(*[state.pop("parameters") for state in states])
    assert states[0]["rng"] == states[1]["rng"]


# What is learned.


@pytest.mark.parametrize("n_codes", [1, 3, 8])
def test_linear_layers_span_the_principal_components(n_codes, few):
    """As Baldi and Hornik (1989) have proved of squared error without a penalty."""
    arguments = {"activation": "identity", "corruption": None, "alpha": 0}
    model = DenoisingAutoencoder(
        (n_codes,), solver="lbfgs", max_iter=2000, tol=1e-5, random_state=0, **arguments
    ).fit(few)
    share = PCA(n_codes).fit(few).explained_variance_ratio_.sum()
    assert model.score(few) == pytest.approx(share, abs=1e-6)


@pytest.mark.parametrize("code_activation", ["identity", "sigmoid"])
@pytest.mark.parametrize("loss", ["squared_error", "cross_entropy"])
def test_a_step_is_against_the_gradient_of_the_cost_of_clean_rows(
    loss, code_activation, few
):
    rows, rate = few[:7, :9], 1e-3
    model = quick((6, 2), loss=loss, solver="sgd", learning_rate="constant")
    model.set_params(activation="tanh", code_activation=code_activation)
    model.set_params(corruption=None, learning_rate_init=rate, alpha=0, batch_size=7)
    model.partial_fit(rows)
    start = copy.deepcopy(model)
    model.partial_fit(rows)

    def cost():
        a = start.reconstruct(rows)
        if loss == "squared_error":
            return ((rows - a) ** 2).sum(axis=1).mean() / 2
        return -(rows * np.log(a) + (1 - rows) * np.log(1 - a)).sum(axis=1).mean()

    assert model.loss_ == pytest.approx(cost(), rel=1e-12)
    step = (start.parameters_ - model.parameters_) / rate
    assert_close(step, numerical_gradient(cost, start.parameters_))


def linear_parts(rows, **corruption):
    """Return the cost of linear layers that learn nothing, and their product."""
    model = quick((4,), activation="identity", **STILL, **corruption)
    for _ in range(40):
        model.partial_fit(rows)
    encoder, decoder = model.coefs_
    return np.mean(model.loss_curve_), encoder @ decoder


def test_a_masked_number_is_zero_and_others_are_as_they_are(few):
    """Of linear layers the expected cost is known: the masks' mean and variance."""
    share = 0.4
    cost, product = linear_parts(few, corruption="masking", corruption_level=share)
    error = ((few - (1 - share) * few @ product) ** 2).sum(axis=1)
    spread = share * (1 - share) * few**2 @ (product**2).sum(axis=1)
    # 6000 draws of rows, whose cost varies by less than its half
    assert cost == pytest.approx((error + spread).mean() / 2, rel=0.02)


def test_noise_has_the_deviation_that_was_asked_for(few):
    cost, product = linear_parts(few, corruption="gaussian", corruption_level=0.5)
    error = ((few - few @ product) ** 2).sum(axis=1).mean()
    assert cost == pytest.approx((error + 0.25 * (product**2).sum()) / 2, rel=0.02)


@pytest.mark.parametrize("corruption", ["masking", "gaussian"])
def test_rows_are_corrupted_in_training_alone_and_anew(corruption, few):
    model = quick(corruption=corruption, **STILL).fit(few, X_val=few)
    assert np.ptp(model.loss_curve_) > 1e-3
    assert np.ptp(model.history_["val_loss"]) < 1e-6
    assert model.history_["val_score"][-1] == pytest.approx(model.score(few))
    assert_array_equal(model.transform(few), model.transform(few))


@pytest.mark.parametrize("corruption", [None, "gaussian"])
def test_a_level_of_zero_is_no_corruption(corruption, few):
    model = quick(corruption=corruption, corruption_level=0).fit(few)
    assert_same(model, quick(corruption=None).fit(few))


def test_rows_with_masks_are_restored_by_what_has_learned_to(digits):
    """Without corruption in training they are hardly better than the mean row is."""
    rng = np.random.default_rng(0)
    masked = digits.X_test * (rng.random(digits.X_test.shape) >= 0.5)
    constant = ((digits.X_test - digits.X_train.mean(axis=0)) ** 2).mean()
    shares = []
    for level in (0.0, 0.5):
        model = DenoisingAutoencoder((100, 32), corruption_level=level, **LONG)
        restored = model.fit(digits.X_train).reconstruct(masked)
        shares.append(((digits.X_test - restored) ** 2).mean() / constant)
    assert shares[1] < 0.5 < shares[0]


# What it gives.


@pytest.mark.parametrize("loss", ["squared_error", "cross_entropy"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_decoder_makes_of_codes_what_the_network_makes_of_rows(loss, dtype, few):
    model = quick((20, 5), decoder_layer_sizes=(7, 9), loss=loss, dtype=dtype)
    codes = model.fit(few).transform(few)
    assert codes.shape == (150, 5)
    assert codes.dtype == dtype
    eps = 1e-6 if dtype == "float32" else 1e-13
    restored = model.reconstruct(few)
    assert_allclose(model.inverse_transform(codes), restored, rtol=0, atol=eps)
    alone = np.concatenate([model.transform(row[np.newaxis]) for row in few])
    assert_allclose(codes, alone, rtol=0, atol=eps * np.abs(codes).max())
    sizes = [w.shape for w in model.coefs_]
    assert sizes == [(64, 20), (20, 5), (5, 7), (7, 9), (9, 64)]


def test_codes_are_those_of_the_network_that_was_fitted(few):
    model = quick().fit(few)
    codes = model.transform(few)
    model.set_params(hidden_layer_sizes=(20,), code_activation="tanh")
    assert_array_equal(model.transform(few), codes)


def test_the_score_is_the_share_of_the_variance(few):
    model = quick(max_iter=30).fit(few)
    error = ((few - model.reconstruct(few)) ** 2).sum()
    variance = ((few - few.mean(axis=0)) ** 2).sum()
    assert model.score(few) == pytest.approx(1 - error / variance)
    assert model.score(np.ones((3, 64))) == 0
    weights = np.arange(150)
    repeated = model.score(np.repeat(few, weights, axis=0))
    assert model.score(few, None, weights) == pytest.approx(repeated)


def test_names_and_frames(few):
    frame = pd.DataFrame(few[:, :6], columns=list("abcdef"))
    model = quick().set_output(transform="pandas")
    codes = model.fit_transform(frame)
    names = [f"denoisingautoencoder{i}" for i in range(5)]
    assert list(codes.columns) == list(model.get_feature_names_out()) == names
    assert model.inverse_transform(codes).shape == (150, 6)
    with pytest.raises(ValueError, match="feature names"):
        model.transform(frame[list("fedcba")])


def test_images_are_rows_and_come_back_as_images(few):
    images = few.reshape(-1, 8, 8)
    of_rows, of_images = quick().fit(few), quick().fit(images)
    assert_same(of_rows, of_images)
    assert of_images.image_shape_ == (8, 8)
    assert of_rows.image_shape_ is None
    codes = of_images.transform(images)
    assert_array_equal(codes, of_rows.transform(few))
    assert of_images.inverse_transform(codes).shape == images.shape
    assert of_rows.inverse_transform(codes).shape == few.shape
    assert of_images.reconstruct(few).shape == few.shape
    assert of_rows.reconstruct(images.tolist()).shape == images.shape
    assert of_images.partial_fit(few, X_val=images).score(images) < 1
    with pytest.raises(ValueError, match=r"\(8, 8\) are expected, or flat rows of 64"):
        of_images.transform(few.reshape(-1, 4, 16))


@pytest.mark.parametrize(
    "form", [scipy.sparse.csr_array, scipy.sparse.csc_array, np.asfortranarray]
)
@pytest.mark.parametrize("corruption", [None, "masking"])
def test_rows_of_any_form_give_the_same_bits(form, corruption, few):
    plain = quick(corruption=corruption).fit(few, X_val=few)
    model = quick(corruption=corruption).fit(form(few), X_val=form(few))
    assert_same(model, plain)
    assert model.score(form(few)) == plain.score(few)
    assert_array_equal(model.transform(form(few)), plain.transform(few))


@pytest.mark.parametrize("corruption", [None, "masking", "gaussian"])
def test_rows_are_left_as_they_are(corruption, few):
    given = few.copy()
    given.setflags(write=False)
    quick(corruption=corruption).fit(given)
    assert_array_equal(given, few)


# How long it lives.


cases = st.builds(
    quick,
    st.sampled_from([(3,), (70, 9), (150, 40, 6)]),
    corruption=st.sampled_from([None, "masking", "gaussian"]),
    loss=st.sampled_from(["squared_error", "cross_entropy"]),
    activation=st.sampled_from(["relu", "gelu"]),
    solver=st.sampled_from(["sgd", "adam"]),
    batch_size=st.sampled_from([7, 32, 150]),
    learning_rate_init=st.just(0.001),
    dtype=st.sampled_from(["float32", "float64"]),
    random_state=st.integers(0, 100),
)


@given(model=cases, weighted=st.booleans())
@settings(max_examples=20)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_fit_is_partial_fit_with_pickling_between_on_any_threads(model, weighted, few):
    weights = np.linspace(0.5, 2, len(few)) if weighted else None
    with pytest.MonkeyPatch.context() as patch:  # pieces of few rows
        patch.setattr(parallel, "_piece_work", lambda *_: 1)
        fitted = clone(model).set_params(n_jobs=1).fit(few, None, weights, X_val=few)
        parts = clone(model).set_params(n_jobs=3)
        for _ in range(3):
            parts.partial_fit(few, None, weights, X_val=few)
            parts = pickle.loads(pickle.dumps(parts))
    assert_same(fitted, parts)
    assert_array_equal(fitted.transform(few), parts.transform(few))


def test_fit_goes_on_with_warm_start(few):
    model = quick(learning_rate="constant", warm_start=True, max_iter=2).fit(few)
    model.set_params(max_iter=4).fit(few)
    assert_same(model, quick(learning_rate="constant", max_iter=6).fit(few))
    model.set_params(hidden_layer_sizes=(20, 6))
    with pytest.raises(ValueError, match="same kinds and sizes of layers"):
        model.fit(few)


def test_early_stopping_watches_clean_rows(few, digits):
    model = quick(early_stopping=True, max_iter=20).fit(few, X_val=digits.X_val)
    best = np.argmin(model.history_["val_loss"])
    assert model.score(digits.X_val) == pytest.approx(
        model.history_["val_score"][best], abs=1e-6
    )
    held_out = quick(early_stopping=True).fit(few)
    assert np.isfinite(held_out.history_["val_score"]).all()


def test_a_scorer_is_given_rows_without_targets(few):
    def scorer(model, X, y):
        assert y is None
        return model.score(X) - 1

    model = quick(early_stopping=True, scoring=scorer).fit(few, X_val=few)
    assert_allclose(model.history_["val_score"][-1], model.score(few) - 1, rtol=1e-5)
    with pytest.raises(ValueError, match="scoring='r2' cannot score a Denoising"):
        model.set_params(scoring="r2").fit(few, X_val=few)


def test_pipelines_and_searches(digits):
    X, y = digits.X_train[:300] * 16, digits.y_train[:300]
    codes = quick((30, 10), max_iter=20, loss="cross_entropy")
    pipeline = make_pipeline(
        MinMaxScaler(clip=True), codes, LogisticRegression(max_iter=1000)
    )
    assert pipeline.fit(X, y).score(X, y) > 0.7  # chance is a tenth
    grid = {"corruption": [None, "gaussian"], "corruption_level": [0.1]}
    search = GridSearchCV(quick(), grid, cv=2).fit(digits.X_train[:100])
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


def test_a_pipeline_hands_rows_to_validate_on_through_its_steps(few):
    with sklearn.config_context(enable_metadata_routing=True):
        codes = quick().set_fit_request(X_val=True)
        pipeline = make_pipeline(MinMaxScaler(), codes, transform_input=["X_val"])
        scaler, codes = pipeline.fit(few * 16, X_val=few[:50] * 16)
    validated = codes.history_["val_score"][-1]
    assert validated == pytest.approx(codes.score(scaler.transform(few[:50] * 16)))


def test_tensors_come_back_as_tensors(few):
    torch = pytest.importorskip("torch")
    model = quick().fit(torch.from_numpy(few))
    assert_same(model, quick().fit(few))
    codes = model.transform(few)
    restored = model.inverse_transform(torch.from_numpy(codes))
    assert_array_equal(np.asarray(restored), model.inverse_transform(codes))


# What is refused.


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"corruption": "salt"}, "'corruption' parameter"),
        ({"corruption_level": -0.1}, "'corruption_level' parameter"),
        ({"corruption_level": 1}, "below 1 with corruption='masking'.*got 1"),
        ({"hidden_layer_sizes": ()}, "hidden_layer_sizes must have one size at least"),
        ({"decoder_layer_sizes": (3, 0)}, "decoder_layer_sizes must be one or several"),
        ({"code_activation": "none"}, "'code_activation' parameter"),
        ({"loss": "poisson"}, "'loss' parameter"),
        ({"solver": "lbfgs"}, "no room for corruption='masking': set corruption=None"),
    ],
    ids=str,
)
def test_bad_arguments_are_refused_and_change_nothing(arguments, message, few):
    model = quick().fit(few.reshape(-1, 8, 8))
    before = dict(vars(model))
    model.set_params(**arguments)
    with pytest.raises(ValueError, match=message):
        model.fit(few[:, :50])
    assert vars(model) == {**before, **arguments}


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (np.full((3, 4), 255), "needs X from 0 to 1, got values from 255 to 255"),
        (np.eye(3) - 1, "got values from -1 to 0"),
        (scipy.sparse.csr_array(2 * np.eye(3)), "got values from 0 to 2"),
    ],
)
def test_cross_entropy_is_of_numbers_from_0_to_1(rows, message):
    with pytest.raises(ValueError, match=message):
        quick(loss="cross_entropy").fit(rows)
    within = np.eye(rows.shape[1])
    with pytest.raises(ValueError, match=f"X_val.*{message}"):
        quick(loss="cross_entropy").fit(within, X_val=rows)


def test_codes_of_another_width_are_refused(few):
    model = quick().fit(few)
    with pytest.raises(ValueError, match=r"X has 4 numbers a row, and codes .* 5"):
        model.inverse_transform(np.ones((2, 4)))


def test_a_cross_entropy_that_cannot_fall_far_is_no_failure_to_learn():
    """Of targets near 1/2 all costs are near log 2, the best one too."""
    rng = np.random.default_rng(0)
    z = rng.standard_normal((200, 2)) @ rng.standard_normal((2, 8))
    rows = 1 / (1 + np.exp(-z / 10))
    arguments = {"corruption": None, "loss": "cross_entropy", "solver": "lbfgs"}
    model = DenoisingAutoencoder((2,), max_iter=100, alpha=0, **arguments, **LONG)
    constant = np.log(2) * 8
    model.fit(rows)  # a warning would be an error
    assert model.score(rows) > 0.9
    assert model.loss_ > 0.95 * constant


def test_other_rows_are_watched_and_change_nothing(digits):
    X, others = digits.X_train[:200], digits.X_test[:80]
    options = {"hidden_layer_sizes": (20, 5), "max_iter": 3, "random_state": 0}
    model = DenoisingAutoencoder(**options).fit(X, eval_sets={"test": (others, None)})
    alone = DenoisingAutoencoder(**options).fit(X)
    assert model.parameters_.tobytes() == alone.parameters_.tobytes()
    assert model.history_["test_score"][-1] == pytest.approx(model.score(others))
    assert len(model.history_["test_loss"]) == 3
    model.partial_fit(X, eval_sets={"test": (None, None)}, X_eval=(others,))
    assert model.history_["test_score"][-1] == pytest.approx(model.score(others))
    with pytest.raises(ValueError, match=r"eval_sets\['test'\]: X has 3 features"):
        model.fit(X, eval_sets={"test": (others[:, :3], None)})
