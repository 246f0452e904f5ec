"""What was measured of a model on all splits, and how it is written."""

import statistics
from dataclasses import dataclass, field

from sknnadl.significance import mean_interval, wilson_interval

#: The columns of a table of results after those of the scores.
_COSTS = "fit, s", "predict, us/row", "size, kB", "parameters"
#: Scores that are parts of the rows, and are written in percent.
_PARTS = "accuracy", "balanced_accuracy", "top_k_accuracy"
#: What a cell of text is cut to; the JSON has errors in full.
_WIDTH = 60


@dataclass(frozen=True)
class Score:
    """A score on all splits.

    Parameters
    ----------
    values : list of float
        The score on each split.
    mean : float
        Their mean.
    low, high : float or None
        The bounds of a 95% interval for it, where there is one.
    """

    values: list
    mean: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class ModelResult:
    """What was measured of one model; where it failed, its error alone.

    Parameters
    ----------
    name : str
        The name that the model was given.
    scores : dict of str to Score
        The scores, by name.
    fit_seconds : float or None
        The time to fit, the median of the splits.
    predict_microseconds : float or None
        The time to predict a test row, when all are predicted at once.
    size_bytes : float or None
        The size of the pickled model, where it can be pickled.
    n_parameters : int or None
        The numbers learned, where the model shows them.
    best_params : list of dict, default=[]
        What a search has chosen, on each split.
    search_seconds : float or None
        What the search cost beside the fit of what it chose.
    error : str or None
        Why it failed.
    predictions : list of list, default=[]
        The predictions for the test rows of each split.
    n_train, n_test : list of int, default=[]
        The numbers of rows of each split.
    """

    name: str
    scores: dict = field(default_factory=dict)
    fit_seconds: float | None = None
    predict_microseconds: float | None = None
    size_bytes: float | None = None
    n_parameters: int | None = None
    best_params: list = field(default_factory=list)
    search_seconds: float | None = None
    error: str | None = None
    predictions: list = field(default_factory=list)
    n_train: list = field(default_factory=list)
    n_test: list = field(default_factory=list)

    def row(self, scorers):
        """Return the result as a flat dict of plain values, without predictions."""
        row = {"name": self.name}
        for name in scorers:
            score = self.scores.get(name, Score([], None))
            row |= {name: score.mean, f"{name}_low": score.low}
            row |= {f"{name}_high": score.high, f"{name}_values": score.values}
        for name in ("fit_seconds", "predict_microseconds", "size_bytes"):
            row[name] = getattr(self, name)
        for name in ("n_parameters", "best_params", "search_seconds", "error"):
            row[name] = getattr(self, name)
        return row


def merge(name, splits, scorers, weighted):
    """Put the results of a model on all splits together.

    Parameters
    ----------
    name : str
        The model's name.
    splits : list of dict
        What `evaluate` returned for each split.
    scorers : iterable of str
        The names of the scores.
    weighted : bool
        Whether rows were weighted, so that there is no interval on a single split.

    Returns
    -------
    result : ModelResult
        Medians and means; or the first error.
    """
    for number, split in enumerate(splits, start=1):
        if "error" in split:
            where = f" (fold {number})" if len(splits) > 1 else ""
            return ModelResult(name, error=split["error"] + where)

    def all_of(key):
        return [split[key] for split in splits if split.get(key) is not None]

    def median(key):
        return statistics.median(all_of(key)) if all_of(key) else None

    n_parameters = all_of("n_parameters")
    return ModelResult(
        name,
        {one: _merge_scores(one, splits, weighted) for one in scorers},
        median("fit_seconds"),
        median("predict_microseconds"),
        median("size_bytes"),
        n_parameters[0] if n_parameters else None,
        all_of("best_params"),
        median("search_seconds"),
        None,
        all_of("predictions"),
        all_of("n_train"),
        all_of("n_test"),
    )


def _merge_scores(name, splits, weighted):
    values = [split["scores"][name] for split in splits]
    mean = statistics.fmean(values)
    n_train, n_test = (
        [split[key] for split in splits] for key in ("n_train", "n_test")
    )
    if len(splits) > 1:
        low, high = mean_interval(values, n_train, n_test)
        if name in _PARTS:
            low, high = max(low, 0.0), min(high, 1.0)
        return Score(values, mean, low, high)
    if name == "accuracy" and not weighted:
        n_rows = n_test[0]
        return Score(values, mean, *wilson_interval(round(mean * n_rows), n_rows))
    return Score(values, mean)


def make_header(scorers):
    """Return the columns of a table of results."""
    columns = [column for name in scorers for column in (name, "95% interval")]
    return "model", *columns, *_COSTS


def make_cells(result, scorers):
    """Return the cells of a result, under `make_header`.

    Parameters
    ----------
    result : ModelResult
        What was measured.
    scorers : iterable of str
        The names of the scores.

    Returns
    -------
    cells : list of str
        A cell a column.
    """
    if result.error:
        empty = len(make_header(scorers)) - 2
        return [_line(result.name), f"failed: {_line(result.error)}", *[""] * empty]
    cells = [_line(result.name)]
    for name in scorers:
        score = result.scores[name]
        cells.append(write_score(name, score.mean))
        known = score.low is not None
        bounds = [
            write_score(name, bound) for bound in (score.low, score.high) if known
        ]
        cells.append(" to ".join(bounds))
    return [
        *cells,
        f"{result.fit_seconds:.3g}",
        f"{result.predict_microseconds:.3g}",
        "" if result.size_bytes is None else f"{result.size_bytes / 1000:,.3g}",
        "" if result.n_parameters is None else f"{result.n_parameters:,}",
    ]


def write_score(name, value):
    """Return a score as text: in percent where it is a part of the rows."""
    return f"{value:.2%}" if name in _PARTS else f"{value:.4f}"


def summarize(result):
    """Return a line on a result.

    Parameters
    ----------
    result : ModelResult
        What was measured.

    Returns
    -------
    text : str
        The first score and the time to fit, or the error.
    """
    if result.error:
        return f"failed: {_line(result.error)}"
    name, score = next(iter(result.scores.items()))
    text = write_score(name, score.mean)
    text = text if name == "accuracy" else f"{name} {text}"
    return f"{text}, fitted in {result.fit_seconds:.1f} s"


def _line(text):
    """Return the beginning of a text, as one line."""
    first = " ".join(text.split())
    return first if len(first) <= _WIDTH else first[: _WIDTH - 3] + "..."
