"""Optimizers: by hand, against PyTorch's, compiled against NumPy, and resumed."""

from math import sqrt

import numpy as np
import pytest

from sknnadl.training.adaptive_optimizers import Adadelta, Adagrad, Adam, AdamW, RMSprop
from sknnadl.training.optimizers import SGD, Momentum, Optimizer, Shrinkage

#: With the usual epsilons. AdamW decays the first 3 parameters of 7.
OPTIMIZERS = {
    "sgd": SGD,
    "momentum": lambda w: Momentum(w, 0.9, nesterov=False),
    "nesterov": lambda w: Momentum(w, 0.9, nesterov=True),
    "adam": lambda w: Adam(w, 0.9, 0.999),
    "adamw": lambda w: AdamW(w, 0.9, 0.999, decay=0.1, n_weights=3),
    "rmsprop": lambda w: RMSprop(w, 0.9),
    "adagrad": Adagrad,
    "adadelta": lambda w: Adadelta(w, 0.9),
}
TORCH_OPTIMIZERS = {
    "sgd": ("SGD", {}),
    "momentum": ("SGD", {"momentum": 0.9}),
    "nesterov": ("SGD", {"momentum": 0.9, "nesterov": True}),
    "adam": ("Adam", {}),
    "adamw": ("AdamW", {}),
    "rmsprop": ("RMSprop", {"alpha": 0.9}),
    "adagrad": ("Adagrad", {}),
    "adadelta": ("Adadelta", {}),
}
each_optimizer = pytest.mark.parametrize("name", sorted(OPTIMIZERS))
each_dtype = pytest.mark.parametrize("dtype", ["float32", "float64"])
each_way = pytest.mark.usefixtures("way")
#: What is done to the first 3 parameters of 7, or two thirds of more.
SHRINKAGES = {
    "none": (0.0, 0.0),
    "l1": (0.2, 0.0),
    "l2": (0.0, 0.2),
    "elasticnet": (0.1, 0.2),
}


def descend(optimizer, start, n_steps):
    """Take steps on ``(w - 1)**2``, steeper in some directions than in others."""
    curvature = np.linspace(0.1, 1, start.size, dtype=start.dtype)
    for _ in range(n_steps):
        optimizer.step(curvature * (optimizer.parameters - 1), 0.1)
    return optimizer.parameters


def start_of(dtype):
    return np.random.default_rng(0).standard_normal(7).astype(dtype)


@each_way
# The gradient is 2 and then 1, the rate 0.1, epsilon 1; decays of squares are 3/4.
@pytest.mark.parametrize(
    ("make", "first", "second"),
    [
        (SGD, 2, 1),
        # v = 2, then 0.9 * 2 + 1
        (lambda w: Momentum(w, 0.9, nesterov=False), 2, 2.8),
        (lambda w: Momentum(w, 0.9, nesterov=True), 2 + 1.8, 1 + 0.9 * 2.8),
        # m = 2 / 2 / (1 - 1/2) and v = 4 / 4 / (1 - 3/4); then
        # m = (1 + 1) / 2 / (1 - 1/4) and v = (3 * 1 + 1) / 4 / (1 - 9/16)
        (lambda w: Adam(w, 0.5, 0.75, 1), 2 / (2 + 1), 4 / 3 / (4 / sqrt(7) + 1)),
        # v = 4 / 4, then (3 * 1 + 1) / 4
        (lambda w: RMSprop(w, 0.75, 1), 2 / (1 + 1), 1 / (1 + 1)),
        (lambda w: Adagrad(w, 1), 2 / (2 + 1), 1 / (sqrt(5) + 1)),
        # u = 0, then (3 * 0 + 2) / 4
        (lambda w: Adadelta(w, 0.75, 1), sqrt(1 / 2) * 2, sqrt(1.5 / 2) * 1),
    ],
)
def test_two_steps_by_hand(make, first, second):
    w = np.array([1.0, -3.0])
    optimizer = make(w)
    optimizer.step(np.array([2.0, -2.0]), 0.1)
    np.testing.assert_allclose(w, [1 - 0.1 * first, -3 + 0.1 * first], rtol=1e-15)
    optimizer.step(np.array([1.0, -1.0]), 0.1)
    expected = 0.1 * (first + second)
    np.testing.assert_allclose(w, [1 - expected, -3 + expected], rtol=1e-15)


