"""What is measured of a model, and how it is written."""

from dataclasses import dataclass

#: The columns of a table of results.
HEADER = (
    "model",
    "accuracy",
    "95% interval",
    "fit, s",
    "predict, us/row",
    "parameters",
)
#: What a cell of text is cut to; the JSON has errors in full.
_WIDTH = 60


@dataclass(frozen=True)
class ModelResult:
    """What was measured of one model; where it failed, its error alone.

    Parameters
    ----------
    name : str
        The name that the model was given.
    n_correct : int or None
        Test rows that it classified rightly.
    accuracy, accuracy_low, accuracy_high : float or None
        The part of the test rows that it classified rightly, with the bounds of
        Wilson's 95% interval.
    fit_seconds : float or None
        The time to fit.
    predict_microseconds : float or None
        The time to predict a test row, when all are predicted at once.
    n_parameters : int or None
        The numbers learned, where the model shows them.
    error : str or None
        Why it failed.
    """

    name: str
    n_correct: int | None = None
    accuracy: float | None = None
    accuracy_low: float | None = None
    accuracy_high: float | None = None
    fit_seconds: float | None = None
    predict_microseconds: float | None = None
    n_parameters: int | None = None
    error: str | None = None


def make_cells(result):
    """Return the cells of a result, under `HEADER`.

    Parameters
    ----------
    result : ModelResult
        What was measured.

    Returns
    -------
    cells : list of str
        A cell a column.
    """
    if result.error:
        return [_line(result.name), f"failed: {_line(result.error)}", "", "", "", ""]
    return [
        _line(result.name),
        f"{result.accuracy:.2%}",
        f"{result.accuracy_low:.2%} to {result.accuracy_high:.2%}",
        f"{result.fit_seconds:.3g}",
        f"{result.predict_microseconds:.3g}",
        "" if result.n_parameters is None else f"{result.n_parameters:,}",
    ]


def summarize(result):
    """Return a line on a result.

    Parameters
    ----------
    result : ModelResult
        What was measured.

    Returns
    -------
    text : str
        The accuracy and the time to fit, or the error.
    """
    if result.error:
        return f"failed: {_line(result.error)}"
    return f"{result.accuracy:.2%}, fitted in {result.fit_seconds:.1f} s"


def _line(text):
    """Return the beginning of a text, as one line."""
    first = " ".join(text.split())
    return first if len(first) <= _WIDTH else first[: _WIDTH - 3] + "..."
