"""Which versions of other packages the tests have run with."""

import os
import tomllib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from packaging.requirements import Requirement

# mlflow reports that it is used, and reads this when it is imported.
os.environ.setdefault("DO_NOT_TRACK", "true")


def pytest_terminal_summary(terminalreporter):
    path = Path(__file__).parents[2] / "pyproject.toml"
    extras = tomllib.loads(path.read_text())["project"]["optional-dependencies"]
    names = sorted(packages("integration", extras))
    terminalreporter.write_line(f"Beside {', '.join(map(named, names))}.")


def packages(extra, extras):
    """Return the names of the packages of an extra, and of those that it names."""
    found = set()
    for requirement in map(Requirement, extras[extra]):
        if requirement.name == "sknnadl":
            found |= set().union(*(packages(e, extras) for e in requirement.extras))
        else:
            found.add(requirement.name)
    return found


def named(name):
    """Return a package with its version."""
    try:
        return f"{name} {version(name)}"
    except PackageNotFoundError:
        return f"no {name}"
