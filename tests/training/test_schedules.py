"""Learning-rate schedules, each against a table and PyTorch's."""

from math import cos, pi

import numpy as np
import pytest

from sknnadl.training.schedules import (
    Adaptive,
    Cosine,
    InverseScaling,
    OneCycle,
    OwnSchedule,
    Schedule,
)

#: Each with rates at times; the initial rate is 2, the length of a cycle 10 epochs.
TABLES = {
    "constant": (
        lambda warmup: Schedule(2, warmup),
        {0: 2, 0.5: 2, 1: 2, 7.25: 2, 1000: 2},
    ),
    "invscaling": (
        lambda warmup: InverseScaling(2, warmup, power=0.5),
        {0: 2, 0.99: 2, 1: 2 / 2**0.5, 2.5: 2 / 3**0.5, 3: 1, 99: 0.2},
    ),
    "adaptive": (
        lambda warmup: Adaptive(2, warmup),
        {0: 2, 0.5: 2, 1: 2, 7.25: 2, 1000: 2},
    ),
    "a function": (
        lambda warmup: OwnSchedule(lambda time: 2 / (1 + time), warmup),
        {0: 2, 0.5: 2 / 1.5, 1: 1, 7: 0.25, 2.5: 2 / 3.5},
    ),
    "cosine": (
        lambda warmup: Cosine(2, warmup, cycle=10),
        {
            0: 2,
            2.5: 1 + 0.5**0.5,
            10 / 3: 1.5,
            5: 1,
            7.5: 1 - 0.5**0.5,
            9: 1 - cos(pi / 10),
            10: 2,  # the cycle begins anew
            15: 1,
            20: 2,
        },
    ),
    "one_cycle": (
        lambda warmup: OneCycle(2, warmup, cycle=10),
        {
            0: 0.08,
            1: 2 - 0.96 * 1.5,  # cos(pi / 3) is 1/2
            1.5: 1.04,
            3: 2,
            6.5: 1 + 4e-6,
            3 + 7 * 2 / 3: 8e-6 + (2 - 8e-6) / 4,
            10: 0.08,  # the cycle begins anew
            11.5: 1.04,
            23: 2,
        },
    ),
}
each_schedule = pytest.mark.parametrize("name", sorted(TABLES))


@each_schedule
@pytest.mark.parametrize("warmup", [0, 0.5, 4])
def test_rates(name, warmup):
    make, table = TABLES[name]
    schedule = make(warmup)
    for time, rate in table.items():
        # a straight line from a hundredth
        warm = 0.01 + 0.99 * min(time / warmup, 1) if warmup else 1
        assert schedule.rate(time) == pytest.approx(warm * rate, rel=1e-12)


def test_warm_up_by_hand():
    schedule = Schedule(2, warmup=4)
    rates = [schedule.rate(time) for time in (0, 1, 2, 3, 4, 5)]
    assert rates == pytest.approx([0.02, 0.515, 1.01, 1.505, 2, 2], rel=1e-15)


@each_schedule
def test_the_end_of_a_cycle(name):
    last = TABLES[name][0](0).rate(np.nextafter(10, 0))
    expected = {"cosine": 0, "one_cycle": 8e-6, "invscaling": 2 / 10**0.5}
    expected["a function"] = 2 / 11
    assert last == pytest.approx(expected.get(name, 2), rel=1e-12, abs=1e-15)


@each_schedule
def test_only_adaptive_takes_notice_of_plateaus(name):
    schedule = TABLES[name][0](0)
    assert schedule.on_plateau() == (name == "adaptive")
    assert schedule.factor == (0.5 if name == "adaptive" else 1)


def test_adaptive_halves_down_to_one_128th():
    schedule, rates = Adaptive(1.28, warmup=2), []
    while schedule.on_plateau():
        rates.append(schedule.rate(2))
    assert rates == [0.64, 0.32, 0.16, 0.08, 0.04, 0.02, 0.01]
    assert schedule.rate(1) == pytest.approx(0.01 * 0.505)  # half-way to it
    assert not schedule.on_plateau()


def torch_rates(make, n_steps):
    """Return the rates that a scheduler of PyTorch gives to steps 0, 1, ..."""
    torch = pytest.importorskip("torch", reason="needs the bench extra: torch")
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=2.0)
    scheduler = make(torch.optim.lr_scheduler, optimizer)
    rates = []
    for _ in range(n_steps):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return rates


def test_cosine_is_that_of_pytorch():
    # Mini-batch k of 30 in each of 4 epochs, of a cycle of 120.
    schedule = Cosine(2, 0, cycle=4)
    ours = [schedule.rate(k / 30) for k in range(120)]
    theirs = torch_rates(lambda s, o: s.CosineAnnealingLR(o, T_max=120), 120)
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-12)


def test_cycles_are_the_warm_restarts_of_pytorch():
    schedule = Cosine(2, 0, cycle=4)
    ours = [schedule.rate(epoch) for epoch in range(13)]
    theirs = torch_rates(lambda s, o: s.CosineAnnealingWarmRestarts(o, T_0=4), 13)
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-12)


def test_one_cycle_is_that_of_pytorch():
    # PyTorch reaches the end of the fall at its last step, and the peak at step
    # `pct_start * total_steps - 1`. Here a cycle ends where the next begins, so 100
    # mini-batches are PyTorch's 101 steps without the last, with the peak at step 30.
    schedule = OneCycle(2, 0, cycle=4)
    ours = [schedule.rate(k / 25) for k in range(100)]
    theirs = torch_rates(
        lambda s, o: s.OneCycleLR(o, 2.0, total_steps=101, pct_start=31 / 101), 100
    )
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    "rate", [0, -1.0, np.nan, np.inf, None, "fast", True, 1j, [0.1], np.zeros(1)]
)
def test_a_rate_that_is_none_is_told_with_its_time(rate):
    with pytest.raises(ValueError, match=r"learning_rate must return .* at 0\."):
        OwnSchedule(lambda time: rate)
    schedule = OwnSchedule(lambda time: 0.5 if time < 2.25 else rate)
    assert schedule.rate(2.2) == 0.5
    with pytest.raises(ValueError, match=r"learning_rate must return .* at 2\.25"):
        schedule.rate(2.25)


@pytest.mark.parametrize("kind", [float, int, np.float32, np.int64])
def test_a_rate_may_be_any_number(kind):
    schedule = OwnSchedule(lambda time: kind(2))
    assert schedule.rate(1) == 2
    assert type(schedule.rate(1)) is float


def test_a_function_is_given_a_float():
    times = []
    schedule = OwnSchedule(lambda time: times.append(time) or 1.0)
    schedule.rate(3)
    schedule.rate(np.float64(3.5))
    assert times == [0.0, 3.0, 3.5]
    assert all(type(time) is float for time in times)
