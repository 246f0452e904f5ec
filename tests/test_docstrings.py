"""The constructors of the estimators, and what their docstrings say of them."""

import ast
import inspect
import re
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

import sknnadl
from sknnadl import estimators
from sknnadl.network import Dense

ESTIMATORS = [getattr(sknnadl, name) for name in estimators.__all__]
#: Arguments whose default, or place, is another one in some estimators.
OWN_DEFAULTS = {"hidden_layer_sizes", "loss", "solver"}
OWN_PLACES = {"loss"}  # the first of scikit-learn's MLPRegressor
#: Arguments of all layers or of the output layer alone, for each layer or not, and
#: those of which some estimators take a user's own object.
OWN_TYPES = {"weight_init", "bias_init", "activation", "loss"}


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
    in_order = [name for name in shared if name not in OWN_PLACES]
    assert in_order == [n for n in theirs if n in ours and n not in OWN_PLACES]
    for name in shared:
        if name not in OWN_TYPES:
            assert ours[name].annotation == theirs[name].annotation, name
        assert name in OWN_DEFAULTS or ours[name].default == theirs[name].default, name


@pytest.mark.parametrize("cls", ESTIMATORS)
def test_help_is_the_text_of_the_source(cls):
    tree = ast.parse(Path(inspect.getsourcefile(cls)).read_text())
    written = next(n for n in tree.body if getattr(n, "name", None) == cls.__name__)
    assert cls.__doc__ == ast.get_docstring(written, clean=False)


@pytest.mark.parametrize("cls", ESTIMATORS)
def test_properties_say_the_shapes_that_the_class_says(cls):
    # The page of a class shows a property's first sentence in place of the class's.
    attributes = cls.__doc__.partition("Attributes\n")[2].partition("See Also\n")[0]
    written = re.findall(
        r"^    (\w+) : .*\n((?:        .*\n)+)", attributes, re.MULTILINE
    )
    for name, text in written:
        shown = getattr(cls, name, None)
        if isinstance(shown, property):
            first = shown.__doc__.splitlines()[0]
            for shape in re.findall(r"\(.+?\)", text):
                assert shape in first, f"{name}: {shape}"
