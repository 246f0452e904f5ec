"""What can be seen of the code behind models and scorers, so that a change shows."""

from __future__ import annotations

import hashlib
import platform
import sys
from collections.abc import Iterable, Mapping
from dis import get_instructions
from functools import cache, partial
from pathlib import Path
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np
import scipy
import sklearn

#: Values that are part of the code where they stand in it.
_PLAIN = (bool, int, float, complex, str, bytes, type(None))
#: What code does with a variable of its module.
_LOADS = "LOAD_GLOBAL", "LOAD_NAME"


def describe_code(*values: object) -> list[str]:
    """Return texts that differ where the code behind some objects does.

    Of what is installed it is the version. Of what is not, such as functions and
    classes of a script or a notebook, it is what they are compiled to, with that of the
    functions, classes and plain values that they mention.

    Parameters
    ----------
    *values : object
        Estimators, functions, classes, or collections of them.

    Returns
    -------
    texts : list of str
        The same in every process.
    """
    walk = _CodeWalk()
    for value in values:
        walk.visit(value)
    return sorted(walk.found)


class _CodeWalk:
    """A way through all code that objects lead to."""

    def __init__(self) -> None:
        self.found = {
            f"python {platform.python_version()}",
            f"numpy {np.__version__}",
            f"scipy {scipy.__version__}",
            f"sklearn {sklearn.__version__}",
        }
        self._visited: dict[int, object] = {}  # which keeps them, and so their numbers

    def visit(self, value: Any) -> None:
        """Take in the code behind an object."""
        if isinstance(value, (*_PLAIN, np.ndarray, ModuleType)):
            return
        if id(value) in self._visited:
            return
        self._visited[id(value)] = value
        if isinstance(value, type):
            self._visit_class(value)
        elif isinstance(value, FunctionType):
            self._visit_function(value)
        elif isinstance(value, Mapping):
            self._visit_all(value.values())
        elif isinstance(value, list | tuple | set | frozenset):
            self._visit_all(value)
        else:
            self.visit(type(value))
            self._visit_all(_parts(value))

    def _visit_all(self, values: Iterable[Any]) -> None:
        for value in list(values):
            self.visit(value)

    def _visit_class(self, value: type) -> None:
        if self._is_installed(value.__module__):
            return
        self._visit_all(value.__bases__)
        for name, inner in vars(value).items():
            if not name.startswith("__") or callable(inner):
                self._mention(f"{value.__qualname__}.{name}", inner)

    def _visit_function(self, value: FunctionType) -> None:
        for name, inner in _closure(value):  # such as what a decorator has wrapped
            self._mention(name, inner)
        if self._is_installed(value.__module__):
            return
        self.found.add(f"{value.__qualname__} {_digest(value.__code__)}")
        defaults = value.__defaults__, *(value.__kwdefaults__ or {}).items()
        for default in defaults:
            self._mention(f"{value.__qualname__}()", default)
        variables, attributes = _find_names(value.__code__)
        for name in variables:
            if not name.startswith("__"):
                self._mention(name, value.__globals__.get(name), attributes)

    def _mention(self, name: str, value: Any, names: Iterable[str] = ()) -> None:
        """Take in what code has by a name: a plain value, or of a module some names."""
        if isinstance(value, ModuleType):
            self._visit_module(value, names)
            return
        values = value if isinstance(value, tuple) else (value,)
        if value is not None and all(isinstance(one, _PLAIN) for one in values):
            self.found.add(f"{name} = {value!r}")
        self.visit(value)

    def _visit_module(self, module: ModuleType, names: Iterable[str]) -> None:
        if id(module) in self._visited or self._is_installed(module.__name__):
            return
        self._visited[id(module)] = module
        for name in names:
            self._mention(f"{module.__name__}.{name}", vars(module).get(name), names)

    def _is_installed(self, module: str) -> bool:
        version = _find_version(module)
        if version is not None:
            self.found.add(version)
        return version is not None


def _parts(value: Any) -> list[Any]:
    """Return what an object consists of: of an estimator its parameters."""
    if isinstance(value, partial):
        return [value.func, value.args, value.keywords]
    if isinstance(value, MethodType):
        return [value.__func__, value.__self__]
    if isinstance(value, property):
        return [value.fget, value.fset]
    if hasattr(value, "get_params"):
        return list(value.get_params(deep=False).values())
    return [*getattr(value, "__dict__", {}).values(), getattr(value, "__func__", None)]


def _closure(function: FunctionType) -> list[tuple[str, Any]]:
    """Return the variables of the function that another one was made in."""
    found = []
    for name, cell in zip(
        function.__code__.co_freevars, function.__closure__ or (), strict=True
    ):
        try:
            found.append((name, cell.cell_contents))
        except ValueError:  # not set yet
            continue
    return found


def _digest(code: CodeType) -> str:
    """Return what compiled code has in common with no other; lines do not count."""
    parts = [code.co_code, code.co_names, code.co_varnames, code.co_freevars]
    constants = [_constant(one) for one in code.co_consts]
    return hashlib.sha256(repr((parts, constants)).encode()).hexdigest()


def _constant(value: Any) -> str:
    if isinstance(value, CodeType):
        return _digest(value)
    if isinstance(value, frozenset):  # which has another order in each process
        return repr(sorted(map(repr, value)))
    return repr(value)


@cache
def _find_names(code: CodeType) -> tuple[frozenset[str], frozenset[str]]:
    """Return the variables and attributes that code mentions, also that inside it."""
    variables = {one.argval for one in get_instructions(code) if one.opname in _LOADS}
    attributes = set(code.co_names)
    for one in code.co_consts:
        if isinstance(one, CodeType):
            inner = _find_names(one)
            variables |= inner[0]
            attributes |= inner[1]
    return frozenset(variables), frozenset(attributes)


@cache
def _find_version(module: str) -> str | None:
    """Return the version of what a module belongs to; None if it is not installed."""
    top = module.partition(".")[0]
    if top == "__main__":
        return None
    if top in sys.stdlib_module_names:
        return f"python {platform.python_version()}"
    package = sys.modules.get(top)
    paths = [getattr(package, "__file__", None), *getattr(package, "__path__", [])]
    version = getattr(package, "__version__", None)
    folders = {part for path in paths if path for part in Path(path).parts}
    if version is None or folders.isdisjoint({"site-packages", "dist-packages"}):
        return None
    return f"{top} {version}"
