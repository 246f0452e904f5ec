"""Comparisons of any scikit-learn estimators; users import them from `sknnadl.reports`.

A file imports only from those before it: how rows are divided (`splits`), what one fit
measures (`evaluation`), all fits of a model together (`results`), what is asked of
them, the report that holds all of it, and `compare`, which makes the report.
"""
