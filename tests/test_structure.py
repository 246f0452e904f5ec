"""The habits of the house: small rooms, and a name for each thing alone."""

import ast
import sys
from collections import Counter
from pathlib import Path

import pytest

import sknnadl

ROOT = Path(sknnadl.__file__).parent
MODULES = sorted(ROOT.rglob("*.py"))
SUFFIXES = ".py", ".pyi", ".c", ".h"
SOURCES = [p for p in sorted(ROOT.rglob("*")) if p.suffix in SUFFIXES]


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_file_is_longer_than_300_lines(path):
    assert len(path.read_text().splitlines()) - lines_about_arguments(path) <= 300


def lines_about_arguments(path):
    """Return how many lines describe a class and its arguments.

    They grow with what a user can ask for, and are read one at a time.
    """
    if path.suffix != ".py":
        return 0
    lines = 0
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.ClassDef) and ast.get_docstring(node):
            text = node.body[0]
            lines += text.end_lineno - text.lineno + 1
    return lines


def names():
    """Return the names of modules and packages, without what Python itself names."""
    modules = [p.stem for p in MODULES if not p.stem.startswith("__")]
    packages = [p.parent.name for p in MODULES if p.name == "__init__.py"]
    return modules + [name for name in packages if name != "sknnadl"]


#: A package that is named after its main room.
MAIN_ROOMS = {"network"}


def test_no_two_modules_have_one_name():
    counts = Counter(names())
    assert {name for name, n in counts.items() if n > 1} <= MAIN_ROOMS


def test_no_two_classes_have_one_name():
    nodes = [node for path in MODULES for node in ast.parse(path.read_text()).body]
    classes = [node.name for node in nodes if isinstance(node, ast.ClassDef)]
    assert len(classes) == len(set(classes)), Counter(classes).most_common(3)


def test_no_module_is_named_like_one_of_the_standard_library():
    assert not set(names()) & set(sys.stdlib_module_names)
