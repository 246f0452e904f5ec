"""The paragraphs that the docstrings of the estimators share."""

import inspect
import shutil
import subprocess
import sys
from pathlib import Path

import sknnadl
from sknnadl import estimators

ESTIMATORS = [getattr(sknnadl, name) for name in estimators.__all__]
SHARED_PARAGRAPHS = Path(__file__).parents[1] / "docs" / "shared_paragraphs.py"


def share_paragraphs(script, *options):
    return subprocess.run(
        [sys.executable, script, *options],
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )


def test_shared_paragraphs_are_equal():
    done = share_paragraphs(SHARED_PARAGRAPHS)
    assert done.returncode == 0, done.stdout


def test_a_longer_paragraph_moves_no_other(tmp_path):
    script = tmp_path / "docs" / "shared_paragraphs.py"
    script.parent.mkdir()
    shutil.copy(SHARED_PARAGRAPHS, script)
    folder = tmp_path / "sknnadl" / "estimators"
    folder.mkdir(parents=True)
    for cls in ESTIMATORS:
        shutil.copy(inspect.getsourcefile(cls), folder)
    before = {path: path.read_text().splitlines() for path in folder.iterdir()}
    first = folder / "mlp_classifier.py"
    head = "    activation : str or array-like of str, default="
    lines = before[first].copy()
    place = next(i for i, line in enumerate(lines) if line.startswith(head)) + 1
    lines.insert(place, "        One more line.")
    first.write_text("\n".join(lines) + "\n")
    share_paragraphs(script, "--write")
    assert share_paragraphs(script).returncode == 0
    for path, old in before.items():
        new = path.read_text().splitlines()
        assert [line for line in new if line != "        One more line."] == old
