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
from sknnadl.significance.groups import find_groups
from sknnadl.significance.mcnemar import mcnemar_test
from sknnadl.significance.multiple_testing import holm
from sknnadl.significance.paired_difference import PairedDifference
from sknnadl.significance.proportions import (
    difference_variance,
    hit_variance,
    wilson_interval,
)
from sknnadl.significance.ranks import (
    FriedmanTest,
    critical_difference,
    friedman_test,
    nemenyi_test,
    rank_models,
)
from sknnadl.significance.signed_ranks import (
    SignedRanks,
    bayesian_signed_rank_test,
    wilcoxon_test,
)

__all__ = [
    "Equivalence",
    "FriedmanTest",
    "PairedDifference",
    "Resampled",
    "SignedRanks",
    "bayesian_signed_rank_test",
    "bayesian_t_test",
    "bca_interval",
    "bootstrap_test",
    "corrected_t_test",
    "critical_difference",
    "difference_variance",
    "find_groups",
    "friedman_test",
    "hit_variance",
    "holm",
    "mcnemar_test",
    "mean_interval",
    "nemenyi_test",
    "rank_models",
    "resample",
    "wilcoxon_test",
    "wilson_interval",
]
