"""Comparisons of any scikit-learn estimators; users import them from `sknnadl.reports`.

`splits` has the rows, `columns` what is measured of a fitted model, `evaluation` one
fit and `results` all fits of a model together. `report` holds the results and answers
questions about them, `report_formats` writes them, and `compare` goes from estimators
to a report. Of what a page shows, `data_summary`, `provenance`, `class_scores`,
`rank_curves`, `reliability` and `mistakes` find the numbers, and each file called
`render_...` makes a section of them.
"""
