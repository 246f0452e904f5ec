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
    corrected, naive = script.rejection_rates(splitter, runs=200)
    assert 0.02 <= corrected <= 0.08
    assert naive > 0.2
