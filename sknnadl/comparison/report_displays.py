"""What a report finds of a model, as scikit-learn's own displays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, get_args

from sklearn.calibration import CalibrationDisplay
from sklearn.metrics import (
    ConfusionMatrixDisplay,
    PrecisionRecallDisplay,
    PredictionErrorDisplay,
    RocCurveDisplay,
)

from sknnadl.comparison.findings.mistakes import count_confusions, join, share_rows
from sknnadl.comparison.findings.rank_curves import find_curve
from sknnadl.comparison.findings.reliability import find_reliability
from sknnadl.comparison.findings.results import ModelResult, find_result
from sknnadl.comparison.measuring.kinds import predicts_classes
from sknnadl.comparison.measuring.splits import Split

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: What a report can draw of a classifier, and of a regressor.
_OfClassifier = Literal["roc", "precision_recall", "calibration", "confusion_matrix"]
_OfRegressor = Literal["residual_vs_predicted", "actual_vs_predicted"]


class OffersDisplays:
    """Mixin of the displays of a `ComparisonReport`, which has these attributes."""

    results: Sequence[ModelResult]
    models: Mapping[str, Any]
    splits: Sequence[Split]

    def display(
        self,
        kind: _OfClassifier | _OfRegressor,
        name: str,
        *,
        label: Any = None,
        ax: Axes | None = None,
    ) -> Any:
        """Draw what was found of a model, by the display that scikit-learn has for it.

        All is drawn of the test rows: of folds of all of them together, but for the
        first two kinds, which are the mean of the folds' curves. More than two classes
        have the mean of the curves of each against the rest, and the calibration of
        the class that is the most probable.

        Parameters
        ----------
        kind : {"roc", "precision_recall", "calibration", "confusion_matrix", \
                "residual_vs_predicted", "actual_vs_predicted"}
            What to draw: the first four of a classifier, the last two of a regressor.
            The confusion matrix has the share of each row of it.
        name : str
            The model's name.
        label : object, default=None
            The class whose ROC or precision-recall curve is drawn; by default the
            second of two, or the mean over more.
        ax : Axes, default=None
            Where to draw, which may be the ``ax_`` of another display; by default in a
            new figure.

        Returns
        -------
        display : RocCurveDisplay, PrecisionRecallDisplay, CalibrationDisplay, \
                ConfusionMatrixDisplay or PredictionErrorDisplay
            The display, drawn.

        Raises
        ------
        ValueError
            If there is no such kind, model or class, if the model failed or is of the
            other sort, or if it was not kept what is needed.
        ImportError
            If matplotlib is not installed.

        Examples
        --------
        >>> from sklearn.datasets import load_iris
        >>> from sklearn.naive_bayes import GaussianNB
        >>> from sklearn.svm import SVC
        >>> from sknnadl import compare
        >>> models = {"SVM": SVC(), "Bayes": GaussianNB()}
        >>> report = compare(models, *load_iris(return_X_y=True), cv=5)
        >>> display = report.display("roc", "SVM")
        >>> display = report.display("roc", "Bayes", ax=display.ax_)
        >>> type(display).__name__, round(display.roc_auc, 2)
        ('RocCurveDisplay', 0.99)
        """
        result = find_result(self.results, name)
        of_classes = predicts_classes(self.models[name])
        known = get_args(_OfClassifier if of_classes else _OfRegressor)
        if kind not in known:
            what = "classifier" if of_classes else "regressor"
            raise ValueError(f"kind must be one of {known} of a {what}, got {kind!r}.")
        if label is not None and kind not in ("roc", "precision_recall"):
            raise ValueError(f"label is for curves of a class, not for {kind!r}.")
        display = _make(result, self.splits, kind, label)
        how: dict[str, Any] = {"kind": kind} if kind in get_args(_OfRegressor) else {}
        if kind == "confusion_matrix":
            how = {"values_format": ".2f"}
        return display.plot(ax=ax, **how)


def _make(
    result: ModelResult,
    splits: Sequence[Split],
    kind: _OfClassifier | _OfRegressor,
    label: Any,
) -> Any:
    """Return a display that is not drawn yet."""
    samples = [split.test_targets for split in splits]
    if kind in ("roc", "precision_recall"):
        curve = find_curve(result, samples, kind, label)
        named = {"name": result.name, "pos_label": curve.label}
        if kind == "roc":
            rates = {"fpr": curve.x, "tpr": curve.y}
            return RocCurveDisplay(**rates, roc_auc=curve.area, **named)
        falling = curve.y[::-1], curve.x[::-1]  # scikit-learn's recall falls
        return PrecisionRecallDisplay(*falling, average_precision=curve.area, **named)
    if kind == "calibration":
        found = find_reliability(result, samples)
        of_bins = found.found, found.said, found.probabilities
        return CalibrationDisplay(*of_bins, estimator_name=result.name)
    targets = [one.y for one in samples]
    if kind == "confusion_matrix":
        matrix, labels = count_confusions(result, targets)
        return ConfusionMatrixDisplay(share_rows(matrix), display_labels=labels)
    y_true, y_pred = join(targets), join(result.predictions)
    return PredictionErrorDisplay(y_true=y_true, y_pred=y_pred)
