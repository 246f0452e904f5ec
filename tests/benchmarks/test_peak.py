"""The peak of a core, and what layers have to do."""

import os
import shlex
import shutil

import pytest

needs_compiler = pytest.mark.skipif(
    shutil.which(shlex.split(os.environ.get("CC", "cc"))[0]) is None,
    reason="needs a compiler",
)


@pytest.fixture
def peak(script):
    return script("peak")


def test_the_multiplications_of_convolutions(peak):
    alone = peak.convolution(5, "valid", 20, (28, 28, 1), pool=1)
    assert alone.multiplications == (32 * 24 * 24 * 25 * 20,) * 2
    pooled = peak.convolution(5, "valid", 20, (28, 28, 1), pool=2)
    there = 32 * 24 * 24 * 25 * 20
    assert pooled.multiplications == (there, there / 4)
    same = peak.convolution(3, "same", 64, (16, 16, 32), pool=1)
    assert same.multiplications == (32 * 16 * 16 * 9 * 32 * 64,) * 2


def test_the_multiplications_of_a_dense_layer(peak):
    layer = peak.dense(784, 100, 10)
    assert layer.multiplications == (784_000, 784_000)


@needs_compiler
def test_the_loops_multiply_and_add(peak):
    library = peak.compile_peak()
    assert library.lanes() in (4, 8, 16)
    calls = peak.peak_calls(library, work=10**5)
    for count, (call, work) in calls.items():
        # x / 2 + 1 comes to 2.
        assert call() == pytest.approx(2 * count * library.lanes())
        assert 10**5 <= work < 10**5 + 2 * count * library.lanes()


@needs_compiler
def test_the_table_has_a_line_for_each_layer(peak, run_script, monkeypatch):
    monkeypatch.setattr(peak, "ENOUGH", 10**5)
    monkeypatch.setattr(peak, "IMAGES", 2)
    monkeypatch.setattr(peak, "SIDE", 32)
    head, _, *lines = run_script(peak, "--repeats", 1)
    assert len(lines) == 2 * 4 + 3 * 3 + 1
    assert all(len(line) == len(head) for line in lines)
    assert all(float(line[2]) > 0 for line in lines)


def test_gradients_go_back_to_the_input_where_they_are_wanted(peak):
    calls = peak.convolution(3, "same", 4, (6, 6, 2), pool=2).calls()
    assert calls[peak.FORWARD]().shape == (32, 3, 3, 4)
    assert calls[peak.WEIGHTS]() is None
    assert calls[peak.BOTH]().shape == (32, 6, 6, 2)
