"""How often a difference is found between models of which neither is better."""

import importlib.util
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "null_comparison.py"


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("null_comparison", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_corrected_t_test_keeps_its_level_and_the_naive_one_does_not(script):
    splitter = script.SPLITS["15 random splits, 20 percent to test"]
    corrected, without_floor, naive = script.rejection_rates(splitter, runs=200)
    assert 0.01 <= corrected <= without_floor <= 0.08
    assert naive > 0.2


def test_two_small_folds_do_not_tell_equal_models_apart(script):
    splitter = script.StratifiedKFold(2, shuffle=True)
    rates = script.rejection_rates(splitter, runs=200, n_rows=20)
    assert rates[0] <= 0.05
