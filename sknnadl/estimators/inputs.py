"""From X, y and weights as users give them to rows of numbers; the axes of images."""

import math
from numbers import Integral
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.sparse import issparse
from sklearn.utils.validation import validate_data

from sknnadl._sklearn import (
    _check_sample_weight,
    get_namespace_and_device,
    move_to,
)
from sknnadl.training.recipe import FULL_BATCH

#: An array of any dtype.
AnyArray: TypeAlias = npt.NDArray[Any]

#: An array with this many channels or fewer on its second axis is probably
#: (n, channels, height, width), the order of PyTorch.
_MOST_CHANNELS = 4
#: The number of the CPU among the devices of DLPack.
_CPU = 1
#: Rows that need no conversion, and so few numbers that their validation would count.
_FLOATS, _FEW = [np.dtype(name) for name in ("float32", "float64")], 10**4
#: What a float64 network is trained on where the user does not say.
_DOUBLES = [np.dtype(name) for name in ("<f8", ">f8", "longdouble")]


def as_numpy(array: Any, name: str) -> Any:
    """Return an array of another library, such as a tensor of PyTorch, as NumPy's.

    Anything else that scikit-learn takes is returned as it is.

    Raises
    ------
    ValueError
        If it is not in the memory of the CPU, or not plain numbers.
    """
    if isinstance(array, np.ndarray) or not hasattr(array, "__dlpack_device__"):
        return array
    try:
        if array.__dlpack_device__()[0] != _CPU:
            raise ValueError(f"it is on the device {array.device}")
        return np.asarray(array)
    except (BufferError, RuntimeError, TypeError, ValueError) as error:
        raise ValueError(
            f"{name} must be an array of plain numbers in the memory of the CPU, where "
            f"networks are trained, got {type(array)}: {error}."
        ) from error


def as_given(X: Any, values: AnyArray) -> Any:
    """Return predictions as an array of the library that X is of.

    As scikit-learn's own estimators do where ``array_api_dispatch`` is set; labels that
    are no numbers are NumPy's all the same.
    """
    if isinstance(X, np.ndarray) or values.dtype.kind not in "biuf":
        return values
    namespace, is_foreign, device = get_namespace_and_device(X)
    return move_to(values, xp=namespace, device=device) if is_foreign else values


class TakesRows:
    """Mixin of what all estimators do with X and with weights."""

    def _to_rows(self, X):
        """Return X as rows; of images also the shape of one, else None."""
        return X, None

    def _learn_input_shape(self, image_shape):
        """Learn the shape of an input, or check it, given what `_to_rows` returned."""

    def _input_shape(self):
        """Return the shape of one row for the network."""
        return (self.n_features_in_,)

    def _to_inputs(self, X, weights=None, is_first=False):
        """Return what `_check_X` returned as rows of the network's inputs.

        How, can be learned of the first rows, given their weights.
        """
        return X

    def _to_features(self, gradients, X):
        """Return gradients with respect to features, given those of the inputs."""
        return gradients

    def _check_X(self, X, **options):
        """Return X as validated rows and, where it is given, y.

        The options are those of scikit-learn's `validate_data`.
        """
        X, image_shape = self._to_rows(as_numpy(X, "X"))
        if options == {"reset": False} and self._is_sound(X):
            return X
        checked = validate_data(
            self, X, accept_sparse="csr", dtype="numeric", **options
        )
        has_y = isinstance(checked, tuple)
        kind = (checked[0] if has_y else checked).dtype
        if kind.kind not in "biuf":  # dates and the like could be converted
            raise ValueError(f"X must be numeric, got an array of dtype {kind}.")
        if has_y or options.get("reset", True):  # and not in a prediction
            self._learn_input_shape(image_shape)
        return checked

    def _is_sound(self, X):
        """Return whether scikit-learn's validation would return X as it is.

        It is told of few rows alone, whose prediction takes less time than that.
        """
        return (
            type(X) is np.ndarray
            and X.dtype in _FLOATS
            and X.ndim == 2
            and 0 < X.size < _FEW
            and X.shape[1] == self.n_features_in_
            and not hasattr(self, "feature_names_in_")
            and bool(np.isfinite(X).all())
        )

    def _network_dtype(self, X):
        """Return the dtype to train in on these data."""
        if self.dtype != "auto":
            return np.dtype(self.dtype)
        if hasattr(self, "training_state_"):
            return self.parameters_.dtype
        # L-BFGS divides by differences of gradients, which float32 rounds away.
        is_double = X.dtype in _DOUBLES or self.solver == FULL_BATCH
        return np.dtype("float64" if is_double else "float32")

    def _check_weights(self, sample_weight, X):
        """Return the rows' weights in float64, or None where there are none."""
        if sample_weight is None:
            return None
        sample_weight = as_numpy(sample_weight, "sample_weight")
        return _check_sample_weight(
            sample_weight, X, dtype=np.float64, ensure_non_negative=True
        )

    def _normalize_weights(self, weights, dtype, scale=None):
        """Return weights of mean 1, and the numbers that they were divided by.

        Where these are given, they are used instead.
        """
        if weights is None:
            return None, None
        if scale is None:
            largest = weights.max()  # which goes first, so that no mean overflows
            scale = [float(largest), float((weights / largest).mean())]
        return (weights / scale[0] / scale[1]).astype(dtype), scale


