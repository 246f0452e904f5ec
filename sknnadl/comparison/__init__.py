"""Comparisons of any scikit-learn estimators; users import them from `sknnadl.reports`.

`compare` goes from estimators to a report: `measuring` fits and measures them,
`findings` says what is found of it, and `page` writes it as HTML. `report` holds the
results and answers questions about them, and `report_formats` writes them. Of many data
sets, `many_datasets` makes a report of each and `joined` ranks the models.
"""
