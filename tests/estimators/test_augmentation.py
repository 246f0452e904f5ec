"""Random changes of training images, as an argument of the estimators."""

import pickle

import numpy as np
import pytest
import skops.io
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV

from sknnadl import ConvNetClassifier, ConvNetRegressor, NetworkClassifier
from sknnadl.network import Conv2D, Flatten
from sknnadl.training import Elastic, Rotate, Shift

SOME = [Shift(1), Rotate(15), Elastic(8, sigma=3), [Shift(1), Elastic(8, sigma=3)]]


def quick(estimator=ConvNetClassifier, **parameters):
    defaults = {"n_filters": (4,), "kernel_size": 3, "hidden_layer_sizes": (10,)}
    if estimator is NetworkClassifier:
        layers = (Conv2D(4, 3), Flatten())
        defaults = {"layers": layers, "input_shape": (8, 8)}
    training = {
        "max_iter": 3,
        "n_iter_no_change": np.inf,
        "random_state": 0,
        "learning_rate": "constant",
    }
    return estimator(**(defaults | training | parameters))


@pytest.fixture(scope="module")
def few(digits):
    return digits.X_train[:200], digits.y_train[:200]


@pytest.mark.parametrize(
    "estimator", [ConvNetClassifier, ConvNetRegressor, NetworkClassifier]
)
@pytest.mark.parametrize("augmentation", SOME, ids=str)
@pytest.mark.filterwarnings("ignore:The network has")  # at a rate that changes nothing
def test_images_are_changed_in_training_alone(estimator, augmentation, few):
    X, y = few
    if estimator is ConvNetRegressor:
        y = y / 9
    options = {"shuffle": False, "learning_rate_init": 1e-9, "alpha": 0}
    model = quick(estimator, augmentation=augmentation, **options)
    model.fit(X, y, X_val=X, y_val=y)
    still = quick(estimator, **options).fit(X, y, X_val=X, y_val=y)
    # the training cost changes with the draws of each epoch, the other does not
    assert np.ptp(model.loss_curve_) > 1e-4
    assert np.ptp(still.loss_curve_) < 1e-6
    np.testing.assert_allclose(
        model.history_["val_loss"], still.history_["val_loss"], rtol=1e-5
    )
    np.testing.assert_array_equal(model.predict(X), model.predict(X))


@pytest.mark.parametrize(
    "augmentation", [Shift(0), Rotate(0), Elastic(0), [], (Shift(0), Rotate(0.0))]
)
def test_no_change_is_no_augmentation(augmentation, few):
    plain = quick(shuffle=False).fit(*few)
    model = quick(shuffle=False, augmentation=augmentation).fit(*few)
    np.testing.assert_array_equal(model.parameters_, plain.parameters_)


def test_one_augmentation_is_a_list_of_one(few):
    one, listed, tupled = (
        quick(augmentation=augmentation).fit(*few).parameters_
        for augmentation in (Shift(1), [Shift(1)], (Shift(1),))
    )
    np.testing.assert_array_equal(one, listed)
    np.testing.assert_array_equal(one, tupled)


@pytest.mark.parametrize("augmentation", SOME, ids=str)
def test_flat_rows_and_images_are_changed_the_same(augmentation, few):
    X, y = few
    rows = quick(augmentation=augmentation).fit(X, y)
    images = quick(augmentation=augmentation).fit(X.reshape(-1, 8, 8, 1), y)
    np.testing.assert_array_equal(rows.parameters_, images.parameters_)


def test_the_training_images_are_left_as_they_are(few):
    X, y = few[0].copy(), few[1]
    X.setflags(write=False)
    quick(augmentation=SOME[-1]).fit(X, y)
    np.testing.assert_array_equal(X, few[0])


def test_a_network_trained_on_moved_digits_knows_moved_digits(digits):
    """As the book's expanded data do; the margin is several times the seeds' spread."""
    X = digits.X_test.reshape(-1, 8, 8)
    moved = np.roll(X, (1, 1), axis=(1, 2))
    moved[:, 0], moved[:, :, 0] = 0, 0
    scores = [
        quick(augmentation=augmentation, max_iter=30)
        .fit(digits.X_train, digits.y_train)
        .score(moved, digits.y_test)
        for augmentation in (None, Shift(1))
    ]
    assert scores[1] > scores[0] + 0.1


@pytest.mark.parametrize("augmentation", SOME, ids=str)
def test_clone_pickle_and_skops(augmentation, few):
    model = quick(augmentation=augmentation)
    assert clone(model).get_params() == model.get_params()
    model.fit(*few)
    dumped = skops.io.dumps(model)
    trusted = skops.io.get_untrusted_types(data=dumped)
    expected = clone(model).set_params(max_iter=4).fit(*few)
    for loaded in (
        pickle.loads(pickle.dumps(model)),
        skops.io.loads(dumped, trusted=trusted),
    ):
        assert loaded.augmentation == augmentation
        loaded.partial_fit(*few)
        np.testing.assert_array_equal(loaded.parameters_, expected.parameters_)


def test_augmentations_can_be_searched(few):
    grid = {"augmentation": [None, Shift(1), [Rotate(5), Elastic(4, sigma=3)]]}
    search = GridSearchCV(quick(), grid, cv=2).fit(*few)
    assert search.best_params_["augmentation"] in grid["augmentation"]
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


@pytest.mark.parametrize(
    ("augmentation", "error", "message"),
    [
        ("shift", ValueError, "'augmentation' parameter"),
        (Shift, ValueError, "'augmentation' parameter"),
        ([Shift(1), None], TypeError, r"augmentation must be.*got None in"),
        ([Shift], TypeError, r"augmentation must be.*got <class"),
        (Shift(8), ValueError, r"pixels of Shift\(pixels=8\).* from 0 to 7.*8x8"),
        (Shift(-1), ValueError, "pixels of Shift"),
        (Shift(0.5), ValueError, "pixels of Shift"),
        (Rotate(181), ValueError, "degrees of Rotate"),
        ([Shift(1), Elastic(sigma=0)], ValueError, "sigma of Elastic"),
        (Elastic(alpha=np.nan), ValueError, "alpha of Elastic"),
    ],
)
def test_bad_augmentations_are_refused(augmentation, error, message, few):
    model = quick().fit(*few)
    before = model.parameters_.copy()
    model.set_params(augmentation=augmentation)
    for fit in (model.fit, model.partial_fit):
        with pytest.raises(error, match=message):
            fit(*few)
        np.testing.assert_array_equal(model.parameters_, before)


def test_rows_that_are_no_images_cannot_be_changed(few):
    with pytest.raises(ValueError, match=r"Shift\(pixels=1\) changes images.*\(64,\)"):
        NetworkClassifier(augmentation=Shift(1)).fit(*few)
