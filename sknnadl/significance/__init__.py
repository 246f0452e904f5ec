"""Intervals for scores, and tests of which of two models is better.

They take numbers, whatever these were measured of, and import nothing else of the
package.
"""

from sknnadl.significance.bootstrap import (
    Resampled,
    bca_interval,
    bootstrap_test,
    resample,
)
from sknnadl.significance.equivalence import Equivalence, bayesian_t_test
from sknnadl.significance.folds import corrected_t_test, mean_interval
from sknnadl.significance.mcnemar import mcnemar_test
from sknnadl.significance.multiple_testing import holm
from sknnadl.significance.paired_difference import PairedDifference
from sknnadl.significance.proportions import (
    difference_variance,
    hit_variance,
    wilson_interval,
)

__all__ = [
    "Equivalence",
    "PairedDifference",
    "Resampled",
    "bayesian_t_test",
    "bca_interval",
    "bootstrap_test",
    "corrected_t_test",
    "difference_variance",
    "hit_variance",
    "holm",
    "mcnemar_test",
    "mean_interval",
    "resample",
    "wilson_interval",
]
