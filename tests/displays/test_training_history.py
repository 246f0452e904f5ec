import numpy as np
import pytest

pytest.importorskip("matplotlib")

import matplotlib.pyplot as plt
from drawing import count_pixels
from sklearn.datasets import load_diabetes

from sknnadl import MLPClassifier, MLPRegressor
from sknnadl.inspection import TrainingHistoryDisplay


def marked(ax):
    """Return the epochs that a line marks."""
    return [line.get_xdata()[0] for line in ax.lines if len(line.get_xdata()) == 2]


def test_curves_are_the_history(net):
    display = TrainingHistoryDisplay.from_estimator(net)
    assert set(display.lines_) == {"loss", "val_loss", "val_score", "learning_rate"}
    for name, line in display.lines_.items():
        np.testing.assert_array_equal(line.get_xdata(), [1, 2, 3, 4])
        np.testing.assert_array_equal(line.get_ydata(), net.history_[name])
    assert len(display.axes_) == len(display.figure_.axes) == 3
    assert count_pixels(display.figure_) > 1000


def test_only_what_was_measured_has_a_panel(mlp):
    display = TrainingHistoryDisplay.from_estimator(mlp)
    assert list(display.lines_) == ["loss", "learning_rate"]
    assert len(display.axes_) == 2


def test_lbfgs_has_no_learning_rate(iris):
    mlp = MLPClassifier((5,), solver="lbfgs", random_state=0).fit(*iris)
    display = TrainingHistoryDisplay.from_estimator(mlp)
    assert list(display.lines_) == ["loss"]
    assert len(display.axes_) == 1
    assert display.axes_[0].get_xlabel() == "epoch"


def test_an_epoch_that_was_not_validated_is_a_gap(iris):
    mlp = MLPClassifier((5,), random_state=0).partial_fit(*iris, classes=[0, 1, 2])
    mlp.partial_fit(*iris, X_val=iris[0], y_val=iris[1])
    drawn = TrainingHistoryDisplay.from_estimator(mlp).lines_["val_loss"]
    np.testing.assert_array_equal(drawn.get_ydata(), mlp.history_["val_loss"])
    assert drawn.get_marker() == "."  # a lonely point of a line would not be seen


@pytest.mark.parametrize("scoring", [None, "loss", "neg_mean_squared_error"])
def test_the_epoch_that_was_kept_is_marked(scoring):
    X, y = load_diabetes(return_X_y=True, scaled=True)
    X, y = X / X.std(axis=0), (y - y.mean()) / y.std()
    options = {"early_stopping": True, "scoring": scoring, "random_state": 1}
    options["learning_rate"] = "constant"
    mlp = MLPRegressor(learning_rate_init=0.05, n_iter_no_change=15, **options)
    mlp.fit(X, y)
    display = TrainingHistoryDisplay.from_estimator(mlp)
    # the parameters kept are those of a network trained for so many epochs
    again = MLPRegressor(
        learning_rate_init=0.05, n_iter_no_change=np.inf, max_iter=1, **options
    )
    again.set_params(max_iter=display.best_epoch).fit(X, y)
    np.testing.assert_array_equal(mlp.parameters_, again.training_state_["parameters"])
    assert marked(display.axes_[0]) == [display.best_epoch]
    assert display.best_epoch < mlp.n_iter_


def test_no_epoch_is_marked_without_early_stopping(iris):
    mlp = MLPClassifier(max_iter=3, n_iter_no_change=np.inf, random_state=0)
    mlp.fit(*iris, X_val=iris[0], y_val=iris[1])
    display = TrainingHistoryDisplay.from_estimator(mlp)
    assert display.best_epoch is None
    assert marked(display.axes_[0]) == []


def test_panels_take_the_place_of_an_axes(net):
    figure, axes = plt.subplots(1, 2)
    display = TrainingHistoryDisplay.from_estimator(net, ax=axes[1])
    assert display.figure_ is figure
    assert all(ax.get_position().x0 > 0.5 for ax in display.axes_)
    assert not axes[1].axison


def test_panels_take_the_place_of_an_axes_put_by_hand(net):
    ax = plt.figure().add_axes((0.5, 0.25, 0.25, 0.5))
    display = TrainingHistoryDisplay.from_estimator(net, ax=ax)
    top, bottom = display.axes_[0].get_position(), display.axes_[-1].get_position()
    np.testing.assert_allclose((top.y1, bottom.y0), (0.75, 0.25))
    np.testing.assert_allclose((top.x0, top.x1), (0.5, 0.75))


def test_axes_may_be_given_for_each_panel(net):
    _, axes = plt.subplots(3)
    display = TrainingHistoryDisplay.from_estimator(net, ax=axes)
    assert list(display.axes_) == list(axes)
    assert display.lines_["val_score"] in axes[1].lines
    with pytest.raises(ValueError, match="or 3 of them for as many panels, got 2"):
        display.plot(ax=axes[:2])


@pytest.mark.parametrize("n_epochs", [1, 2, 7, 31, 200])
def test_ticks_are_whole_epochs(n_epochs):
    display = TrainingHistoryDisplay(np.ones(n_epochs)).plot()
    display.figure_.canvas.draw()
    ticks = display.axes_[0].get_xticks()
    np.testing.assert_array_equal(ticks, np.round(ticks))


def test_arguments_reach_the_lines(mlp):
    display = TrainingHistoryDisplay.from_estimator(mlp, line_kw={"linewidth": 7})
    assert {line.get_linewidth() for line in display.lines_.values()} == {7}


@pytest.fixture(scope="module")
def fits(digits):
    """Return two fits, which were not watched on the same rows."""
    X, y = digits.X_train[:300], digits.y_train[:300]
    sets = {"train": (X, y), "test": (digits.X_test[:99], digits.y_test[:99])}
    few = {"max_iter": 4, "n_iter_no_change": np.inf, "random_state": 0}
    sgd = MLPClassifier((5,), early_stopping=True, **few).fit(X, y, eval_sets=sets)
    adam = MLPClassifier((5,), solver="adam", **few)
    return sgd, adam.fit(X, y, eval_sets={"test": sets["test"]})


def looks(lines):
    return {(line.get_color(), line.get_linestyle()) for line in lines}


def labels(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def test_other_rows_have_curves_too(fits):
    display = TrainingHistoryDisplay.from_estimator(fits[0])
    assert set(display.lines_) == fits[0].history_.keys() - {"seconds"}
    for name, line in display.lines_.items():
        np.testing.assert_array_equal(line.get_ydata(), fits[0].history_[name])
    losses, scores, _ = display.axes_
    assert labels(losses) == [
        "training cost",
        "validation loss",
        "train loss",
        "test loss",
        f"best epoch: {display.best_epoch}",
    ]
    assert scores.get_ylabel() == "score"
    for name in ("val", "train", "test"):  # of one colour in both panels
        pair = [display.lines_[f"{name}_{kind}"] for kind in ("loss", "score")]
        assert len(looks(pair)) == 1
    assert len(looks(display.lines_.values())) == 5  # four of rows, and the rate's


def test_several_fits_have_a_colour_and_a_label_each(fits):
    named = {"SGD": fits[0], "Adam": fits[1]}
    display = TrainingHistoryDisplay.from_estimators(named)
    colors = []
    for name, fit in named.items():
        for entry, line in display.lines_[name].items():
            np.testing.assert_array_equal(line.get_ydata(), fit.history_[entry])
            assert line.get_label().startswith(f"{name}: ")
        own = {line.get_color() for line in display.lines_[name].values()}
        assert len(own) == 1
        colors += own
    assert len(set(colors)) == 2
    of_test = {display.lines_[name]["test_loss"].get_linestyle() for name in named}
    of_costs = {display.lines_[name]["loss"].get_linestyle() for name in named}
    assert (len(of_test), len(of_costs)) == (1, 1)
    assert of_test != of_costs
    best = display.best_epoch["SGD"]
    assert labels(display.axes_[0]) == [
        f"SGD, best epoch: {best}",
        "Adam",
        "training cost",
        "validation loss",
        "train loss",
        "test loss",
    ]
    assert marked(display.axes_[0]) == [best]
    assert len(display.figure_.axes) == 3
    assert count_pixels(display.figure_) > 1000
    again = display.plot(ax=plt.figure().add_subplot())
    assert list(again.lines_) == ["SGD", "Adam"]


@pytest.mark.parametrize("name", [None, "SGD"])
def test_a_second_drawing_is_told_from_the_first(name, fits):
    first = TrainingHistoryDisplay.from_estimator(fits[0], name=name)
    second = TrainingHistoryDisplay.from_estimator(fits[0], ax=first.axes_)
    for ax in first.axes_:
        lines = [line for line in ax.lines if len(line.get_xdata()) > 2]
        assert len(looks(lines)) == len(lines)
        assert len({line.get_label() for line in ax.lines}) == len(ax.lines)
    assert len(labels(first.axes_[0])) == 10
    assert len(set(labels(first.axes_[0]))) == 10
    assert all(second.lines_[entry] is not line for entry, line in first.lines_.items())
    both = TrainingHistoryDisplay.from_estimators(dict(enumerate(fits)), ax=first.axes_)
    assert len({line["loss"].get_color() for line in both.lines_.values()}) == 2


def test_more_fits_than_colours(fits):
    named = {f"fit {i}": fits[1] for i in range(9)}
    display = TrainingHistoryDisplay.from_estimators(named)
    assert len({lines["loss"].get_color() for lines in display.lines_.values()}) == 9
    alone = TrainingHistoryDisplay.from_estimators({"Adam": fits[1]})
    assert labels(alone.axes_[0]) == ["Adam: training cost", "Adam: test loss"]


def test_the_legend_of_several_fits_covers_no_curve(fits):
    display = TrainingHistoryDisplay.from_estimators({"SGD": fits[0], "Adam": fits[1]})
    display.figure_.draw_without_rendering()
    legend = display.axes_[0].get_legend().get_window_extent()
    assert legend.x0 >= max(ax.get_window_extent().x1 for ax in display.axes_)
    assert legend.x1 <= display.figure_.bbox.x1


@pytest.mark.parametrize("estimators", [{}, []])
def test_several_fits_have_names(estimators, fits):
    with pytest.raises(ValueError, match="a dict of fitted estimators by their names"):
        TrainingHistoryDisplay.from_estimators(estimators)
    with pytest.raises(ValueError, match="a dict"):
        TrainingHistoryDisplay.from_estimators(fits)
