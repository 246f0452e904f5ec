"""A report as one HTML file that needs nothing else: it fetches nothing."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from sknnadl.comparison.page.page_style import SCRIPT, STYLE


def render_page(title: str, sections: Iterable[str]) -> str:
    """Return a page.

    Parameters
    ----------
    title : str
        What the page is about.
    sections : iterable of str
        HTML, of which empty ones are left out.

    Returns
    -------
    text : str
        A whole HTML document.
    """
    title = escape(title)
    content = "\n".join(filter(None, sections))
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="data:,">
<style>{STYLE}</style>
</head>
<body>
<main>
<h1>{title}</h1>
{content}
</main>
<script>{SCRIPT}</script>
</body>
</html>
"""
