"""The regressor with a layer of Gaussian units."""

from __future__ import annotations

from typing import Self

import numpy as np
from scipy.sparse import issparse
from sklearn.utils.validation import column_or_1d

from sknnadl._sklearn import MatrixLike, RegressorMixin, VectorLike, fit_context
from sknnadl.estimators.attributes import kept_on_failure
from sknnadl.estimators.inputs import AnyArray, as_given
from sknnadl.rbf.base_rbf import BaseRBF


class RBFRegressor(RegressorMixin, BaseRBF):
    """A network of radial basis functions for values.

    One layer of Gaussian units, which are placed first, and linear outputs by least
    squares: a fit without epochs. A cheap baseline beside a perceptron. Features should
    be of similar scale, as for anything that goes by distances.

    Parameters
    ----------
    n_centers : int, default=100
        The number of units. Where there are no more rows than that, or k-means sees no
        more different ones, each is a centre.
    centers : {"kmeans", "random"}, default="kmeans"
        Where the units are: at the means that k-means finds, or at rows drawn at
        random. K-means looks at 50 rows a centre at most, drawn at random.
    width : {"neighbors", "mean_neighbors", "max_distance"} or float, \
            default="neighbors"
        How wide the units are, the standard deviation of the Gaussian. ``"neighbors"``
        is a width for each: the root of the mean square of its distances to the
        nearest other centres; ``"mean_neighbors"`` the mean of these for all (both
        Moody and Darken 1989). ``"max_distance"`` is the largest distance between
        centres over ``sqrt(2 * n_centers)`` (Haykin 2009), which is for a few features:
        with many, distances are all alike, and the units come out too narrow. A number
        is the width itself.
    n_neighbors : int, default=10
        How many nearest centres ``"neighbors"`` and ``"mean_neighbors"`` look at. Moody
        and Darken took a few, or 1 for the latter.
    normalize : bool, default=False
        Whether what the units answer to a row is divided by its sum, so that it sums to
        1 wherever the row is (Moody and Darken 1989).
    alpha : float, default=0.01
        The factor of the sum of squared output weights, in `fit`, which is added to the
        sum of squared errors, as in `sklearn.linear_model.Ridge`. With 0 and as many
        units as rows the network goes through all targets.
    learning_rate_init : float, default=0.3
        The part of a row's error that a step of `partial_fit` takes away, above 0 and
        at most 1.
    random_state : int, RandomState instance or None, default=None
        What k-means and the drawing of rows are seeded with. An int gives the same bits
        in every fit on the same rows, on any number of threads.

    Attributes
    ----------
    centers_ : ndarray of shape (n_centers, n_features)
        The centres of the units.
    widths_ : ndarray of shape (n_centers,)
        The width of each unit.
    normalize_ : bool
        Whether what the units answer is normalized.
    coef_ : ndarray of shape (n_centers,) or (n_outputs, n_centers)
        The output weights, as `sklearn.linear_model.Ridge` has them.
    intercept_ : float or ndarray of shape (n_outputs,)
        The intercepts of the outputs.
    n_features_in_ : int
        The number of features.
    feature_names_in_ : ndarray of shape (n_features,)
        The names of the features, where the training data had names.

    See Also
    --------
    RBFClassifier : The same for classes.
    MLPRegressor : A network whose hidden units are trained too.
    sklearn.svm.SVR : Has a Gaussian at each support vector.

    References
    ----------
    Broomhead, D. S. and Lowe, D. (1988). Multivariable functional interpolation and
    adaptive networks. Complex Systems, 2, 321-355.

    Moody, J. and Darken, C. J. (1989). Fast learning in networks of locally-tuned
    processing units. Neural Computation, 1(2), 281-294.

    Haykin, S. (2009). Neural Networks and Learning Machines, 3rd edition, chapter 5.
    Pearson.

    Examples
    --------
    The logistic map, of which ten points are enough:

    >>> import numpy as np
    >>> from sknnadl import RBFRegressor
    >>> x = np.linspace(0, 1, 10).reshape(-1, 1)
    >>> model = RBFRegressor(n_centers=5, alpha=1e-6, random_state=0)
    >>> model = model.fit(x, (4 * x * (1 - x)).ravel())
    >>> model.predict([[0.25]]).round(2)
    array([0.75])
    """

    _check_options = {"multi_output": True, "y_numeric": True}

    def __init__(
        self,
        n_centers: int = 100,
        *,
        centers: str = "kmeans",
        width: str | float = "neighbors",
        n_neighbors: int = 10,
        normalize: bool = False,
        alpha: float = 0.01,
        learning_rate_init: float = 0.3,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        self.n_centers = n_centers
        self.centers = centers
        self.width = width
        self.n_neighbors = n_neighbors
        self.normalize = normalize
        self.alpha = alpha
        self.learning_rate_init = learning_rate_init
        self.random_state = random_state

    @fit_context()
    def partial_fit(
        self, X: MatrixLike, y: VectorLike, sample_weight: VectorLike | None = None
    ) -> Self:
        """Learn the output weights row by row, in one pass over the rows given.

        The normalized LMS rule (Widrow and Hoff 1960; Nagumo and Noda 1967): a row's
        error is multiplied by ``learning_rate_init`` and spread over the weights by
        what the units answer, so that afterwards so much less of it is left. Rows are
        taken in the order in which they come: shuffle those that are sorted. ``alpha``
        is not in it, and with ``normalize`` the intercept stays where it is, since what
        the units answer has a constant in it then, its sum. The first call places the
        units, by its own rows, unless `fit` has, and no other moves them.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The training rows.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            The values of each row.
        sample_weight : array-like of shape (n_samples,), default=None
            How many steps the step of each row is as. By default 1.

        Returns
        -------
        self : object
            The estimator, trained further.

        Raises
        ------
        ValueError
            If the data cannot be trained on. The estimator is left as it was.
        """
        self._validate_params()  # which scikit-learn leaves out of later calls
        with kept_on_failure(self):
            return self._learn_rows(X, y, sample_weight)

    def predict(self, X: MatrixLike) -> AnyArray:
        """Return the values of each row.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The rows.

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_outputs)
            The values; of one value a row without a second axis.
        """
        outputs = self._outputs(X)
        return as_given(X, outputs.ravel() if self.coef_.ndim == 1 else outputs)

    def _make_targets(self, y):
        if issparse(y):
            raise ValueError("y must be an array of numbers, got a sparse one.")
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        targets = y.reshape(len(y), -1).astype(np.float64)
        n_outputs = np.size(getattr(self, "intercept_", targets[0]))
        if targets.shape[1] != n_outputs:
            raise ValueError(
                f"y has {targets.shape[1]} values a row, and the network {n_outputs} "
                "outputs."
            )
        return targets

    def _keep_weights(self, weights):
        self.coef_, self.intercept_ = weights[:-1].T.copy(), weights[-1].copy()
        if weights.shape[1] == 1:
            self.coef_, self.intercept_ = self.coef_[0], float(self.intercept_[0])

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
