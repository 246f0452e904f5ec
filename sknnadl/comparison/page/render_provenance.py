"""The page's section on how a comparison was made: parameters, versions, machine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from html import escape

from sknnadl.comparison.findings.results import ModelResult

#: What the entries of the provenance are called.
_WORDS = {
    "made": "Made",
    "cv": "Rows divided by",
    "random_state": "Seed of the division",
    "versions": "Versions",
    "processor": "Processor",
}


def render_provenance(
    provenance: Mapping[str, str],
    parameters: Mapping[str, str],
    results: Sequence[ModelResult],
) -> str:
    """Return a section on how a comparison was made.

    Parameters
    ----------
    provenance : dict of str to str
        As from `find_provenance`.
    parameters : dict of str to str
        As from `describe_parameters`.
    results : list of ModelResult
        The results, in the order of the page.

    Returns
    -------
    html : str
        A heading, each model as it is written, and a list.
    """
    items = "".join(
        f"<dt>{_WORDS.get(key, key)}</dt><dd>{escape(value)}</dd>\n"
        for key, value in provenance.items()
    )
    models = [
        f"<h3>{escape(one.name)}</h3>\n<pre>{escape(parameters[one.name])}</pre>"
        + _say_choices(one)
        for one in results
    ]
    return "\n".join(["<h2>How it was made</h2>", f"<dl>\n{items}</dl>", *models])


def _say_choices(result: ModelResult) -> str:
    """Return why a model failed, or what a search has chosen on how many splits."""
    if result.error:
        return f'\n<p class="bad">{escape(result.error)}</p>'
    chosen = result.measured.get("best_params") or []
    counts = Counter(
        ", ".join(f"{name}={value}" for name, value in one.items()) for one in chosen
    )
    if not counts:
        return ""
    told = [
        text if len(chosen) == 1 else f"{text} (on {count} of {len(chosen)} splits)"
        for text, count in counts.most_common()
    ]
    return f"\n<p>Chosen: {escape('; '.join(told))}.</p>"
