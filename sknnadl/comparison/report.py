"""What a comparison has found, as tables, files and sentences."""

import importlib
import json
from functools import partial
from html import escape
from pathlib import Path

import numpy as np
from sklearn.base import is_classifier

from sknnadl.comparison.curves import measure_curve
from sknnadl.comparison.files import check_report_path, write_text
from sknnadl.comparison.mistakes import TellsOfMistakes, count_confusions
from sknnadl.comparison.pairs import can_compare, compare_pairs
from sknnadl.comparison.render_mistakes import join_images, render_all_mistakes
from sknnadl.comparison.render_page import render_html
from sknnadl.comparison.render_tables import render_markdown, render_text
from sknnadl.comparison.results import make_cells, make_header


class ComparisonReport(TellsOfMistakes):
    """The results of a comparison, which prints as a table.

    Parameters
    ----------
    results : list of ModelResult
        A result for each model, in the order of the comparison.
    estimators : dict of str to estimator
        The fitted models of a single test set that did not fail; none of those read
        from a file, and none of folds.
    scorers : dict of str to callable
        The scorers, by name.
    models : dict of str to estimator
        The models that were compared, not fitted.
    splits : list of Split
        The rows that they were fitted and measured on.

    Attributes
    ----------
    table : list of dict
        The results as plain values.
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

    def __init__(self, results, estimators, scorers, models, splits):
        self.results = results
        self.estimators = estimators
        self.scorers = list(scorers)
        self.targets = [split.y_test for split in splits]
        self.n_train = len(splits[0].train_indices)
        self.n_test = len(splits[0].test_indices)
        self._again = models, splits, scorers

    @property
    def table(self):
        """The results as a list of dicts of plain values."""
        return [result.row(self.scorers) for result in self.results]

    def pairwise(self, scorer=None):
        """Compare each pair of models, and say whether one is better.

        On folds it is the corrected resampled t-test (Nadeau and Bengio 2003) of the
        scores, on one test set the mid-p McNemar test of the predictions; the p-values
        are corrected for the number of pairs by Holm's method.

        Parameters
        ----------
        scorer : str, default=None
            The score to compare; by default the first.

        Returns
        -------
        pairs : list of dict
            For each pair the names ``a`` and ``b``, the better one first, the
            ``difference`` of their scores with the bounds ``low`` and ``high`` of its
            95% interval, ``p_value``, ``p_corrected``, and ``text``, a sentence.

        Raises
        ------
        ValueError
            If the score was not measured, or cannot be compared on one test set.

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
        return compare_pairs(self.results, scorer, self.targets)

    def learning_curve(self, sizes, *, n_jobs=None):
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
        models, splits, scorers = self._again
        return measure_curve(models, splits, scorers, sizes, n_jobs)

    def to_frame(self):
        """Return the table as a pandas DataFrame.

        Returns
        -------
        frame : pandas.DataFrame
            A row a model, indexed by its name.

        Raises
        ------
        ImportError
            If pandas is not installed.
        """
        return _import_pandas().DataFrame(self.table).set_index("name")

    def to_markdown(self):
        """Return the table in Markdown.

        Returns
        -------
        text : str
            A table with a line a model.
        """
        return render_markdown(*self._cells()) + "\n"

    def to_json(self):
        """Return all results as JSON.

        Returns
        -------
        text : str
            An object with ``n_train``, ``n_test`` and the list ``models``.
        """
        content = {
            "n_train": self.n_train,
            "n_test": self.n_test,
            "models": self.table,
        }
        return json.dumps(content, indent=2) + "\n"

    def to_html(self, *, image_shape=None):
        """Return the report as a page that needs no other file.

        Parameters
        ----------
        image_shape : tuple of int, default=None
            The shape of an image, where the rows are flat images: (height, width) or
            (height, width, channels). Rows that have such a shape need not say so.

        Returns
        -------
        text : str
            An HTML document: the table, a picture of each score with its intervals, a
            sentence for each pair of models that can be compared; and for classifiers
            their confusions and, of images, those that they get wrong.
        """
        return render_html(
            self.results,
            self.scorers,
            self._describe_rows(),
            self.sentences(),
            self._describe_mistakes(image_shape),
        )

    def _describe_mistakes(self, image_shape):
        """Return a part of the page for each classifier, of one label a row."""
        models, splits, _ = self._again
        targets = np.concatenate([np.asarray(target) for target in self.targets])
        if targets.ndim != 1 or not is_classifier(next(iter(models.values()))):
            return []
        images = join_images([split.X_test for split in splits], image_shape)
        sound = [result for result in self.results if not result.error]
        confusions = {r.name: count_confusions(r, self.targets) for r in sound}
        said = {
            r.name: np.concatenate([np.asarray(p) for p in r.predictions])
            for r in sound
        }
        return render_all_mistakes(said, targets, confusions, images)

    def sentences(self):
        """Return what can be said of each pair of models, by the first score.

        Returns
        -------
        sentences : list of str
            Those of `pairwise`; none where the score cannot be compared.
        """
        sound = [result for result in self.results if not result.error]
        if not can_compare(sound, self.scorers[0], self.targets):
            return []
        return [pair["text"] for pair in self.pairwise()]

    def save(self, path, *, image_shape=None):
        """Write the report to a file, in the format that its suffix names.

        Parameters
        ----------
        path : str or path-like
            A file that ends in ``.html``, ``.md`` or ``.json``. It is replaced in one
            step.
        image_shape : tuple of int, default=None
            As in `to_html`.

        Raises
        ------
        ValueError
            If the suffix names no format.
        """
        write_text(path, self._format(path, image_shape)())

    def _format(self, path, image_shape):
        formats = {
            ".html": partial(self.to_html, image_shape=image_shape),
            ".md": self.to_markdown,
            ".json": self.to_json,
        }
        check_report_path(path)
        return formats[Path(path).suffix]

    def _repr_html_(self):
        """Return the page in a frame, for notebooks."""
        page = escape(self.to_html())
        style = "width: 100%; height: 30rem; border: 0"
        return f'<iframe srcdoc="{page}" style="{style}"></iframe>'

    def _cells(self):
        rows = [make_cells(result, self.scorers) for result in self.results]
        return make_header(self.scorers), rows

    def _describe_rows(self):
        rows = f"{self.n_train:,} rows to train, {self.n_test:,} to test"
        if len(self.targets) > 1:
            rows = f"{len(self.targets)} folds of {rows}"
        return f"{rows}."

    def __str__(self):
        return f"{render_text(*self._cells())}\n{self._describe_rows()}"

    __repr__ = __str__


def _import_pandas():
    try:
        return importlib.import_module("pandas")
    except ImportError as error:
        raise ImportError("to_frame needs pandas: pip install pandas.") from error
