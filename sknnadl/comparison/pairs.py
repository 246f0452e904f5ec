"""Two models at a time: which is better, and can one tell."""

from itertools import combinations

from sknnadl.comparison.mistakes import find_correct
from sknnadl.comparison.results import write_score
from sknnadl.significance import corrected_t_test, holm, mcnemar_test

#: A difference is told from chance where its corrected p-value is below this.
_LEVEL = 0.05


def compare_pairs(results, scorer, targets):
    """Compare each pair of models that did not fail.

    On folds the scores are compared, by the corrected resampled t-test; on one test
    set of a classification the predictions, by the mid-p McNemar test. The p-values of
    all pairs are corrected by Holm's method.

    Parameters
    ----------
    results : list of ModelResult
        The models.
    scorer : str
        The score to compare.
    targets : list of array-like
        The targets of the test rows, for each split.

    Returns
    -------
    pairs : list of dict
        For each pair ``a`` and ``b``, the better one first, ``difference`` with the
        bounds ``low`` and ``high`` of its 95% interval, ``p_value``,
        ``p_corrected``, and a ``text`` that says it in words.

    Raises
    ------
    ValueError
        If there is one test set, and the score is no accuracy or rows have weights.
    """
    sound = [result for result in results if not result.error]
    if not can_compare(sound, scorer, targets):
        raise ValueError(
            "On one test set only the accuracy of rows without weights can be compared,"
            f" not {scorer!r}: give cv to compare it on folds."
        )
    pairs = []
    for a, b in combinations(sound, 2):
        if a.scores[scorer].mean < b.scores[scorer].mean:
            a, b = b, a
        found = _test(a, b, scorer, targets)
        pair = {"a": a.name, "b": b.name, "scorer": scorer}
        pair |= {"difference": found.difference, "low": found.low, "high": found.high}
        pairs.append(pair | {"p_value": found.p_value})
    corrected = holm([pair["p_value"] for pair in pairs])
    for pair, p_value in zip(pairs, corrected, strict=True):
        pair["p_corrected"] = float(p_value)
        pair["text"] = _say(pair)
    return pairs


def can_compare(results, scorer, targets):
    """Return whether a score can be compared: on folds, or with a Wilson interval.

    Parameters
    ----------
    results : list of ModelResult
        The models that did not fail.
    scorer : str
        The score.
    targets : list of array-like
        The targets of the test rows, for each split.

    Returns
    -------
    can : bool
        Whether `compare_pairs` can.
    """
    if len(targets) > 1:
        return True
    return all(result.scores[scorer].low is not None for result in results)


def _test(a, b, scorer, targets):
    if len(targets) > 1:
        values = a.scores[scorer].values, b.scores[scorer].values
        return corrected_t_test(*values, a.n_train, a.n_test)
    return mcnemar_test(*(find_correct(r.predictions[0], targets[0]) for r in (a, b)))


def _say(pair):
    """Return the comparison as a sentence."""
    in_percent = write_score(pair["scorer"], 0.0).endswith("%")
    difference, low, high = (
        f"{100 * pair[key]:.2f}" if in_percent else f"{pair[key]:.4f}"
        for key in ("difference", "low", "high")
    )
    difference += " points" if in_percent else f" of {pair['scorer']}"
    p_value = pair["p_corrected"]
    chance = "p < 0.001" if p_value < 0.001 else f"p = {p_value:.2g}"
    how = f"95% interval {low} to {high}, {chance} after correction"
    if p_value < _LEVEL:
        return f"{pair['a']} beats {pair['b']}: +{difference}, {how}."
    return (
        f"{pair['a']} and {pair['b']} cannot be told apart on this data: "
        f"+{difference}, {how}."
    )
