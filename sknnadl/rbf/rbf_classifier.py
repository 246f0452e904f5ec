"""The classifier with a layer of Gaussian units."""

from __future__ import annotations

from typing import Self

import numpy as np
from scipy.special import expit, log_expit, log_softmax, softmax
from sklearn.preprocessing import label_binarize
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import column_or_1d

from sknnadl._sklearn import (
    ClassifierMixin,
    MatrixLike,
    VectorLike,
    _check_partial_fit_first_call,
    fit_context,
)
from sknnadl.estimators.attributes import kept_on_failure
from sknnadl.estimators.class_outputs import MULTILABEL
from sknnadl.estimators.inputs import AnyArray, as_given, as_numpy
from sknnadl.estimators.labels import check_labels
from sknnadl.rbf.base_rbf import BaseRBF
from sknnadl.rbf.calibration import find_inverse_temperature

#: Where no more than this of an output is due to other rows, they say nothing of it.
_ALONE = 1e-8


class RBFClassifier(ClassifierMixin, BaseRBF):
    """A network of radial basis functions for classes.

    One layer of Gaussian units, which are placed first, and linear outputs, one a
    class, by least squares: a fit without epochs. A cheap baseline beside a perceptron.
    Features should be of similar scale, as for anything that goes by distances.

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
    coef_ : ndarray of shape (1, n_centers) or (n_outputs, n_centers)
        The output weights. The targets are 1 for a row's class and -1 for others, as in
        `sklearn.linear_model.RidgeClassifier`; two classes have one output.
    intercept_ : ndarray of shape (1,) or (n_outputs,)
        The intercepts of the outputs.
    inverse_temperature_ : float
        What outputs are multiplied by before their softmax is the probabilities.
    classes_ : ndarray of shape (n_classes,)
        The labels; of an indicator the numbers of its columns.
    target_type_ : str
        ``"multiclass"``, or ``"multilabel-indicator"``.
    n_features_in_ : int
        The number of features.
    feature_names_in_ : ndarray of shape (n_features,)
        The names of the features, where the training data had names.

    See Also
    --------
    RBFRegressor : The same for values.
    MLPClassifier : A network whose hidden units are trained too.
    sklearn.svm.SVC : Has a Gaussian at each support vector.

    Notes
    -----
    Least squares estimate the probabilities of classes, but not within 0 and 1. So
    those of `predict_proba` are the softmax of the outputs times a number, which is
    chosen by the likelihood of the training rows (Platt 1999; Guo et al. 2017). The
    outputs for a row are then those of a network that was not trained on it, which
    least squares give without another fit. See :doc:`/rbf`.

    References
    ----------
    Broomhead, D. S. and Lowe, D. (1988). Multivariable functional interpolation and
    adaptive networks. Complex Systems, 2, 321-355.

    Moody, J. and Darken, C. J. (1989). Fast learning in networks of locally-tuned
    processing units. Neural Computation, 1(2), 281-294.

    Haykin, S. (2009). Neural Networks and Learning Machines, 3rd edition, chapter 5.
    Pearson.

    Platt, J. (1999). Probabilistic outputs for support vector machines. In Advances in
    Large Margin Classifiers, 61-74.

    Guo, C., Pleiss, G., Sun, Y. and Weinberger, K. Q. (2017). On calibration of modern
    neural networks. ICML.

    Examples
    --------
    >>> from sklearn.datasets import make_moons
    >>> from sknnadl import RBFClassifier
    >>> X, y = make_moons(400, noise=0.2, random_state=0)
    >>> model = RBFClassifier(n_centers=20, random_state=0).fit(X[:200], y[:200])
    >>> model.score(X[200:], y[200:])
    0.96
    """

    _check_options = {"multi_output": True}

    classes_: AnyArray
    target_type_: str
    inverse_temperature_: float

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
        self,
        X: MatrixLike,
        y: VectorLike,
        sample_weight: VectorLike | None = None,
        classes: VectorLike | None = None,
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
            The class of each row, or an indicator with a column a label.
        sample_weight : array-like of shape (n_samples,), default=None
            How many steps the step of each row is as. By default 1.
        classes : array-like of shape (n_classes,), default=None
            All classes that will ever come, or the numbers of the labels. Required in
            the first call, where ``y`` need not have all of them, and optional later.

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
            _check_partial_fit_first_call(self, as_numpy(classes, "classes"))
            return self._learn_rows(X, y, sample_weight)

    def decision_function(self, X: MatrixLike) -> AnyArray:
        """Return the linear outputs.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The rows.

        Returns
        -------
        outputs : ndarray of shape (n_samples,) or (n_samples, n_outputs)
            Near 1 for a row's class, or label, and -1 for others; with two classes one
            number, above 0 for the second.
        """
        outputs = self._outputs(X)
        has_two = self.target_type_ != MULTILABEL and len(self.classes_) <= 2
        return as_given(X, outputs.ravel() if has_two else outputs)

    def predict(self, X: MatrixLike) -> AnyArray:
        """Return the class of each row, or its labels.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The rows.

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_outputs)
            A label of ``classes_`` for each row; with an indicator, 1 for each label
            whose output is above 0.
        """
        outputs = self._outputs(X)
        if self.target_type_ == MULTILABEL:
            return as_given(X, (outputs > 0).astype(int))
        return as_given(X, self.classes_[self._of_classes(outputs).argmax(axis=1)])

    def predict_proba(self, X: MatrixLike) -> AnyArray:
        """Return the probability of each class.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The rows.

        Returns
        -------
        probabilities : ndarray of shape (n_samples, n_classes)
            Rows that sum to one (but for an indicator's), in the order of ``classes_``.
        """
        logits = self._logits(X)
        if self.target_type_ == MULTILABEL:
            return as_given(X, expit(2 * logits))
        return as_given(X, softmax(logits, axis=1))

    def predict_log_proba(self, X: MatrixLike) -> AnyArray:
        """Return the logarithm of the probability of each class.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The rows.

        Returns
        -------
        log_probabilities : ndarray of shape (n_samples, n_classes)
            Natural logarithms, in the order of ``classes_``.
        """
        logits = self._logits(X)
        if self.target_type_ == MULTILABEL:
            return as_given(X, log_expit(2 * logits))
        return as_given(X, log_softmax(logits, axis=1))

    def _logits(self, X):
        outputs = self._of_classes(self._outputs(X))
        return self.inverse_temperature_ * outputs

    def _of_classes(self, outputs):
        """Return one output a class, where one output may tell two classes."""
        if outputs.shape[1] == len(self.classes_):
            return outputs
        return np.hstack([-outputs, outputs])

    def _make_rows(self, X, y, sample_weight, is_first):
        check_labels(y)
        return super()._make_rows(X, y, sample_weight, is_first)

    def _make_targets(self, y):
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        check_classification_targets(y)
        kind = type_of_target(y)
        kind = kind if kind == MULTILABEL else "multiclass"
        if not hasattr(self, "target_type_"):
            self.target_type_ = kind
        if kind != self.target_type_:
            raise ValueError(
                f"The network was trained on {self.target_type_} targets, and y is "
                f"{kind}: start anew with fit."
            )
        n_columns = None if kind == "multiclass" else y.shape[1]
        if not hasattr(self, "classes_"):
            self.classes_ = np.arange(n_columns) if n_columns else np.unique(y)
        if n_columns not in (None, len(self.classes_)):
            raise ValueError(
                f"y has {n_columns} labels, and the network {len(self.classes_)}."
            )
        unseen = [] if n_columns else np.setdiff1d(y, self.classes_).tolist()
        if unseen:
            raise ValueError(
                f"y has the labels {unseen}, which are not among the classes "
                f"{self.classes_.tolist()} of the first call. Name all classes in the "
                "first call of partial_fit, or start anew with fit."
            )
        return label_binarize(y, classes=self.classes_, neg_label=-1).astype(float)

    def _keep_weights(self, weights):
        self.coef_, self.intercept_ = weights[:-1].T.copy(), weights[-1].copy()
        if not hasattr(self, "inverse_temperature_"):
            # The slope of the probability (1 + output) / 2 where all classes are alike.
            is_indicator = self.target_type_ == MULTILABEL
            self.inverse_temperature_ = (2 if is_indicator else len(self.classes_)) / 2

    def _calibrate(self, X, targets, weights, solution):
        if len(self.classes_) == 1:
            return
        outputs = np.empty_like(targets)
        leverages = np.empty(len(targets))
        for rows, activations in self._activate(X):
            outputs[rows] = activations @ self.coef_.T + self.intercept_
            leverages[rows] = solution.leverages(activations)
        weights = np.ones(len(targets)) if weights is None else weights
        # Of a row that weighs as much as two, one is left out.
        leverages *= np.minimum(weights, 1)
        known = leverages < 1 - _ALONE
        if not known.any():
            return
        targets, weights = targets[known], weights[known]
        errors = (targets - outputs[known]) / (1 - leverages[known, np.newaxis])
        outputs = targets - errors
        if targets.shape[1] == 1 or self.target_type_ == MULTILABEL:
            weights = np.repeat(weights, targets.shape[1])
            outputs, targets = outputs.reshape(-1, 1), targets.reshape(-1, 1)
            outputs, targets = outputs * [-1, 1], targets * [-1, 1]
        self.inverse_temperature_ = find_inverse_temperature(
            outputs, targets.argmax(axis=1), weights
        )

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags
