"""A script of a user's own: mypy --strict and pyright find nothing wrong with it."""

from __future__ import annotations

from typing import Any, assert_type

import numpy as np
from numpy.typing import NDArray

from sknnadl import compare
from sknnadl.inspection import (
    FeatureMapDisplay,
    GradientNormDisplay,
    KernelDisplay,
    TrainingHistoryDisplay,
)
from sknnadl.reports import (
    ComparisonDisplay,
    ComparisonReport,
    CriticalDifferenceDisplay,
    JoinedReport,
    MisclassifiedDisplay,
    join_reports,
)
from sknnadl.significance import (
    Equivalence,
    FriedmanTest,
    PairedDifference,
    bayesian_signed_rank_test,
    corrected_t_test,
    critical_difference,
    find_groups,
    friedman_test,
    holm,
    mcnemar_test,
    mean_interval,
    nemenyi_test,
    rank_models,
    wilcoxon_test,
    wilson_interval,
)


def compare_models(models: dict[str, Any], X: NDArray[np.float64], y: list[str]) -> str:
    """Compare models on folds and on test rows, and ask for all that there is."""
    on_folds = compare(models, X, y, cv=5, scoring=["accuracy", "f1_macro"], n_jobs=2)
    weights = np.ones(len(y))
    report = compare(
        list(models.values()),
        X[:100],
        y[:100],
        test=(X[100:], y[100:]),
        scoring={"accuracy": "accuracy"},
        random_state=np.random.RandomState(0),
        sample_weight=weights[:100],
        save="saved.json",
        verbose=True,
    )
    assert_type(report, ComparisonReport)
    best: float = max(row["accuracy"] for row in report.table)
    for pair in on_folds.pairwise("f1_macro"):
        assert_type(pair["difference"], float)
        print(pair["a"].upper(), pair["b"], pair["p_corrected"] < 0.05, pair["text"])
    matrix, labels = report.confusion_matrix("svc")
    print(matrix.sum(), labels.tolist(), report.misclassified("svc").size)
    curve = report.learning_curve([10, 50], n_jobs=2)
    print(best, curve[0]["size"], report.n_train + report.n_test, *report.sentences())
    report.save("report.html", image_shape=(8, 8))
    print(report.to_frame().shape, on_folds.to_json())
    return report.to_markdown() + report.to_html(image_shape=[8, 8])


def compare_on_datasets(
    models: dict[str, Any], datasets: dict[str, tuple[NDArray[Any], list[str]]]
) -> str:
    """Compare models on many data sets, and ask for all that there is."""
    joined = compare(models, datasets=datasets, cv=5, n_jobs=2, save="folder")
    assert_type(joined, JoinedReport)
    again = join_reports(dict(joined.reports), rope=0.01)
    for pair in again.pairwise("accuracy", method="wilcoxon", rope=0.02):
        assert_type(pair["rank_a"], float)
        print(pair["a"].upper(), pair["n_better"], pair["p_corrected"] < 0.05)
    print(again.mean_ranks()["svc"] < 2, again.scores().mean(), again.missing())
    assert_type(again.friedman(), FriedmanTest)
    assert_type(again.reports["iris"], ComparisonReport)
    again.save("report.html", method="wilcoxon")
    display = CriticalDifferenceDisplay.from_report(joined, method="nemenyi")
    display.plot(bar_kw={"linewidth": 5}).figure_.savefig("ranks.png")
    print(joined.to_frame().shape, joined.diagram()["groups"], *joined.sentences())
    return joined.to_markdown() + joined.to_html() + joined.to_json(rope=0.01)


def draw_comparison(report: ComparisonReport) -> None:
    """Draw the scores, and the differences."""
    display = ComparisonDisplay.from_report(report)
    assert_type(display, ComparisonDisplay)
    display.figure_.savefig("scores.png")
    ComparisonDisplay.from_report(
        report, scorer="f1_macro", kind="differences", ax=display.ax_
    )
    by_hand = ComparisonDisplay(["a", "b"], [0.9, 0.8], [0.8, 0.7], [1.0, 0.9])
    by_hand.plot(line_kw={"marker": "s"}).ax_.set_title("By hand")
    curve = report.display("roc", "svc", label=1, ax=display.ax_)
    print(curve.roc_auc, report.provenance["versions"].split(", "))


def draw_network(net: Any, X: NDArray[np.uint8], y: NDArray[np.intp]) -> None:
    """Draw what a network has learned."""
    history = TrainingHistoryDisplay.from_estimator(net)
    history.plot(ax=list(history.axes_), line_kw={"linewidth": 2})
    history.figure_.savefig("history.png")
    norms = GradientNormDisplay.from_estimator(net, ax=history.axes_[0])
    norms.ax_.set_title(", ".join(norms.layer_names or []))
    kernels = KernelDisplay.from_estimator(net, layer=1, channel=0, cmap="PuOr")
    print(kernels.kernels.shape, len(kernels.images_), kernels.colorbar_ is None)
    maps = FeatureMapDisplay.from_estimator(net, X[0], n_columns=4, colorbar=False)
    maps.plot(im_kw={"vmax": 1}).ax_.set_xlabel("feature maps")
    wrong = MisclassifiedDisplay.from_estimator(net, X, y, image_shape=(8, 8))
    wrong = MisclassifiedDisplay.from_predictions(y, net.predict(X), X, n_images=9)
    print(wrong.figure_.get_size_inches(), wrong.text_[0][0].get_text())


def judge_differences(a: list[float], b: list[float]) -> None:
    """Ask what chance has to do with it."""
    found = corrected_t_test(a, b, n_train=80, n_test=[20, 20, 20])
    assert_type(found, PairedDifference)
    same_rows = mcnemar_test([True, False], np.array([True, True]), exact=True)
    adjusted = holm([found.p_value, same_rows.p_value])
    print(adjusted.tolist(), found.high - found.low)
    low, high = wilson_interval(90, 100, level=0.9)
    assert_type(mean_interval(a, 80, 20), tuple[float, float])
    print(high - low)


def judge_ranks(scores: NDArray[np.float64]) -> None:
    """Ask what chance has to do with ranks on many data sets."""
    print(rank_models(scores).mean(axis=0), friedman_test(scores).f_p_value)
    groups = find_groups(nemenyi_test(scores) < 0.05)
    assert_type(groups, list[list[int]])
    print(critical_difference(5, 6, level=0.9) > 1)
    print(wilcoxon_test([0.9, 0.8], [0.7, 0.9]).p_value)
    found = bayesian_signed_rank_test([0.9, 0.8], [0.7, 0.9], rope=0.01)
    assert_type(found, Equivalence)
