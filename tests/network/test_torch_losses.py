"""The losses against PyTorch's and scikit-learn's, in float64."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import mean_absolute_error, mean_pinball_loss

from sknnadl.network.losses import (
    LOSSES,
    REGRESSION_LOSSES,
    AbsoluteError,
    HuberLoss,
    PinballLoss,
)

torch = pytest.importorskip("torch", reason="needs the bench extra")

seeds = st.integers(0, 2**32 - 1)
sizes = st.integers(1, 6)


def compare(loss, theirs, logits, targets, constant=0.0):
    """Compare the sum of the values, up to a constant, and the gradient."""
    z = torch.tensor(logits, requires_grad=True)
    value = theirs(z, torch.tensor(targets))
    value.backward()
    ours = loss.value(logits, targets).sum()
    scale = max(1.0, abs(ours))
    assert ours - constant == pytest.approx(value.item(), rel=0, abs=1e-10 * scale)
    gradient = loss.gradient(logits.copy(), targets)
    np.testing.assert_allclose(gradient, z.grad.numpy(), rtol=0, atol=1e-10)


def draw(seed, n, k):
    """Return logits and values, of which some are equal."""
    rng = np.random.default_rng(seed)
    logits = 3 * rng.standard_normal((n, k))
    values = np.where(rng.random((n, k)) < 0.1, logits, rng.standard_normal((n, k)))
    return logits, values


@given(seed=seeds, n=sizes, k=sizes, delta=st.floats(1e-3, 10))
@settings(max_examples=50)
def test_losses_of_values(seed, n, k, delta):
    logits, values = draw(seed, n, k)
    compare(AbsoluteError(), torch.nn.L1Loss(reduction="sum"), logits, values)
    huber = torch.nn.HuberLoss(reduction="sum", delta=delta)
    compare(HuberLoss(delta), huber, logits, values)


@given(seed=seeds, n=sizes, k=sizes)
@settings(max_examples=50)
def test_counts(seed, n, k):
    logits, _ = draw(seed, n, k)
    counts = np.random.default_rng(seed).poisson(2.0, (n, k)).astype(float)
    # The deviance has what does not depend on the outputs, y log y - y, besides.
    constant = (counts * np.log(np.maximum(counts, 1)) - counts).sum()
    theirs = torch.nn.PoissonNLLLoss(log_input=True, reduction="sum")
    compare(REGRESSION_LOSSES["poisson"], theirs, logits, counts, constant)


@given(seed=seeds, n=sizes, k=sizes, quantile=st.floats(0.01, 0.99))
@settings(max_examples=50)
def test_quantiles_are_those_of_scikit_learn(seed, n, k, quantile):
    logits, values = draw(seed, n, k)
    ours = PinballLoss(quantile).value(logits, values).mean() / k
    theirs = mean_pinball_loss(values, logits, alpha=quantile)
    assert ours == pytest.approx(theirs, rel=1e-10)
    half = PinballLoss().value(logits, values).mean() / k
    error = mean_absolute_error(values, logits)
    assert half == pytest.approx(error / 2, rel=1e-10)


@given(seed=seeds, n=sizes, k=st.integers(2, 6), smoothing=st.floats(0, 0.9))
@settings(max_examples=50)
def test_smoothed_classes(seed, n, k, smoothing):
    rng = np.random.default_rng(seed)
    logits, classes = 3 * rng.standard_normal((n, k)), rng.integers(k, size=n)
    smoothed = (1 - smoothing) * np.eye(k)[classes] + smoothing / k
    theirs = torch.nn.CrossEntropyLoss(reduction="sum", label_smoothing=smoothing)
    codes = torch.tensor(classes)
    compare(LOSSES["log_loss"], lambda z, _: theirs(z, codes), logits, smoothed)


@given(seed=seeds, n=sizes, k=sizes)
@settings(max_examples=50)
def test_labels(seed, n, k):
    rng = np.random.default_rng(seed)
    logits, labels = 3 * rng.standard_normal((n, k)), rng.random((n, k))
    theirs = torch.nn.BCEWithLogitsLoss(reduction="sum")
    compare(LOSSES["cross_entropy"], theirs, logits, labels)
