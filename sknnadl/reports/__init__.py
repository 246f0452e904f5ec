"""Comparisons of any scikit-learn estimators, and displays of what they say."""

from sknnadl.reports.comparison import compare
from sknnadl.reports.displays import MisclassifiedDisplay
from sknnadl.reports.report import ComparisonReport

__all__ = ["ComparisonReport", "MisclassifiedDisplay", "compare"]
