"""A step: clipping, penalty, bounds on weights, statistics."""

import numpy as np
import pytest

from sknnadl.network import BatchNorm, Conv2D, Dense, Flatten, MaxPool2D, Network
from sknnadl.training.optimizers import SGD
from sknnadl.training.step import L1, L2, ElasticNet, Step

LAYERS = [
    Conv2D(3, 2),
    MaxPool2D(2),
    Flatten(),
    Dense(5, "identity"),
    BatchNorm("relu"),
    Dense(2, "identity"),
]


@pytest.fixture(params=["float32", "float64"])
def network(request, way):
    rng = np.random.default_rng(0)
    network = Network(LAYERS, (5, 5, 2), request.param)
    network.initialize(rng)
    network.gradient[:] = rng.standard_normal(network.gradient.size)
    return network


def make_step(network, penalty=None, **limits):
    trained = network.parameters[: network.n_trained]
    return Step(network, SGD(trained), penalty or L2(0.0), **limits)


def tolerance(network):
    return 4 * float(np.finfo(network.dtype).eps)


@pytest.mark.parametrize(
    ("limit", "expected"), [(1, [0.6, 0.8]), (2.5, [1.5, 2]), (5, [3, 4]), (9, [3, 4])]
)
def test_clipping_by_hand(limit, expected):
    network = Network([Dense(1, "identity")], (1,), "float64")
    network.parameters[:] = 0
    network.gradient[:] = [3, 4]  # of norm 5
    make_step(network, clip_norm=limit).take(1, 1)
    np.testing.assert_allclose(network.parameters, [-x for x in expected], rtol=1e-15)


@pytest.mark.parametrize("part", [0.1, 0.9, 2])
def test_clipping_is_that_of_pytorch(network, part):
    torch = pytest.importorskip("torch", reason="needs the bench extra: torch")
    n = network.n_trained
    before, gradient = network.parameters[:n].copy(), network.gradient[:n].copy()
    limit = part * float(np.linalg.norm(gradient))
    make_step(network, clip_norm=limit).take(1, 1)
    theirs = torch.tensor(before)
    theirs.grad = torch.tensor(gradient)
    torch.nn.utils.clip_grad_norm_([theirs], limit)
    # PyTorch adds 1e-6 to a norm that is above 10 here
    expected = before - theirs.grad.numpy()
    atol = 1e-7 * abs(gradient).max() + 4 * tolerance(network)
    np.testing.assert_allclose(network.parameters[:n], expected, rtol=0, atol=atol)


def test_a_gradient_within_the_limit_is_left_alone(network):
    other = network.replica(network.parameters.copy())
    other.gradient[:] = network.gradient
    limit = 2 * float(np.linalg.norm(network.gradient))
    make_step(network, clip_norm=limit, max_norm=1e6).take(0.1, 1)
    make_step(other).take(0.1, 1)
    np.testing.assert_array_equal(network.parameters, other.parameters)


@pytest.mark.parametrize(
    ("penalty", "slope"),
    [
        (L2(0.5), lambda w: 0.5 * w),
        (L1(0.5), lambda w: 0.5 * np.sign(w)),
        (ElasticNet(0.5, 0.2), lambda w: 0.1 * np.sign(w) + 0.4 * w),
    ],
)
def test_the_penalty_comes_after_clipping_and_on_weights_alone(network, penalty, slope):
    n, n_weights = network.n_trained, network.n_weights
    before, gradient = network.parameters[:n].copy(), network.gradient[:n].copy()
    step = make_step(network, penalty, clip_norm=0.25)
    assert step.penalty_value(1) == penalty.value(before[:n_weights])
    step.take(0.1, 1)
    expected = 0.25 * gradient / np.linalg.norm(gradient)
    expected[:n_weights] += slope(before[:n_weights])
    atol = tolerance(network)
    np.testing.assert_allclose(
        network.parameters[:n], before - 0.1 * expected, rtol=0, atol=atol
    )


