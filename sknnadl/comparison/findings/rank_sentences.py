"""What many data sets say of models, in sentences."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from sknnadl.comparison.findings.sentences import CHANCE, SURE, say_p
from sknnadl.significance import FriedmanTest


def say_ranks(pair: Mapping[str, Any], rope: float | None, *, share: bool) -> str:
    """Return a sentence on a pair of models.

    Parameters
    ----------
    pair : dict
        What was found, as in `DatasetPair`.
    rope : float or None
        The largest difference that does not matter.
    share : bool
        Whether the scores are shares of the rows.

    Returns
    -------
    text : str
        Which model is better, that they are practically the same, or that one cannot
        tell.
    """
    a, b = pair["a"], pair["b"]
    ranks = f"mean ranks {pair['rank_a']:.2f} and {pair['rank_b']:.2f}"
    if rope is not None and pair["p_equal"] > SURE:
        width = f"{100 * rope:g} points" if share else f"{rope:g} of {pair['scorer']}"
        chance = f"less than {width} apart with probability {pair['p_equal']:.3f}"
        return f"{a} and {b} are practically the same: {ranks}, {chance}."
    n_datasets = pair["n_better"] + pair["n_equal"] + pair["n_worse"]
    wins = (
        f"better on {pair['n_better']} and {pair['n_worse']} of {n_datasets} data sets"
    )
    what = f"{a} and {b} cannot be told apart on these data sets"
    if pair["p_corrected"] < CHANCE:
        what = f"{a} beats {b}"
    return f"{what}: {ranks}, {wins}, {say_p(pair['p_corrected'])} after correction."


def say_best(names: Sequence[str], ranks: Sequence[float], n_datasets: int) -> str:
    """Return a sentence on who has the best mean rank.

    Parameters
    ----------
    names : list of str
        The models, the best first.
    ranks : list of float
        Their mean ranks.
    n_datasets : int
        On how many data sets.

    Returns
    -------
    text : str
        The sentence.
    """
    best = [n for n, rank in zip(names, ranks, strict=True) if rank == ranks[0]]
    who = (
        f"{', '.join(best[:-1])} and {best[-1]} have" if best[1:] else f"{best[0]} has"
    )
    where = f"of {len(names)} models on {n_datasets} data sets"
    return f"{who} the best mean rank, {ranks[0]:.2f}, {where}."


def say_friedman(found: FriedmanTest) -> str:
    """Return a sentence on all models together.

    Parameters
    ----------
    found : FriedmanTest
        What Friedman's test has found.

    Returns
    -------
    text : str
        Whether the models differ.
    """
    p_value, by = found.f_p_value, "Friedman's test, by Iman and Davenport"
    if math.isnan(p_value):
        p_value, by = found.p_value, "Friedman's test"
    if math.isnan(p_value):
        return "All models are equal on each data set."
    if p_value >= CHANCE:
        return f"The models as a whole may be equally good: {by}, {say_p(p_value)}."
    return f"Not all models are equally good: {by}, {say_p(p_value)}."


def say_missing(dataset: str, model: str, why: str) -> str:
    """Return a sentence on a model without a score.

    Parameters
    ----------
    dataset : str
        The data set.
    model : str
        The model.
    why : str
        What went wrong.

    Returns
    -------
    text : str
        The sentence.
    """
    return f"{model} has no score on {dataset}, and ranks last there: {why}"


def say_too_few(n_datasets: int, n_pairs: int) -> str:
    """Return a sentence where Wilcoxon's test can tell no models apart, or nothing.

    Parameters
    ----------
    n_datasets : int
        How many data sets there are.
    n_pairs : int
        How many pairs of models.

    Returns
    -------
    text : str
        The sentence, which is empty where there are enough data sets.
    """
    least = min(1.0, n_pairs * 2.0 ** (1 - n_datasets))
    if not n_pairs or least < CHANCE:
        return ""
    return (
        f"{n_datasets} data sets are too few for Wilcoxon's test of {n_pairs} pairs: "
        f"no p-value can be below {least:.2g} after correction."
    )
