"""Every benchmark finds what it imports."""

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "benchmarks"
NAMES = sorted(path.stem for path in FOLDER.glob("*.py"))
#: What is missing of other packages, of the extra `bench`, is no fault.
IMPORT_ALL = """
import importlib, sys
for name in sys.argv[1:]:
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name in sys.argv or error.name.startswith("sknnadl"):
            raise
"""


def test_all_can_be_imported():
    """In a process of their own, as some add to the package what they try."""
    command = [sys.executable, "-c", IMPORT_ALL, *NAMES]
    done = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
