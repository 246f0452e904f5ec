"""Tables as they come: data frames with columns of text, holes, and any scale."""

from __future__ import annotations

from contextlib import contextmanager
from typing import Any, ClassVar, Self

import numpy as np
from scipy.sparse import issparse
from sklearn.utils import check_array, check_X_y
from sklearn.utils.validation import validate_data

from sknnadl._sklearn import _safe_indexing
from sknnadl.estimators.encoding import (
    count_inputs,
    encode,
    learn_encoding,
    pull_back,
)
from sknnadl.estimators.inputs import TakesRows, as_numpy

_MAKE_NUMBERS = (
    "Make numbers of dates, such as the day of the year or the days since the first, "
    "or leave them out."
)


class TakesTables(TakesRows):
    """Mixin of the estimators whose rows may be those of a table.

    What the arguments ask for is learned from the rows of the first call that trains,
    and is the same in all that go on from it.
    """

    encoding_: dict[str, Any]

    #: What `for_tables` gives where the user says nothing else.
    _for_tables: ClassVar[dict[str, Any]] = {
        "input_scaling": "robust",
        "n_bins": 8,
        "categorical_features": "from_dtype",
        "impute_missing": True,
        "dtype": "float32",
    }

    @classmethod
    def for_tables(cls, *args: Any, **kwargs: Any) -> Self:
        """Return an estimator that takes a table as it is.

        Columns of any scale, of text or categories, and with missing values: what is
        usually done before a network is done inside. :doc:`/tables` says how, and
        :doc:`/defaults` what it brings.

        Parameters
        ----------
        *args, **kwargs
            Arguments of the constructor, which go before those that are for tables.

        Returns
        -------
        estimator : object
            A new estimator.

        Examples
        --------
        >>> from sknnadl import MLPRegressor
        >>> MLPRegressor.for_tables(n_bins=None)
        MLPRegressor(categorical_features='from_dtype', dtype='float32',
                     impute_missing=True, input_scaling='robust')
        """
        return cls(*args, **{**cls._for_tables, **kwargs})

    def _check_X(self, X, **options):
        is_first = options["reset"]
        if "y" in options and not is_first:
            self._check_same_encoding()
        has_encoding = self._asked() is not None if is_first else self._is_encoded()
        if not has_encoding:
            with self._advised():
                return super()._check_X(X, **options)
        X = _as_columns(X)
        given = {"y": options.pop("y")} if "y" in options else {}
        del options["reset"]
        # The names and the number of features, and that there is a y.
        validate_data(self, X, **given, reset=is_first, skip_check_array=True)
        if not given:
            return X
        _, y = check_X_y(np.zeros((len(X), 1)), **given, estimator=self, **options)
        return X, y

    def _to_inputs(self, X, weights=None, is_first=False):
        asked = self._asked()
        if is_first and asked is not None:
            places = _categorical_places(self, X)
            with self._advised():
                self.encoding_ = learn_encoding(
                    X, self.n_features_in_, places, asked, weights
                )
        if not self._is_encoded():
            return X
        with self._advised():
            return encode(X, self.encoding_)

    def _to_features(self, gradients, X):
        if not self._is_encoded():
            return gradients
        return pull_back(gradients, self._check_X(X, reset=False), self.encoding_)

    @contextmanager
    def _advised(self):
        """Add to what is said of X which argument would take it, if one would."""
        try:
            yield
        except ValueError as error:
            text, advice = str(error), ""
            # Which of the two is said, depends on the version of pandas.
            is_text = "could not convert string" in text or "of dtype object" in text
            if is_text and self.categorical_features is None:
                advice = "Text is taken with categorical_features='from_dtype'."
            if "Input X contains NaN" in text:
                advice = "Or set impute_missing=True: a missing value is the median."
            if text.startswith("Found array with dim"):
                advice = (
                    "Images are taken by ConvNetClassifier and ConvNetRegressor, and "
                    "here as flat rows: X.reshape(len(X), -1)."
                )
            raise ValueError(f"{text}\n{advice}" if advice else text) from None
        except np.exceptions.DTypePromotionError:
            raise ValueError(
                f"The columns of X have no dtype in common. {_MAKE_NUMBERS}"
            ) from None

    def _input_shape(self):
        if self._is_encoded():
            return (count_inputs(self.encoding_),)
        return super()._input_shape()

    def _is_encoded(self):
        """Return whether the network's inputs are other than the features."""
        return "encoding_" in vars(self)

    def _asked(self):
        """Return the arguments on encoding as plain values, or None if none is set."""
        categorical = self.categorical_features
        if not (categorical is None or isinstance(categorical, str)):
            categorical = np.asarray(categorical).tolist()
        arguments = {
            "input_scaling": self.input_scaling,
            "n_bins": None if self.n_bins is None else int(self.n_bins),
            "categorical_features": categorical,
            "impute_missing": bool(self.impute_missing),
        }
        return arguments if any(arguments.values()) else None

    def _check_same_encoding(self):
        """Refuse to go on with other arguments on encoding than those fitted by."""
        asked, fitted = self._asked(), getattr(self, "encoding_", {}).get("arguments")
        if asked != fitted:
            raise ValueError(
                f"The fitted network sees columns with {_as_text(fitted)}, and now "
                f"{_as_text(asked)} is asked for: set it back, or start anew with fit "
                "and warm_start=False."
            )

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = self._asked() is None
        tags.input_tags.allow_nan = bool(self.impute_missing)
        tags.input_tags.categorical = self.categorical_features is not None
        tags.input_tags.string = self.categorical_features is not None
        return tags


