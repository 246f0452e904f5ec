"""The docstrings that are assembled; all others are validated as they are written."""

import inspect
import tomllib
from pathlib import Path

import pytest
from numpydoc.validate import validate

from sknnadl import (
    ConvNetClassifier,
    ConvNetRegressor,
    MLPClassifier,
    MLPRegressor,
    NetworkClassifier,
)
from sknnadl.network import Dense

ASSEMBLED = [
    ConvNetClassifier,
    ConvNetRegressor,
    MLPClassifier,
    MLPRegressor,
    NetworkClassifier,
]
SETTINGS = Path(__file__).parents[1] / "pyproject.toml"


@pytest.mark.parametrize("cls", ASSEMBLED)
def test_docstring_is_valid(cls):
    settings = tomllib.loads(SETTINGS.read_text())["tool"]["numpydoc_validation"]
    ignored = {code for code in settings["checks"] if code != "all"}
    errors = validate(f"{cls.__module__}.{cls.__name__}")["errors"]
    assert not [error for error in errors if error[0] not in ignored]


@pytest.mark.parametrize("cls", ASSEMBLED)
def test_every_default_is_documented(cls):
    for name, parameter in inspect.signature(cls).parameters.items():
        line = next(
            line for line in cls.__doc__.splitlines() if line.startswith(f"{name} : ")
        )
        documented = line.partition("default=")[2]
        assert eval(documented, {"Dense": Dense}) == parameter.default, name