class TakesImages(TakesRows):
    """Mixin of the estimators that take images as well as flat rows.

    The network sees inputs of ``input_shape_``. Everything else, from validation to
    mini-batches, works on rows: images are laid out as rows before, which takes no
    memory where they are contiguous, and mini-batches of rows are given the shape of
    images after.

    The estimator's arguments give `_shape_of_rows`: the shape of flat rows that nobody
    has named.
    """

    #: The constructor's argument that names the shape of an input.
    _shape_argument: str
    #: How many numbers this argument may have.
    _n_axes: tuple

    input_shape_: tuple[int, ...]

    def _to_rows(self, X):
        """Return X as rows, and the shape of an image or None where it has rows."""
        if isinstance(X, list | tuple):
            X = np.asarray(X)
        if getattr(X, "ndim", 2) < 3 or issparse(X):
            return X, None
        X = np.asarray(X)
        if X.ndim > 4:
            raise ValueError(
                "X must be images of shape (n, height, width) or (n, height, width, "
                f"channels), or flat rows, got an array of shape {X.shape}."
            )
        shape = _as_image_shape(X.shape[1:])
        expected = self._expected_shape(math.prod(shape))
        if expected is None:
            _check_axes(X.shape, self._shape_argument)
        elif shape != expected:
            raise ValueError(_describe_mismatch(X.shape, expected))
        return X.reshape(len(X), math.prod(shape)), shape

    def _learn_input_shape(self, image_shape):
        """Set ``input_shape_``, given what `_to_rows` found, or check it."""
        named = self._named_shape(self.n_features_in_)
        if not hasattr(self, "input_shape_"):
            shape = image_shape or named or self._shape_of_rows(self.n_features_in_)
            self.input_shape_ = shape
        elif named not in (None, self.input_shape_):
            raise ValueError(
                f"The fitted network sees inputs of shape {self.input_shape_}, and "
                f"{self._shape_argument} now asks for {named}: set it back, or start "
                "anew with fit and warm_start=False."
            )

    def _expected_shape(self, n_features):
        """Return the shape that inputs must have, or None before anything is known."""
        if hasattr(self, "input_shape_"):
            return self.input_shape_
        return self._named_shape(n_features)

    def _named_shape(self, n_features):
        """Return the shape that the user has named, or None."""
        shape = getattr(self, self._shape_argument)
        if shape is None:
            return None
        return _as_image_shape(
            _resolve(self._shape_argument, shape, self._n_axes, n_features)
        )

    def _input_shape(self):
        return self.input_shape_

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        return tags


def square_shape(n_features):
    """Return the shape of flat rows that nobody has named: square grey images."""
    side = math.isqrt(n_features)
    if side * side != n_features:
        raise ValueError(
            f"X has flat rows of {n_features} values, which make no square grey "
            "image: say image_shape=(height, width) or (height, width, channels)."
        )
    return side, side, 1


def _resolve(name, shape, n_axes, n_features):
    """Return a shape argument as a full shape, with -1 replaced by what is left."""
    is_shape = isinstance(shape, tuple | list) and all(
        isinstance(length, Integral) and (length >= 1 or length == -1)
        for length in shape
    )
    if not is_shape or len(shape) not in n_axes or list(shape).count(-1) > 1:
        raise ValueError(
            f"{name} must be a tuple of {' or '.join(map(str, n_axes))} integers of at "
            "least 1, of which one may be -1 and is then inferred, got "
            f"{shape!r}."
        )
    known = math.prod(length for length in shape if length != -1)
    full = tuple(
        n_features // known if length == -1 else int(length) for length in shape
    )
    if n_features == 0 or math.prod(full) != n_features:
        raise ValueError(
            f"{name}={shape!r} does not fit X, whose rows have {n_features} values."
        )
    return full


def _as_image_shape(shape):
    """Return (height, width, channels); images without channels have one."""
    return (*shape, 1) if len(shape) == 2 else tuple(shape)


def _check_axes(shape, argument):
    """Refuse what looks like (n, channels, height, width)."""
    if len(shape) == 4 and shape[1] <= _MOST_CHANNELS < min(shape[2:]):
        n, channels, height, width = shape
        raise ValueError(
            f"X has shape {shape}, which would be {n} images of height {channels}, "
            f"width {height} and {width} channels. Channels come last here: if X is "
            "(n, channels, height, width), give np.moveaxis(X, 1, -1); if it is what "
            f"it seems, say so with {argument}={shape[1:]}."
        )


def _describe_mismatch(shape, expected):
    """Return what to say of images of another shape than the expected one."""
    if len(expected) == 1:
        return f"X has shape {shape}, and flat rows of {expected[0]} are expected."
    text = (
        f"X has shape {shape}, and inputs of shape {expected}, which is (height, "
        "width, channels), are expected"
    )
    if shape == expected:
        return f"{text}: for a single image, give X[np.newaxis]."
    if len(shape) == 4 and (*shape[2:], shape[1]) == expected:
        return f"{text}: channels come last, so give np.moveaxis(X, 1, -1)."
    return f"{text}."
