"""Choosing arguments: pruned searches with Optuna, and the book's test of rates.

Users import from `sknnadl.callbacks` and `sknnadl.model_selection`.
"""
