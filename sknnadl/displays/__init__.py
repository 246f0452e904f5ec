"""Displays, in the form of scikit-learn's.

Users import them from `sknnadl.inspection` and `sknnadl.reports`.
"""
