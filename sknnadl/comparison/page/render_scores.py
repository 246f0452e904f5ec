"""The picture of a score in the page: a mark a model, on the band of its interval."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from html import escape

from sknnadl.comparison.findings.cells import write_score
from sknnadl.comparison.findings.results import ModelResult, Score, without_failures
from sknnadl.comparison.page.render_names import write_name
from sknnadl.comparison.page.ticks import find_ticks, write_ticks

#: The axis is as long as the better half of the models needs; and where others do not
#: fit, no longer than this many intervals.
_MOST_INTERVALS = 12


def render_scores(results: Sequence[ModelResult], scorer: str) -> str:
    """Return a section on a score of all models.

    The axis shows the better half of the models, and others as far as intervals are
    still to be seen; a model below has an arrow at its beginning.

    Parameters
    ----------
    results : list of ModelResult
        The models, in the order of the page.
    scorer : str
        The score.

    Returns
    -------
    html : str
        A heading and a picture.
    """
    head = f"<h2>{escape(scorer)}</h2>\n"
    scores = {r.name: r.scores[scorer] for r in without_failures(results, scorer)}
    if not scores:
        return f'{head}<p class="soft">No model has this score.</p>'
    low, high = find_ends(list(scores.values()))
    margin = 0.03 * (high - low) or abs(low) * 0.01 or 0.01
    low, high = low - margin, high + margin

    def place(value: float) -> float:
        return 100 * (value - low) / (high - low)

    ticks = find_ticks(low, high)
    lines = "".join(f'<u style="left:{place(tick):.2f}%"></u>' for tick in ticks)
    rows = [_draw_score(name, score, place, lines) for name, score in scores.items()]
    share = next(iter(scores.values())).is_share
    numbers = "".join(
        f'<span style="left:{place(tick):.2f}%">{text}</span>'
        for tick, text in zip(ticks, write_ticks(ticks, percent=share), strict=True)
    )
    axis = '<span class="name"></span><div class="ticks">'
    rows.append(f'<div class="score">{axis}{numbers}</div></div>')
    label = escape(f"{scorer} of each model, with its 95% interval; see the table")
    picture = f'<div role="img" aria-label="{label}">\n{chr(10).join(rows)}\n</div>'
    beyond = any(score.mean < low for score in scores.values())
    below = " An arrow is a model that is further to the left." if beyond else ""
    has_band = any(score.low is not None for score in scores.values())
    band = "A line is a score" + (", the band its 95% interval." if has_band else ".")
    return f'{head}{picture}\n<p class="soft">{band}{below}</p>'


def find_ends(scores: Sequence[Score]) -> tuple[float, float]:
    """Return the ends of an axis for scores.

    Parameters
    ----------
    scores : list of Score
        The scores, none of them nan.

    Returns
    -------
    low, high : float
        Where the lowest and the highest interval end that are shown.
    """
    ordered = sorted(scores, key=lambda score: -score.mean)
    high = max(_bounds(score)[1] for score in scores)
    widths = [up - down for down, up in map(_bounds, scores) if up > down]
    half = ordered[: (len(ordered) + 1) // 2]
    limit = min(_bounds(score)[0] for score in half)
    if widths:
        limit = min(limit, high - _MOST_INTERVALS * statistics.median(widths))
    else:
        limit = ordered[-1].mean
    return min(_bounds(s)[0] for s in scores if s.mean >= limit), high


def _bounds(score: Score) -> tuple[float, float]:
    """Return the ends of an interval; where there is none the score itself."""
    if score.low is None or score.high is None:
        return score.mean, score.mean
    return score.low, score.high


def _draw_score(
    name: str, score: Score, place: Callable[[float], float], lines: str
) -> str:
    mark = lines
    if place(score.mean) < 0:
        mark += '<b class="beyond">\N{BLACK LEFT-POINTING TRIANGLE}</b>'
    else:
        if score.low is not None and score.high is not None:
            left, right = max(place(score.low), 0), place(score.high)
            mark += f'<i style="left:{left:.2f}%;width:{right - left:.2f}%"></i>'
        mark += f'<b style="left:{place(score.mean):.2f}%"></b>'
    return (
        f'<div class="score">{write_name(name)}'
        f'<div class="track">{mark}</div>'
        f'<span class="value">{write_score(score, score.mean)}</span></div>'
    )