@each_way
@pytest.mark.parametrize(
    ("make", "gradient", "step"),
    [  # of a size that gives epsilon the same weight as the squares
        (lambda w: Adam(w, 0, 0), 1e-8, 1 / 2),
        (lambda w: RMSprop(w, 0), 1e-8, 1 / 2),
        (Adagrad, 1e-10, 1 / 2),
        (lambda w: Adadelta(w, 0), 1e-3, 1e-3 * sqrt(1 / 2)),
    ],
)
def test_the_usual_epsilon(make, gradient, step):
    w = np.zeros(1)
    make(w).step(np.array([gradient]), 1)
    np.testing.assert_allclose(w, [-step], rtol=1e-14)


@each_way
def test_adamw_decays_the_weights_alone():
    start = np.array([5.0, -2.0, 3.0])
    gradients = np.random.default_rng(0).standard_normal((4, 3))
    w, plain = start.copy(), start.copy()
    decayed = AdamW(w, 0.9, 0.999, decay=0.5, n_weights=2)
    adam = Adam(plain, 0.9, 0.999)
    for gradient in gradients:
        before, plain_before = w.copy(), plain.copy()
        decayed.step(gradient.copy(), 0.1)
        adam.step(gradient.copy(), 0.1)
        # the step is Adam's, whose gradients do not depend on where it is
        expected = before[:2] * (1 - 0.1 * 0.5) + (plain - plain_before)[:2]
        np.testing.assert_allclose(w[:2], expected, rtol=1e-14)
    assert w[2] == plain[2]


@each_way
@each_optimizer
def test_fifty_steps_are_those_of_pytorch(name):
    torch = pytest.importorskip("torch", reason="needs the bench extra: torch")
    start = start_of("float64")
    theirs = torch.tensor(start[:3]), torch.tensor(start[3:])
    decays = (0.1 if name == "adamw" else 0), 0
    groups = [
        {"params": [w], "weight_decay": decay}
        for w, decay in zip(theirs, decays, strict=True)
    ]
    kind, options = TORCH_OPTIMIZERS[name]
    optimizer = getattr(torch.optim, kind)(groups, lr=0.1, **options)
    curvatures = torch.linspace(0.1, 1, 7, dtype=torch.float64).split([3, 4])
    for _ in range(50):
        for w, curvature in zip(theirs, curvatures, strict=True):
            w.grad = curvature * (w - 1)
        optimizer.step()
    ours = descend(OPTIMIZERS[name](start), start, 50)
    np.testing.assert_allclose(ours, torch.cat(theirs).numpy(), rtol=0, atol=1e-10)


@each_way
@each_optimizer
def test_float32_is_close_to_float64(name):
    gradients = np.random.default_rng(1).standard_normal((50, 7)).astype("float32")
    results = []
    for dtype in ("float32", "float64"):
        w = start_of(dtype)
        optimizer = OPTIMIZERS[name](w)
        for gradient in gradients:  # which do not depend on where it is
            optimizer.step(gradient.astype(dtype), 0.1)
        results.append(w)
    single, double = results
    assert single.dtype == "float32"
    # 50 steps round values of up to 16, by 2**-24 of them
    np.testing.assert_allclose(single, double, rtol=0, atol=50 * 16 * 2**-24)


@each_way
@each_optimizer
@each_dtype
def test_no_gradient_is_no_step(name, dtype):
    w = start_of(dtype)
    optimizer = OPTIMIZERS[name](w)
    for _ in range(3):
        optimizer.step(np.zeros(7, dtype), 0.1)
    moved = slice(3, None) if name == "adamw" else slice(None)
    np.testing.assert_array_equal(w[moved], start_of(dtype)[moved])


@each_way
@each_optimizer
def test_gradients_of_any_size_keep_float32_finite(name):
    w = start_of("float32")
    optimizer = OPTIMIZERS[name](w)
    sizes = np.array([0, 1e-40, 1e-30, 1e-20, 1, 1e10, 1e18], np.float32)
    for sign in (1, -1, 1):
        optimizer.step(sign * sizes, 0.1)
    assert np.isfinite(w).all()
    assert all(np.isfinite(values).all() for values in optimizer.state.values())


