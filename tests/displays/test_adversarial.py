"""Images that fool a network: the change, and its picture."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("matplotlib")

import matplotlib.pyplot as plt
from drawing import count_pixels
from scipy.sparse import csr_array
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.pipeline import make_pipeline

from sknnadl import (
    ConvNetClassifier,
    DenoisingAutoencoder,
    MLPClassifier,
    MLPRegressor,
)
from sknnadl.inspection import AdversarialDisplay, fast_gradient_sign

FEW = {"max_iter": 4, "n_iter_no_change": np.inf, "random_state": 0}


@pytest.fixture(scope="module")
def linear(digits):
    options = {"max_iter": 20, "n_iter_no_change": np.inf, "random_state": 0}
    return MLPClassifier((), dtype="float64", **options).fit(
        digits.X_train, digits.y_train
    )


@pytest.fixture(scope="module")
def rows(digits):
    return digits.X_test[:100].astype(np.float64), digits.y_test[:100]


def test_of_two_classes_it_is_the_sign_of_the_weights(digits):
    """Goodfellow, Shlens and Szegedy (2015), section 5."""
    is_used = digits.y_train < 2
    X, y = digits.X_train[is_used].astype(np.float64), digits.y_train[is_used]
    model = MLPClassifier((), dtype="float64", **FEW).fit(X, y)
    towards = np.where(y == 1, -1, 1)[:, np.newaxis] * np.sign(model.coefs_[0].T)
    changed = fast_gradient_sign(model, X, y, 0.25)
    np.testing.assert_allclose(changed, X + 0.25 * towards, rtol=0, atol=1e-15)
    # so the logit falls by eps times the sum of the weights' sizes
    fall = 0.25 * np.abs(model.coefs_[0]).sum()
    logits = [model._logits(rows).ravel() for rows in (X, changed)]
    np.testing.assert_allclose(np.abs(logits[1] - logits[0]), fall)


@given(eps=st.floats(0, 0.5), low=st.floats(-0.5, 0), high=st.floats(1, 1.5))
def test_changes_are_small_and_the_cost_of_each_row_rises(eps, low, high, linear, rows):
    X, y = rows
    changed = fast_gradient_sign(linear, X, y, eps, clip=(low, high))
    assert np.abs(changed - X).max() <= eps + 1e-15
    assert changed.min() >= low
    assert changed.max() <= high
    # the cost of a linear model is convex, so that no step along the gradient lowers it
    costs = [-linear.predict_log_proba(r)[np.arange(100), y] for r in (X, changed)]
    assert (costs[1] >= costs[0] - 1e-12).all()


def test_what_is_hardly_seen_fools_a_network_and_chance_does_not(digits):
    X, y = digits.X_test, digits.y_test
    net = MLPClassifier(random_state=0).fit(digits.X_train, digits.y_train)
    changed = fast_gradient_sign(net, X, y, 0.1, clip=(0, 1))
    signs = np.random.default_rng(0).choice([-1, 1], X.shape)
    by_chance = np.clip(X + 0.1 * signs, 0, 1)
    # of 300 images: far more than chance between two fits
    assert net.score(X, y) > 0.95
    assert net.score(by_chance, y) > 0.9
    assert net.score(changed, y) < 0.75
    labels = net.classes_
    costs = [log_loss(y, net.predict_proba(r), labels=labels) for r in (X, changed)]
    assert costs[1] > 5 * costs[0]


def test_dtypes_and_shapes(digits):
    X, y = digits.X_test[:20], digits.y_test[:20]
    net = ConvNetClassifier((3,), kernel_size=3, **FEW)
    net.fit(digits.X_train[:300], digits.y_train[:300])
    images = X.reshape(-1, 8, 8)
    flat = fast_gradient_sign(net, X, y, 0.1)
    changed = fast_gradient_sign(net, images, y, 0.1)
    assert changed.shape == images.shape
    assert changed.dtype == X.dtype
    np.testing.assert_array_equal(changed.reshape(20, 64), flat)
    np.testing.assert_array_equal(fast_gradient_sign(net, X, y, 0), X)
    bytes_ = (255 * images).astype(np.uint8)
    changed = fast_gradient_sign(net, bytes_, y, 3, clip=(0, 255))
    assert changed.dtype == np.float32
    assert set(np.unique(changed - bytes_)) <= {-3, 0, 3}
    net.set_params(dtype="float64").fit(digits.X_train[:300], digits.y_train[:300])
    assert fast_gradient_sign(net, X.tolist(), y, 0.1).dtype == np.float64


def test_a_regressor_is_moved_too(rows):
    X, _ = rows
    model = MLPRegressor(hidden_layer_sizes=(), dtype="float64", **FEW)
    y = X.sum(axis=1)
    model.fit(X, y)
    changed = fast_gradient_sign(model, X, y, 0.1)
    assert (np.abs(model.predict(changed) - y) > np.abs(model.predict(X) - y)).all()


def test_what_is_asked_for_has_to_make_sense(linear, rows):
    X, y = rows
    for eps in (-0.1, np.inf, np.nan, "0.1", None):
        with pytest.raises(ValueError, match="eps must be"):
            fast_gradient_sign(linear, X, y, eps)
    for clip in (1, (0,), (0, 1, 2), ("0", "1"), (1, 0), (0, 0), (np.nan, 1)):
        with pytest.raises(ValueError, match="clip"):
            fast_gradient_sign(linear, X, y, 0.1, clip=clip)
    with pytest.raises(ValueError, match=r"from 0 to 1, some outside clip=\(0"):
        fast_gradient_sign(linear, X, y, 0.1, clip=(0, 0.5))
    for change in (fast_gradient_sign, AdversarialDisplay.from_estimator):
        with pytest.raises(ValueError, match=r"X is sparse.*X\.toarray"):
            change(linear, csr_array(X), y, eps=0.1)
    encoder = DenoisingAutoencoder((2,), **FEW).fit(X)
    for model in (LogisticRegression(), make_pipeline(linear), encoder):
        with pytest.raises(TypeError, match="has an input_gradient, got"):
            fast_gradient_sign(model, X, y, 0.1)
    with pytest.raises(ValueError, match="Only a classifier can be fooled"):
        AdversarialDisplay.from_estimator(MLPRegressor(), X, y)
    with pytest.raises(ValueError, match="n_images must be at least 1"):
        AdversarialDisplay.from_estimator(linear, X, y, n_images=0)


def said(display):
    return [tuple(text.get_text() for text in pair) for pair in display.text_]


def test_the_picture_shows_what_fools(linear, digits):
    X, y = digits.X_test, digits.y_test
    display = AdversarialDisplay.from_estimator(linear, X, y, eps=0.1, clip=(0, 1))
    changed = fast_gradient_sign(linear, X, y, 0.1, clip=(0, 1))
    right = linear.predict(X) == y
    fooled = np.flatnonzero(right & (linear.predict(changed) != y))
    shown = fooled[:5]
    columns = [
        np.array([artist.get_array() for artist in column])
        for column in zip(*display.images_, strict=True)
    ]
    as_images = [rows[shown].reshape(-1, 8, 8) for rows in (X, changed)]
    np.testing.assert_array_equal(columns[0], as_images[0])
    np.testing.assert_array_equal(columns[2], as_images[1])
    np.testing.assert_allclose(columns[1], as_images[1] - as_images[0])
    for i, pair in zip(shown, said(display), strict=True):
        for text, rows in zip(pair, (X, changed), strict=True):
            share = linear.predict_proba(rows[[i]]).max()
            assert text == f"{linear.predict(rows[[i]])[0]}\n{share:.0%}"
    title = f"{len(fooled)} of {right.sum()} images fool the network, the first 5"
    assert display.ax_.get_title(loc="left") == title
    limits = {artist.get_clim() for artist, _, _ in display.images_}
    limits |= {artist.get_clim() for _, _, artist in display.images_}
    assert limits == {(0, 1)}
    assert count_pixels(display.figure_) > 1000
    again = display.plot(ax=plt.figure().add_subplot(), im_kw={"alpha": 0.5})
    assert {artist.get_alpha() for artist, _, _ in again.images_} == {0.5}


def test_images_of_colour_and_words(digits):
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (2, 4, 4, 3)).astype(np.uint8)
    changed = np.clip(images + 9.0 * rng.choice([-1, 1], images.shape), 0, 255)
    names = ["a cat", "a dog"], ["a dog", "guacamole"]
    display = AdversarialDisplay(images, changed, *names, [0.5, 0.99], [0.8, 0.515])
    display.plot()
    for i, (image, change, both) in enumerate(display.images_):
        np.testing.assert_allclose(image.get_array(), images[i] / 255)
        np.testing.assert_allclose(both.get_array(), changed[i] / 255)
        kept = changed[i].astype(float) - images[i]
        np.testing.assert_allclose(change.get_array(), 0.5 + kept / 18)
    assert said(display) == [
        ("a cat\n50%", "a dog\n80%"),
        ("a dog\n99%", "guacamole\n52%"),
    ]
    assert not display.ax_.get_title(loc="left")
    display.figure_.canvas.draw()
    for (left, _), (_, change, _) in zip(display.text_, display.images_, strict=True):
        assert left.get_window_extent().x1 < change.get_window_extent().x0


def test_pixels_in_named_columns(digits):
    names = [f"pixel {i}" for i in range(64)]
    frames = [pd.DataFrame(X, columns=names) for X in (digits.X_train, digits.X_test)]
    displays = [
        AdversarialDisplay.from_estimator(
            MLPClassifier((20,), **FEW).fit(X, digits.y_train), rows, digits.y_test
        )
        for X, rows in (frames, (digits.X_train, digits.X_test))
    ]
    assert said(displays[0]) == said(displays[1])
    assert displays[0].n_fooled == displays[1].n_fooled > 0


def test_nothing_is_fooled_by_nothing(linear, rows):
    display = AdversarialDisplay.from_estimator(linear, *rows, eps=0)
    assert display.n_fooled == 0
    assert display.images_ == display.text_ == []
    (text,) = display.ax_.texts
    assert text.get_text() == "No image fools the network."
