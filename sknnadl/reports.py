"""Comparisons of any scikit-learn estimators, and displays of what they say."""

from sknnadl.comparison.compare import compare
from sknnadl.comparison.report import ComparisonReport
from sknnadl.displays.misclassified import MisclassifiedDisplay
from sknnadl.displays.score_intervals import ComparisonDisplay

__all__ = ["ComparisonDisplay", "ComparisonReport", "MisclassifiedDisplay", "compare"]