@each_way
@each_optimizer
@each_dtype
def test_resumed_steps_are_the_same_bits(name, dtype):
    make = OPTIMIZERS[name]
    whole = descend(make(start_of(dtype)), start_of(dtype), 20)
    first = make(start_of(dtype))
    w = descend(first, start_of(dtype), 10).copy()
    second = make(w)
    second.load({key: values.copy() for key, values in first.state.items()})
    np.testing.assert_array_equal(descend(second, w, 10), whole)


@each_optimizer
def test_load_leaves_the_state_it_is_given(name):
    first, second = (OPTIMIZERS[name](start_of("float64")) for _ in range(2))
    descend(first, start_of("float64"), 3)
    before = {key: values.copy() for key, values in first.state.items()}
    second.load(first.state)
    descend(second, start_of("float64"), 3)
    for key, values in first.state.items():
        np.testing.assert_array_equal(values, before[key])


def test_load_takes_what_is_there():
    w = np.zeros(2)
    optimizer = Momentum(w, 0.9, True)
    optimizer.load({"velocity": np.array([1.0, 2.0]), "other": np.zeros(2)})
    np.testing.assert_array_equal(optimizer.state["velocity"], [1, 2])
    SGD(w).load({"velocity": np.ones(2)})  # has no use for it


def random_steps(name, size, dtype, shrinkage, rng):
    """Take three steps compiled and in NumPy; return both optimizers after each.

    Gradients have the signs of the weights, so that the penalty's cancels none.
    """
    start = rng.standard_normal(size).astype(dtype)
    start[::7] = 0
    ours, theirs = (OPTIMIZERS[name](start.copy()) for _ in range(2))
    theirs._one_step = None
    for _ in range(3):
        sizes = np.abs(rng.standard_normal(size))
        sizes[::5] = 0
        gradient = np.copysign(sizes, theirs.parameters).astype(dtype)
        for optimizer in (ours, theirs):
            optimizer.step(gradient.copy(), 0.1, shrinkage)
        yield ours, theirs


@each_optimizer
@each_dtype
@pytest.mark.parametrize("penalty", sorted(SHRINKAGES))
def test_compiled_steps_are_those_of_the_formulas(level, name, dtype, penalty):
    eps = float(np.finfo(dtype).eps)
    rng = np.random.default_rng(0)
    for size in (*range(71), 1000):
        shrinkage = Shrinkage(2 * size // 3, *SHRINKAGES[penalty])
        for ours, theirs in random_steps(name, size, dtype, shrinkage, rng):
            assert ours._one_step is not None
            vectors = ours.state | {"parameters": ours.parameters}
            expected = theirs.state | {"parameters": theirs.parameters}
            for key, values in vectors.items():
                # some ten roundings a step, of values of about 1
                np.testing.assert_allclose(
                    values, expected[key], rtol=8 * eps, atol=8 * eps, err_msg=key
                )


@each_way
@pytest.mark.parametrize("penalty", sorted(SHRINKAGES))
@each_dtype
def test_shrinkage_by_hand(penalty, dtype):
    w = np.array([0.5, -2, 0, 0.5], dtype)
    l1, l2 = SHRINKAGES[penalty]
    SGD(w).step(np.array([1, 1, 1, 1], dtype), 0.1, Shrinkage(3, l1, l2, 0.75))
    slopes = np.array([1 + l1 + 0.5 * l2, 1 - l1 - 2 * l2, 1, 1])
    expected = np.array([0.375, -1.5, 0, 0.5]) - 0.1 * slopes
    np.testing.assert_allclose(w, expected, rtol=4 * float(np.finfo(dtype).eps))


@each_dtype
def test_an_optimizer_that_is_not_in_the_kernels(dtype):
    class Signs(Optimizer):
        def _numbers(self, learning_rate):
            return (learning_rate,)

        def _move(self, gradient, numbers):
            self.parameters -= numbers[0] * np.sign(gradient)

    w = np.array([1, 1], dtype)
    Signs(w).step(np.array([-3, 0], dtype), 0.5, Shrinkage(1, 0.0, 2.0))
    np.testing.assert_array_equal(w, [1.5, 1])  # of -3 + 2 * 1
