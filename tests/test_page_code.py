"""What the pages say to type runs, in their order, and prints what they say."""

import doctest
import os
import re
import shlex
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from textwrap import dedent

import numpy as np
import pytest
import sklearn

from sknnadl.cli import main
from sknnadl.datasets import load_digits_images

ROOT = Path(__file__).parents[1]
#: A wheel has no pages, and a source distribution need not have the second.
PAGES = [
    page
    for page in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/*.rst"))
    if page.exists()
]
#: Packages that a page needs beside those that the tests need.
EXTRAS = {
    "beside.rst": ["mlflow"],
    "choosing.rst": ["optuna", "optuna_integration"],
    "onnx.rst": ["onnx", "onnxruntime", "skl2onnx"],
    "scale.rst": ["dask_ml", "distributed", "pyarrow"],
    "README.md": ["onnx", "skl2onnx"],
}
#: Pages that take more than two or three seconds.
SLOW = {
    "README.md",
    "beside.rst",
    "choosing.rst",
    "codes.rst",
    "comparing.rst",
    "features.rst",
    "scale.rst",
    "training.rst",
    "first_comparison.rst",
    "your_own_images.rst",
    "your_own_table.rst",
}
#: What begins a command that is not run, and why.
NOT_RUN = {
    ".ci/run": "all that has to pass, these tests too",
    "(cd dist/alone": "the tests, of a wheel",
    "cp -r tests": "for the tests of a wheel",
    "dist/alone/venv": "the network",
    "pip install": "the network",
    "pre-commit install": "writes into the repository",
    "python -m build": "the network",
    "python -m codespell_lib": "a check of its own in .ci/run",
    "python -m mypy": "a check of its own in .ci/run",
    "python -m numpydoc": "a check of its own in .ci/run",
    "python -m pytest": "the tests themselves",
    "python -m ruff": "a check of its own in .ci/run",
    "python -m sphinx": "a check of its own in .ci/run",
    "python examples/draw/serve.py": "does not end; tests/examples runs it",
    "python3 -m venv": "the network; .ci/run makes the environment of the tests by it",
}
#: Languages of blocks that are looked at and not typed.
SHOWN = {"text"}
#: What a block of the README takes as given.
README_SETUP = """
import pandas
frame = pandas.DataFrame({"size": [1.0, None, 3.0] * 20, "color": list("rgb") * 20})
frame_target = ["small", "large", "large"] * 20
"""

DIRECTIVE = re.compile(
    r"^(?P<indent> *)\.\. (?P<kind>code-block|testsetup|testoutput)::"
    r" ?(?P<language>\S*)\n(?P<body>(?:(?P=indent) +\S.*\n|[ ]*\n)+)",
    re.MULTILINE,
)
FENCE = re.compile(
    r"^(?P<indent> *)```(?P<kind>)(?P<language>\S*)\n(?P<body>.*?)^ *```\n",
    re.MULTILINE | re.DOTALL,
)
NUMBER = re.compile(r"[-+]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?")
DOCTEST_FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def find_blocks(path):
    """Yield what is on a page, in order: kind, language, text, lines before it."""
    text = path.read_text()
    end = 0
    for found in (FENCE if path.suffix == ".md" else DIRECTIVE).finditer(text):
        yield "prose", "", text[end : found.start()], text.count("\n", 0, end)
        before = text.count("\n", 0, found.start("body"))
        yield found["kind"] or "code-block", found["language"], found["body"], before
        end = found.end()
    yield "prose", "", text[end:], text.count("\n", 0, end)


def run_doctests(text, names, path, line):
    """Run the examples with ``>>>`` of a piece of prose."""
    test = doctest.DocTestParser().get_doctest(text, names, path.name, str(path), line)
    report = StringIO()
    runner = doctest.DocTestRunner(optionflags=DOCTEST_FLAGS)
    runner.run(test, out=report.write, clear_globs=False)
    assert not runner.failures, report.getvalue()
    names.update(test.globs)


def run_commands(text, page):
    """Run those lines that call the package's command, in this process."""
    commands = re.sub(r"\\\n\s*", " ", dedent(text)).splitlines()
    for command in filter(
        None, (line.partition("  #")[0].strip() for line in commands)
    ):
        words = shlex.split(command)
        if words[:3] == ["python", "-m", "sknnadl"]:
            assert main(words[3:]) == 0, f"{page}: {command}"
        else:
            assert command.startswith(tuple(NOT_RUN)), f"{page}: {command}"


def assert_same_output(got, want):
    """Compare words, and shares to five points; other numbers may be times.

    Another processor rounds the last digits in another way, which leads to another
    network.
    """
    got, want = (" ".join(text.split()) for text in (got, dedent(want)))
    assert words_of(got) == words_of(want)
    shares = re.compile(rf"({NUMBER.pattern})(?=%| points)")
    for a, b in zip(shares.findall(got), shares.findall(want), strict=True):
        assert abs(float(a) - float(b)) <= 5, f"{a} instead of {b} in {got}"


def words_of(text):
    """Return it with 0 for each number, and without what depends on their width."""
    return re.sub(r"-{2,} ?|(?<=p) [<=](?= 0)", "", NUMBER.sub("0", text))


def run_page(path):
    names = {"__name__": "__main__"}
    if path.name == "README.md":
        exec(README_SETUP, names)
    printed = StringIO()
    for kind, language, text, line in find_blocks(path):
        if kind == "prose" and ">>> " in text:
            run_doctests(text, names, path, line)
        elif kind == "testoutput":
            assert_same_output(printed.getvalue(), text)
        elif kind == "testsetup" or language == "python":
            code = "\n" * line + dedent(text)
            with redirect_stdout(printed := StringIO()):
                exec(compile(code, path, "exec"), names)
        elif language == "sh":
            with redirect_stdout(printed := StringIO()):
                run_commands(text, path.name)


def marks(page):
    if page.name in EXTRAS:  # what other packages warn of is theirs
        yield pytest.mark.filterwarnings("ignore")
    if page.name in SLOW:
        yield pytest.mark.slow


@pytest.fixture(scope="module")
def small_mnist(tmp_path_factory):
    """Images in the form of MNIST, of which the figures of the pages are."""
    digits = load_digits_images()
    images = np.kron(digits.X_train.reshape(-1, 8, 8)[:140], np.ones((3, 3)))
    images = np.pad(255 * images, ((0, 0), (2, 2), (2, 2))).astype("uint8")
    y = digits.y_train[:140]
    path = tmp_path_factory.mktemp("mnist") / "mnist.npz"
    arrays = {"x_train": images[:100], "y_train": y[:100]}
    np.savez(path, **arrays, x_test=images[100:], y_test=y[100:])
    return path


@pytest.fixture
def place(tmp_path, monkeypatch, small_mnist):
    """An empty folder, where nothing that a page sets outlives it."""
    before = dict(os.environ)
    monkeypatch.chdir(tmp_path)
    os.environ["SKNNADL_MNIST"] = str(small_mnist)
    with sklearn.config_context():
        yield
    os.environ.clear()
    os.environ.update(before)


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize(
    "page", [pytest.param(p, marks=[*marks(p)], id=p.name) for p in sorted(PAGES)]
)
def test_the_code_of_a_page_runs(page):
    for package in EXTRAS.get(page.name, ()):
        pytest.importorskip(package, reason="needs the integration extra")
    run_page(page)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_block_is_one_that_is_run(page):
    text = page.read_text()
    blocks = [block for block in find_blocks(page) if block[0] != "prose"]
    for kind, language, *_ in blocks:
        assert kind != "code-block" or language in {"python", "sh"} | SHOWN, language
    if page.suffix == ".md":
        assert text.count("```") == 2 * len(blocks)
    else:
        code = r"\.\. (code|code-block|sourcecode|ipython|test\w+|doctest)::"
        assert len(re.findall(code, text)) == len(blocks)
        # A paragraph that ends in two colons begins a block of no language.
        assert not re.search(r"^(?! *\.\. ).*::$", text, re.MULTILINE)


@pytest.mark.parametrize(
    ("got", "want"),
    [("SVM beats MLP", "MLP beats SVM"), ("right: 90.1%", "right: 96%"), ("1%", "one")],
)
def test_another_output_is_seen(got, want):
    with pytest.raises(AssertionError):
        assert_same_output(got, want)
    assert_same_output("1%  in 0.25 s", "3% in 0.003 s\n")


@pytest.mark.parametrize(
    ("block", "error"),
    [
        (".. code-block:: python\n\n    undefined\n", NameError),
        (".. code-block:: sh\n\n    rm -r ~\n", AssertionError),
        (">>> 1 + 1\n3\n", AssertionError),
    ],
)
def test_code_that_fails_is_seen(block, error, tmp_path):
    page = tmp_path / "page.rst"
    page.write_text(f"Page\n====\n\n{block}\nText.\n")
    with pytest.raises(error):
        run_page(page)
