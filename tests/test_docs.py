"""What the documentation names is there, and what is there it names."""

import re
import runpy
from importlib import import_module
from itertools import pairwise
from pathlib import Path

import pytest
from known_series import beside_a_known_series
from sklearn import neural_network

import sknnadl
from sknnadl.network import ACTIVATIONS, INITIALIZERS, LOSSES
from sknnadl.network.losses import REGRESSION_LOSSES
from sknnadl.training.recipe import SOLVERS
from sknnadl.training.schedules import SCHEDULES
from sknnadl.training.step import PENALTIES

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
ARCHITECTURE = (DOCS / "architecture.rst").read_text()
#: The programs of the book.
BOOK = {"network.py", "network2.py", "network3.py"}
#: A source distribution need not have the first.
PAGES = [
    p for p in (ROOT / "CONTRIBUTING.md", *sorted(DOCS.glob("*.rst"))) if p.exists()
]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_files_that_are_named_exist(path):
    folders = [ROOT, *ROOT.glob("sknnadl/**/"), *ROOT.glob("tests/**/")]
    for name in re.findall(r"[\w./]*\w\.(?:py|h)\b", path.read_text()):
        if name not in BOOK and not name.startswith("sphx_glr"):  # of the gallery
            assert any((folder / name).is_file() for folder in folders), name


@pytest.mark.parametrize("path", sorted(DOCS.glob("*.rst")), ids=lambda p: p.name)
def test_every_page_begins_with_a_title(path):
    title, rule, *rest = path.read_text().splitlines()
    if ":orphan:" not in (title, rule, *rest):  # which the gallery has written
        assert title
        assert rule == "=" * len(title)


def test_functions_of_the_frames_are_in_their_files():
    frames = re.findall(r"^ +([A-Za-z_]\S+) +(\w+/\S+\.py)", ARCHITECTURE, re.MULTILINE)
    assert len(frames) > 10
    for function, file in frames:
        text = (ROOT / "sknnadl" / file).read_text()
        for name in function.replace("<locals>.", "").split("."):
            assert re.search(rf"(def|class) {name}\b", text), function


@pytest.mark.parametrize(
    "module",
    [
        "sknnadl",
        "sknnadl.callbacks",
        "sknnadl.cluster",
        "sknnadl.datasets",
        "sknnadl.inspection",
        "sknnadl.network",
        "sknnadl.reports",
        "sknnadl.saving",
        "sknnadl.significance",
        "sknnadl.training",
    ],
)
def test_the_reference_has_every_public_name(module):
    reference = (DOCS / "api.rst").read_text()
    named = set(re.findall(r"^   sknnadl\.(?:\w+\.)*(\w+)$", reference, re.MULTILINE))
    public = import_module(module)
    assert {name for name in public.__all__ if callable(getattr(public, name))} <= named


@beside_a_known_series
def test_every_default_that_is_not_scikit_learns_is_in_the_table():
    table = (DOCS / "from_sklearn.rst").read_text()
    table = table.partition("Defaults that differ")[2].partition("What goes another")[0]
    named = set(re.findall(r"   \* - ``(\w+)``", table))
    differ = set()
    for kind in ("MLPClassifier", "MLPRegressor"):
        ours = getattr(sknnadl, kind)().get_params()
        theirs = getattr(neural_network, kind)().get_params()
        differ |= {name for name in theirs if ours[name] != theirs[name]}
    assert named == differ | {"scale_targets", "scoring"}  # which are not there


def test_the_picture_has_every_room():
    house = runpy.run_path(str(DOCS / "draw_floors.py"))
    picture = house["draw"]()
    floors, _ = house["read_house"]()
    for room in set().union(*floors):
        assert f"<title>{room} imports" in picture
        assert f"``{room}``" in ARCHITECTURE or f"``{room}/``" in ARCHITECTURE, room
    boxes = re.findall(r'<rect x="([-\d.]+)" y="(\d+)" width="(\d+)"', picture)
    places = sorted((int(y), float(x), int(width)) for x, y, width in boxes)
    for (y, x, width), (next_y, next_x, _) in pairwise(places):
        assert y != next_y or x + width < next_x  # no room is over another
    assert all(x >= 0 and x + width <= house["WIDTH"] for _, x, width in places)


@pytest.mark.parametrize(
    "table",
    [
        ACTIVATIONS,
        INITIALIZERS,
        LOSSES,
        REGRESSION_LOSSES,
        SOLVERS,
        SCHEDULES,
        PENALTIES,
    ],
)
def test_the_page_on_training_has_the_formula_of_every_name(table):
    formulas = (DOCS / "training.rst").read_text().partition(".. _formulas:")[2]
    rows = "\n".join(re.findall(r"^   \* - (.*)", formulas, re.MULTILINE))
    for name in table:
        assert f'``"{name}"``' in rows, name
