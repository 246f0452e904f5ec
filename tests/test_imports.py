"""The house: a room imports from below, never from above or beside."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

import sknnadl

ROOT = Path(sknnadl.__file__).parent

#: What each room may import of the package, beside itself.
ALLOWED = {
    "_fitted": set(),
    "_plotting": set(),
    "_sklearn": set(),
    "network": set(),
    "training": {"network"},
    "estimators": {"network", "training", "_fitted", "_sklearn"},
    "baselines": {"_fitted", "_sklearn"},
    "datasets": set(),
    "reports": {"_plotting", "_sklearn"},
    "inspection": {"_plotting", "network", "reports"},
    "cli": {"baselines", "datasets", "estimators", "reports"},
    "__main__": {"cli"},
    "_versions": {"network"},
    "__init__": {"_versions", "baselines", "estimators", "reports"},
}
#: What a room may import inside a function, as it may be missing.
OPTIONAL = {"_plotting": {"matplotlib.pyplot"}}
FILES = sorted(ROOT.rglob("*.py"))


def room(path):
    return path.relative_to(ROOT).with_suffix("").parts[0]


def imports(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield node.module, node


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_run_downwards(path):
    for module, _ in imports(ast.parse(path.read_text())):
        package, _, rest = module.partition(".")
        if package == "sknnadl":
            target = rest.split(".")[0]
            assert target == room(path) or target in ALLOWED[room(path)], module


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_scikit_learn_stays_out_of_the_lower_floors(path):
    modules = {module for module, _ in imports(ast.parse(path.read_text()))}
    packages = {module.split(".")[0] for module in modules}
    if room(path) in ("network", "training"):
        assert packages.isdisjoint({"sklearn", "joblib"})
    private = {
        module for module in modules if module.startswith("sklearn") and "._" in module
    }
    assert not private or room(path) == "_sklearn"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_private_names_of_scikit_learn_are_imported_in_one_file(path):
    names = [
        alias.name
        for module, node in imports(ast.parse(path.read_text()))
        if module.startswith("sklearn") and isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.name.startswith("_")
    ]
    assert not names or room(path) == "_sklearn"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_import_inside_a_function(path):
    tree = ast.parse(path.read_text())
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]
    inside = {module for function in functions for module, _ in imports(function)}
    assert inside <= OPTIONAL.get(room(path), set())


#: Imports each room into a package that has nothing in it, and says what it brought.
ALONE = """
import importlib, json, sys, types
brought = {}
for name in sys.argv[2:]:
    for module in [m for m in sys.modules if m.partition(".")[0] == "sknnadl"]:
        del sys.modules[module]
    package = sys.modules["sknnadl"] = types.ModuleType("sknnadl")
    package.__path__ = [sys.argv[1]]
    importlib.import_module(f"sknnadl.{name}")
    modules = [m.split(".") for m in sys.modules]
    brought[name] = sorted({m[1] for m in modules if m[0] == "sknnadl" and m[1:]})
print(json.dumps(brought))
"""


def test_each_room_can_be_imported_alone():
    names = sorted(ALLOWED.keys() - {"__main__", "__init__"})
    command = [sys.executable, "-c", ALONE, str(ROOT), *names]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    for name, brought in json.loads(done.stdout).items():
        below = {name} | ALLOWED[name]
        while wider := {other for room in below for other in ALLOWED[room]} - below:
            below |= wider
        assert set(brought) <= below, name
