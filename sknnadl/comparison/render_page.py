"""A report as one HTML file that needs nothing else: no network, no script."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape

from sknnadl.comparison.cells import make_cells, make_header
from sknnadl.comparison.results import ModelResult, Score, without_failures

#: Light and dark by the reader's setting; tables scroll inside the page, not it.
STYLE = """
:root { color-scheme: light dark; --text: #1c1e21; --soft: #5f6570; --line: #d9dce1;
  --back: #ffffff; --mark: #0b63b6; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --text: #e6e7ea; --soft: #a3a9b4;
  --line: #3a3f47; --back: #16181c; --mark: #6db3f2; --bad: #ff8a80; } }
body { margin: 0; background: var(--back); color: var(--text);
  font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 72rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
h1 { font-size: 1.5rem; line-height: 1.2; margin: 0 0 .3rem; }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
p { margin: .3rem 0; } .soft { color: var(--soft); } .bad { color: var(--bad); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .35rem .7rem; text-align: right; white-space: nowrap;
  border-bottom: 1px solid var(--line); }
th:first-child, td:first-child { text-align: left; padding-left: 0; }
td.bad { text-align: left; white-space: normal; }
th { color: var(--soft); font-weight: 600; font-size: .85rem; }
.scores > div { display: grid; grid-template-columns: min(13rem, 38%) 1fr;
  gap: .8rem; align-items: center; margin: .35rem 0; overflow-wrap: anywhere; }
.track { position: relative; height: 1.2rem; margin-right: 1rem;
  border-bottom: 1px solid var(--line); }
.track i { position: absolute; top: .5rem; height: 3px; background: var(--mark); }
.track b { position: absolute; top: calc(.5rem - 4px); width: 11px; height: 11px;
  margin-left: -5.5px; border-radius: 50%; background: var(--mark); }
.ends { display: flex; justify-content: space-between; margin-right: 1rem;
  font-size: .85rem; color: var(--soft); }
.confusion { margin: .6rem 0; font-size: .85rem; }
.images { display: flex; flex-wrap: wrap; gap: .7rem; margin: .6rem 0; }
figure { margin: 0; text-align: center; font-size: .8rem; color: var(--soft); }
figure img { width: 4rem; image-rendering: pixelated; border: 1px solid var(--line); }
details { margin: .4rem 0; }
ul { padding-left: 1.2rem; } li { margin: .3rem 0; } summary { cursor: pointer; }
"""


def render_page(
    results: Sequence[ModelResult],
    scorers: Sequence[str],
    rows: str,
    sentences: Sequence[str],
    mistakes: Sequence[str] = (),
) -> str:
    """Return a page on a comparison.

    Parameters
    ----------
    results : list of ModelResult
        The models.
    scorers : list of str
        The names of the scores.
    rows : str
        A line on the rows that were used.
    sentences : list of str
        What is said of pairs of models.
    mistakes : sequence of str, default=()
        HTML on what each classifier gets wrong, as from `render_mistakes`.

    Returns
    -------
    text : str
        A whole HTML document.
    """
    pictures = [
        f"<h2>{escape(name)}</h2>\n{_draw_scores(results, name)}" for name in scorers
    ]
    title = f"Comparison of {len(results)} model{'s' if len(results) > 1 else ''}"
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
<p class="soft">{escape(rows)}</p>
{_make_table(results, scorers)}
{"".join(pictures)}
{_list_pairs(sentences)}
{_list_mistakes(mistakes)}
</main>
</body>
</html>
"""


def _make_table(results: Sequence[ModelResult], scorers: Sequence[str]) -> str:
    head = "".join(f'<th scope="col">{escape(c)}</th>' for c in make_header(scorers))
    lines = []
    for result in results:
        name, *cells = make_cells(result, scorers)
        line = f"<td>{escape(name)}</td>"
        if result.error:
            span = len(cells)
            line += f'<td class="bad" colspan="{span}">{escape(cells[0])}</td>'
        else:
            line += "".join(f"<td>{escape(cell)}</td>" for cell in cells)
        lines.append(f"<tr>{line}</tr>")
    return (
        f'<div class="scroll">\n<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n'
        + "\n".join(lines)
        + "\n</tbody>\n</table>\n</div>"
    )


def _draw_scores(results: Sequence[ModelResult], scorer: str) -> str:
    """Return a picture: a dot a model, on a line that is its interval."""
    scores = {r.name: r.scores[scorer] for r in without_failures(results, scorer)}
    if not scores:
        return '<p class="soft">No model has this score.</p>'
    ends = [
        value
        for score in scores.values()
        for value in (score.mean, score.low, score.high)
        if value is not None
    ]
    low, high = min(ends), max(ends)

    def place(value: float) -> float:
        return 100 * (value - low) / (high - low or 1)

    lines = "\n".join(_draw_score(name, scores[name], place) for name in scores)
    label = escape(f"{scorer} of each model, with its 95% interval")
    numbers = f"<span>{low:.4g}</span><span>{high:.4g}</span>"
    return (
        f'<div class="scores" role="img" aria-label="{label}">\n{lines}\n'
        f'<div><span></span><div class="ends">{numbers}</div></div>\n</div>\n'
    )


def _draw_score(name: str, score: Score, place: Callable[[float], float]) -> str:
    bar = ""
    if score.low is not None and score.high is not None:
        left, right = place(score.low), place(score.high)
        bar = f'<i style="left: {left:.2f}%; width: {right - left:.2f}%"></i>'
    dot = f'<b style="left: {place(score.mean):.2f}%"></b>'
    return (
        f'<div title="{score.mean:.4f}"><span>{escape(name)}</span>'
        f'<div class="track">{bar}{dot}</div></div>'
    )


def _list_mistakes(mistakes: Sequence[str]) -> str:
    return "\n".join(["<h2>What they get wrong</h2>", *mistakes]) if mistakes else ""


def _list_pairs(sentences: Sequence[str]) -> str:
    """Return a list, behind a line to click on where it is long."""
    if not sentences:
        return ""
    items = "\n".join(f"<li>{escape(sentence)}</li>" for sentence in sentences)
    pairs = f"<ul>\n{items}\n</ul>"
    if len(sentences) > 10:
        summary = f"<summary>{len(sentences)} pairs of models</summary>"
        pairs = f"<details>{summary}\n{pairs}\n</details>"
    return f"<h2>Two at a time</h2>\n{pairs}"
