"""The simple classifiers that networks are measured against."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import (
    check_is_fitted,
    check_non_negative,
    validate_data,
)

from sknnadl._sklearn import (
    BaseEstimator,
    ClassifierMixin,
    MatrixLike,
    VectorLike,
    _check_sample_weight,
    fit_context,
)
from sknnadl.estimators.attributes import kept_on_failure
from sknnadl.estimators.inputs import as_given, as_numpy
from sknnadl.estimators.labels import check_labels

__all__ = ["AverageDarknessClassifier"]


class AverageDarknessClassifier(ClassifierMixin, BaseEstimator):
    """Classify a row by the sum of its features alone.

    Each class has the mean, over its training rows, of the row's sum; a row gets the
    class whose mean is nearest to its own sum. On images of ink on paper the sum is
    how dark the image is. The baseline of the book's first chapter: on MNIST it is
    right for 2,225 of the 10,000 test images.

    Features must not be negative.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels.
    means_ : ndarray of shape (n_classes,)
        The mean sum of each class's rows.
    n_features_in_ : int
        The number of features.
    feature_names_in_ : ndarray of shape (n_features,)
        The names of the features, where the training data had names.

    See Also
    --------
    sklearn.dummy.DummyClassifier : The baseline that does not look at the features.

    References
    ----------
    Nielsen, M. A. (2015). Neural Networks and Deep Learning, chapter 1.
    Determination Press.

    Examples
    --------
    >>> from sknnadl.baselines import AverageDarknessClassifier
    >>> X = [[0, 1], [1, 1], [7, 9], [8, 8]]
    >>> y = ["light", "light", "dark", "dark"]
    >>> classifier = AverageDarknessClassifier().fit(X, y)
    >>> classifier.predict([[2, 1], [5, 9]])
    array(['light', 'dark'], dtype='<U5')
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {}

    classes_: npt.NDArray[Any]
    means_: npt.NDArray[np.float64]
    n_features_in_: int
    feature_names_in_: npt.NDArray[Any]

    @fit_context()
    def fit(
        self, X: MatrixLike, y: VectorLike, sample_weight: VectorLike | None = None
    ) -> Self:
        """Learn the mean sum of each class.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The training rows, without negative values.
        y : array-like of shape (n_samples,)
            The class of each row.
        sample_weight : array-like of shape (n_samples,), default=None
            The weight of each row in its class's mean. By default all weigh the same.
            A class without any weight is not learned.

        Returns
        -------
        self : object
            The fitted classifier.

        Raises
        ------
        ValueError
            If the data have negative values. The classifier is left as it was.
        """
        with kept_on_failure(self):
            X, y = as_numpy(X, "X"), as_numpy(y, "y")
            check_labels(y)
            rows, labels = validate_data(
                self, X, y, accept_sparse="csr", dtype="numeric"
            )
            check_non_negative(rows, whom="AverageDarknessClassifier.fit")
            check_classification_targets(labels)
            sample_weight = as_numpy(sample_weight, "sample_weight")
            weights = _check_sample_weight(
                sample_weight, rows, dtype=np.float64, ensure_non_negative=True
            )
            used = weights > 0
            self.classes_, codes = np.unique(labels[used], return_inverse=True)
            weights = weights[used]
            totals = np.bincount(codes, weights=weights * _row_sums(rows)[used])
            self.means_ = totals / np.bincount(codes, weights=weights)
        return self

    def predict(self, X: MatrixLike) -> npt.NDArray[Any]:
        """Return, for each row, the class with the nearest mean.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            The rows.

        Returns
        -------
        y : ndarray of shape (n_samples,)
            A label of ``classes_`` for each row; of two classes at the same distance
            the first.
        """
        check_is_fitted(self)
        rows = validate_data(
            self, as_numpy(X, "X"), accept_sparse="csr", dtype="numeric", reset=False
        )
        check_non_negative(rows, whom="AverageDarknessClassifier.predict")
        distances = np.abs(_row_sums(rows)[:, np.newaxis] - self.means_)
        labels: npt.NDArray[Any] = as_given(X, self.classes_[distances.argmin(axis=1)])
        return labels

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.input_tags.positive_only = True
        tags.classifier_tags.poor_score = True
        return tags


def _row_sums(X: Any) -> npt.NDArray[np.float64]:
    """Return the sum of each row in float64, shape (n_samples,)."""
    return np.asarray(X.sum(axis=1, dtype=np.float64)).ravel()
