"""Comparisons of any scikit-learn estimators."""

from sknnadl.reports.comparison import compare
from sknnadl.reports.report import ComparisonReport

__all__ = ["ComparisonReport", "compare"]
