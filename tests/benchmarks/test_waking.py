"""Threads beside busy processes, which must not outlive the script."""

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

import sknnadl


@pytest.fixture
def waking(script):
    return script("waking")


def test_busy_processes_end_with_an_error(waking):
    processes = []

    def fail():
        with waking.busy_processes(2) as started:
            processes.extend(started)
            assert [process.poll() for process in started] == [None, None]
            raise ValueError("of a benchmark")

    with pytest.raises(ValueError, match="of a benchmark"):
        fail()
    assert len(processes) == 2
    assert all(process.poll() is not None for process in processes)


def test_no_other_checkout_is_timed_than_the_one_named(waking, tmp_path):
    options = SimpleNamespace(rows=10, data=None)
    with (
        pytest.raises(RuntimeError, match="has ended"),
        waking.worker(tmp_path, options),
    ):
        pass


def test_ratios_of_threads_and_of_checkouts(waking, capsys):
    seconds = {("this", 1): 4e-3, ("this", 2): 2e-3}
    waking.print_seconds(0, 32, seconds, 100)
    assert capsys.readouterr().out == "| 0 | 32 | this | 40.00 | 20.00 | 0.50 |\n"
    seconds |= {("the other", 1): 8e-3, ("the other", 2): 8e-3}
    waking.print_seconds(5, 32, seconds, 100)
    assert capsys.readouterr().out.splitlines() == [
        "| 5 | 32 | this | 40.00 | 20.00 | 0.50 |  |  |",
        "| 5 | 32 | the other | 80.00 | 80.00 | 1.00 | 0.50 | 0.25 |",
    ]


def test_the_table_has_a_line_for_each_checkout(
    waking, run_script, mnist_path, monkeypatch
):
    monkeypatch.setattr(waking, "BATCH_SIZES", (10, 32))
    here = Path(sknnadl.__file__).parents[1]
    arguments = "--rows", 64, "--repeats", 1, "--busy", 1, "--data", mnist_path
    _, _, *lines = run_script(waking, *arguments, "--against", os.path.relpath(here))
    assert [line[:3] for line in lines] == [
        [str(n_busy), str(batch_size), version]
        for n_busy in (0, 1)
        for batch_size in (10, 32)
        for version in ("this", "the other")
    ]
