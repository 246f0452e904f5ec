import numpy as np
import pytest

pytest.importorskip("matplotlib")

import matplotlib.pyplot as plt
from drawing import count_pixels
from scipy.sparse import coo_array, csr_array
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LinearRegression
from sklearn.naive_bayes import BernoulliNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sknnadl import inspection, reports
from sknnadl.reports import MisclassifiedDisplay

IMAGES = np.arange(4 * 2 * 3).reshape(4, 2, 3)
Y_TRUE, Y_PRED = ["a", "b", "a", "c"], ["a", "c", "b", "c"]


def labels(display):
    return [tuple(text.get_text() for text in pair) for pair in display.text_]


def test_it_is_in_both_places():
    assert inspection.MisclassifiedDisplay is reports.MisclassifiedDisplay


def test_what_a_classifier_gets_wrong(digits):
    X, y = digits.X_test, digits.y_test
    model = make_pipeline(StandardScaler(), BernoulliNB())
    model.fit(digits.X_train, digits.y_train)
    display = MisclassifiedDisplay.from_estimator(model, X, y, n_images=12)
    y_pred = model.predict(X)
    wrong = np.flatnonzero(y_pred != y)
    assert len(wrong) > 12
    drawn = np.array([image.get_array() for image in display.images_])
    np.testing.assert_array_equal(drawn, X[wrong[:12]].reshape(-1, 8, 8))
    pairs = zip(y[wrong[:12]], y_pred[wrong[:12]], strict=True)
    assert labels(display) == [(str(label), str(said)) for label, said in pairs]
    title = f"{len(wrong)} of 300 images misclassified, the first 12"
    assert display.ax_.get_title(loc="left") == title
    assert count_pixels(display.figure_) > 1000


def test_labels_stand_on_the_right_above_and_below():
    display = MisclassifiedDisplay.from_predictions(Y_TRUE, Y_PRED, IMAGES)
    assert labels(display) == [("b", "c"), ("a", "b")]
    for image, (label, said) in zip(display.images_, display.text_, strict=True):
        _, right, bottom, top = image.get_extent()
        assert label.get_position()[0] > right
        assert said.get_position()[0] > right
        assert (label.get_position()[1], said.get_position()[1]) == (top, bottom)
    assert display.ax_.get_title(loc="left") == "2 of 4 images misclassified"


def test_long_labels_do_not_reach_the_next_image():
    names = np.array(["Egyptian cat", "tabby"])
    y = np.zeros(4, int)
    display = MisclassifiedDisplay.from_predictions(names[y], names[1 - y], IMAGES)
    display.figure_.canvas.draw()
    boxes = [image.get_window_extent() for image in display.images_]
    for pair in display.text_:
        for text in pair:
            assert not any(text.get_window_extent().overlaps(box) for box in boxes)
            assert text.get_window_extent().x1 <= display.figure_.bbox.x1


@pytest.mark.parametrize("shape", [(4, 6), (4, 2, 3), (4, 2, 3, 1)])
def test_rows_and_images_are_one(shape):
    display = MisclassifiedDisplay.from_predictions(
        Y_TRUE, Y_PRED, IMAGES.reshape(shape), image_shape=(2, 3)
    )
    np.testing.assert_array_equal(display.images, IMAGES[1:3])
    assert {image.get_clim() for image in display.images_} == {(6, 17)}


def test_images_of_colour():
    X = np.random.default_rng(0).random((4, 12))
    display = MisclassifiedDisplay.from_predictions(
        Y_TRUE, Y_PRED, X, image_shape=(2, 2, 3)
    )
    assert display.images_[0].get_array().shape == (2, 2, 3)


def test_a_message_where_nothing_is_wrong():
    display = MisclassifiedDisplay.from_predictions(Y_TRUE, Y_TRUE, IMAGES)
    assert display.images_ == []
    (text,) = display.ax_.texts
    assert text.get_text() == "No image is misclassified."
    assert count_pixels(display.figure_) > 100


def test_the_axes_given_is_used():
    ax = plt.figure().add_subplot()
    options = {"ax": ax, "cmap": "viridis", "n_columns": 1, "im_kw": {"vmax": 99}}
    display = MisclassifiedDisplay.from_predictions(Y_TRUE, Y_PRED, IMAGES, **options)
    assert display.ax_ is ax
    assert display.images_[0].get_cmap().name == "viridis"
    assert display.images_[0].get_clim()[1] == 99
    assert len({image.get_extent()[0] for image in display.images_}) == 1


def test_errors(iris):
    draw = MisclassifiedDisplay.from_predictions
    with pytest.raises(NotFittedError):
        MisclassifiedDisplay.from_estimator(BernoulliNB(), *iris)
    with pytest.raises(ValueError, match=r"Only a classifier .* got LinearRegression"):
        MisclassifiedDisplay.from_estimator(LinearRegression().fit(*iris), *iris)
    with pytest.raises(ValueError, match="6 values make no square grey image"):
        draw(Y_TRUE, Y_PRED, IMAGES.reshape(4, 6))
    with pytest.raises(ValueError, match=r"image_shape must be .* got \(2, 2\)"):
        draw(Y_TRUE, Y_PRED, IMAGES.reshape(4, 6), image_shape=(2, 2))
    with pytest.raises(ValueError, match=r"got an array of shape \(4,\)"):
        draw(Y_TRUE, Y_PRED, np.ones(4))
    with pytest.raises(ValueError, match="1 channel, or 3 or 4 of colour"):
        draw(Y_TRUE, Y_PRED, np.ones((4, 3, 3, 2)))
    with pytest.raises(ValueError, match=r"3.*4"):
        draw(Y_TRUE[:3], Y_PRED, IMAGES)
    with pytest.raises(ValueError, match="n_images must be at least 1"):
        draw(Y_TRUE, Y_PRED, IMAGES, n_images=0)


def test_sparse_rows_are_drawn_as_dense_ones():
    rows = IMAGES.reshape(4, 6)
    given = Y_TRUE, Y_PRED
    dense = MisclassifiedDisplay.from_predictions(*given, X=rows, image_shape=(2, 3))
    for form in (csr_array, coo_array):
        sparse = MisclassifiedDisplay.from_predictions(
            *given, X=form(rows), image_shape=(2, 3)
        )
        np.testing.assert_array_equal(sparse.images, dense.images)
