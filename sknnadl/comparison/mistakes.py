"""What classifiers get wrong: row by row, and class by class."""

import numpy as np
from sklearn.base import is_classifier
from sklearn.metrics import confusion_matrix


def find_correct(predictions, targets):
    """Return which rows are right; of several labels a row all.

    Parameters
    ----------
    predictions, targets : array-like of shape (n,) or (n, n_outputs)
        What a model says, and what is right.

    Returns
    -------
    correct : ndarray of bool of shape (n,)
        Whether they agree.
    """
    correct = np.asarray(predictions) == np.asarray(targets)
    return correct.reshape(len(correct), -1).all(axis=1)


def find_mistakes(results, targets, held_out):
    """Return the rows that every one of some models gets wrong.

    Parameters
    ----------
    results : list of ModelResult
        The models.
    targets : list of array-like
        The targets of the test rows, for each split.
    held_out : list of ndarray
        The indices of the test rows, for each split.

    Returns
    -------
    indices : ndarray of int
        The indices in ascending order; of a row that was in several test sets, if it
        was wrong in one of them.
    """
    wrong = [
        indices[
            np.all([~find_correct(r.predictions[i], target) for r in results], axis=0)
        ]
        for i, (indices, target) in enumerate(zip(held_out, targets, strict=True))
    ]
    return np.unique(np.concatenate(wrong))


def count_confusions(result, targets):
    """Return how often a model says each class where each class is right.

    Parameters
    ----------
    result : ModelResult
        The model.
    targets : list of array-like of shape (n,)
        The targets of the test rows, for each split.

    Returns
    -------
    matrix : ndarray of int of shape (n_classes, n_classes)
        A row for each true class, a column for each one that the model says.
    labels : ndarray of shape (n_classes,)
        The classes.
    """
    y_true = np.concatenate([np.asarray(target) for target in targets])
    y_pred = np.concatenate([np.asarray(said) for said in result.predictions])
    labels = np.unique(np.concatenate([y_true, y_pred]))
    return confusion_matrix(y_true, y_pred, labels=labels), labels


class TellsOfMistakes:
    """Mixin of what a report says of the rows that classifiers get wrong."""

    def confusion_matrix(self, name):
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

    def misclassified(self, *names):
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
        names = names or [result.name for result in self.results if not result.error]
        results = [self._find_classifier(name) for name in names]
        if not results:
            raise ValueError("All models failed, so no rows are misclassified.")
        held_out = [split.test_indices for split in self._again[1]]
        return find_mistakes(results, self.targets, held_out)

    def _find_classifier(self, name):
        by_name = {result.name: result for result in self.results}
        if name not in by_name:
            raise ValueError(f"name must be one of {list(by_name)}, got {name!r}.")
        if by_name[name].error:
            raise ValueError(f"{name!r} failed: {by_name[name].error}")
        if not is_classifier(self._again[0][name]):
            raise ValueError(f"{name!r} is no classifier: it predicts numbers.")
        return by_name[name]
