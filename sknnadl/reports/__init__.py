"""Comparisons of any scikit-learn estimators, and displays of what they say."""

from sknnadl.reports.comparison import compare
from sknnadl.reports.comparison_display import ComparisonDisplay
from sknnadl.reports.displays import MisclassifiedDisplay
from sknnadl.reports.report import ComparisonReport

__all__ = ["ComparisonDisplay", "ComparisonReport", "MisclassifiedDisplay", "compare"]
