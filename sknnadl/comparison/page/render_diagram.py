"""A critical-difference diagram as inline SVG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

#: The width of the picture, and where in it the axis begins and ends.
_WIDTH, _LEFT, _RIGHT = 720, 215, 505
#: Where the axis is; how far one bar of a group is from the next, and one name.
_AXIS, _BAR, _NAME = 62, 11, 24
#: How many letters a name has at most; all of it is shown by a pointer.
_LETTERS = 22


def render_diagram(drawn: Mapping[str, Any], label: str) -> str:
    """Return the picture.

    Parameters
    ----------
    drawn : dict
        What it shows, as `JoinedReport.diagram` returns it.
    label : str
        What it is of, for who does not see it.

    Returns
    -------
    html : str
        An SVG element, which is scrolled where there is no room for it.
    """
    names, ranks = drawn["names"], drawn["ranks"]
    n_models = len(names)

    def place(rank: float) -> float:
        return _LEFT + (_RIGHT - _LEFT) * (rank - 1) / max(n_models - 1, 1)

    by_name = dict(zip(names, ranks, strict=True))
    groups = [[place(by_name[name]) for name in group] for group in drawn["groups"]]
    first = _AXIS + 14 + _BAR * len(groups) + 14  # where the first name is
    parts = [
        *_draw_axis(n_models, place),
        *_draw_difference(drawn["critical_difference"], place),
        *(_draw_group(xs, _AXIS + 14 + _BAR * i) for i, xs in enumerate(groups)),
    ]
    half = (n_models + 1) // 2
    for number, (name, rank) in enumerate(by_name.items()):
        left = number < half
        line = number if left else n_models - 1 - number
        parts.append(_draw_name(name, rank, place(rank), first + _NAME * line, left))
    height = first + _NAME * (half - 1) + 14
    lines = "\n".join(parts)
    return (
        f'<div class="scroll"><svg viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" '
        f'height="{height}" role="img" aria-label="{escape(label)}" font-size="14" '
        f'fill="none" stroke="var(--text)">\n{lines}\n</svg></div>'
    )


def _draw_axis(n_models: int, place: Any) -> list[str]:
    ticks = [
        f'<path d="M{place(rank):.1f} {_AXIS}v-6"/>'
        + _write(place(rank), _AXIS - 11, str(rank), "middle")
        for rank in range(1, n_models + 1)
    ]
    return [f'<path d="M{_LEFT} {_AXIS}H{_RIGHT}"/>', *ticks]


def _draw_difference(difference: float | None, place: Any) -> list[str]:
    """Return the bar of the critical difference, above the axis."""
    if difference is None:
        return []
    start, end = place(1), place(1 + difference)
    text = f"critical difference {difference:.2f}"
    return [
        f'<path d="M{start:.1f} 18v8m0 -4H{end:.1f}m0 -4v8" stroke="var(--soft)"/>',
        _write(start, 12, text, "start"),
    ]


def _draw_group(xs: Sequence[float], y: float) -> str:
    """Return a bar from the first of a group to its last, with a dot for each."""
    bar = f'<path d="M{xs[0]:.1f} {y}H{xs[-1]:.1f}" stroke-width="4"/>'
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y}" r="4" stroke="none"/>' for x in xs)
    return f'<g stroke="var(--mark)" fill="var(--mark)">{bar}{dots}</g>'


def _draw_name(name: str, rank: float, x: float, y: float, left: bool) -> str:
    """Return a name with its mean rank, and the line from the axis to it."""
    end = _LEFT - 12 if left else _RIGHT + 12
    short = name if len(name) <= _LETTERS else name[: _LETTERS - 1] + "\u2026"
    text = f"{short} {rank:.2f}" if left else f"{rank:.2f} {short}"
    words = _write(
        end - 5 if left else end + 5, y + 5, text, "end" if left else "start"
    )
    title = f"<title>{escape(name)}: {rank:.2f}</title>"
    return f'<g>{title}<path d="M{x:.1f} {_AXIS}V{y}H{end}"/>{words}</g>'


def _write(x: float, y: float, text: str, anchor: str) -> str:
    return (
        f'<text x="{x:.1f}" y="{y}" text-anchor="{anchor}" fill="var(--text)" '
        f'stroke="none">{escape(text)}</text>'
    )
