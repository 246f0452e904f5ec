import numpy as np
import pytest

from sknnadl.training.augmentation import augment
from sknnadl.training.corruption import GaussianNoise, Masking


def corrupt(corruption, rows, seed=0):
    corruption.check(rows.shape[1:])
    return augment(rows, [corruption], np.random.default_rng(seed))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_masking_keeps_numbers_or_sets_them_to_zero(dtype):
    rows = np.random.default_rng(1).uniform(1, 2, (2000, 50)).astype(dtype)
    masked = corrupt(Masking(0.3), rows)
    assert masked.dtype == dtype
    is_masked = masked == 0
    np.testing.assert_array_equal(masked[~is_masked], rows[~is_masked])
    # 100,000 draws: the share is within 5 standard deviations
    assert is_masked.mean() == pytest.approx(0.3, abs=5 * np.sqrt(0.3 * 0.7 / 1e5))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_noise_is_normal(dtype):
    rows = np.random.default_rng(1).uniform(1, 2, (2000, 50)).astype(dtype)
    noise = corrupt(GaussianNoise(0.5), rows) - rows
    assert noise.dtype == dtype
    # of 100,000 numbers, each within 5 standard deviations of such an estimate
    assert noise.mean() == pytest.approx(0, abs=5 * 0.5 / np.sqrt(1e5))
    assert noise.std() == pytest.approx(0.5, rel=5 / np.sqrt(2e5))
    within = (np.abs(noise) < 0.5).mean()
    assert within == pytest.approx(0.6827, abs=5 * np.sqrt(0.22 / 1e5))


@pytest.mark.parametrize("corruption", [Masking(0.3), GaussianNoise(1.0)])
@pytest.mark.parametrize("shape", [(3,), (40_000,), (4, 5, 2)])
def test_a_row_is_corrupted_the_same_whatever_comes_after_it(corruption, shape):
    rows = np.random.default_rng(1).standard_normal((9, *shape))
    few, many = corrupt(corruption, rows[:4]), corrupt(corruption, rows)
    np.testing.assert_array_equal(few, many[:4])
