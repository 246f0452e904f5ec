"""Which arrays are images, and what is said of those that are not."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from sknnadl import ConvNetClassifier, MLPClassifier, NetworkClassifier
from sknnadl.network import Conv2D, Dense, Flatten


def quick(**parameters):
    defaults = {
        "n_filters": (3,),
        "kernel_size": 3,
        "hidden_layer_sizes": (5,),
        "max_iter": 2,
        "n_iter_no_change": np.inf,
        "random_state": 0,
    }
    return ConvNetClassifier(**(defaults | parameters))


@pytest.fixture(scope="module")
def colours():
    """Images of 9x6 pixels in three colours."""
    rng = np.random.default_rng(0)
    return rng.random((20, 9, 6, 3), "float32"), np.arange(20) % 2


def test_images_and_rows_give_the_same_bits(digits):
    flat, y = digits.X_train[:200], digits.y_train[:200]
    forms = {
        "rows": flat,
        "images": flat.reshape(-1, 8, 8),
        "channels": flat.reshape(-1, 8, 8, 1),
        "sparse": sparse.csr_array(flat),
        "list": flat.reshape(-1, 8, 8).tolist(),
        "not contiguous": np.asfortranarray(flat.reshape(-1, 8, 8)),
    }
    models = {name: quick(dtype="float32").fit(X, y) for name, X in forms.items()}
    expected = models["rows"].predict_proba(flat)
    for fitted_on, model in models.items():
        assert model.input_shape_ == (8, 8, 1)
        assert model.n_features_in_ == 64
        for X in forms.values():
            np.testing.assert_array_equal(model.predict_proba(X), expected, fitted_on)


def test_images_of_other_than_square_shape(colours):
    X, y = colours
    rows = X.reshape(20, -1)
    expected = quick().fit(X, y).predict_proba(X)
    for shape in ((9, 6, 3), (-1, 6, 3), (9, 6, -1), [9, 6, 3]):
        model = quick(image_shape=shape).fit(rows, y)
        assert model.input_shape_ == (9, 6, 3)
        np.testing.assert_array_equal(model.predict_proba(X), expected)
    assert quick(image_shape=(9, -1)).fit(rows, y).input_shape_ == (9, 18, 1)


def test_a_row_is_an_image_too(iris):
    X, y = iris
    model = quick(image_shape=(1, -1), kernel_size=(1, 2), pool_size=(1, 2))
    assert model.fit(X, y).input_shape_ == (1, 4, 1)


def test_integer_images_train_as_their_float_values(digits):
    raw = (16 * digits.X_train[:100]).astype(np.uint8).reshape(-1, 8, 8)
    y = digits.y_train[:100]
    model = quick(learning_rate_init=0.01)
    fitted = model.fit(raw, y).predict_proba(raw)
    again = model.fit(raw.astype("float32"), y).predict_proba(raw)
    np.testing.assert_array_equal(fitted, again)


def test_a_data_frame_holds_flat_rows(digits):
    X = pd.DataFrame(digits.X_train[:50]).add_prefix("pixel ")
    model = quick().fit(X, digits.y_train[:50])
    assert list(model.feature_names_in_) == list(X.columns)
    assert model.predict(X).shape == (50,)


def test_rows_that_are_no_square_need_a_shape(iris):
    X, y = iris
    assert quick(kernel_size=2, pool_size=1).fit(X, y).input_shape_ == (2, 2, 1)
    with pytest.raises(ValueError, match=r"3 values.*no square.*image_shape="):
        quick().fit(X[:, :3], y)


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ((8, 7), r"image_shape=\(8, 7\) does not fit X, whose rows have 64 values"),
        ((7, -1), r"image_shape=\(7, -1\) does not fit X"),
        ((-1, -1), "one may be -1"),
        ((8, 0), "integers of at least 1"),
        ((8.0, 8), "integers of at least 1"),
        ((8, 4, 2, 1), "2 or 3 integers"),
        ((64,), "2 or 3 integers"),
        ((), "2 or 3 integers"),
        ("88", "image_shape.*tuple"),
    ],
)
def test_a_wrong_shape_argument(shape, message, digits):
    with pytest.raises(ValueError, match=message):
        quick(image_shape=shape).fit(digits.X_train, digits.y_train)


def test_channels_first_is_refused_with_the_remedy(digits):
    X, y = digits.X_train.reshape(-1, 1, 8, 8), digits.y_train
    message = r"height 1, width 8 and 8 channels.*np.moveaxis\(X, 1, -1\)"
    with pytest.raises(ValueError, match=message + r".*image_shape=\(1, 8, 8\)"):
        quick().fit(X, y)
    with pytest.raises(ValueError, match=r"np.moveaxis\(X, 1, -1\)"):
        quick(image_shape=(8, 8)).fit(X, y)
    model = quick().fit(np.moveaxis(X, 1, -1), y)
    with pytest.raises(ValueError, match=r"np.moveaxis\(X, 1, -1\)"):
        model.predict(X)


def test_what_looks_like_channels_first_can_be_meant(digits):
    X, y = digits.X_train.reshape(-1, 1, 8, 8), digits.y_train
    model = quick(image_shape=(1, 8, 8), kernel_size=(1, 3), pool_size=(1, 2))
    assert model.fit(X, y).input_shape_ == (1, 8, 8)


def test_images_of_another_size(colours):
    X, y = colours
    model = quick().fit(X, y)
    with pytest.raises(ValueError, match=r"\(20, 6, 9, 3\).*\(9, 6, 3\)"):
        model.predict(X.swapaxes(1, 2))
    with pytest.raises(ValueError, match=r"single image, give X\[np.newaxis\]"):
        model.predict(X[0])
    with pytest.raises(ValueError, match="161"):
        model.predict(X.reshape(20, -1)[:, :-1])
    with pytest.raises(ValueError, match=r"\(2, 2, 2, 2, 2\)"):
        quick().fit(np.zeros((2,) * 5), [0, 1])
    with pytest.raises(ValueError, match=r"\(0, (81|9, 9)\)"):
        quick().fit(np.zeros((0, 9, 9)), [])
    with pytest.raises(ValueError, match=r"\(9, 9\) does not fit .* 162 values"):
        quick(image_shape=(9, 9)).fit(X, y)


def test_a_failed_fit_forgets_the_shape_it_saw(colours):
    X, y = colours
    model = quick()
    with pytest.raises(ValueError, match=r"20.*19"):
        model.fit(X, y[:-1])
    assert not hasattr(model, "input_shape_")
    model.fit(X, y)
    with pytest.raises(ValueError, match="does not fit"):
        model.set_params(kernel_size=8).fit(X[:, :7, :6], y)
    assert model.input_shape_ == (9, 6, 3)


def test_partial_fit_takes_either_form(colours):
    X, y = colours
    model = quick().partial_fit(X, y, classes=[0, 1])
    other = quick(image_shape=(9, 6, 3)).partial_fit(
        X.reshape(20, -1), y, classes=[0, 1]
    )
    model.partial_fit(X.reshape(20, -1), y)
    other.partial_fit(X, y)
    np.testing.assert_array_equal(model.parameters_, other.parameters_)


def test_a_network_takes_rows_as_rows_and_images_as_images(digits):
    flat, y = digits.X_train[:100], digits.y_train[:100]
    options = {"max_iter": 2, "n_iter_no_change": np.inf, "random_state": 0}
    dense = NetworkClassifier([Dense(4)], **options).fit(flat, y)
    assert dense.input_shape_ == (64,)
    with pytest.raises(ValueError, match="flat rows of 64 are expected"):
        dense.predict(flat.reshape(-1, 8, 8))
    conv = NetworkClassifier([Conv2D(3, 3), Flatten(), Dense(4)], **options)
    with pytest.raises(ValueError, match=r"images of shape .*got.*\(64,\)"):
        conv.fit(flat, y)
    images = conv.fit(flat.reshape(-1, 8, 8), y).predict_proba(flat)
    rows = conv.set_params(input_shape=(8, 8)).fit(flat, y).predict_proba(flat)
    np.testing.assert_array_equal(images, rows)


class OnAnotherDevice:
    """What an array in the memory of a GPU says of itself."""

    device, shape, ndim, dtype = "cuda:0", (6, 3), 2, np.dtype(float)

    def __dlpack_device__(self):
        return 2, 0

    def __len__(self):
        return 6


def test_arrays_on_other_devices_are_refused(iris):
    match = "X must be .* in the memory of the CPU.*it is on the device cuda:0"
    with pytest.raises(ValueError, match=match):
        MLPClassifier().fit(OnAnotherDevice(), np.arange(6) % 2)
    model = MLPClassifier(max_iter=1).fit(*iris)
    with pytest.raises(ValueError, match=match):
        model.predict(OnAnotherDevice())