def _as_text(arguments):
    """Return arguments as a user would write them."""
    if arguments is None:
        return "none of input_scaling, n_bins, categorical_features, impute_missing"
    return ", ".join(f"{name}={value!r}" for name, value in arguments.items())


def _as_columns(X):
    """Return X as an array of any dtype or a data frame, with rows."""
    X = as_numpy(X, "X")
    if issparse(X):
        raise ValueError(
            "X is sparse, which does not go with input_scaling, n_bins, "
            "categorical_features or impute_missing: scale and encode it before, for "
            "example with sklearn.preprocessing.MaxAbsScaler, or give X.toarray()."
        )
    if hasattr(X, "columns"):
        if not len(X):
            raise ValueError(f"X must have at least one row, got the shape {X.shape}.")
        return X
    if isinstance(X, list | tuple):
        X = np.array(X, dtype=object)  # whose numbers stay numbers beside text
    return check_array(X, dtype=None, ensure_all_finite=False, input_name="X")


def _categorical_places(estimator, X):
    """Return the places of the columns that ``categorical_features`` asks for."""
    asked, n_columns = estimator.categorical_features, estimator.n_features_in_
    if asked is None:
        return []
    if isinstance(asked, str):
        is_frame = hasattr(X, "columns")
        return [p for p in range(n_columns) if is_frame and _is_categorical(X, p)]
    places = np.asarray(asked)
    if places.dtype == bool and places.shape == (n_columns,):
        return np.flatnonzero(places).tolist()
    names = list(getattr(estimator, "feature_names_in_", range(n_columns)))
    if places.dtype.kind in "iu":
        names = list(range(n_columns))
    if places.ndim == 1 and set(places.tolist()) <= set(names):
        return sorted({names.index(place) for place in places.tolist()})
    raise ValueError(
        f"categorical_features must be 'from_dtype', a boolean for each of the "
        f"{n_columns} features, or some of their numbers or names, got {asked!r}."
    )


def _is_categorical(frame, place):
    """Return whether a column has text or categories, and not numbers."""
    column = _safe_indexing(frame, place, axis=1)
    kind = getattr(column.dtype, "kind", None) or np.asarray(column[:0]).dtype.kind
    if kind in "Mmc":
        raise ValueError(
            f"The column {list(frame.columns)[place]!r} of X is of {column.dtype}, "
            f"which is neither numbers nor categories. {_MAKE_NUMBERS}"
        )
    return kind not in "biuf"
