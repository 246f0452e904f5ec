from importlib import import_module
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def script(monkeypatch):
    """A function that imports a script by its name, as Python does that runs it."""
    monkeypatch.syspath_prepend(BENCHMARKS)
    return import_module


@pytest.fixture
def run_script(monkeypatch, capsys):
    """A function that runs a script with arguments, and returns the cells it prints."""

    def run(module, *arguments):
        monkeypatch.setattr("sys.argv", [module.__name__, *map(str, arguments)])
        module.main()
        lines = capsys.readouterr().out.splitlines()
        return [
            [cell.strip() for cell in line.strip("|").split("|")]
            for line in lines
            if line.startswith("|")
        ]

    return run
