"""The series of scikit-learn whose checks, failures and arguments the tests know."""

import sklearn

KNOWN_SERIES = sklearn.__version__.startswith("1.9.")
