"""The level of all intervals."""

import pytest

from sknnadl.significance import mcnemar_test, mean_interval


def test_level_is_checked():
    with pytest.raises(ValueError, match="level must be between 0 and 1, got 1"):
        mcnemar_test([True], [True], level=1)
    with pytest.raises(ValueError, match="level must be between 0 and 1, got 0"):
        mean_interval([1, 2], 9, 1, level=0)
