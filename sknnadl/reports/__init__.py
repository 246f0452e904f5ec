"""Comparisons of any scikit-learn estimators."""

from sknnadl.reports.comparison import ComparisonReport, compare

__all__ = ["ComparisonReport", "compare"]
