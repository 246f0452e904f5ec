"""What is installed, and with what."""

import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

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
    parts = (project["dependencies"], *map(extras.get, ("plot", "test", "integration")))
    allowed = versions([line for part in parts for line in part], ">=")
    assert pinned == allowed
