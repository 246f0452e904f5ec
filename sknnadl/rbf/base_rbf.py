"""What both networks of radial basis functions share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from numbers import Integral, Real
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from sknnadl._sklearn import (
    BaseEstimator,
    Interval,
    MatrixLike,
    StrOptions,
    VectorLike,
    fit_context,
)
from sknnadl.estimators.attributes import forget, kept_on_failure
from sknnadl.estimators.inputs import AnyArray, TakesRows
from sknnadl.rbf.gaussian_units import (
    Floats,
    activate_blocks,
    find_widths,
    place_centers,
)
from sknnadl.rbf.output_weights import learn_row_by_row, solve_least_squares
from sknnadl.training.parallel import single_threaded_blas

#: Squares of larger numbers, summed over features or rows, are not finite.
_LARGEST = 1e140
_COUNT = Interval(Integral, 1, None, closed="left")


class BaseRBF(TakesRows, BaseEstimator, ABC):
    """Base class of the estimators with a layer of Gaussian units.

    A subclass turns its targets into columns of numbers.
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "n_centers": [_COUNT],
        "centers": [StrOptions({"kmeans", "random"})],
        "width": [
            StrOptions({"neighbors", "mean_neighbors", "max_distance"}),
            Interval(Real, 0, None, closed="neither"),
        ],
        "n_neighbors": [_COUNT],
        "normalize": ["boolean"],
        "alpha": [Interval(Real, 0, None, closed="left")],
        "learning_rate_init": [Interval(Real, 0, 1, closed="right")],
        "random_state": ["random_state"],
    }

    centers_: Floats
    widths_: Floats
    normalize_: bool
    coef_: Floats
    intercept_: Floats | float
    n_features_in_: int
    feature_names_in_: AnyArray

    @abstractmethod
    def _make_targets(self, y):
        """Return targets as numbers, a column an output; learn what they are."""

    @abstractmethod
    def _keep_weights(self, weights):
        """Set ``coef_`` and ``intercept_``, given a row a unit and last intercepts."""

    def _calibrate(self, X, targets, weights, solution):
        """Learn what is to be learned of outputs for rows that were left out."""

    @fit_context()
    def fit(
        self, X: MatrixLike, y: VectorLike, sample_weight: VectorLike | None = None
    ) -> Self:
        """Place the units and solve for the output weights.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The training rows, of any numeric dtype. They are used some at a time, and
            not copied whole.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            The class of each row, or an indicator with a column a label; of the
            regressor the values.
        sample_weight : array-like of shape (n_samples,), default=None
            The weight of each row's squared error, and of the row in k-means or in the
            drawing of centres. By default 1.

        Returns
        -------
        self : object
            The fitted estimator.

        Raises
        ------
        ValueError
            If the data cannot be trained on. The estimator is left as it was.
        """
        with kept_on_failure(self), single_threaded_blas():
            forget(self)
            X, targets, weights = self._make_rows(X, y, sample_weight, is_first=True)
            self._place_units(X, weights)
            solution = solve_least_squares(
                (
                    (activations, targets[rows], _of_rows(weights, rows, activations))
                    for rows, activations in self._activate(X)
                ),
                self.alpha,
            )
            self._keep_weights(solution.weights)
            self._calibrate(X, targets, weights, solution)
        return self

    def _learn_rows(self, X, y, sample_weight):
        """Do the work of `partial_fit`."""
        with single_threaded_blas():
            is_first = not hasattr(self, "centers_")
            X, targets, row_weights = self._make_rows(X, y, sample_weight, is_first)
            if is_first:
                self._place_units(X, row_weights)
                weights = np.zeros((len(self.centers_) + 1, targets.shape[1]))
            else:
                coef, intercept = np.atleast_2d(self.coef_), self.intercept_
                weights = np.vstack([coef.T, np.atleast_1d(intercept)])
            for rows, activations in self._activate(X):
                learn_row_by_row(
                    weights,
                    activations,
                    targets[rows],
                    _of_rows(row_weights, rows, activations),
                    self.learning_rate_init,
                    # Normalized activations have a constant among them, their sum.
                    constant=float(not self.normalize_),
                )
            self._keep_weights(weights)
        return self

    def _make_rows(self, X, y, sample_weight, is_first):
        """Return the checked rows, their targets, and their weights or None."""
        X, y = self._check_X(X, y=y, reset=is_first, **self._check_options)
        weights = self._check_weights(sample_weight, X)
        targets = self._make_targets(y)
        for name, values in (("X", X), ("y", targets)):
            largest = max(abs(float(values.max())), abs(float(values.min())))
            if largest > _LARGEST:
                raise ValueError(
                    f"{name} contains {largest:g}, whose square is not finite: scale "
                    f"it to at most {_LARGEST:g}."
                )
        return X, targets, weights

    def _place_units(self, X, weights):
        """Learn where the units are, and how wide."""
        self.centers_ = place_centers(
            X,
            weights,
            self.n_centers,
            self.centers,
            check_random_state(self.random_state),
        )
        self.widths_ = find_widths(self.centers_, self.width, self.n_neighbors)
        self.normalize_ = self.normalize

    def _activate(self, X):
        return activate_blocks(X, self.centers_, self.widths_, self.normalize_)

    def _outputs(self, X):
        """Return the linear outputs, shape (n_samples, n_outputs)."""
        check_is_fitted(self)
        X = self._check_X(X, reset=False)
        coef = np.atleast_2d(self.coef_).T
        outputs = np.empty((X.shape[0], coef.shape[1]))
        with single_threaded_blas():
            for rows, activations in self._activate(X):
                outputs[rows] = activations @ coef + self.intercept_
        return outputs

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags


def _of_rows(weights, rows, activations):
    """Return the weights of a block's rows, which are 1 where there are none."""
    return np.ones(len(activations)) if weights is None else weights[rows]
