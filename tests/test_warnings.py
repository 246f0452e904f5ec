"""The settings of pytest: which warnings are errors."""

import warnings

import pytest


def test_a_warning_told_of_in_a_test_is_an_error():
    with pytest.raises(UserWarning, match="of ours"):
        warnings.warn("of ours", UserWarning, stacklevel=1)


@pytest.mark.parametrize("module", ["sknnadl.estimators.base", "tests.test_x"])
def test_a_warning_told_of_in_the_package_is_an_error(module):
    with pytest.raises(UserWarning, match="of ours"):
        warnings.warn_explicit("of ours", UserWarning, "base.py", 1, module)
