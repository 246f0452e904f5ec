"""Intervals for scores, and tests of which of two models is better.

They take numbers, whatever these were measured of, and import nothing else of the
package.
"""

from sknnadl.significance.folds import corrected_t_test, mean_interval
from sknnadl.significance.mcnemar import mcnemar_test
from sknnadl.significance.multiple_testing import holm
from sknnadl.significance.paired_difference import PairedDifference
from sknnadl.significance.proportions import wilson_interval

__all__ = [
    "PairedDifference",
    "corrected_t_test",
    "holm",
    "mcnemar_test",
    "mean_interval",
    "wilson_interval",
]
