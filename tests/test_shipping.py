"""What is installed, and with what."""

import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path
from pkgutil import resolve_name

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from sknnadl import __version__
from sknnadl.cli import main

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def versions(lines, operator):
    """Return the version of each requirement, which has this operator alone."""
    found = {}
    for requirement in map(Requirement, lines):
        if requirement.name == "sknnadl":  # another of its extras
            continue
        (specifier,) = requirement.specifier
        assert specifier.operator == operator, requirement
        found[requirement.name] = Version(specifier.version)
    return found


def test_ci_has_the_oldest_versions_that_are_allowed(project):
    lines = (ROOT / ".ci" / "oldest.txt").read_text().splitlines()
    pinned = versions([line for line in lines if line[:1] not in ("", "#")], "==")
    extras = project["optional-dependencies"]
    must = versions([*project["dependencies"], *extras["plot"], *extras["test"]], ">=")
    may = versions([*extras["onnx"], *extras["tune"], *extras["integration"]], ">=")
    assert pinned.keys() >= must.keys()
    assert pinned == {name: (must | may)[name] for name in pinned}


def test_the_command_is_the_command_line(project):
    assert resolve_name(project["scripts"]["sknnadl"]) is main


def test_the_command_runs():
    command = shutil.which("sknnadl", path=Path(sys.executable).parent)
    if command is None:
        pytest.skip("it is not beside this Python: install the package anew")
    shown = subprocess.run([command, "--version"], check=True, stdout=subprocess.PIPE)
    assert shown.stdout.decode().split() == ["sknnadl", __version__]


def test_the_version_is_one(project):
    assert project["version"] == __version__ == version("sknnadl")
