"""A report as a page: one file of HTML."""
