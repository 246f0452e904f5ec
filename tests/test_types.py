"""What a user's type checker and editor say of the package.

mypy and pyright are asked where they are installed, as they are by the extra ``dev``.
pyright fetches a part of itself when it is first run.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

import sknnadl

FOLDER = Path(__file__).parent / "typing_client"
CLIENTS = sorted(path.name for path in FOLDER.glob("*.py"))
#: Where the package is that is imported here, installed or not.
ROOT = Path(sknnadl.__file__).parents[1]
#: As of an installed package, nothing is said of the package's own code.
CONFIGURATION = """
[mypy]
strict = true
[mypy-sknnadl.*]
follow_imports = silent
[mypy-scipy.*,sklearn.*,joblib.*,pandas.*,threadpoolctl.*]
ignore_missing_imports = true
"""


def run(command, **options):
    return subprocess.run(
        [sys.executable, "-m", *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        **options,
    )


def has_pyright():
    """Return whether pyright is there and runs, also without a network."""
    return find_spec("pyright") and run(["pyright", "--version"]).returncode == 0


@pytest.fixture(scope="module")
def mypy_says(tmp_path_factory, pytestconfig):
    """What mypy says is wrong, as (file, line, message)."""
    pytest.importorskip("mypy", reason="needs mypy: pip install mypy")
    folder = tmp_path_factory.mktemp("mypy")
    shutil.copytree(FOLDER, folder, dirs_exist_ok=True)
    (folder / "mypy.ini").write_text(CONFIGURATION)
    worker = os.environ.get("PYTEST_XDIST_WORKER", "alone")
    cache = pytestconfig.cache.mkdir(f"mypy-{worker}")
    installed = "site-packages" in ROOT.parts
    path = {} if installed else {"MYPYPATH": str(ROOT)}
    command = ["mypy", "--config-file", "mypy.ini", "--cache-dir", str(cache)]
    done = run(
        [*command, "--no-error-summary", "--output", "json", *CLIENTS],
        cwd=folder,
        env={**os.environ, **path},
    )
    found = [json.loads(line) for line in done.stdout.splitlines()]
    return [
        (one["file"], one["line"], one["message"])
        for one in found
        if one["severity"] == "error"
    ]


@pytest.fixture(scope="module")
def pyright_says(tmp_path_factory):
    """What pyright says is wrong, as (file, line, message)."""
    if not has_pyright():
        pytest.skip("needs pyright and its Node.js: pip install 'pyright[nodejs]'")
    folder = tmp_path_factory.mktemp("pyright")
    shutil.copytree(FOLDER, folder, dirs_exist_ok=True)
    project = folder / "pyrightconfig.json"
    project.write_text(json.dumps({"extraPaths": [str(ROOT)]}))
    command = ["pyright", "--outputjson", "--pythonpath", sys.executable]
    done = run([*command, "--project", str(project)])
    found = json.loads(done.stdout[done.stdout.index("{") :])["generalDiagnostics"]
    return [
        (Path(one["file"]).name, one["range"]["start"]["line"] + 1, one["message"])
        for one in found
        if one["severity"] == "error"
    ]


@pytest.mark.parametrize("checker", ["mypy", "pyright"])
@pytest.mark.parametrize("name", CLIENTS)
def test_mistakes_are_found_and_nothing_else(name, checker, request):
    said = request.getfixturevalue(f"{checker}_says")
    lines = (FOLDER / name).read_text().splitlines()
    expected = {
        n for n, line in enumerate(lines, 1) if re.search("# expect-error", line)
    }
    found = {line: message for file, line, message in said if file == name}
    assert set(found) == expected, found
