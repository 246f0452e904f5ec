"""The names of models in the page, which may be of any length."""

from __future__ import annotations

from html import escape

#: A longer one may be cut by the page's style, and has all its letters in a title.
_LONG = 60


def write_name(name: str) -> str:
    """Return a name as HTML, of which three lines are shown.

    Parameters
    ----------
    name : str
        The name of a model.

    Returns
    -------
    html : str
        An element.
    """
    title = f' title="{escape(name)}"' if len(name) > _LONG else ""
    return f'<span class="name"{title}>{escape(name)}</span>'
