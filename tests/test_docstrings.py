"""The constructors of the estimators, and what their docstrings say of them."""

import ast
import inspect
import subprocess
import sys
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

import sknnadl
from sknnadl import estimators
from sknnadl.network import Dense

ESTIMATORS = [getattr(sknnadl, name) for name in estimators.__all__]
#: Arguments whose default is another one in some estimators.
OWN_DEFAULTS = {"loss"}


@pytest.mark.parametrize("cls", ESTIMATORS)
def test_every_argument_is_documented_with_its_default(cls):
    lines = [line.strip() for line in cls.__doc__.splitlines()]
    for name, parameter in inspect.signature(cls).parameters.items():
        line = next(line for line in lines if line.startswith(f"{name} : "))
        documented = line.partition("default=")[2]
        values = {"Dense": Dense, "numpy": np}
        assert eval(documented, values) == parameter.default, name


@pytest.mark.parametrize("cls", ESTIMATORS)
def test_the_constructor_is_written_out_and_only_stores(cls):
    assert "__init__" in vars(cls)
    parameters = inspect.signature(cls).parameters
    values = {name: object() for name in parameters}
    assert vars(cls(**values)) == values
    assert all(p.annotation is not p.empty for p in parameters.values())
    assert set(cls._parameter_constraints) == set(parameters)


@pytest.mark.parametrize(("a", "b"), list(combinations(ESTIMATORS, 2)))
def test_shared_arguments_are_the_same(a, b):
    ours, theirs = (inspect.signature(cls).parameters for cls in (a, b))
    shared = [name for name in ours if name in theirs]
    assert shared == [name for name in theirs if name in ours]  # in the same order
    for name in shared:
        assert ours[name].annotation == theirs[name].annotation, name
        assert name in OWN_DEFAULTS or ours[name].default == theirs[name].default, name


@pytest.mark.parametrize("cls", ESTIMATORS)
def test_help_is_the_text_of_the_source(cls):
    tree = ast.parse(Path(inspect.getsourcefile(cls)).read_text())
    written = next(n for n in tree.body if getattr(n, "name", None) == cls.__name__)
    assert cls.__doc__ == ast.get_docstring(written, clean=False)


def test_shared_paragraphs_are_equal():
    script = Path(__file__).parents[1] / "docs" / "shared_paragraphs.py"
    done = subprocess.run(
        [sys.executable, script], stdout=subprocess.PIPE, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