def test_max_norm_bounds_neurons_and_kernels(network):
    free = network.replica(network.parameters.copy())
    free.gradient[:] = network.gradient
    make_step(free).take(0.1, 1)
    lengths = {
        i: np.linalg.norm(p["weights"].reshape(-1, p["weights"].shape[-1]), axis=0)
        for i, p in enumerate(free.layer_parameters)
        if "weights" in p
    }
    limit = float(np.median(np.concatenate(list(lengths.values()))))
    make_step(network, max_norm=limit).take(0.1, 1)
    n_short = 0
    for i, (ours, theirs) in enumerate(
        zip(network.layer_parameters, free.layer_parameters, strict=True)
    ):
        for name in ours.keys() - {"weights"}:
            np.testing.assert_array_equal(ours[name], theirs[name])
        for unit, length in enumerate(lengths.get(i, ())):
            bounded, weights = (p["weights"][..., unit] for p in (ours, theirs))
            if length <= limit:
                n_short += 1
                np.testing.assert_array_equal(bounded, weights)
            else:
                rtol = tolerance(network)
                np.testing.assert_allclose(bounded, weights * (limit / length), rtol)
                assert np.linalg.norm(bounded) == pytest.approx(limit, rel=rtol)
    # the median of 3 kernels, 5 neurons and 2 outputs lies between two of them
    assert n_short == 5


def test_max_norm_by_hand():
    network = Network([Dense(2, "identity")], (2,), "float64")
    network.parameters[:] = [3, 0.3, 4, 0.4, 9, 9]  # (3, 4) and (0.3, 0.4); biases
    network.gradient[:] = 0
    make_step(network, max_norm=2).take(1, 1)
    expected = [1.2, 0.3, 1.6, 0.4, 9, 9]
    np.testing.assert_allclose(network.parameters, expected, rtol=1e-15)


@pytest.mark.parametrize("rate", [0, 0.5])
def test_statistics_move_by_what_their_gradient_says(network, rate):
    n = network.n_trained
    assert n < network.parameters.size
    expected = (network.parameters - network.gradient)[n:]
    # neither the rate nor clipping has a say in it
    make_step(network, clip_norm=1e-3, max_norm=1e-3).take(rate, 1)
    np.testing.assert_array_equal(network.parameters[n:], expected)


def noise_of(network, n_steps=1, **options):
    """Return what a step of so many adds to the gradient, at the rate 1."""
    step = make_step(network, **options)
    step.n_steps[0] = n_steps - 1
    network.gradient[:] = 0
    before = network.parameters[: network.n_trained].copy()
    step.take(1, 1)
    return before - network.parameters[: network.n_trained]


@pytest.mark.parametrize("n_steps", [1, 2, 1000])
def test_the_variance_of_gradient_noise_is_that_of_its_authors(n_steps):
    # eta / (1 + t)**0.55, where t counts from 0 (Neelakantan et al. 2015)
    network = Network([Dense(100, "identity")], (400,), "float64")
    network.parameters[:] = 0
    noise = noise_of(network, n_steps, gradient_noise=0.3, seed=1)
    deviation = np.sqrt(0.3 / n_steps**0.55)
    # of 40,100 draws; the mean within 5 standard errors, and so the deviation
    assert noise.size == 40_100
    assert noise.std() == pytest.approx(deviation, rel=5 / np.sqrt(2 * 40_100))
    assert abs(noise.mean()) < 5 * deviation / np.sqrt(40_100)


def test_gradient_noise_depends_on_seed_and_step_alone(network):
    def noise(n_steps, seed):
        other = network.replica(np.zeros_like(network.parameters))
        return noise_of(other, n_steps, gradient_noise=1.0, seed=seed)

    first = noise(1, 0)
    np.testing.assert_array_equal(noise(1, 0), first)
    start = np.random.default_rng(0).standard_normal(first.size, first.dtype)
    for other in (noise(2, 0), noise(1, 1), start):
        # two independent draws correlate by about 1 / sqrt(n)
        assert abs(np.corrcoef(first, other)[0, 1]) < 5 / np.sqrt(first.size)


def test_gradient_noise_comes_after_clipping_and_leaves_statistics(network):
    other = network.replica(network.parameters.copy())
    other.gradient[:] = network.gradient
    noise = noise_of(
        network.replica(np.zeros_like(network.parameters)), gradient_noise=0.5, seed=3
    )
    before, n = network.parameters.copy(), network.n_trained
    make_step(network, clip_norm=1e-6, gradient_noise=0.5, seed=3).take(1, 1)
    moved = before - network.parameters
    np.testing.assert_allclose(moved[:n], noise, rtol=0, atol=1e-5)
    make_step(other).take(1, 1)
    np.testing.assert_array_equal(network.parameters[n:], other.parameters[n:])


def test_steps_are_counted_however_they_are_taken(network):
    step = make_step(network)
    for _ in range(3):
        network.gradient[:] = 0
        step.take(0.1, 1)
    assert step.n_steps == 3
    if step.is_compiled:
        step.plan([0.1, 0.1], [1, 1])
        assert step.n_steps == 5
        assert not make_step(network, gradient_noise=0.1).is_compiled
