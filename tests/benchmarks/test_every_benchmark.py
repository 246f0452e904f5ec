"""Every benchmark finds what it imports."""

from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "benchmarks"
NAMES = sorted(path.stem for path in FOLDER.glob("*.py"))


@pytest.mark.parametrize("name", NAMES)
def test_it_can_be_imported(script, name):
    try:
        script(name)
    except ModuleNotFoundError as error:
        if error.name in NAMES or (error.name or "").startswith("sknnadl"):
            raise
        pytest.skip(f"needs {error.name}, of the extra bench")
