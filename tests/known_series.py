"""The series of scikit-learn whose checks, failures and arguments the tests know."""

import pytest
import sklearn

KNOWN_SERIES = sklearn.__version__.startswith("1.9.")

#: What a later series adds or changes is no failure of a first test run, and becomes
#: one as soon as that series is named above.
beside_a_known_series = pytest.mark.xfail(
    not KNOWN_SERIES, strict=False, reason="a scikit-learn newer than those known here"
)
