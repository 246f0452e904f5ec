"""The house: a room imports from below, never from above or beside."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

import sknnadl

ROOT = Path(sknnadl.__file__).parent

#: The floors of the house, from the ground up: a room imports only from rooms on lower
#: floors. A room is a folder, or a file beside the folders.
FLOORS = [
    {"_files", "_untrusted", "cluster"},
    {"_sklearn", "network/arrays", "significance"},
    {"network/kernels", "comparison/measuring", "datasets"},
    {"network/layers", "comparison/findings"},
    {"network", "comparison/page"},
    {"_versions", "comparison", "displays", "training"},
    {"estimators", "inspection", "reports"},
    {"baselines", "rbf", "tuning"},
    {"export", "model_selection", "saving"},
    {"callbacks", "cli", "__init__"},
    {"__main__"},
]
#: What a room imports of the package, where that is less than all below it.
ALLOWED = {
    "_versions": {"network/kernels"},
    "baselines": {"_sklearn", "estimators"},
    "cli": {
        "baselines",
        "comparison",
        "comparison/measuring",
        "datasets",
        "estimators",
        "rbf",
        "reports",
    },
    "callbacks": {"saving", "tuning"},
    "comparison": {
        "_files",
        "_sklearn",
        "comparison/findings",
        "comparison/measuring",
        "comparison/page",
        "significance",
    },
    "comparison/findings": {"comparison/measuring", "significance"},
    "comparison/measuring": {"_files", "_sklearn", "_untrusted", "significance"},
    "comparison/page": {"comparison/findings", "comparison/measuring"},
    "datasets": {"_untrusted"},
    "displays": {"network", "network/layers"},
    "estimators": {"_sklearn", "network", "network/layers", "training"},
    "export": {
        "baselines",
        "estimators",
        "network",
        "network/arrays",
        "network/layers",
        "rbf",
    },
    "inspection": {"displays"},
    "model_selection": {"tuning"},
    "network/kernels": {"network/arrays"},
    "network/layers": {"network/arrays", "network/kernels"},
    "network": {"network/arrays", "network/kernels", "network/layers"},
    "rbf": {"_sklearn", "estimators", "training"},
    "reports": {"comparison", "displays"},
    "saving": {
        "_files",
        "_sklearn",
        "_untrusted",
        "baselines",
        "estimators",
        "network/layers",
        "rbf",
        "training",
    },
    "tuning": {"_sklearn", "estimators", "training"},
    "training": {"network/arrays", "network/kernels", "network", "network/layers"},
    "__main__": {"cli"},
    "__init__": {
        "_versions",
        "baselines",
        "estimators",
        "export",
        "rbf",
        "reports",
        "saving",
    },
}
#: What a room may import inside a function, as it may be missing.
OPTIONAL = {
    "displays": {"matplotlib.pyplot"},
    "estimators": {"dask.base"},
    "export": {
        "onnx",
        "skl2onnx",
        "skl2onnx.common.data_types",
        "skl2onnx.common.utils_classifier",
    },
    "tuning": {"optuna"},
}
FILES = sorted(ROOT.rglob("*.py"))


ROOMS = sorted(set.union(*FLOORS), key=len, reverse=True)  # inner rooms come first


def room(path):
    """Return the room that a file is in, or a module given as a path is."""
    name = str(path.relative_to(ROOT).with_suffix(""))
    return next(r for r in ROOMS if name == r or name.startswith(f"{r}/"))


def imports(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield node.module, node


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_run_downwards(path):
    own = room(path)
    for module, node in imports(ast.parse(path.read_text())):
        if module.partition(".")[0] != "sknnadl":
            continue
        target = ROOT.joinpath(*module.split(".")[1:])
        named = [alias.name for alias in node.names]
        # `from sknnadl.network import layers` is of the room layers.
        inner = [target / name for name in named if is_module(target / name)]
        for other in map(room, inner or [target]):
            assert other == own or other in ALLOWED[own], module


def is_module(path):
    return path.is_dir() or path.with_suffix(".py").exists()


def test_what_is_allowed_runs_downwards():
    floor = {name: number for number, rooms in enumerate(FLOORS) for name in rooms}
    for name, others in ALLOWED.items():
        assert all(floor[other] < floor[name] for other in others), name


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_scikit_learn_stays_out_of_the_lower_floors(path):
    modules = {module for module, _ in imports(ast.parse(path.read_text()))}
    packages = {module.split(".")[0] for module in modules}
    if room(path).partition("/")[0] in ("network", "training"):
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


#: Imports each room into packages that have nothing in them, and says what it brought.
ALONE = """
import importlib, json, pathlib, sys, types
root = pathlib.Path(sys.argv[1])
brought = {}
for room in sys.argv[2:]:
    for module in [m for m in sys.modules if m.partition(".")[0] == "sknnadl"]:
        del sys.modules[module]
    *parents, _ = names = ["sknnadl", *room.split("/")]
    for depth in range(len(parents)):
        package = types.ModuleType(".".join(parents[: depth + 1]))
        package.__path__ = [str(root.joinpath(*parents[1 : depth + 1]))]
        sys.modules[package.__name__] = package
    importlib.import_module(".".join(names))
    modules = [m for name, m in sys.modules.items() if name.startswith("sknnadl")]
    brought[room] = [m.__file__ for m in modules if getattr(m, "__file__", None)]
print(json.dumps(brought))
"""


def brings(room):
    """Return the rooms that come with one: what it imports, and those it is in."""
    outer = {other for other in ROOMS if room.startswith(f"{other}/")}
    return outer | ALLOWED.get(room, set())


def test_each_room_can_be_imported_alone():
    rooms = sorted(set(ROOMS) - {"__main__", "__init__"})
    command = [sys.executable, "-c", ALONE, str(ROOT), *rooms]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    for name, files in json.loads(done.stdout).items():
        below = {name}
        while wider := set().union(*map(brings, below)) - below:
            below |= wider
        assert {room(Path(file)) for file in files} <= below, name
