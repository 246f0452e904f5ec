import numpy as np
import pytest

from sknnadl.training.optimizers import SGD, Momentum


def test_sgd_by_hand():
    w = np.array([1.0, -2.0])
    SGD(w).step(np.array([0.5, 4.0]), 0.1)
    np.testing.assert_allclose(w, [0.95, -2.4], rtol=1e-15)


def test_momentum_by_hand():
    w = np.array([1.0])
    optimizer = Momentum(w, momentum=0.9, nesterov=False)
    optimizer.step(np.array([2.0]), 0.1)  # v = 2
    optimizer.step(np.array([1.0]), 0.1)  # v = 0.9 * 2 + 1 = 2.8
    assert w == pytest.approx([1 - 0.2 - 0.28], rel=1e-15)
    assert optimizer.state["velocity"] == pytest.approx([2.8], rel=1e-15)


def test_nesterov_by_hand():
    w = np.array([1.0])
    optimizer = Momentum(w, momentum=0.9, nesterov=True)
    optimizer.step(np.array([2.0]), 0.1)  # v = 2, step 2 + 0.9 * 2 = 3.8
    optimizer.step(np.array([1.0]), 0.1)  # v = 2.8, step 1 + 0.9 * 2.8 = 3.52
    assert w == pytest.approx([1 - 0.38 - 0.352], rel=1e-15)


@pytest.mark.parametrize("nesterov", [False, True])
def test_momentum_equals_pytorch(nesterov):
    torch = pytest.importorskip("torch", reason="needs the bench extra: torch")
    rng = np.random.default_rng(0)
    start, curvature = rng.standard_normal(7), rng.uniform(0.1, 1, 7)
    w = start.copy()
    ours = Momentum(w, momentum=0.9, nesterov=nesterov)
    theirs_w = torch.tensor(start, requires_grad=True)
    theirs = torch.optim.SGD([theirs_w], lr=0.1, momentum=0.9, nesterov=nesterov)
    for _ in range(50):
        ours.step(curvature * w, 0.1)
        theirs.zero_grad()
        (0.5 * torch.tensor(curvature) * theirs_w**2).sum().backward()
        theirs.step()
    np.testing.assert_allclose(w, theirs_w.detach().numpy(), rtol=0, atol=1e-10)


def test_load_takes_what_is_there():
    w = np.zeros(2)
    optimizer = Momentum(w, 0.9, True)
    optimizer.load({"velocity": np.array([1.0, 2.0]), "other": np.zeros(2)})
    np.testing.assert_array_equal(optimizer.state["velocity"], [1, 2])
    SGD(w).load({"velocity": np.ones(2)})  # has no use for it
