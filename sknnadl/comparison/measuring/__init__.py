"""Models fitted and measured on the same rows, within their time."""
