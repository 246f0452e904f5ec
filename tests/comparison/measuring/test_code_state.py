"""A change of code shows, and nothing else does."""

import platform
import subprocess
import sys

import pytest
import sklearn
from sklearn.metrics import make_scorer
from sklearn.svm import SVC

from sknnadl.comparison.measuring.code_state import describe_code

CODE = """
from functools import partial
from sklearn.base import BaseEstimator
FACTOR = 2
NAMES = {"a", "b", "c"}
def double(x):
    return FACTOR * x
def measure(y_true, y_pred, scale=1):
    return scale * len([y for y in y_pred if y in {"a", "b", "c"}])
class Base(BaseEstimator):
    def predict(self, X):
        return [double(x) for x in X]
class Model(Base):
    kind = "one"
    def __init__(self, function=None):
        self.function = function
    def fit(self, X, y):
        return self
    @property
    def half(self):
        return 0.5
    @staticmethod
    def turn(x):
        return -x
def make(step):
    def add(x):
        return x + step
    return add
"""
USE = "describe_code(Model(partial(make(3), 1)), {'a': make_scorer(measure)})"


def describe(code):
    inside = {"__name__": "__main__"}
    exec(code, inside)
    return eval(USE, {**inside, "make_scorer": make_scorer, **globals()})


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("FACTOR = 2", "FACTOR = 3"),
        ("FACTOR * x", "FACTOR + x"),
        ("scale=1", "scale=2"),
        ("return scale *", "return -scale *"),
        ('{"a", "b", "c"}])', '{"a", "b", "d"}])'),
        ("double(x) for x", "double(x) + 1 for x"),
        ('kind = "one"', 'kind = "two"'),
        ("return 0.5", "return 0.25"),
        ("return -x", "return x"),
        ("x + step", "x - step"),
        ("return self", "return None"),
    ],
)
def test_a_change_shows(old, new):
    assert old in CODE
    assert describe(CODE) != describe(CODE.replace(old, new, 1))


def test_what_is_no_change():
    assert describe(CODE) == describe("# more\n\n" + CODE + "\n\ndef more(): pass")
    # an attribute is no variable of this name
    assert describe("predict, function = 1, 2\n" + CODE) == describe(CODE)
    lines = CODE.replace("return self", "# as it is\n        return self")
    assert describe(CODE) == describe(lines)


def test_versions_of_what_is_installed():
    found = describe_code(SVC())
    assert f"sklearn {sklearn.__version__}" in found
    assert f"python {platform.python_version()}" in found
    assert len(found) == 4  # and NumPy and SciPy


def test_the_same_in_every_process():
    program = f"{CODE}\nfrom sklearn.metrics import make_scorer\n"
    program += "from sknnadl.comparison.measuring.code_state import describe_code\n"
    run = [sys.executable, "-c", f"{program}print({USE})"]
    texts = {subprocess.check_output(run) for _ in range(2)}
    assert len(texts) == 1
    assert b"measure " in texts.pop()
