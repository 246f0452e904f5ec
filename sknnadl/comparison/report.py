"""What a comparison has found, and what can be asked of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sknnadl.comparison.findings.curves import measure_curve
from sknnadl.comparison.findings.mistakes import count_confusions, find_mistakes
from sknnadl.comparison.findings.pairs import Pair
from sknnadl.comparison.findings.results import (
    ModelResult,
    find_result,
    find_scorers,
    without_failures,
)
from sknnadl.comparison.measuring.evaluation import Scoring
from sknnadl.comparison.measuring.kinds import predicts_classes
from sknnadl.comparison.measuring.splits import Split
from sknnadl.comparison.report_displays import OffersDisplays
from sknnadl.comparison.report_formats import WritesFormats


class ComparisonReport(OffersDisplays, WritesFormats):
    """The results of a comparison, which prints as a table.

    See :doc:`/comparing`.

    Parameters
    ----------
    results : list of ModelResult
        A result for each model, in the order of the comparison.
    models : dict of str to estimator
        The models that were compared, not fitted.
    scoring : dict of str to callable
        What was measured, by name.
    splits : list of Split
        The rows that the models were fitted and measured on: one split, or one a fold.
    estimators : dict of str to estimator
        The fitted models of a single test set that did not fail; none of those read
        from a file, and none of folds.
    provenance : dict of str to str, default=None
        How, when and on what the comparison was made, in words.
    rope : float, default=None
        The largest difference of the first score that does not matter.

    Attributes
    ----------
    table : list of dict
        The results as plain values.
    scorers : list of str
        The names of the scores.
    targets : list of array-like
        The targets of the test rows, for each split.
    n_train, n_test : int
        The numbers of rows; of folds those of the first.

    Examples
    --------
    >>> from sklearn.dummy import DummyClassifier
    >>> from sknnadl import compare
    >>> X, y = [[0], [1], [2], [3]], [0, 1, 1, 1]
    >>> report = compare({"majority": DummyClassifier()}, X, y, test=(X, y))
    >>> report.table[0]["accuracy"]
    0.75
    """

    def __init__(
        self,
        results: Sequence[ModelResult],
        *,
        models: Mapping[str, Any],
        scoring: Scoring,
        splits: Sequence[Split],
        estimators: Mapping[str, Any],
        provenance: Mapping[str, str] | None = None,
        rope: float | None = None,
    ) -> None:
        self.results = results
        self.models = models
        self.scoring = scoring
        self.splits = splits
        self.estimators = estimators
        self.provenance: Mapping[str, str] = provenance or {}
        self.rope = rope
        self.scorers: list[str] = find_scorers(results, scoring)
        self.targets: list[Any] = [split.y_test for split in splits]
        self.n_train: int = len(splits[0].train_indices)
        self.n_test: int = len(splits[0].test_indices)

    def pairwise(
        self, scorer: str | None = None, *, rope: float | None = None
    ) -> list[Pair]:
        """Compare each pair of models, and say whether one is better.

        On folds it is the corrected resampled t-test (Nadeau and Bengio 2003) of the
        scores. On one test set it is the mid-p McNemar test where the score is the
        accuracy of rows without weights, and the BCa bootstrap of the rows elsewhere.
        All is corrected for the number of pairs by Bonferroni's method, so that the
        p-value is below 5 percent where the interval does not hold 0.

        Parameters
        ----------
        scorer : str, default=None
            The score to compare; by default the first.
        rope : float, default=None
            The largest difference that does not matter, in the unit of the score: 0.01
            is one point of accuracy. It needs folds. By default, of the first score,
            that of the comparison, if it has one.

        Returns
        -------
        pairs : list of dict
            For each pair the names ``a`` and ``b``, the better one first, the
            ``difference`` of their scores with the bounds ``low`` and ``high`` of its
            interval, which hold the true differences of all pairs together with a
            probability of 95 percent, ``low_alone`` and ``high_alone``, which do so for
            this pair alone, ``p_value``, ``p_corrected``, and ``text``, a sentence.
            p-values and bounds are nan where there is no spread to judge by: where the
            difference is the same on all folds or draws.
            With `rope`, ``p_a_better``, ``p_equal`` and ``p_b_better`` are the
            probabilities that a is better, that the difference is no larger than
            `rope`, and that b is better, by the correlated Bayesian t-test (Corani and
            Benavoli 2015); without, they are None.

        Raises
        ------
        ValueError
            If the score was not measured, or cannot be compared on one test set, or if
            `rope` is given there.

        Examples
        --------
        >>> from sklearn.datasets import load_iris
        >>> from sklearn.dummy import DummyClassifier
        >>> from sklearn.naive_bayes import GaussianNB
        >>> from sknnadl import compare
        >>> models = {"guess": DummyClassifier(), "Bayes": GaussianNB()}
        >>> report = compare(models, *load_iris(return_X_y=True), cv=10)
        >>> report.pairwise()[0]["text"][:17]
        'Bayes beats guess'
        """
        if scorer is None:
            scorer = self.scorers[0]
        if scorer not in self.scorers:
            raise ValueError(
                f"scorer must be one of {self.scorers}, which were measured, got "
                f"{scorer!r}."
            )
        return self._pairs(scorer, rope)

    def learning_curve(
        self, sizes: Iterable[int], *, n_jobs: int | None = None
    ) -> list[dict[str, Any]]:
        """Fit the models on fewer rows, and measure them on the same test rows.

        Parameters
        ----------
        sizes : iterable of int
            How many of the training rows to fit on: the first, in their order.
        n_jobs : int, default=None
            How many fits run at a time, through joblib.

        Returns
        -------
        rows : list of dict
            For each model and size ``name``, ``size``, each score (on folds the
            mean), ``fit_seconds``, and ``error``, which is None or why it failed.

        Raises
        ------
        ValueError
            If a size is not from 1 to the number of training rows.

        Examples
        --------
        >>> from sklearn.datasets import load_iris
        >>> from sklearn.svm import SVC
        >>> from sknnadl import compare
        >>> report = compare([SVC()], *load_iris(return_X_y=True), random_state=0)
        >>> few, all_rows = report.learning_curve([20, 112])
        >>> few["accuracy"] < all_rows["accuracy"] == report.table[0]["accuracy"]
        True
        """
        how = self.models, self.splits, self.scoring, self.scorers
        return measure_curve(*how, sizes, n_jobs)

    def confusion_matrix(self, name: str) -> tuple[NDArray[np.int_], NDArray[Any]]:
        """Count how often a classifier says each class where each class is right.

        Parameters
        ----------
        name : str
            The model's name.

        Returns
        -------
        matrix : ndarray of int of shape (n_classes, n_classes)
            A row for each true class, a column for each one that the model says; over
            all folds.
        labels : ndarray of shape (n_classes,)
            The classes.

        Raises
        ------
        ValueError
            If there is no such model, or it failed or is no classifier.
        """
        return count_confusions(self._find_classifier(name), self.targets)

    def misclassified(self, *names: str) -> NDArray[np.intp]:
        """Return which rows all of some classifiers get wrong.

        Parameters
        ----------
        *names : str
            The models' names; by default all that did not fail.

        Returns
        -------
        indices : ndarray of int
            Indices of the rows of ``test``; where there was none, of ``X``.

        Raises
        ------
        ValueError
            If there is no such model, or it failed or is no classifier.

        Examples
        --------
        >>> from sklearn.dummy import DummyClassifier
        >>> from sknnadl import compare
        >>> X, y = [[0], [1], [2], [3]], [0, 1, 1, 1]
        >>> report = compare({"majority": DummyClassifier()}, X, y, test=(X, y))
        >>> report.misclassified("majority")
        array([0])
        """
        names = names or tuple(one.name for one in without_failures(self.results))
        results = [self._find_classifier(name) for name in names]
        if not results:
            raise ValueError("All models failed, so no rows are misclassified.")
        return find_mistakes(results, self.splits)

    def _find_classifier(self, name: str) -> ModelResult:
        result = find_result(self.results, name)
        if not predicts_classes(self.models[name]):
            raise ValueError(f"{name!r} is no classifier: it predicts numbers.")
        return result
