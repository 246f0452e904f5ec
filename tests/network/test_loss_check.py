"""A loss of one's own is tried before it is trained with."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from own_losses import Focal, LogCosh, SquaredHinge

from sknnadl.network.loss import Loss, gradient_at
from sknnadl.network.loss_check import check_loss
from sknnadl.network.losses import (
    LOSSES,
    REGRESSION_LOSSES,
    HuberLoss,
    LogLoss,
    PinballLoss,
)

OF_CLASSES = [*LOSSES.values(), Focal(), Focal(1.0), SquaredHinge()]
OF_VALUES = [*REGRESSION_LOSSES.values(), LogCosh(), LogCosh(0.1)]
OF_VALUES += [HuberLoss(0.01), PinballLoss(0.99)]


@pytest.mark.parametrize("loss", OF_CLASSES, ids=repr)
@given(
    dtype=st.sampled_from(["float32", "float64"]),
    n=st.integers(1, 16),
    k=st.integers(1, 30),
    seed=st.integers(0, 2**32 - 1),
    smoothing=st.sampled_from([0.0, 0.1]),
)
@settings(max_examples=20)
def test_right_losses_of_classes_pass(loss, dtype, n, k, seed, smoothing):
    classes = np.random.default_rng(seed).integers(k, size=n)
    targets = (1 - smoothing) * np.eye(k)[classes] + smoothing / k
    check_loss(loss, targets.astype(dtype))


@pytest.mark.parametrize("loss", OF_VALUES, ids=repr)
@given(
    dtype=st.sampled_from(["float32", "float64"]),
    n=st.integers(1, 16),
    k=st.integers(1, 30),
    seed=st.integers(0, 2**32 - 1),
    scale=st.sampled_from([1e-6, 1.0, 1e4]),
    centre=st.sampled_from([0.0, 1.0, 1e6]),
)
@settings(max_examples=20)
def test_right_losses_of_values_pass(loss, dtype, n, k, seed, scale, centre):
    rng = np.random.default_rng(seed)
    if loss.output_activation == "exp":
        targets = rng.poisson(3.0, (n, k))
    else:
        targets = centre + scale * rng.standard_normal((n, k))
    check_loss(loss, targets.astype(dtype))


class Half(LogCosh):
    """The derivative of another multiple of it."""

    def gradient(self, logits, targets):
        return super().gradient(logits, targets) / 2


class Nearly(LogCosh):
    """A derivative that is off where one would hardly see it."""

    def gradient(self, logits, targets):
        return super().gradient(logits, targets) * (1 + 1e-4)


class Mean(LogCosh):
    def value(self, logits, targets):
        return super().value(logits, targets).mean()


class Shares(LogCosh):
    """A mean over the rows, of value and gradient alike."""

    def value(self, logits, targets):
        return super().value(logits, targets) / len(logits)

    def gradient(self, logits, targets):
        return super().gradient(logits, targets) / len(logits)


class Overwrites(LogCosh):
    def value(self, logits, targets):
        logits -= targets
        return np.abs(logits).sum(axis=1)


class OverwritesTargets(LogCosh):
    def gradient(self, logits, targets):
        targets -= logits
        return np.tanh(-targets)


class Flat(LogCosh):
    def gradient(self, logits, targets):
        return super().gradient(logits, targets).sum(axis=1)


class Nothing(LogCosh):
    def gradient(self, logits, targets):
        np.tanh(logits - targets, out=logits)


class NotFinite(LogCosh):
    def value(self, logits, targets):
        with np.errstate(all="ignore"):
            return np.log(logits - targets).sum(axis=1)


class Whole(LogCosh):
    def gradient(self, logits, targets):
        return np.sign(logits - targets).astype(int)


WRONG = {
    Half: r"Half.gradient is not the derivative of Half.value.* 50 percent",
    Nearly: r"off by [\d.e-]+, or 0.01 percent of the largest derivative; 0.001 per",
    Mean: r"Mean.value must return an array of floats of shape \(9,\), the cost",
    Shares: r"Shares.value of a row depends on the rows beside it",
    Overwrites: r"Overwrites.value changes its arguments",
    OverwritesTargets: r"OverwritesTargets.gradient changes its arguments",
    Flat: r"Flat.gradient must return an array of floats of shape \(9, 2\).*\(9,\)",
    Nothing: r"Nothing.gradient must return an array .* got None",
    NotFinite: r"NotFinite.value is not finite",
    Whole: r"Whole.gradient must return an array of floats .* got one of int64",
}


@pytest.mark.parametrize("kind", WRONG)
def test_wrong_ones_are_refused_with_what_is_wrong(kind):
    targets = np.random.default_rng(0).standard_normal((9, 2))
    with pytest.raises(ValueError, match=WRONG[kind]) as raised:
        check_loss(kind(), targets)
    assert f"loss={kind.__name__}(width=1.0)" in str(raised.value)


def test_the_error_says_by_how_much():
    # log cosh is off by half of tanh, whose largest is about 1 so far from the target
    targets = np.zeros((1, 1))
    with pytest.raises(ValueError, match="is off by") as raised:
        check_loss(Half(), targets)
    words = str(raised.value).split()
    logit = float(words[words.index("logit") + 1])
    off = float(words[words.index("by") + 1].rstrip(","))
    assert off == pytest.approx(np.abs(np.tanh(logit)) / 2, rel=1e-2)


def test_a_subclass_is_not_taken_for_its_parent_by_the_kernels():
    class Doubled(LogLoss):
        def value(self, logits, targets):
            return 2 * super().value(logits, targets)

    assert LogLoss.kernel_number is not None
    assert Doubled.kernel_number is None


def test_a_gradient_of_any_kind_becomes_one_that_can_be_worked_on():
    class Constant(Loss):
        output_activation = "identity"

        def value(self, logits, targets):
            return logits.sum(axis=1)

        def gradient(self, logits, targets):
            return np.broadcast_to(1.0, logits.shape)

    logits = np.zeros((3, 2), "float32")
    gradient = gradient_at(Constant(), logits, logits)
    assert gradient.dtype == "float32"
    gradient *= 2
    assert (gradient == 2).all()
    assert (logits == 0).all()
