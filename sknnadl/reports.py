"""Comparisons of any scikit-learn estimators, and displays of what they say."""

from sknnadl.comparison.compare import compare
from sknnadl.comparison.joined import JoinedReport
from sknnadl.comparison.many_datasets import join_reports
from sknnadl.comparison.report import ComparisonReport
from sknnadl.displays.critical_difference import CriticalDifferenceDisplay
from sknnadl.displays.misclassified import MisclassifiedDisplay
from sknnadl.displays.score_intervals import ComparisonDisplay

__all__ = [
    "ComparisonDisplay",
    "ComparisonReport",
    "CriticalDifferenceDisplay",
    "JoinedReport",
    "MisclassifiedDisplay",
    "compare",
    "join_reports",
]
