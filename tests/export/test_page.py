import doctest
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "onnx.rst"


def test_the_examples_run(skl2onnx):
    failed, tried = doctest.testfile(str(PAGE), module_relative=False)
    assert tried >= 25
    assert not failed
